package demo

import (
	"fmt"
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"holdfast/tools/cli"
)

// show is what a person sees while the demo runs: a bar for each act on a terminal, a line for each quarter elsewhere.
type show struct {
	out   io.Writer
	bars  *mpb.Progress // nil without a terminal
	meter *meter        // of the act that runs
}

// meter is the progress of one act.
type meter struct {
	show     *show
	act      string
	total    int64
	bar      *mpb.Bar
	quarters int64 // told so far, without a terminal
	done     int64 // taken by counting
}

func newShow(out io.Writer) *show {
	sh := &show{out: out}
	if cli.IsTerminal(out) {
		sh.bars = mpb.New(mpb.WithOutput(out), mpb.WithWidth(52))
	}
	return sh
}

// begin ends the act before and shows the next one.
func (sh *show) begin(act string, total int64) *meter {
	sh.finish()
	me := &meter{show: sh, act: act, total: total}
	if sh.bars != nil {
		me.bar = sh.bars.New(total, mpb.BarStyle().Lbound("").Filler("█").Tip("█").Padding("░").Rbound(""),
			mpb.PrependDecorators(decor.Name(act, decor.WC{W: 12, C: decor.DindentRight})),
			mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), decor.CountersNoUnit("  %d / %d records")))
	}
	sh.meter = me
	return me
}

// set moves the bar.
func (me *meter) set(done int64) {
	if me.bar != nil {
		me.bar.SetCurrent(done)
		return
	}
	for quarters := done * 4 / max(me.total, 1); me.quarters < quarters; {
		me.quarters++
		me.note(fmt.Sprintf("%s: %d%% of %s records", me.act, me.quarters*25, count(int(me.total))))
	}
}

// counting makes a taker of records that moves the bar.
func (me *meter) counting(take func(value []byte) error) func(value []byte) error {
	return func(value []byte) error {
		me.done++
		me.set(me.done)
		return take(value)
	}
}

// note says something above the bar.
func (me *meter) note(text string) {
	out := me.show.out
	if me.show.bars != nil {
		out = me.show.bars
	}
	_, _ = fmt.Fprintln(out, text)
}

// finish leaves the bar of the act as it is.
func (sh *show) finish() {
	if sh.meter != nil && sh.meter.bar != nil {
		sh.meter.bar.Abort(false)
	}
	sh.meter = nil
}

// close ends the display.
func (sh *show) close() {
	sh.finish()
	if sh.bars != nil {
		sh.bars.Wait()
	}
}

package publish

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"holdfast/tools/cli"
)

// plainEvery is how many events lie between two lines of progress where no terminal is watching.
const plainEvery = 100_000

// progress shows how far the work is: a bar on a terminal, now and then a line elsewhere.
type progress struct {
	out       io.Writer
	bars      *mpb.Progress // nil without a terminal
	bar       *mpb.Bar
	published atomic.Int64 // the bar reads it from its own goroutine
}

// newProgress begins a display; size is that of the text in bytes, 0 if nobody knows.
func newProgress(out io.Writer, size int64) *progress {
	pr := &progress{out: out}
	if !cli.IsTerminal(out) {
		return pr
	}
	pr.bars = mpb.New(mpb.WithOutput(out), mpb.WithWidth(50))
	count := decor.Any(func(decor.Statistics) string { return " " + cli.Count(pr.published.Load(), "event") })
	if size == 0 {
		pr.bar = pr.bars.New(0, mpb.SpinnerStyle(), mpb.AppendDecorators(count))
		return pr
	}
	pr.bar = pr.bars.New(size, mpb.BarStyle(), mpb.PrependDecorators(decor.Percentage()), mpb.AppendDecorators(count))
	return pr
}

// Show takes the state of the work.
func (pr *progress) Show(bytes, published int64) {
	before := pr.published.Swap(published)
	if pr.bar != nil {
		pr.bar.SetCurrent(bytes)
	} else if before/plainEvery != published/plainEvery {
		pr.Line(cli.Count(published, "event") + " published")
	}
}

// Line prints a line, above the bar if there is one.
func (pr *progress) Line(text string) {
	out := pr.out
	if pr.bars != nil {
		out = pr.bars
	}
	_, _ = fmt.Fprintln(out, text)
}

// Close leaves the bar as it is on the screen.
func (pr *progress) Close() {
	if pr.bars == nil {
		return
	}
	pr.bar.Abort(false)
	pr.bars.Wait()
}

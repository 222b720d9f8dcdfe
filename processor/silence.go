package processor

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"holdfast/schemas"
)

// The source-silence breaker (design.md 5): who notices. Once per proof of the ends it is known whether an input has grown,
// in any partition, whoever owns it: that is a sign of life. An input is silent when the last one is longer ago than
// silence_factor times its usual gap, and than silence_minimum. What silence means for the rules is operator/freeze.go.
//
// The usual gap is the longest that was seen, slowly forgotten over gapMemory: nights and weekends are part of it. A gap
// that froze something teaches no more than what it took to freeze, so that an outage does not make the breaker deaf. An
// input is judged when it has been watched for watchedFirst, so that a first night is not an outage.
//
// An input with a heartbeat topic lives as long as that topic grows, whatever the input itself does.
//
// Every task record has what was known (origin), so a restart forgets neither a silence nor a usual gap.

const (
	gapMemory    = 7 * 24 * time.Hour
	watchedFirst = 24 * time.Hour
)

// life is what is known of an input as a whole, process-wide, as of a proof. It is a value: a proof shares it.
type life struct {
	Input   schemas.Kind
	Total   int64 // sum of the log ends of what shows that it lives
	SpokeAt int64 // ms, wall time: the last sign of life
	Usual   int64 // ms, the usual gap
	Watched int64 // ms, wall time: since when
	Silent  bool  // as of the proof; not remembered
}

// silence watches the inputs that hold the clock. Profiles change when they change, and receipts come when messages go.
type silence struct {
	factor  float64
	minimum int64 // ms
	signs   map[schemas.Kind]string

	mu    sync.Mutex
	lives map[schemas.Kind]life
	alarm func(life) // told when an input falls silent, or speaks again
}

func newSilence(co *Config) *silence {
	se := &silence{factor: co.SilenceFactor, minimum: co.SilenceMinimum.Milliseconds(), signs: map[schemas.Kind]string{}, lives: map[schemas.Kind]life{}, alarm: func(life) {}}
	if co.NoBreaker || co.Clock != modeLive {
		return se
	}
	for _, topic := range []string{co.Topics.Billing, co.Topics.Support, co.Topics.UserActions} {
		sign := topic
		if heartbeat := co.Heartbeats[topic]; heartbeat != "" {
			sign = heartbeat
		}
		se.signs[co.Topics.InputKind(topic)] = sign
	}
	return se
}

// watched are the inputs, in rank order.
func (se *silence) watched() (inputs []schemas.Kind) {
	for input := schemas.KindProfile; input <= schemas.KindReceipt; input++ {
		if se.signs[input] != "" {
			inputs = append(inputs, input)
		}
	}
	return inputs
}

// topics are those whose ends it wants to know beside the inputs.
func (se *silence) topics(inputs []string) (more []string) {
	for _, input := range se.watched() {
		if sign := se.signs[input]; !slices.Contains(inputs, sign) {
			more = append(more, sign)
		}
	}
	return more
}

// observe takes note of the log ends as of an instant (ms, wall time) and says what is known of each input.
func (se *silence) observe(asOf int64, logs map[string][]int64) (lives []life) {
	se.mu.Lock()
	defer se.mu.Unlock()
	for _, input := range se.watched() {
		total, ok := sum(logs[se.signs[input]])
		if !ok {
			continue // a partition that does not answer: nothing is known
		}
		li, known := se.lives[input]
		switch {
		case !known:
			li = life{Input: input, Total: total, SpokeAt: asOf, Watched: asOf}
		case total != li.Total:
			li = se.spoke(li, total, asOf)
		}
		if is := se.isSilent(li, asOf); is != li.Silent || !known {
			li.Silent = is
			se.alarm(li)
		}
		se.lives[input] = li
		lives = append(lives, li)
	}
	return lives
}

func sum(ends []int64) (total int64, ok bool) {
	for _, end := range ends {
		if end < 0 {
			return 0, false
		}
		total += end
	}
	return total, len(ends) > 0
}

// spoke learns from a gap that is over.
func (se *silence) spoke(li life, total, asOf int64) life {
	gap := asOf - li.SpokeAt
	if limit, judged := se.limit(li, asOf); judged {
		gap = min(gap, limit)
	}
	faded := float64(li.Usual) * math.Exp(-float64(asOf-li.SpokeAt)/float64(gapMemory.Milliseconds()))
	li.Total, li.SpokeAt, li.Usual = total, asOf, max(gap, int64(faded))
	return li
}

// limit is the longest silence that is no alarm; judged is false while too little is known.
func (se *silence) limit(li life, asOf int64) (limit int64, judged bool) {
	return max(se.minimum, int64(se.factor*float64(li.Usual))), li.Usual > 0 && asOf-li.Watched >= watchedFirst.Milliseconds()
}

// isSilent judges an input as of an instant (ms, wall time).
func (se *silence) isSilent(li life, asOf int64) bool {
	limit, judged := se.limit(li, asOf)
	return judged && asOf-li.SpokeAt > limit
}

// remember takes over what a task record says, where this process knows less: it has just started. What was published
// while nobody watched was a sign of life of an unknown instant, so it counts as of now (observe).
func (se *silence) remember(lives []life) {
	se.mu.Lock()
	defer se.mu.Unlock()
	for _, li := range lives {
		known, ok := se.lives[li.Input]
		if se.signs[li.Input] == "" {
			continue
		}
		if !ok {
			known = li
		}
		if known.Total == li.Total {
			known.SpokeAt = min(known.SpokeAt, li.SpokeAt)
		}
		known.Watched, known.Usual = min(known.Watched, li.Watched), max(known.Usual, li.Usual)
		se.lives[li.Input] = known
	}
}

// alarms says in metric and log what changed.
func (pr *Processor) alarms(li life) {
	input, gauge := zap.Stringer("input", li.Input), pr.metrics.inputFrozen.WithLabelValues(li.Input.String())
	was := pr.frozen[li.Input]
	pr.frozen[li.Input] = li.Silent
	switch {
	case li.Silent:
		gauge.Set(1)
		pr.log.Warn("an input says nothing, in any partition, for longer than usual: absences on it are frozen until it speaks",
			input, zap.Time("last", time.UnixMilli(li.SpokeAt)), zap.Duration("usual gap", time.Duration(li.Usual)*time.Millisecond))
	case was:
		gauge.Set(0)
		pr.log.Info("the input speaks again: what was frozen is let go slowly", input, zap.Duration("over", pr.config.ReleaseOver))
	default:
		gauge.Set(0)
	}
}

// heed tells the rules of a task which inputs have fallen silent and which speak again. What it says becomes part of the
// task record and of the manifest: a replay and a restart agree. An input is released by a sign of life that is newer than
// the record, never because this process knows too little to call it silent.
func (ta *task) heed(pr *proof) {
	if pr == nil {
		return
	}
	if ta.noBreaker {
		ta.thaw(pr)
	}
	for _, li := range pr.lives {
		switch frozen := ta.rules.IsFrozen(li.Input); {
		case !frozen && li.Silent:
			ta.rules.Freeze(li.Input, li.SpokeAt)
			ta.touched = true
		case frozen && li.Total != ta.saved.totalOf(li.Input):
			ta.rules.Release(li.Input, pr.asOf, ta.releaseOver)
			ta.touched = true
		}
	}
	ta.lives = pr.lives
}

// thaw lets go of everything: the breaker was turned off.
func (ta *task) thaw(pr *proof) {
	for _, si := range ta.rules.Silences() {
		if si.Until == 0 {
			ta.rules.Release(si.Input, pr.asOf, 1)
			ta.touched = true
		}
	}
}

// frozenInputs are the silences as the manifest has them.
func (ta *task) frozenInputs() (list []string) {
	for _, si := range ta.rules.Silences() {
		text := fmt.Sprintf("%s silent since %d", si.Input, si.Since)
		if si.Until != 0 {
			text += fmt.Sprintf(" until %d, released over %d", si.Until, si.Over)
		}
		list = append(list, text)
	}
	return list
}

func (sa *saved) totalOf(input schemas.Kind) int64 {
	for _, li := range sa.lives {
		if li.Input == input {
			return li.Total
		}
	}
	return -1
}

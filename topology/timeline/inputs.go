package timeline

import (
	"holdfast/schemas"
)

// inputs follows the inputs of a task in mode `event`: C is the lowest of the highest event times read, over the inputs
// that still have something to read. Profiles and receipts do not count.
type inputs struct {
	left    [schemas.KindReceipt + 1]int
	highest [schemas.KindReceipt + 1]int64
	seen    [schemas.KindReceipt + 1]bool
}

func holdsClock(ki schemas.Kind) bool { return ki != schemas.KindProfile && ki != schemas.KindReceipt }

func newInputs(lines []Line) *inputs {
	in := &inputs{}
	for i := range lines {
		in.left[lines[i].Event.Kind]++
	}
	return in
}

// read takes a record and says what the clock may advance to; ok is false while an input has not said anything.
func (in *inputs) read(ev *schemas.Event) (clock int64, ok bool) {
	ki := ev.Kind
	if !in.seen[ki] || ev.At > in.highest[ki] {
		in.highest[ki], in.seen[ki] = ev.At, true
	}
	clock, ok = in.lowest()
	in.left[ki]--
	return clock, ok
}

func (in *inputs) lowest() (clock int64, ok bool) {
	for ki := schemas.KindProfile; ki <= schemas.KindReceipt; ki++ {
		if !holdsClock(ki) || in.left[ki] == 0 {
			continue
		}
		if !in.seen[ki] {
			return 0, false
		}
		if !ok || in.highest[ki] < clock {
			clock, ok = in.highest[ki], true
		}
	}
	return clock, ok
}

// onlyAnswers says that nothing is left but receipts: they do not move the clock, but a live one would have moved.
func (in *inputs) onlyAnswers() bool {
	for ki := schemas.KindProfile; ki < schemas.KindReceipt; ki++ {
		if in.left[ki] > 0 {
			return false
		}
	}
	return true
}

// Line is one record of a timeline, in the order in which it is read.
type Line struct {
	Arrives int64 // ms
	Event   schemas.Event
}

// Play reads the lines in their order and ends at `until` (ms; below 0: does not end).
func (wo *World) Play(lines []Line, until int64) error {
	in := newInputs(lines)
	for i := range lines {
		clock, ok := in.read(&lines[i].Event)
		switch {
		case !ok && in.onlyAnswers():
			clock = lines[i].Arrives // what is answered went out
		case !ok:
			clock = wo.clock
		}
		if err := wo.Read(&lines[i].Event, clock); err != nil {
			return err
		}
	}
	if until < 0 {
		return nil
	}
	return wo.Finish(until)
}

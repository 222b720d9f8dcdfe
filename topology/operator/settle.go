package operator

import (
	"holdfast/schemas"
	"holdfast/topology/value"
)

// Starts with `settle`: the event waits, `if` and the stops are judged when W passes event + D, on what was read by then. A
// stop event that is read meanwhile prevents the entry, whatever its own time: it is for the other side of an unordered
// pair that the start waits.

// settleName stands where a step would in a dead letter: what failed is an event that has settled.
const settleName = "settle"

// forgetSettled gives up the events that had settled at an instant, whose judgement failed.
func (ta *Task) forgetSettled(pa *party, ru *rule, due int64) error {
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	kept := li.Settling[:0]
	for _, ev := range li.Settling {
		if ev.At+ru.Start.Settle > due {
			kept = append(kept, ev)
		}
	}
	li.Settling = kept
	ta.setLife(pa, ru, &li, due)
	return nil
}

// settledAt is when the start of an episode has settled: nothing of it is due before.
func (ru *rule) settledAt(ep *episode) int64 { return ep.StartAt + ru.Start.Settle }

// settles keeps the event of a start until it has settled.
func (ta *Task) settles(pa *party, ru *rule, li *life, oc occasion) {
	li.Settling = append(li.Settling, keepEvent(oc.event))
	ta.setLife(pa, ru, li, oc.now)
}

// settleDue is when the next event that settles is judged.
func (ru *rule) settleDue(li *life) (due int64, ok bool) {
	for _, ev := range li.Settling {
		if at := ev.At + ru.Start.Settle; !ok || at < due {
			due, ok = at, true
		}
	}
	return due, ok
}

// settled judges the events whose time has come.
func (ta *Task) settled(pa *party, ru *rule, li *life, due int64) error {
	var now, later []*schemas.Event
	for _, ev := range li.Settling {
		if ev.At+ru.Start.Settle <= due {
			now = append(now, ev)
		} else {
			later = append(later, ev)
		}
	}
	li.Settling = later
	for _, ev := range now {
		ta.judging(ru, nil, settleName, due)
		if err := ta.enterSettled(pa, ru, li, ev, due); err != nil {
			return err
		}
	}
	ta.setLife(pa, ru, li, due)
	return nil
}

func (ta *Task) enterSettled(pa *party, ru *rule, li *life, ev *schemas.Event, due int64) error {
	ev.Account = pa.ref.Account
	ta.matched = ta.bundle.Match(ev, ta.see(pa, due), ta.matched[:0])
	oc := occasion{event: ev, at: ev.At, now: due, decidedAt: due + ru.Lateness, settled: true}
	waits := episode{StartAt: ev.At}
	for i := range ru.Stops {
		st := &ru.Stops[i]
		if st.When != nil && holds(st.When, ta.within(pa, ru, &waits, due)) && (st.If == nil || holds(st.If, ta.within(pa, ru, &waits, due))) {
			ta.notEntered(pa, ru, oc, "stop", st.Text)
			return nil
		}
	}
	return ta.enter(pa, ru, li, oc)
}

// unsettle takes back what settles when a stop event is read.
func (ta *Task) unsettle(pa *party, ru *rule, li *life, oc occasion) (changed bool) {
	if len(li.Settling) == 0 {
		return false
	}
	kept := li.Settling[:0]
	for _, ev := range li.Settling {
		waits := episode{StartAt: ev.At}
		st := ta.stopOfEvent(pa, ru, &waits, oc)
		if st == nil {
			kept = append(kept, ev)
			continue
		}
		changed = true
		if !oc.silent {
			late := occasion{decidedAt: oc.decidedAt}
			ta.notEntered(pa, ru, late, "stop", ta.stopText(st, oc.event)+", within "+value.FormatDuration(ru.Start.Settle, ""))
		}
	}
	li.Settling = kept
	return changed
}

package operator

import (
	"holdfast/topology/lang"
)

// The timer keeps the edge (language.md 15): what time made true at an instant that is still to be judged is judged there,
// also when an event that is read first takes the reason away and is a reason itself:
//
//	idle(used) >= 3d or count(used in 6h) >= 1
//
// After the event the condition does not name the instant any more, so it is remembered: for a start in the cell of its
// edges, for a step and a `goto` in the life.

// firstTrue is the first instant, after one and up to another, at which a condition is true; false: there is none.
func firstTrue(when *lang.Program, fr *lang.Frame, until int64) (due int64, ok bool) {
	for range maxTries {
		due = when.NextRise(fr)
		if due == lang.Never || due > until {
			return 0, false
		}
		fr.Now = due
		if holds(when, fr) {
			return due, true
		}
	}
	return 0, false
}

// noteEdge notes the instant that made a start's condition true, before what is at hand changes it.
func (ta *Task) noteEdge(pa *party, ru *rule, now int64) {
	if ta.earlier[ru.Index] != wasTrue || ta.docs.noted[ru.Index] {
		return
	}
	ta.dueBefore[ru.Index] = 0
	ed := pa.edges(ru)
	if _, seen := pa.sub.Int(observedKey); ed.start || ed.disarmed || !seen {
		return
	}
	due, ok := firstTrue(ru.Start.When, ta.see(pa, ru.judgedFrom(pa, ed.cursor)), now)
	if ed.due != 0 && (!ok || ed.due < due) {
		due = ed.due
	}
	ta.dueBefore[ru.Index] = due
}

// keepDue remembers the instant that made the condition true before the event, if the condition is true at the event for
// another reason, or was at the instant all the same.
func (ta *Task) keepDue(pa *party, ru *rule, ed *edges, is bool) bool {
	due := ta.dueBefore[ru.Index]
	if due == 0 || !is && !holds(ru.Start.When, ta.see(pa, due)) {
		return false
	}
	ed.cursor, ed.due = due-1, due
	return true
}

// judgedTo is up to where time alone was judged for the conditions of an episode, and the instant behind it that is kept
// for them, else lang.Never.
func (ep *episode) judgedTo() (to, due int64) {
	if ep.JudgedTo >= ep.StartAt {
		return ep.JudgedTo, lang.Never
	}
	due = ep.StartAt + (ep.StartAt - ep.JudgedTo)
	return due - 1, due
}

// keep has time judge an episode at an instant that no condition names any more. Requires: it is after the start.
func (ep *episode) keep(due int64) { ep.JudgedTo = ep.StartAt - (due - ep.StartAt) }

// keepDues remembers the earliest instant that made a step's condition, or a `goto`, true before the event, if no instant
// that is left after it finds it true.
func (ta *Task) keepDues(pa *party, ru *rule, ep *episode, oc occasion) (changed bool) {
	if !ep.isOpen() {
		return false
	}
	first := int64(lang.Never)
	for _, wa := range ta.trueBefore {
		if wa.rule != ru.Index || wa.episode != ep.ID || wa.due <= ep.StartAt || wa.due >= first {
			continue
		}
		if when := ru.waiting(ep, wa.place); when != nil && ta.losesDue(pa, ru, ep, when, wa.due, oc.now) {
			first = wa.due
		}
	}
	if first == lang.Never {
		return false
	}
	ep.keep(first)
	return true
}

// losesDue says that an instant that made a condition true before the event at hand is not found any more, though the
// condition is true at the event, or was at the instant.
func (ta *Task) losesDue(pa *party, ru *rule, ep *episode, when *lang.Program, due, now int64) bool {
	if _, found := ta.timerFinds(pa, ru, ep, when, now); found {
		return false
	}
	return holds(when, ta.within(pa, ru, ep, now)) || holds(when, ta.within(pa, ru, ep, due))
}

// waiting is the condition at a place of an episode, nil if nothing waits there any more.
func (ru *rule) waiting(ep *episode, place int) *lang.Program {
	if place >= 0 {
		if st := ru.Steps[place]; ru.isActive(ep, st) {
			return st.When
		}
		return nil
	}
	state := ru.stateOf(ep)
	for i := 0; state != nil && i < len(state.Goto); i++ {
		if gotoPlace(i) == place {
			return state.Goto[i].When
		}
	}
	return nil
}

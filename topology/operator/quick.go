package operator

import (
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// The quick way through a start. Most events leave every condition as true as it was, so nearly all that they cost is to
// find that out. Three things are needed: the condition now; what it was, which the edges remember (time has not come
// since, or lookBefore looked); and whether its next instant came nearer, which its motion mostly rules out (lang.Motion).
//
// Invariant: the wake of a subject stays a lower bound of all its instants. An event only delays the end of a true
// condition that does not hasten, and an untrue one that cannot rise has no instant to wait for.
//
// Rejected: to compute the next instant of each condition at each event. It cost more than all conditions together.

// judgeQuickly judges a condition that nothing but its own truth decides about, and says whether that is as it was: then
// nothing begins or ends. What remains is to see whether an instant of it came nearer.
func (ta *Task) judgeQuickly(pa *party, ru *rule, oc occasion) (unchanged bool) {
	if !ru.quick || oc.silent {
		return false
	}
	if ru.Again.Kind == playbook.AgainAfter { // whom it let in once, an event may let in again
		if _, lived := pa.sub.Bytes(ru.lifeKey); lived {
			return false
		}
	}
	ed := pa.edges(ru)
	if ed.disarmed {
		return false
	}
	ta.judging(ru, nil, "", oc.now)
	fr := ta.see(pa, oc.now)
	fr.Event = oc.event
	if holds(ru.Start.When, fr) != ed.start {
		return false
	}
	if len(ta.meta.Silences) == 0 && !ru.Start.When.Motion.Has(lang.Hastens) {
		ta.quickWake(pa, ru, ed)
		ta.marked[ru.Index] = markUnmoved // else rearmAfterEvent looks at all of the rule
	}
	return true
}

// nextEdge is the next instant at which time may turn the condition of a start: make it true, or end it.
func (ru *rule) nextEdge(ed edges, fr *lang.Frame) int64 {
	if ed.start {
		return ru.Start.When.NextFall(fr)
	}
	return ru.Start.When.NextRise(fr)
}

// quickWake lowers the wake to the next instant of a condition that is as true as it was. Where events only delay the end
// of a true one there is nothing to do; one that time makes true may just have got its first instant.
func (ta *Task) quickWake(pa *party, ru *rule, ed edges) {
	if ed.start && ta.marked[ru.Index] == markEvent {
		return
	}
	if due := ru.nextEdge(ed, ta.see(pa, ta.startFrom(pa, ru, ed.cursor))); due != lang.Never {
		ta.setWake(pa, min(pa.sub.Wake(), topology.TimerAt(due+ru.Lateness)))
	}
}

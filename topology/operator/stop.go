package operator

import (
	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// halt is why an episode stops.
type halt struct {
	text string
	now  int64          // ms, the instant that is judged
	at   int64          // ms, decided_at
	late *schemas.Event // the event that stops it, nil if time or a publication found out
	mute bool           // a backfilled event: no cancels, no regrets
}

// stopDue is the next instant at which time may make a stop true.
func (ta *Task) stopDue(pa *party, ru *rule, ep *episode) (int64, bool) {
	due := int64(lang.Never)
	if ep.Deaf {
		return due, false
	}
	for i := range ru.Stops {
		if when := ru.Stops[i].When; when != nil {
			ta.judging(ru, ep, stopName, ep.JudgedTo)
			due = min(due, when.Next(ta.within(pa, ep, ep.JudgedTo)))
		}
	}
	return due, due != lang.Never
}

// stopByTime judges the stops at an instant at which time may have made one true.
func (ta *Task) stopByTime(pa *party, ru *rule, li *life, ep *episode, due int64) (stopped bool) {
	ep.JudgedTo = due
	stopped = ta.stopsByCondition(pa, ru, li, ep, due, due+ru.Lateness)
	ta.setLife(pa, ru, li, due)
	return stopped
}

// stopsByCondition judges the conditions that stop an episode where no event is at hand: when a step is due, at its
// publication, and when time may have changed them.
func (ta *Task) stopsByCondition(pa *party, ru *rule, li *life, ep *episode, now, at int64) bool {
	st := ta.trueStop(pa, ru, ep, occasion{now: now})
	if st == nil {
		return false
	}
	ta.halt(pa, ru, ep, halt{text: st.Text, now: now, at: at})
	return true
}

// stopsOfEvent judges the stops of all open episodes of a subject, and regrets what a late event shows to be wrong.
func (ta *Task) stopsOfEvent(pa *party, oc occasion) error {
	for _, ru := range pa.rules {
		if len(ru.Stops) == 0 {
			continue
		}
		li, err := pa.life(ru)
		if err != nil {
			return err
		}
		if ta.stopLife(pa, ru, &li, oc) {
			ta.setLife(pa, ru, &li, oc.now)
		}
	}
	return nil
}

func (ta *Task) stopLife(pa *party, ru *rule, li *life, oc occasion) (changed bool) {
	for i := range li.Episodes {
		ep := &li.Episodes[i]
		st := ta.trueStop(pa, ru, ep, oc)
		if st == nil || ep.Over && (st.Event == nil || !ep.publishedBy(oc.at)) || ta.tooEarly(pa, ru, ep, st, oc) {
			continue
		}
		ta.halt(pa, ru, ep, halt{text: stopText(st, oc.event), now: oc.now, at: oc.decidedAt, late: oc.event, mute: oc.silent})
		changed = true
	}
	return changed
}

// trueStop is the first stop, in file order, that is true.
func (ta *Task) trueStop(pa *party, ru *rule, ep *episode, oc occasion) *playbook.Stop {
	if ep.Deaf {
		return nil
	}
	ta.judging(ru, ep, stopName, oc.now)
	for i := range ru.Stops {
		st := &ru.Stops[i]
		fr := ta.within(pa, ep, oc.now)
		fr.Event = oc.event
		switch {
		case st.Event != nil && (oc.event == nil || !ta.isMatched(st.Event)):
		case st.When != nil && !holds(st.When, fr):
		case st.If != nil && !holds(st.If, fr):
		default:
			return st
		}
	}
	return nil
}

// tooEarly says that a stop event came, by its own time, before what it would stop: read in order it would have stopped
// nothing. It does stop an episode whose condition, judged again at the start, is no longer true: read in order it would
// have prevented the entry. An event at the very instant of a timer comes before it.
func (ta *Task) tooEarly(pa *party, ru *rule, ep *episode, st *playbook.Stop, oc occasion) bool {
	if st.Event == nil || oc.at > ep.StartAt || oc.at == ep.StartAt && ep.ByEvent {
		return false
	}
	return ru.Start.When == nil || holds(ru.Start.When, ta.within(pa, ep, ep.StartAt))
}

// publishedBy says whether something was published that an event at that instant should have prevented.
func (ep *episode) publishedBy(at int64) bool {
	for i := range ep.Steps {
		if ep.Steps[i].wasPublished() && ep.Steps[i].Slot >= at {
			return true
		}
	}
	return false
}

// halt ends an episode: what is held is withdrawn, what is published is cancelled, and regretted if the event came late.
func (ta *Task) halt(pa *party, ru *rule, ep *episode, ha halt) {
	ta.withdrawHeld(pa, ru, ep, note{outcome: stopped, code: "stop", text: ha.text, at: ha.at})
	for i := range ep.Steps {
		if ss := &ep.Steps[i]; ss.wasPublished() && !ha.mute {
			ta.takeBack(pa, ru, ep, ss, ha)
		}
	}
	if !ep.Over {
		ta.counts.Stopped++
		ta.decide(pa, ru, ep, note{outcome: stopped, code: "stop", text: ha.text, at: ha.at})
	}
	ep.Over = true
}

// takeBack regrets and cancels the intents of a published step, each once: what an event in order cancelled is still
// regretted when a late one shows that it should never have gone out. A cancel goes out only for what has not expired.
func (ta *Task) takeBack(pa *party, ru *rule, ep *episode, ss *stepState, ha halt) {
	late := ha.late != nil && ha.late.At <= ss.Slot
	st := ru.stepNamed(ss.ID)
	if st == nil {
		return // a later bundle has no such step: what it sent cannot be named any more
	}
	to, cancels := ss.To, ss.Phase == published && ss.ExpiresAt >= ha.now
	ss.Phase = recalled
	if late {
		ss.To = nil // regretted once
	}
	for _, ad := range to {
		id := schemas.IntentID(ta.dedupeKey(pa, ru, ep, st, st.Action, ad))
		if late {
			ta.counts.Regrets++
			ta.decide(pa, ru, ep, note{outcome: regret, code: "late", step: ss.ID, text: ha.text, at: ha.at, intent: id, due: ss.DueAt, hasDue: true})
		}
		if cancels {
			ta.cancel(pa, ru, ep, st, ss, ad, id, ha)
		}
	}
}

func stopText(st *playbook.Stop, ev *schemas.Event) string {
	if st.Event != nil {
		return st.Event.Name + " at " + instantText(ev.At)
	}
	return st.Text
}

package operator

import (
	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// halt is why an episode stops.
type halt struct {
	stop *playbook.Stop // nil: the value that it belongs to changed
	text string
	now  int64          // ms, the instant that is judged
	at   int64          // ms, decided_at
	due  int64          // ms, of what the stop does
	late *schemas.Event // the event that stops it, nil if time or a publication found out
	mute bool           // a backfilled event: no cancels, no regrets, no action

	cause *schemas.Event
}

// stopsByCondition judges the conditions that stop an episode where no event is at hand: when a step is due, at its
// publication, and when time may have changed them.
func (ta *Task) stopsByCondition(pa *party, ru *rule, ep *episode, rl ruling) bool {
	if !ep.isOpen() {
		return false
	}
	if st := ta.trueStop(pa, ru, ep, occasion{now: rl.now}); st != nil {
		ta.halt(pa, ru, ep, halt{stop: st, text: st.Text, now: rl.now, at: rl.at, due: rl.due})
		return true
	}
	if why := ta.perEnds(pa, ru, ep, rl.now); why != "" {
		ta.halt(pa, ru, ep, halt{text: why, now: rl.now, at: rl.at, due: rl.due})
		return true
	}
	return false
}

// stopByEvent judges the stops of an episode after an event was folded, and regrets what a late one shows to be wrong.
func (ta *Task) stopByEvent(pa *party, ru *rule, ep *episode, oc occasion) bool {
	ha := halt{now: oc.now, at: oc.decidedAt, due: oc.at, late: oc.event, mute: oc.silent, cause: oc.event}
	st := ta.trueStop(pa, ru, ep, oc)
	switch {
	case st != nil && ep.Over && !ep.publishedBy(oc.at):
		return false
	case st != nil && ta.tooEarly(pa, ru, ep, st, oc):
		return false
	case st != nil:
		ha.stop, ha.text = st, ta.stopText(st, oc.event)
	case ep.isOpen():
		ha.text = ta.perEnds(pa, ru, ep, oc.now)
	}
	if ha.text == "" {
		return false
	}
	ta.halt(pa, ru, ep, ha)
	return true
}

// trueStop is the first stop, in file order, that is true.
func (ta *Task) trueStop(pa *party, ru *rule, ep *episode, oc occasion) *playbook.Stop {
	if ep.Deaf || ep.Closing {
		return nil
	}
	ta.judging(ru, ep, stopName, oc.now)
	for i := range ru.Stops {
		st := &ru.Stops[i]
		fr := ta.within(pa, ru, ep, oc.now)
		fr.Event = oc.event
		switch {
		case st.Events != nil && !ta.isFor(ru, ep, st.Events, st.Match, oc):
		case st.Events == nil && ep.Over && ta.wasTrue(ru, ep, stopPlace(i)):
		case st.When != nil && !holds(st.When, fr):
		case st.If != nil && !holds(st.If, fr):
		default:
			return st
		}
	}
	return nil
}

// stopOfEvent is trueStop over the stops that name an event.
func (ta *Task) stopOfEvent(pa *party, ru *rule, ep *episode, oc occasion) *playbook.Stop {
	ta.judging(ru, nil, "", oc.now)
	for i := range ru.Stops {
		st := &ru.Stops[i]
		fr := ta.within(pa, ru, ep, oc.now)
		fr.Event = oc.event
		if st.Events != nil && ta.isFor(ru, ep, st.Events, st.Match, oc) && (st.If == nil || holds(st.If, fr)) {
			return st
		}
	}
	return nil
}

// isFor says that the event at hand is one of some that an episode waits for.
func (ta *Task) isFor(ru *rule, ep *episode, events []*lang.EventDef, ma playbook.Match, oc occasion) bool {
	if oc.event == nil || ta.matchedAny(events) == nil {
		return false
	}
	if ma != playbook.MatchUser {
		return true
	}
	id := ru.captured(ep, "user_id")
	return id != "" && id == oc.event.User
}

// tooEarly says that a stop event came, by its own time, before what it would stop: read in order it would have stopped
// nothing. It does stop an episode whose condition, judged again at the start, is no longer true: read in order it would
// have prevented the entry. An event at the very instant of a timer comes before it.
func (ta *Task) tooEarly(pa *party, ru *rule, ep *episode, st *playbook.Stop, oc occasion) bool {
	if st.Events == nil || oc.at > ep.StartAt || oc.at == ep.StartAt && ep.ByEvent {
		return false
	}
	return ru.Start.When == nil || holds(ru.Start.When, ta.within(pa, ru, ep, ep.StartAt))
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
// Each held step gets its decision `stopped`, and the episode one more. Then the stop does what it says.
func (ta *Task) halt(pa *party, ru *rule, ep *episode, ha halt) {
	contacted := ep.contacted(ru)
	ta.withdrawHeld(pa, ru, ep, note{outcome: stopped, code: "stop", text: ha.text, at: ha.at})
	for i := range ep.Steps {
		if ss := &ep.Steps[i]; ss.wasPublished() && !ha.mute {
			ta.takeBack(pa, ru, ep, ss, ha)
		}
	}
	if ep.Over {
		return
	}
	ta.counts.Stopped++
	ta.decide(pa, ru, ep, note{outcome: stopped, code: "stop", text: ha.text, at: ha.at})
	ep.Over = true
	if ha.stop == nil || ha.stop.Action == nil || ha.mute || ha.stop.Contacted && !contacted {
		return
	}
	ep.Over, ep.Closing = false, true
	oc := occasion{event: ha.cause, at: ha.due, now: ha.now, decidedAt: ha.at}
	ta.decideStep(pa, ru, ep, ha.stop.Action, ruling{due: ha.due, now: ha.now, at: ha.at, oc: oc})
	ta.settle(pa, ru, ep, ha.at)
}

// contacted says that a message of the episode was published.
func (ep *episode) contacted(ru *rule) bool {
	for i := range ep.Steps {
		ss := &ep.Steps[i]
		if st := ru.stepNamed(ss.ID); ss.wasPublished() && st != nil && st.Action == "send" {
			return true
		}
	}
	return false
}

// takeBack regrets and cancels the intents of a published step, each once: what an event in order cancelled is still
// regretted when a late one shows that it should never have gone out. A cancel goes out only for what has not expired and is not
// done.
func (ta *Task) takeBack(pa *party, ru *rule, ep *episode, ss *stepState, ha halt) {
	late := ha.late != nil && ha.late.At <= ss.Slot
	st := ru.stepNamed(ss.ID)
	if st == nil {
		return // a later bundle has no such step: what it sent cannot be named any more
	}
	to, cancels := ss.To, ss.Phase == published && ss.ExpiresAt >= ha.due && ss.Marks&lang.MarkDone == 0
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

func (ta *Task) stopText(st *playbook.Stop, ev *schemas.Event) string {
	if def := ta.matchedAny(st.Events); def != nil && ev != nil {
		return def.Name + " at " + instantText(ev.At)
	}
	return st.Text
}

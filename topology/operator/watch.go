package operator

import (
	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// What open episodes wait for: events (stops, steps, the ways out of a state) and conditions. A condition of a step or a
// `goto` counts from the first instant at which it is true; where time made it true before the event at hand was folded,
// the timer of that instant keeps it (language.md 15), as it does for starts.

// watched is a condition of an episode that was true before the event at hand was folded.
type watched struct {
	rule    int
	episode string
	place   int   // index of a step; gotoPlace, stopPlace
	due     int64 // ms: since that instant, which is still to be judged; 0: of a stop, or before a publication
}

func gotoPlace(i int) int { return -1 - 2*i }

func stopPlace(i int) int { return -2 - 2*i }

// lookAtEpisodes notes what is true before the fold: of open episodes what a timer is still to find, of those that are
// over the stops that a late event does not make true.
func (ta *Task) lookAtEpisodes(ev *schemas.Event, pa *party, now int64) {
	late := ev.At <= pa.judged
	if !pa.hasOpen() && !late {
		return
	}
	for _, ru := range pa.rules {
		if !ta.touched[ru.Index] || !ru.watches && !(late && len(ru.Stops) > 0) {
			continue
		}
		li, err := pa.life(ru)
		if err != nil {
			continue // whoever changes the life reports it
		}
		for i := range li.Episodes {
			ta.lookAtEpisode(pa, ru, &li.Episodes[i], now)
		}
	}
}

func (ta *Task) lookAtEpisode(pa *party, ru *rule, ep *episode, now int64) {
	note := func(place int, when *lang.Program, timed bool) {
		ta.judging(ru, ep, stopName, now)
		if when == nil || !holds(when, ta.within(pa, ru, ep, now)) {
			return
		}
		due, found := int64(0), true
		if timed {
			due, found = ta.timerFinds(pa, ru, ep, when, now)
		}
		if found {
			ta.trueBefore = append(ta.trueBefore, watched{ru.Index, ep.ID, place, due})
		}
	}
	if ep.Over {
		for i := range ru.Stops {
			note(stopPlace(i), ru.Stops[i].When, false)
		}
		return
	}
	for _, st := range ru.Steps {
		if st.Timing == playbook.TimingWhen && ru.isActive(ep, st) {
			note(st.Index, st.When, true)
		}
	}
	if state := ru.stateOf(ep); state != nil {
		for i := range state.Goto {
			note(gotoPlace(i), state.Goto[i].When, true)
		}
	}
}

// timerFinds is the instant, still to be judged, that makes the condition true. If there is none, it was something that
// nobody watched, and the event at hand is the first to see it.
func (ta *Task) timerFinds(pa *party, ru *rule, ep *episode, when *lang.Program, now int64) (due int64, ok bool) {
	to, kept := ep.judgedTo()
	if kept <= now && holds(when, ta.within(pa, ru, ep, kept)) {
		return kept, true
	}
	return firstTrue(when, ta.within(pa, ru, ep, ru.judgedFrom(pa, to)), now)
}

// lookAtPublication notes what is true before a step is published: a condition may wait for `sent`, but what time made
// true is for its timer to find.
func (ta *Task) lookAtPublication(pa *party, ru *rule, ep *episode, rl *ruling) {
	if !ru.watches || !ep.isOpen() {
		return
	}
	ta.trueBefore = ta.trueBefore[:0]
	ta.lookAtEpisode(pa, ru, ep, rl.now)
	rl.looked = true
}

// timeKeeps says that time made a condition true before the event or the publication at hand.
func (ta *Task) timeKeeps(ru *rule, ep *episode, place int, rl ruling) bool {
	if rl.oc.event == nil && !rl.looked || rl.first {
		return false
	}
	return ta.wasTrue(ru, ep, place)
}

func (ta *Task) wasTrue(ru *rule, ep *episode, place int) bool {
	for _, wa := range ta.trueBefore {
		if wa.rule == ru.Index && wa.place == place && wa.episode == ep.ID {
			return true
		}
	}
	return false
}

// episodesOfEvent runs what open episodes do at an event, and regrets what a late one shows to be wrong.
func (ta *Task) episodesOfEvent(pa *party, oc occasion) error {
	for _, ru := range pa.rules {
		if !ta.touched[ru.Index] {
			continue
		}
		li, err := pa.life(ru)
		if err != nil {
			return err
		}
		changed := ta.receipt(ru, &li, oc)
		for i := range li.Episodes {
			changed = ta.episodeOfEvent(pa, ru, &li.Episodes[i], oc) || changed
		}
		changed = ta.unsettle(pa, ru, &li, oc) || changed
		if changed {
			ta.setLife(pa, ru, &li, oc.now)
		}
	}
	return nil
}

func (ta *Task) episodeOfEvent(pa *party, ru *rule, ep *episode, oc occasion) (changed bool) {
	if ta.stopByEvent(pa, ru, ep, oc) {
		return true
	}
	if !ep.isOpen() || oc.silent {
		return false
	}
	rl := ruling{due: max(oc.at, ep.StartAt), now: max(oc.now, ep.StartAt), at: oc.decidedAt, oc: oc}
	state := ep.State
	changed = ta.stepsOfEvent(pa, ru, ep, rl)
	changed = ta.moveByEvent(pa, ru, ep, rl) || changed
	changed = ta.conditions(pa, ru, ep, rl) || changed
	kept := state == ep.State && ta.keepDues(pa, ru, ep, oc)
	if changed {
		ta.settle(pa, ru, ep, oc.decidedAt)
	}
	return changed || kept
}

// stepsOfEvent decides the steps that wait for the event. Where `if` is false that is said, and the step goes on waiting,
// unless only the first such event counts.
func (ta *Task) stepsOfEvent(pa *party, ru *rule, ep *episode, rl ruling) (changed bool) {
	for _, st := range ru.Steps {
		if st.Timing != playbook.TimingEvent || rl.oc.at < ep.StartAt || !isWithin(ep, st, rl.oc.at) || !ru.isActive(ep, st) ||
			!ta.isFor(ru, ep, st.Events, st.Match, rl.oc) {
			continue
		}
		ta.judging(ru, ep, st.ID, rl.now)
		fr := ta.within(pa, ru, ep, rl.now)
		fr.Event = rl.oc.event
		if st.If != nil && !st.Once && !holds(st.If, fr) {
			ta.decide(pa, ru, ep, note{outcome: skipped, code: "if", text: refusedBy(st.If, fr), step: st.ID, at: rl.at, due: rl.due, hasDue: true})
			continue
		}
		ta.decideStep(pa, ru, ep, st, rl)
		changed = true
	}
	return changed
}

// conditions decides the steps whose wait for a condition is over, and leaves a state by a condition.
func (ta *Task) conditions(pa *party, ru *rule, ep *episode, rl ruling) (changed bool) {
	if !ru.watches || !ep.isOpen() {
		return false
	}
	for _, st := range ru.Steps {
		if st.Timing != playbook.TimingWhen || !ru.isActive(ep, st) || !isWithin(ep, st, rl.settledDue()) || ta.timeKeeps(ru, ep, st.Index, rl) {
			continue
		}
		ta.judging(ru, ep, st.ID, rl.now)
		if holds(st.When, ta.within(pa, ru, ep, rl.now)) {
			ta.decideStep(pa, ru, ep, st, rl)
			changed = true
		}
	}
	return ta.moveByCondition(pa, ru, ep, rl) || changed
}

// isWithin says that a wait was not over yet at an instant.
func isWithin(ep *episode, st *playbook.Step, at int64) bool {
	return st.Within == 0 || at <= ep.StartAt+st.Within
}

// judgeByTime judges the conditions of an episode at an instant at which time may have made one true.
func (ta *Task) judgeByTime(pa *party, ru *rule, li *life, ep *episode, due int64) (changed bool) {
	ep.JudgedTo = due
	rl := ruling{due: due, now: due, at: due + ru.Lateness}
	changed = ta.stopsByCondition(pa, ru, ep, rl) || ta.conditions(pa, ru, ep, rl)
	if changed {
		ta.settle(pa, ru, ep, rl.at)
	}
	ta.setLife(pa, ru, li, due)
	return changed
}

// conditionDue is the next instant at which time may make a condition of the episode true.
func (ta *Task) conditionDue(pa *party, ru *rule, ep *episode) (int64, bool) {
	if ep.Deaf {
		return lang.Never, false
	}
	to, due := ep.judgedTo()
	from := ru.judgedFrom(pa, to)
	ta.judging(ru, ep, stopName, from)
	see := func(when *lang.Program) {
		if when != nil && when.Next != nil {
			due = min(due, when.Next(ta.within(pa, ru, ep, from)))
		}
	}
	for i := range ru.Stops {
		see(ru.Stops[i].When)
	}
	if ru.watches {
		for _, st := range ru.Steps {
			if st.Timing == playbook.TimingWhen && ru.isActive(ep, st) {
				see(st.When)
			}
		}
		if state := ru.stateOf(ep); state != nil {
			for i := range state.Goto {
				see(state.Goto[i].When)
			}
		}
	}
	if !ru.Again.OfEvent {
		see(ru.Again.Per)
	}
	return due, due != lang.Never
}

// judgedFrom is where the search for the next instant begins: timers due up to t_e - lateness were fired before the
// newest event. Time has done nothing of a subject before its first record.
func (ru *rule) judgedFrom(pa *party, cursor int64) int64 {
	from := max(cursor, pa.judged-ru.Lateness-1)
	if pa.judged == 0 {
		since, _ := pa.sub.Int(observedKey)
		from = max(from, since)
	}
	return from
}

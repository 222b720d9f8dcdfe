package operator

import (
	"holdfast/topology/playbook"
)

// Journeys: an episode is in one state at a time. What a state enters is armed with it, and withdrawn when it is left,
// short of what it keeps.

// maxHops bounds the states that one instant may lead through.
const maxHops = 8

// way says how a state was entered or that it was left: what the counters are by.
type way int

const (
	wayStart way = iota
	wayEvent
	wayAfter
	wayGoto
	wayLeft
	wayCount
)

// String names the way as the metric does.
func (wa way) String() string {
	return [...]string{"start", "event", "after", "goto", "left", "count"}[wa]
}

// StateMoves calls f for every state of every journey with how often it was entered (by start, event, after or goto) and
// left since NewTask, in the order of the playbooks.
func (ta *Task) StateMoves(f func(playbook, state, way string, times int64)) {
	for _, ru := range ta.rules {
		for i := range ru.States {
			if ru.Retired {
				break
			}
			for wa := wayStart; wa < wayCount; wa++ {
				f(ru.Name, ru.States[i].Name, wa.String(), ru.moves[i*int(wayCount)+int(wa)])
			}
		}
	}
}

func (ru *rule) count(state int, wa way) { ru.moves[state*int(wayCount)+int(wa)]++ }

// stateOf is the state that an episode is in; nil where there are none, or where a change of the bundle took it away.
func (ru *rule) stateOf(ep *episode) *playbook.State {
	i, ok := ru.states[ep.State]
	if !ok {
		return nil
	}
	return &ru.States[i]
}

func (ru *rule) isFinal(ep *episode) bool {
	state := ru.stateOf(ep)
	return state != nil && state.Final != ""
}

// moved takes an episode out of a state that the playbook has no more.
func (ru *rule) moved(ep *episode) {
	if to, ok := ru.Moved[ep.State]; ok && ep.State != "" {
		ep.State = to
	}
}

// moveByEvent leaves the state by the first of its ways that the event at hand opens.
func (ta *Task) moveByEvent(pa *party, ru *rule, ep *episode, rl ruling) bool {
	state := ru.stateOf(ep)
	if state == nil || rl.oc.at < ep.StartAt {
		return false
	}
	for _, mo := range state.Events {
		if !ta.isMatched(mo.Event) {
			continue
		}
		ta.judging(ru, ep, stopName, rl.now)
		fr := ta.within(pa, ru, ep, rl.now)
		fr.Event = rl.oc.event
		if mo.If == nil || holds(mo.If, fr) {
			rl.due = max(rl.due, ep.StateAt)
			ta.enterState(pa, ru, ep, mo.To, rl, wayEvent)
			return true
		}
	}
	return false
}

// moveByCondition leaves the state by the first `goto` that is true.
func (ta *Task) moveByCondition(pa *party, ru *rule, ep *episode, rl ruling) bool {
	to, ok := ta.openGoto(pa, ru, ep, rl)
	if ok {
		rl.due = max(rl.due, ep.StateAt)
		ta.enterState(pa, ru, ep, to, rl, wayGoto)
	}
	return ok
}

// openGoto is where the first true `goto` of the state leads.
func (ta *Task) openGoto(pa *party, ru *rule, ep *episode, rl ruling) (to int, ok bool) {
	state := ru.stateOf(ep)
	if state == nil {
		return 0, false
	}
	for i, mo := range state.Goto {
		ta.judging(ru, ep, stopName, rl.now)
		if holds(mo.When, ta.within(pa, ru, ep, rl.now)) && !ta.timeKeeps(ru, ep, gotoPlace(i), rl) {
			return mo.To, true
		}
	}
	return 0, false
}

// moveDue is when the state is left by time alone, and where to: like a step, not before the start has settled.
func (ru *rule) moveDue(ep *episode) (due int64, to int, ok bool) {
	state := ru.stateOf(ep)
	if state == nil || len(state.After) == 0 {
		return 0, 0, false
	}
	return max(ep.StateAt+state.After[0].Delay, ru.settledAt(ep)), state.After[0].To, true
}

// moveByTime leaves the state when it has lasted long enough.
func (ta *Task) moveByTime(pa *party, ru *rule, li *life, ep *episode, due int64) error {
	ta.judging(ru, ep, stopName, due)
	rl := ruling{due: due, now: due, at: due + ru.Lateness}
	if !ta.stopsByCondition(pa, ru, ep, rl) {
		if _, to, ok := ru.moveDue(ep); ok {
			ta.enterState(pa, ru, ep, to, rl, wayAfter)
		}
		ta.conditions(pa, ru, ep, rl)
		ta.settle(pa, ru, ep, rl.at)
	}
	ta.setLife(pa, ru, li, due)
	return nil
}

// enterState leaves the state that the episode is in and enters another, and by what is true at once those behind it. What
// the last of them enters is armed; an event decides at once what is due with it, else time does.
func (ta *Task) enterState(pa *party, ru *rule, ep *episode, to int, rl ruling, wa way) {
	ta.leaveState(pa, ru, ep, rl)
	for hop := 0; ; hop++ {
		ep.State, ep.StateAt = ru.States[to].Name, rl.due
		ru.count(to, wa)
		next, ok := ta.openGoto(pa, ru, ep, ruling{due: rl.due, now: rl.now, at: rl.at})
		if !ok || hop == maxHops {
			break
		}
		ru.count(to, wayLeft)
		to, wa = next, wayGoto
	}
	for _, i := range ru.States[to].Enter {
		st := ru.Steps[i]
		if ss, _ := ep.step(st.ID); !ss.wasPublished() && ss.Phase != held {
			ep.setStep(stepState{ID: st.ID, Phase: armed, DueAt: rl.due})
		}
	}
	if rl.oc.event != nil && !rl.first && len(ru.States[to].Enter) > 0 {
		ta.stepsAtOnce(pa, ru, ep, ru.States[to].Enter, rl)
	}
}

// leaveState withdraws what the state entered and nobody published yet.
func (ta *Task) leaveState(pa *party, ru *rule, ep *episode, rl ruling) {
	at, ok := ru.states[ep.State]
	if !ok {
		return
	}
	ru.count(at, wayLeft)
	for _, i := range ru.States[at].Enter {
		st := ru.Steps[i]
		ss, _ := ep.step(st.ID)
		if st.Keep || ss.Phase != held && ss.Phase != armed {
			continue
		}
		no := note{outcome: withdrawn, code: "state", text: "the state " + ep.State + " was left", at: rl.at, due: ss.DueAt}
		ta.drop(pa, ru, ep, st, no)
	}
}

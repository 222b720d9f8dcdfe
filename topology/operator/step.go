package operator

import (
	"slices"

	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// missedGrace bounds how long before the start an `at` step may have been due and still run: less than this (language.md
// 15).
const missedGrace = 24 * 60 * 60 * 1000

// isActive says that a step of an episode still waits for its turn: a plain one from the start, one of `always` in every
// state that is not final, one of `enter` since its state was entered.
func (ru *rule) isActive(ep *episode, st *playbook.Step) bool {
	ss, stored := ep.step(st.ID)
	switch st.Place {
	case playbook.PlaceStep:
		return !stored
	case playbook.PlaceEnter:
		return ss.Phase == armed
	case playbook.PlaceAlways:
		return !stored && !ru.isFinal(ep)
	}
	return false
}

// stepDue is the instant at which an active step is due, as far as it is known now: an `at` is live until then.
func (ta *Task) stepDue(pa *party, ru *rule, ep *episode, st *playbook.Step) (due int64, ok bool) {
	base := ep.StartAt
	if st.Place == playbook.PlaceEnter {
		ss, _ := ep.step(st.ID)
		base = ss.DueAt
	}
	switch st.Timing {
	case playbook.TimingStart:
		due, ok = base, true
	case playbook.TimingAfter:
		due, ok = ta.delayed(pa, ru, ep, st, base)
	case playbook.TimingAfterStep:
		other, _ := ep.step(ru.Steps[st.AfterStep].ID)
		due, ok = other.Slot+st.After, other.Phase == published
	case playbook.TimingAt:
		ta.judging(ru, ep, st.ID, base)
		due, ok = ta.instantOf(pa, st.At.Eval(ta.within(pa, ru, ep, max(base, pa.judged))))
	case playbook.TimingEvent, playbook.TimingWhen:
		due, ok = max(ep.StartAt+st.Within, ru.settledAt(ep)), st.Within > 0
	}
	return ta.movedDue(pa, ru, ep, st, due), ok
}

// delayed adds `after`, which may be a choice.
func (ta *Task) delayed(pa *party, ru *rule, ep *episode, st *playbook.Step, base int64) (int64, bool) {
	if st.Delay == nil {
		return base + st.After, true
	}
	ta.judging(ru, ep, st.ID, base)
	delay := st.Delay.Eval(ta.within(pa, ru, ep, max(base, pa.judged)))
	return base + delay.Num, delay.Kind == value.Duration && delay.Bound == value.Exact
}

// instantOf reads a value as an instant: a date is its local midnight.
func (ta *Task) instantOf(pa *party, va value.Value) (int64, bool) {
	switch {
	case va.Bound != value.Exact:
		return 0, false
	case va.Kind == value.Time:
		return va.Num, true
	case va.Kind == value.Date:
		return ta.midnight(pa, va.Num), true
	}
	return 0, false
}

// firstSteps begins the steps of a new episode: those of the first state, and what is due already if an event made it
// start, or time the start's wait.
func (ta *Task) firstSteps(pa *party, ru *rule, ep *episode, oc occasion) {
	rl := ruling{due: oc.at, now: oc.now, at: oc.decidedAt, oc: oc, first: true}
	if ta.stopsByCondition(pa, ru, ep, rl) {
		return // it is true already: the episode ends there and then
	}
	if len(ru.States) > 0 {
		ta.enterState(pa, ru, ep, ru.First, rl, wayStart)
	}
	if oc.event != nil {
		ta.stepsAtOnce(pa, ru, ep, nil, rl)
	}
	ta.conditions(pa, ru, ep, rl)
	ta.settle(pa, ru, ep, oc.decidedAt)
}

// stepsAtOnce decides the steps that are due at an instant or before: those of the state that is entered, by their index,
// or all with nil. What was due before a state was entered is decided by its own timer.
func (ta *Task) stepsAtOnce(pa *party, ru *rule, ep *episode, of []int, rl ruling) {
	until := rl.due
	if rl.oc.settled {
		until = rl.oc.now
	}
	for i, st := range ru.Steps {
		if st.Waits() || !ru.isActive(ep, st) || of != nil && !slices.Contains(of, i) {
			continue
		}
		due, ok := ta.stepDue(pa, ru, ep, st)
		if !ok || due > until {
			continue
		}
		own := rl
		own.due = due
		ta.decideStep(pa, ru, ep, st, own)
	}
}

// stepByTime decides a step at its due instant; one that waited long enough comes to nothing.
func (ta *Task) stepByTime(pa *party, ru *rule, li *life, ep *episode, st *playbook.Step, due int64) error {
	ta.judging(ru, ep, stopName, due)
	now := max(due, ep.StartAt)
	rl := ruling{due: due, now: now, at: due + ru.Lateness}
	if !ta.stopsByCondition(pa, ru, ep, rl) {
		if st.Waits() {
			ta.drop(pa, ru, ep, st, note{outcome: skipped, code: "within", text: "did not come within " + value.FormatDuration(st.Within, ""), at: rl.at, due: due})
		} else {
			if st.Timing == playbook.TimingAt && len(st.At.Events)+len(st.At.Facts) > 0 {
				rl.known = pa.judged
			}
			ta.decideStep(pa, ru, ep, st, rl)
		}
		ta.conditions(pa, ru, ep, rl)
		ta.settle(pa, ru, ep, rl.at)
	}
	ta.setLife(pa, ru, li, now)
	return nil
}

// ruling is when a step is decided.
type ruling struct {
	due   int64 // ms
	now   int64 // ms, the instant that is judged
	at    int64 // ms, decided_at
	known int64 // ms, of a live `at`: the newest instant judged, where its due instant may have become known after it
	oc    occasion
	first bool // at the start of the episode

	looked bool // at a publication: what was true before it is noted
}

// decideStep holds a step for its slot, or says why not.
func (ta *Task) decideStep(pa *party, ru *rule, ep *episode, st *playbook.Step, rl ruling) {
	ta.judging(ru, ep, st.ID, rl.due)
	why := missedBy(ep, st, rl)
	rl.due = rl.settledDue()
	slot := rl.due
	if why != "" {
		if !ru.SendMissed {
			ta.drop(pa, ru, ep, st, note{outcome: missed, code: "missed", text: why, at: rl.at, due: rl.due})
			return
		}
		rl.at = rl.reached()
		slot = max(rl.due, rl.at)
	}
	fr := ta.within(pa, ru, ep, rl.now)
	fr.Event = rl.oc.event
	if st.If != nil && !holds(st.If, fr) {
		ta.drop(pa, ru, ep, st, note{outcome: skipped, code: "if", text: refusedBy(st.If, fr), at: rl.at, due: rl.due})
		return
	}
	ss := stepState{ID: st.ID, Phase: held, DueAt: rl.due, DecidedAt: rl.at, Slot: slot}
	if st.KeepsEvent && rl.oc.event != nil {
		ss.Event = keepEvent(rl.oc.event)
	}
	if st.Action == "log" {
		ta.logStep(pa, ru, ep, st, ss, rl.oc.event, rl.now)
		return
	}
	ep.setStep(ss)
}

// reached is when a step was come to.
func (rl *ruling) reached() int64 { return max(rl.at, rl.known) }

// settledDue is when the step is due: what is due while the start settles is due then.
func (rl *ruling) settledDue() int64 {
	if rl.oc.settled {
		return max(rl.due, rl.oc.now)
	}
	return rl.due
}

// missedBy says why a step comes too late: it was due before the start (an `at` step has a grace), or it is past its
// expiry when it is reached. "" if it does not.
func missedBy(ep *episode, st *playbook.Step, rl ruling) string {
	switch {
	case rl.due <= ep.StartAt-missedGrace:
		return "due " + instantText(rl.due) + ", before the start at " + instantText(ep.StartAt)
	case rl.reached() > rl.settledDue()+st.Expires:
		return "expired " + instantText(rl.settledDue()+st.Expires) + ", reached at " + instantText(rl.reached())
	}
	return ""
}

// drop decides that nothing comes of a step.
func (ta *Task) drop(pa *party, ru *rule, ep *episode, st *playbook.Step, no note) {
	no.step, no.hasDue = st.ID, true
	ep.setStep(stepState{ID: st.ID, Phase: dropped})
	ta.decide(pa, ru, ep, no)
}

// settle skips the steps that wait for one that was never published, and ends the episode when every step is decided
// and none is held; that of a journey in a final state only.
func (ta *Task) settle(pa *party, ru *rule, ep *episode, at int64) {
	for ta.skipFollowers(pa, ru, ep, at) {
	}
	if ep.Over {
		return
	}
	for _, st := range ru.Steps {
		if ss, _ := ep.step(st.ID); ss.Phase == held || !ep.Closing && ru.isActive(ep, st) {
			return
		}
	}
	ep.Over = ep.Closing || len(ru.States) == 0 || ru.isFinal(ep)
}

func (ta *Task) skipFollowers(pa *party, ru *rule, ep *episode, at int64) (again bool) {
	for _, st := range ru.Steps {
		if st.Timing != playbook.TimingAfterStep || !ru.isActive(ep, st) {
			continue
		}
		base, _ := ep.step(ru.Steps[st.AfterStep].ID)
		if base.Phase != dropped {
			continue
		}
		ep.setStep(stepState{ID: st.ID, Phase: dropped})
		ta.decide(pa, ru, ep, note{outcome: skipped, code: "after", step: st.ID, text: "step " + base.ID + " was not published", at: at})
		again = true
	}
	return again
}

// end closes an episode at the longest life that its playbook allows.
func (ta *Task) end(pa *party, ru *rule, li *life, ep *episode, due int64) {
	ta.judging(ru, ep, endsName, due)
	ta.withdrawHeld(pa, ru, ep, note{outcome: withdrawn, code: "ends", text: "the episode ended", at: due + ru.Lateness})
	ep.Over = true
	text := "open for " + value.FormatDuration(ru.Ends, " ")
	ta.decide(pa, ru, ep, note{outcome: ended, code: "ends", text: text, at: due + ru.Lateness, due: due, hasDue: true})
	ta.setLife(pa, ru, li, due)
}

// withdrawHeld takes back what was decided and not yet published.
func (ta *Task) withdrawHeld(pa *party, ru *rule, ep *episode, no note) {
	for i := range ep.Steps {
		if ss := &ep.Steps[i]; ss.Phase == held {
			no.step, no.due, no.hasDue = ss.ID, ss.DueAt, true
			*ss = stepState{ID: ss.ID, Phase: dropped}
			ta.decide(pa, ru, ep, no)
		}
	}
}

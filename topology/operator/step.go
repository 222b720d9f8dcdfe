package operator

import (
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// missedGrace bounds how long before the start an `at` step may have been due and still run: less than this (language.md
// 15).
const missedGrace = 24 * 60 * 60 * 1000

// stepDue is the instant at which a waiting step is due, as far as it is known now: an `at` is live until then.
func (ta *Task) stepDue(pa *party, ru *rule, ep *episode, st *playbook.Step) (due int64, ok bool) {
	switch st.Timing {
	case playbook.TimingStart:
		return ep.StartAt, true
	case playbook.TimingAfter:
		return ep.StartAt + st.After, true
	case playbook.TimingAfterStep:
		base, _ := ep.step(ru.Steps[st.AfterStep].ID)
		return base.Slot + st.After, base.Phase == published
	}
	ta.judging(ru, ep, st.ID, ep.StartAt)
	fr := ta.within(pa, ep, max(ep.StartAt, pa.judged))
	return ta.instantOf(pa, st.At.Eval(fr))
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

// stepsAtOnce decides the steps that are due already when an event makes their episode start.
func (ta *Task) stepsAtOnce(pa *party, ru *rule, li *life, ep *episode, oc occasion) error {
	for _, st := range ru.Steps {
		due, ok := ta.stepDue(pa, ru, ep, st)
		if !ok || due > ep.StartAt {
			continue
		}
		ta.decideStep(pa, ru, ep, st, ruling{due: due, now: oc.now, at: oc.decidedAt, oc: oc})
	}
	ta.settle(pa, ru, ep, oc.decidedAt)
	return nil
}

// stepByTime decides a step at its due instant.
func (ta *Task) stepByTime(pa *party, ru *rule, li *life, ep *episode, st *playbook.Step, due int64) error {
	ta.judging(ru, ep, stopName, due)
	now := max(due, ep.StartAt)
	if !ta.stopsByCondition(pa, ru, li, ep, now, due+ru.Lateness) {
		ta.decideStep(pa, ru, ep, st, ruling{due: due, now: now, at: due + ru.Lateness})
		ta.settle(pa, ru, ep, due+ru.Lateness)
	}
	ta.setLife(pa, ru, li, now)
	return nil
}

// ruling is when a step is decided.
type ruling struct {
	due int64 // ms
	now int64 // ms, the instant that is judged
	at  int64 // ms, decided_at
	oc  occasion
}

// decideStep holds a step for its slot, or says why not.
func (ta *Task) decideStep(pa *party, ru *rule, ep *episode, st *playbook.Step, rl ruling) {
	ta.judging(ru, ep, st.ID, rl.due)
	slot := rl.due
	if why := missedBy(ep, st, rl); why != "" {
		if !ru.SendMissed {
			ta.drop(pa, ru, ep, st, note{outcome: missed, code: "missed", text: why, at: rl.at, due: rl.due})
			return
		}
		slot = max(rl.due, rl.at)
	}
	fr := ta.within(pa, ep, rl.now)
	fr.Event = rl.oc.event
	if st.If != nil && !holds(st.If, fr) {
		ta.drop(pa, ru, ep, st, note{outcome: skipped, code: "if", text: refusedBy(st.If, fr), at: rl.at, due: rl.due})
		return
	}
	ep.setStep(stepState{ID: st.ID, Phase: held, DueAt: rl.due, DecidedAt: rl.at, Slot: slot})
}

// missedBy says why a step comes too late: it was due before the start (an `at` step has a grace), or it is past its
// expiry when it is reached. "" if it does not.
func missedBy(ep *episode, st *playbook.Step, rl ruling) string {
	switch {
	case rl.due <= ep.StartAt-missedGrace:
		return "due " + instantText(rl.due) + ", before the start at " + instantText(ep.StartAt)
	case rl.at > rl.due+st.Expires:
		return "expired " + instantText(rl.due+st.Expires) + ", reached at " + instantText(rl.at)
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
// and none is held.
func (ta *Task) settle(pa *party, ru *rule, ep *episode, at int64) {
	for ta.skipFollowers(pa, ru, ep, at) {
	}
	ep.Over = true
	for _, st := range ru.Steps {
		if ss, _ := ep.step(st.ID); ss.Phase == waiting || ss.Phase == held {
			ep.Over = false
		}
	}
}

func (ta *Task) skipFollowers(pa *party, ru *rule, ep *episode, at int64) (again bool) {
	for _, st := range ru.Steps {
		if st.Timing != playbook.TimingAfterStep {
			continue
		}
		base, _ := ep.step(ru.Steps[st.AfterStep].ID)
		if own, _ := ep.step(st.ID); own.Phase != waiting || base.Phase != dropped {
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

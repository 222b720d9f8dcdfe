package operator

import (
	"holdfast/schemas"
	"holdfast/topology/playbook"
)

// publish makes the intents of a held step when the clock has passed its slot, after everything was judged again: stops,
// `if`, recipients, consent. Data are evaluated here, at the slot.
func (ta *Task) publish(pa *party, ru *rule, li *life, ep *episode, st *playbook.Step) error {
	ss, _ := ep.step(st.ID)
	ta.judging(ru, ep, stopName, ss.Slot)
	now := max(ss.Slot, ep.StartAt)
	if !ta.stopsByCondition(pa, ru, li, ep, now, ss.Slot) {
		ta.judging(ru, ep, st.ID, ss.Slot)
		ta.release(pa, ru, ep, st, ss, now)
		ta.settle(pa, ru, ep, ss.Slot)
	}
	ta.setLife(pa, ru, li, now)
	return nil
}

// release decides a held step for good.
func (ta *Task) release(pa *party, ru *rule, ep *episode, st *playbook.Step, ss stepState, now int64) {
	no := note{at: ss.Slot, due: ss.DueAt}
	fr := ta.within(pa, ep, now)
	if st.If != nil && !holds(st.If, fr) {
		no.outcome, no.code, no.text = withdrawn, "if", refusedBy(st.If, fr)
		ta.drop(pa, ru, ep, st, no)
		return
	}
	to := ta.recipients(pa, ep, st, now)
	if len(to) == 0 {
		no.outcome, no.code, no.text = noRecipient, "no_recipient", "nobody to send it to"
		ta.drop(pa, ru, ep, st, no)
		return
	}
	ss.Phase, ss.ExpiresAt = published, ss.Slot+st.Expires
	for _, ad := range to {
		if ta.deliver(pa, ru, ep, st, &ss, ad, now) {
			ss.To = append(ss.To, ad)
		}
	}
	if len(ss.To) == 0 {
		ss = stepState{ID: st.ID, Phase: dropped}
	}
	ep.setStep(ss)
}

// deliver emits the intent for one recipient, unless consent forbids it.
func (ta *Task) deliver(pa *party, ru *rule, ep *episode, st *playbook.Step, ss *stepState, ad addressee, now int64) bool {
	no := note{step: st.ID, at: ss.Slot, due: ss.DueAt, hasDue: true}
	channels, denied := ta.consented(pa, ru, st, ad)
	if denied != "" {
		no.outcome, no.code, no.text = blocked, "no_consent:"+denied, ad.part()+" denied "+denied
		ta.decide(pa, ru, ep, no)
		return false
	}
	in := ta.intent(pa, ru, ep, st, ad, st.Action)
	in.Action, in.Channels = "deliver", channels
	in.DecidedAt, in.DueAt, in.NotBefore, in.ExpiresAt = ss.DecidedAt, ss.DueAt, ss.Slot, ss.ExpiresAt
	in.Data = ta.data(pa, ep, st, now)
	in.Priority = ta.priority(pa, ru, ep, st, now)
	in.Reason = ta.reason(pa, ru, ep, st, now)
	if len(channels) > 0 && ad.Type == "user" {
		in.Reason.Checks = append(in.Reason.Checks, schemas.Check{Name: "consent", Outcome: "passed"})
	}
	ta.counts.Intents++
	no.outcome, no.code, no.text, no.intent = publishedOutcome, "published", "to "+ad.part(), in.IntentID
	ta.decide(pa, ru, ep, no)
	ta.sink.Intent(in)
	return true
}

// cancel emits the intent that takes another one back.
func (ta *Task) cancel(pa *party, ru *rule, ep *episode, st *playbook.Step, ss *stepState, ad addressee, supersedes string, ha halt) {
	in := ta.intent(pa, ru, ep, st, ad, "cancel")
	in.Action, in.Supersedes = "cancel", supersedes
	in.Channels = defaultChannels(st)
	in.DecidedAt, in.DueAt, in.NotBefore, in.ExpiresAt = ha.at, ha.at, ha.at, ss.ExpiresAt
	in.Priority = ta.priority(pa, ru, ep, st, ha.now)
	in.Reason = schemas.Reason{Code: "stop", Text: "stopped: " + ha.text}
	if ha.late != nil {
		in.Reason.Trigger = trigger(ha.late)
	}
	ta.counts.Cancels++
	ta.decide(pa, ru, ep, note{outcome: cancelled, code: "stop", step: st.ID, text: ha.text, at: ha.at, intent: supersedes, due: ss.DueAt, hasDue: true})
	ta.sink.Intent(in)
}

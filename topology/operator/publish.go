package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// publish makes the intents of a held step when the clock has passed its slot, after everything was judged again: stops,
// `if`, recipients, consent. Data are evaluated here, at the slot.
func (ta *Task) publish(pa *party, ru *rule, li *life, ep *episode, st *playbook.Step) error {
	ss, _ := ep.step(st.ID)
	if ss.Event != nil {
		ss.Event.Account = pa.ref.Account
	}
	ta.judging(ru, ep, stopName, ss.Slot)
	now := max(ss.Slot, ep.StartAt)
	rl := ruling{due: ss.Slot, now: now, at: ss.Slot}
	if !ta.stopsByCondition(pa, ru, ep, rl) {
		ta.lookAtPublication(pa, ru, ep, &rl)
		ta.judging(ru, ep, st.ID, ss.Slot)
		ta.release(pa, ru, ep, st, ss, now)
		ta.conditions(pa, ru, ep, rl)
		ta.settle(pa, ru, ep, ss.Slot)
	}
	ta.setLife(pa, ru, li, now)
	return nil
}

// release decides a held step for good.
func (ta *Task) release(pa *party, ru *rule, ep *episode, st *playbook.Step, ss stepState, now int64) {
	no := note{at: ss.Slot, due: ss.DueAt}
	fr := ta.withEvent(pa, ru, ep, ss.Event, now)
	if st.If != nil && !holds(st.If, fr) {
		no.outcome, no.code, no.text = withdrawn, "if", refusedBy(st.If, fr)
		ta.drop(pa, ru, ep, st, no)
		return
	}
	template := ta.template(st, fr)
	if template == "" {
		no.outcome, no.code, no.text = skipped, "no_template", "no template: "+st.Choice.Source+" finds nothing"
		ta.drop(pa, ru, ep, st, no)
		return
	}
	to := ta.recipients(pa, ru, ep, st, &ss, now)
	if len(to) == 0 {
		no.outcome, no.code, no.text = noRecipient, "no_recipient", "nobody to send it to"
		ta.drop(pa, ru, ep, st, no)
		return
	}
	event := ss.Event
	ss.Phase, ss.Event, ss.ExpiresAt = published, nil, ss.Slot+st.Expires
	for _, ad := range to {
		if ta.deliver(pa, ru, ep, st, &delivery{ss: &ss, template: template, event: event, now: now}, ad) {
			ss.To = append(ss.To, ad)
		}
	}
	if len(ss.To) == 0 {
		ss = stepState{ID: st.ID, Phase: dropped}
	}
	ep.setStep(ss)
}

// delivery is a step on its way out.
type delivery struct {
	ss       *stepState
	template string
	event    *schemas.Event // that made it due, if an expression reads it
	now      int64          // ms
}

// withEvent is within, with the event that made the step due.
func (ta *Task) withEvent(pa *party, ru *rule, ep *episode, ev *schemas.Event, now int64) *lang.Frame {
	fr := ta.within(pa, ru, ep, now)
	fr.Event = ev
	return fr
}

// template is what the step's choice picks; "" if it finds nothing.
func (ta *Task) template(st *playbook.Step, fr *lang.Frame) string {
	if st.Choice == nil {
		return st.Template
	}
	va := st.Choice.Eval(fr)
	if va.Kind != value.Text {
		return ""
	}
	return strings.Clone(va.Text)
}

// deliver emits the intent for one recipient, unless consent forbids it.
func (ta *Task) deliver(pa *party, ru *rule, ep *episode, st *playbook.Step, dl *delivery, ad addressee) bool {
	ss, now := dl.ss, dl.now
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
	fr := func() *lang.Frame { return ta.withEvent(pa, ru, ep, dl.event, now) }
	in.Template, in.Data, in.Links, in.Goal = dl.template, data(st.Data, fr), links(st.Links, fr), ru.goalOf(ep)
	in.Priority = priority(ru, st, fr)
	in.Reason = ta.reason(pa, ru, ep, st, dl)
	if len(channels) > 0 && ad.Type == "user" {
		in.Reason.Checks = append(in.Reason.Checks, schemas.Check{Name: "consent", Outcome: "passed"})
	}
	ta.counts.Intents++
	no.outcome, no.code, no.text, no.intent = publishedOutcome, "published", "to "+ad.part(), in.IntentID
	ta.decide(pa, ru, ep, no)
	ta.noteErrand(pa, ru, ep, ss, ad, in.IntentID)
	ta.sink.Intent(in)
	return true
}

// cancel emits the intent that takes another one back.
func (ta *Task) cancel(pa *party, ru *rule, ep *episode, st *playbook.Step, ss *stepState, ad addressee, supersedes string, ha halt) {
	in := ta.intent(pa, ru, ep, st, ad, "cancel")
	in.Action, in.Supersedes = "cancel", supersedes
	in.Channels = defaultChannels(st)
	in.DecidedAt, in.DueAt, in.NotBefore, in.ExpiresAt = ha.at, ha.due, ha.due, ss.ExpiresAt
	fr := func() *lang.Frame { return ta.withEvent(pa, ru, ep, ss.Event, ha.now) }
	in.Template = ta.template(st, fr())
	in.Priority = priority(ru, st, fr)
	in.Reason = schemas.Reason{Code: "stop", Text: "stopped: " + ha.text}
	if ha.late != nil {
		in.Reason.Trigger = trigger(ha.late)
	}
	ta.counts.Cancels++
	ta.decide(pa, ru, ep, note{outcome: cancelled, code: "stop", step: st.ID, text: ha.text, at: ha.at, intent: supersedes, due: ss.DueAt, hasDue: true})
	ta.sink.Intent(in)
}

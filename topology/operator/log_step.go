package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/evidence"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// logStep adds what a `log` step says to the evidence, the moment that it is decided: there is nothing to send, so nothing
// is held. The step counts as published.
func (ta *Task) logStep(pa *party, ru *rule, ep *episode, st *playbook.Step, ss stepState, ev *schemas.Event, now int64) {
	it := evidence.Item{Record: st.Log.Record, Source: ru.Name, ID: ep.ID + "/" + st.ID, At: ss.DueAt, Unit: st.Log.Unit}
	fr := func() *lang.Frame { return ta.withEvent(pa, ru, ep, ev, now) }
	if st.Log.Value != nil {
		it.Value, it.HasValue = micros(st.Log.Value.Eval(fr()))
	}
	it.Goal, it.Text = textOf(st.Log.Goal, fr), textOf(st.Log.Text, fr)
	ss.Phase, ss.ExpiresAt = published, ss.Slot
	ep.setStep(ss)
	ta.decide(pa, ru, ep, note{outcome: publishedOutcome, code: "logged", text: "logged " + it.Record, step: st.ID, at: ss.DecidedAt, due: ss.DueAt, hasDue: true})
	ta.logEvidence(ta.evidenceOf(pa), it, now, false)
}

// evidenceOf is whose log a subject adds to: its own if the bundle keeps one for such subjects, else that of its account.
func (ta *Task) evidenceOf(pa *party) *party {
	for _, de := range ta.docs.of(pa) {
		if _, own := de.document.(*evidenceLog); own {
			return pa
		}
	}
	if pa.ref.Kind != topology.SubjectUser {
		return pa
	}
	account, _ := ta.partiesFor(pa, &effect{})
	return account
}

// textOf is the text that a program yields; "" if there is none.
func textOf(pr *lang.Program, fr func() *lang.Frame) string {
	if pr == nil {
		return ""
	}
	if va := pr.Eval(fr()); va.Kind == value.Text {
		return strings.Clone(va.Text)
	}
	return ""
}

package operator

import (
	"strings"
	"time"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// instantText renders an instant as a person reads it: 2026-03-15T08:55Z, with seconds only where there are some.
func instantText(ms int64) string {
	layout := "2006-01-02T15:04Z"
	switch {
	case ms%1000 != 0:
		layout = "2006-01-02T15:04:05.000Z"
	case ms%60_000 != 0:
		layout = "2006-01-02T15:04:05Z"
	}
	return time.UnixMilli(ms).UTC().Format(layout)
}

// refusedBy is the sentence for a condition that is not true: what it says, and what everything in it was. A comparison
// that holds may be the reason too, under a `not`.
func refusedBy(pr *lang.Program, fr *lang.Frame) string {
	var parts []string
	for _, fa := range explain(pr, fr) {
		parts = append(parts, fa.Name+" is "+fa.Value)
	}
	if len(parts) == 0 {
		return "not true: " + pr.Source
	}
	return "not true: " + pr.Source + " (" + strings.Join(parts, ", ") + ")"
}

// heldBy is the sentence for a condition that is true: the comparisons that held.
func heldBy(pr *lang.Program, fr *lang.Frame) string {
	var parts []string
	for _, fa := range explain(pr, fr) {
		if fa.Held {
			parts = append(parts, factText(fa))
		}
	}
	if len(parts) == 0 {
		return pr.Source
	}
	return strings.Join(parts, " and ")
}

func explain(pr *lang.Program, fr *lang.Frame) []schemas.Fact {
	if pr.Explain == nil {
		return nil
	}
	facts := pr.Explain(fr)
	for i := range facts {
		facts[i].Value = strings.Clone(facts[i].Value) // it may alias a cell
	}
	return facts
}

// factText is "idle(login) is 7d, >= 7d".
func factText(fa schemas.Fact) string {
	text := fa.Name + " is " + fa.Value
	if fa.Op != "" {
		text += ", " + fa.Op
	}
	return text
}

// whyEntered is the sentence of an entry: the event, or what time made true.
func (ta *Task) whyEntered(ru *rule, oc occasion, fr *lang.Frame) string {
	var text string
	if ru.Start.When != nil {
		text = heldBy(ru.Start.When, fr)
	}
	if oc.event == nil {
		return text
	}
	what := oc.event.Kind.String() + " " + oc.event.Type
	if def := ta.matchedAny(ru.Start.Events); def != nil {
		what = def.Name
	}
	what = what + " at " + instantText(oc.event.At)
	if text == "" {
		return what
	}
	return text + " since " + what
}

// reason says why an intent is made: the event that began the episode, and what the conditions saw at the slot.
func (ta *Task) reason(pa *party, ru *rule, ep *episode, st *playbook.Step, dl *delivery) schemas.Reason {
	re := schemas.Reason{Code: ep.cause(), Trigger: ep.Trigger}
	fr := ta.withEvent(pa, ru, ep, dl.event, dl.now)
	if ru.Start.When != nil {
		re.Facts = append(re.Facts, explain(ru.Start.When, fr)...)
		if ru.Start.If != nil {
			re.Facts = append(re.Facts, explain(ru.Start.If, fr)...)
		}
	}
	if st.If != nil {
		re.Facts = append(re.Facts, explain(st.If, fr)...)
	}
	re.Text = ta.reasonText(ru, ep, fr)
	return re
}

// cause is the code of a reason.
func (ep *episode) cause() string {
	switch {
	case ep.Existing:
		return "existing"
	case ep.ByEvent:
		return "event"
	}
	return "time"
}

func (ta *Task) reasonText(ru *rule, ep *episode, fr *lang.Frame) string {
	text := ru.Title
	if text == "" {
		text = ru.Name
	}
	if ru.Start.When != nil {
		return text + ": " + heldBy(ru.Start.When, fr)
	}
	if ep.Trigger != nil {
		return text + ": " + ep.Trigger.Type + " at " + instantText(ep.Trigger.OccurredAt)
	}
	return text
}

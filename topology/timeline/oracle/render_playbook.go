package oracle

import (
	"fmt"
	"strings"
)

func (pb Playbook) document() string {
	var out strings.Builder
	fmt.Fprintf(&out, "playbook: %s\nfor: %s\nclass: %s\n", pb.Name, pb.scope(), pb.Class)
	if pb.Lateness > 0 {
		fmt.Fprintf(&out, "lateness: %v\n", pb.Lateness)
	}
	if pb.To.Kind != "" {
		fmt.Fprintf(&out, "to: %s\n", pb.To)
	}
	fmt.Fprintf(&out, "start: %s\n", pb.start())
	fmt.Fprintf(&out, "again: %s\n", pb.Again.text())
	if pb.Send {
		out.WriteString("missed: send\n")
	}
	block(&out, "stop", stopFlows(pb.Stops))
	block(&out, "always", stepFlows(pb.Always))
	block(&out, "steps", stepFlows(pb.Steps))
	if pb.First != "" {
		fmt.Fprintf(&out, "first: %s\nstates:\n", pb.First)
	}
	for _, st := range pb.States {
		fmt.Fprintf(&out, "  %s: %s\n", st.Name, st.body())
	}
	return out.String()
}

func block(out *strings.Builder, key string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(out, "%s:\n", key)
	for _, item := range items {
		fmt.Fprintf(out, "  - %s\n", item)
	}
}

func (pb Playbook) scope() string {
	if pb.PerKey {
		return "each invoice by event." + keyField
	}
	return scope(pb.PerUser)
}

func (pb Playbook) start() string {
	fl := flow{}
	fl.text("event", pb.Start.Event)
	fl.expr("when", pb.Start.When)
	if pb.Start.Each != "" {
		each := flow{"each: " + pb.Start.Each}
		each.text("day", pb.Start.On)
		each.add("at", clock(pb.Start.At, `"`))
		fl.add("schedule", each.String())
	}
	fl.expr("if", pb.Start.If)
	fl.flag("once", pb.Start.Once)
	fl.span("settle", pb.Start.Settle)
	fl.text("existing", pb.Existing)
	return fl.String()
}

func clock(minute int, quote string) string {
	return fmt.Sprintf("%s%02d:%02d%s", quote, minute/60, minute%60, quote)
}

func (ag Again) text() string {
	switch ag.Kind {
	case Always:
		return "always"
	case Every:
		return "every " + ag.Every.String()
	case Per:
		text := "per event.feature"
		if ag.Every > 0 {
			text += " every " + ag.Every.String()
		}
		return text
	case After:
		return "after " + ag.After
	}
	return "never"
}

// String prints the recipient as the language has it.
func (to To) String() string {
	switch to.Kind {
	case "role":
		text := fmt.Sprintf("role(%q)", to.Name)
		if to.Or != "" {
			text += fmt.Sprintf(" or role(%q)", to.Or)
		}
		return text
	case "team", "channel":
		return fmt.Sprintf("%s(%q)", to.Kind, to.Name)
	}
	return to.Kind
}

func stopFlows(stops []Stop) []string {
	var items []string
	for _, st := range stops {
		fl := flow{}
		fl.text("id", st.ID)
		fl.text("event", st.Event)
		fl.expr("when", st.When)
		fl.expr("if", st.If)
		if st.Action != "" {
			fl.add(st.Action, "t_stop")
			fl.text("to", st.To.String())
		}
		if st.MatchKey {
			fl.add("match", "key")
		}
		fl.flag("contacted", st.Contacted)
		items = append(items, fl.String())
	}
	return items
}

func stepFlows(steps []Step) []string {
	var items []string
	for _, st := range steps {
		items = append(items, st.text())
	}
	return items
}

func (st Step) text() string {
	fl := flow{}
	fl.text("id", st.ID)
	switch st.Timing {
	case AfterStart:
		fl.add("after", st.Delay.String())
	case AfterStep:
		fl.add("after", st.Base+" + "+st.Delay.String())
	case AtTime:
		fl.expr("at", st.At)
	case AtEvent:
		fl.add("event", st.Event)
	case AtEdge:
		fl.expr("when", st.When)
	}
	fl.add(st.Action, "t_"+st.ID)
	fl.text("to", st.To.String())
	fl.expr("if", st.If)
	fl.flag("once", st.Once)
	fl.span("within", st.Within)
	fl.span("expires", st.Expires)
	fl.flag("keep", st.Keep)
	return fl.String()
}

func (st State) body() string {
	fl := flow{}
	fl.text("final", st.Final)
	if len(st.Enter) > 0 {
		fl.add("enter", "["+strings.Join(stepFlows(st.Enter), ", ")+"]")
	}
	var events, after flow
	for _, mo := range st.Events {
		if mo.If == nil {
			events.add(mo.Event, mo.To)
			continue
		}
		events.add(mo.Event, flow{"to: " + mo.To, "if: " + mo.If.String()}.String())
	}
	for _, mo := range st.After {
		after.add(mo.Delay.String(), mo.To)
	}
	if len(events) > 0 {
		fl.add("events", events.String())
	}
	if len(after) > 0 {
		fl.add("after", after.String())
	}
	var moves []string
	for _, mo := range st.Goto {
		moves = append(moves, flow{"when: " + mo.When.String(), "to: " + mo.To}.String())
	}
	if len(moves) > 0 {
		fl.add("goto", "["+strings.Join(moves, ", ")+"]")
	}
	return fl.String()
}

package oracle

import (
	"slices"
	"strings"
)

// Features lists, sorted, which constructs the case uses ("start:when") and what happened when it ran ("saw:stop").
func (ca Case) Features() []string {
	var list []string
	add := func(feature string, is bool) {
		if is {
			list = append(list, feature)
		}
	}
	add("doc:health", len(ca.Health) > 0)
	add("doc:segments", len(ca.Segments) > 0)
	add("doc:signals", len(ca.Signals) > 0)
	add("doc:stages", len(ca.Stages) > 0)
	add("doc:evidence", len(ca.Proofs) > 0)
	for _, pb := range ca.Playbooks {
		list = append(list, pb.features()...)
	}
	for _, li := range ca.Lines {
		add("history:disorder", li.Arrives != li.At)
		add("history:profile", li.Event == "")
		add("history:stranger", li.User == Stranger)
	}
	ca.expressions(func(ex *Expr) {
		add("expr:"+ex.Name, ex.Op == OpCall)
		add("expr:before", ex.Before > 0)
		add("expr:distinct_in", ex.Name == "distinct" && ex.Window > 0)
		add("expr:where", ex.Where != nil)
		add("expr:month", ex.Month != "")
		add("expr:account.", ex.Account)
		add("expr:pane", ex.isPaned())
		add("expr:clock", ex.Op == OpClock)
	})
	for _, ac := range ca.Accounts {
		add("history:old_accounts", ac.Created != 0 && len(ca.Lines) > 0 && ac.Created < ca.Lines[0].At)
	}
	for _, note := range ca.run().notes {
		list = append(list, "saw:"+note)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (pb Playbook) features() []string {
	list := []string{"scope:" + strings.Fields(pb.scope())[1], "again:" + pb.Again.Kind.String()}
	add := func(feature string, is bool) {
		if is {
			list = append(list, feature)
		}
	}
	add("start:event", pb.Start.Event != "")
	add("start:when", pb.Start.When != nil)
	add("start:schedule", pb.Start.Each != "")
	add("start:if", pb.Start.If != nil)
	add("start:once", pb.Start.Once)
	add("start:settle", pb.Start.Settle > 0)
	add("start:existing_"+pb.Existing, pb.Existing != "")
	add("missed:send", pb.Send)
	add("lateness:own", pb.Lateness > 0)
	add("journey", pb.First != "")
	for _, st := range pb.Stops {
		add("stop:when", st.When != nil)
		add("stop:event", st.Event != "")
		add("stop:action", st.Action != "")
	}
	for _, st := range pb.Steps {
		list = append(list, "step:"+st.Timing.String())
		add("step:if", st.If != nil)
		add("step:expires", st.Expires > 0)
	}
	return list
}

// isPaned says whether a windowed value may be kept in panes: generated counts meet small constants, but for `change`.
func (ex *Expr) isPaned() bool {
	return ex.Op == OpCall && (ex.Name == "change" || ex.Window > 0 && slices.Contains([]string{"sum", "min", "max", "avg"}, ex.Name))
}

// expressions calls what for every part of every expression of the bundle.
func (ca Case) expressions(what func(*Expr)) {
	for _, he := range ca.Health {
		he.Needs.walk(what)
		for _, me := range he.Measures {
			for _, line := range me.Lines {
				line.If.walk(what)
			}
		}
	}
	for _, wa := range append(slices.Clone(ca.Segments), ca.Signals...) {
		wa.Enter.walk(what)
		wa.Leave.walk(what)
	}
	for _, st := range ca.Stages {
		for _, stage := range st.List {
			stage.Is.walk(what)
		}
	}
	for _, pr := range ca.Proofs {
		pr.If.walk(what)
	}
	for _, pb := range ca.Playbooks {
		pb.expressions(what)
	}
}

func (pb Playbook) expressions(what func(*Expr)) {
	pb.Start.When.walk(what)
	pb.Start.If.walk(what)
	for _, st := range pb.Stops {
		st.When.walk(what)
		st.If.walk(what)
	}
	steps := append(slices.Clone(pb.Steps), pb.Always...)
	for _, state := range pb.States {
		steps = append(steps, state.Enter...)
		for _, mo := range append(slices.Clone(state.Events), state.Goto...) {
			mo.If.walk(what)
			mo.When.walk(what)
		}
	}
	for _, st := range steps {
		st.At.walk(what)
		st.When.walk(what)
		st.If.walk(what)
	}
}

package operator

import (
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// rule is a playbook as this task runs it.
type rule struct {
	*playbook.Playbook
	edgeKey, lifeKey, runningKey uint32
	perKey                       uint32 // the value that the edge belongs to, where each value has its own
	byID                         map[string]int
	states                       map[string]int
	moves                        []int64 // how often a state was entered and left: stateMoves
	readsMarks                   bool    // an expression may ask what became of a step
	watches                      bool    // a step or a state waits for a condition
	timed                        bool    // time alone may let somebody in
	lazy                         bool    // an episode waits for something of the account that no event of the user tells
	quick                        bool    // nothing but the truth of its condition decides about its start
	lazyStart                    bool    // its condition reads something that may change unheard
	activation                   activation
	retired                      []*rule // what it was when pinned episodes began (pins.go)
}

func newRule(pb *playbook.Playbook) *rule {
	ru := &rule{
		Playbook: pb, edgeKey: topology.Key("rule/" + pb.Cell()), lifeKey: topology.Key("episode/" + pb.Cell()),
		runningKey: lang.RunningKey(pb.Name), perKey: topology.Key("rule.per/" + pb.Cell()),
		byID: map[string]int{}, states: map[string]int{}, moves: make([]int64, len(pb.States)*int(wayCount)),
	}
	ru.timed = !pb.Retired && (pb.Start.When != nil || pb.Start.Schedule != nil || pb.Again.When != nil)
	if when := pb.Start.When; when != nil {
		ru.lazyStart = pb.Each == lang.ScopeUser && when.ReadsAccount()
		ru.quick = !pb.Retired && pb.Again.Kind != playbook.AgainPer
	}
	for i, st := range pb.Steps {
		ru.byID[st.ID] = i
		ru.watches = ru.watches || st.Timing == playbook.TimingWhen
	}
	for i := range pb.States {
		ru.states[pb.States[i].Name] = i
		ru.watches = ru.watches || len(pb.States[i].Goto) > 0
	}
	for _, pr := range pb.Programs() {
		ru.readsMarks = ru.readsMarks || pr.ReadsSteps()
	}
	for _, pr := range ru.conditions() {
		ru.lazy = ru.lazy || pb.Each == lang.ScopeUser && pr.ReadsAccount()
	}
	return ru
}

// conditions are what an open episode waits for.
func (ru *rule) conditions() (list []*lang.Program) {
	add := func(pr *lang.Program) {
		if pr != nil {
			list = append(list, pr)
		}
	}
	for i := range ru.Stops {
		add(ru.Stops[i].When)
	}
	for _, st := range ru.Steps {
		add(st.When)
		add(st.At)
	}
	for i := range ru.States {
		for _, mo := range ru.States[i].Goto {
			add(mo.When)
		}
	}
	if !ru.Again.OfEvent {
		add(ru.Again.Per)
	}
	return list
}

// edges is what a subject remembers of a rule's conditions, in one integer cell.
type edges struct {
	start    bool  // `start.when` was true when it was last judged
	again    bool  // `again: after EXPR` was
	disarmed bool  // a timer of the start failed: it stays silent until the condition falls
	cursor   int64 // ms: how far time was judged
	due      int64 // ms, after the cursor: an instant to be judged though the condition names it no more; 0: none
}

func (pa *party) edges(ru *rule) edges {
	v, _ := pa.sub.Int(ru.edgeKey)
	ed := edges{start: v&1 != 0, again: v&2 != 0, disarmed: v&4 != 0, cursor: v >> 3}
	if ed.cursor < 0 {
		ed.due = -ed.cursor
		ed.cursor = ed.due - 1
	}
	return ed
}

// setEdges writes the cell if it changes; the zero edges are no cell.
func (pa *party) setEdges(ru *rule, ed edges) {
	cursor := ed.cursor
	if ed.due > cursor {
		cursor = -ed.due
	}
	v := cursor<<3 | int64(flags(ed.start, ed.again, ed.disarmed))
	was, ok := pa.sub.Int(ru.edgeKey)
	switch {
	case v == was:
	case v == 0 && ok:
		pa.sub.Delete(ru.edgeKey)
	default:
		pa.sub.SetInt(ru.edgeKey, v)
	}
}

// holds says whether a condition is true; unknown is not.
func holds(pr *lang.Program, fr *lang.Frame) bool { return truth(pr, fr) == value.Yes }

func truth(pr *lang.Program, fr *lang.Frame) value.Truth {
	if pr.Truth != nil {
		return pr.Truth(fr)
	}
	return pr.Eval(fr).Truth()
}

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
	edgeKey, lifeKey uint32
	regretful        bool       // an event can stop it: so a late one can make us regret
	activation       activation // since when it is in this task
}

func newRule(pb *playbook.Playbook) *rule {
	ru := &rule{Playbook: pb, edgeKey: topology.Key("rule/" + pb.Name), lifeKey: topology.Key("episode/" + pb.Name)}
	for i := range pb.Stops {
		ru.regretful = ru.regretful || pb.Stops[i].Event != nil
	}
	return ru
}

// edges is what a subject remembers of a rule's conditions, in one integer cell.
type edges struct {
	start    bool  // `start.when` was true when it was last judged
	again    bool  // `again: after EXPR` was
	disarmed bool  // a timer of the start failed: it stays silent until the condition falls
	cursor   int64 // ms: how far time was judged
}

func (pa *party) edges(ru *rule) edges {
	v, _ := pa.sub.Int(ru.edgeKey)
	return edges{start: v&1 != 0, again: v&2 != 0, disarmed: v&4 != 0, cursor: v >> 3}
}

// setEdges writes the cell if it changes; the zero edges are no cell.
func (pa *party) setEdges(ru *rule, ed edges) {
	v := ed.cursor<<3 | int64(flags(ed.start, ed.again, ed.disarmed))
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

package playbook

import "holdfast/topology/lang"

// Programs are all expressions of a playbook, in file order of what they belong to.
func (pb *Playbook) Programs() (list []*lang.Program) {
	add := func(programs ...*lang.Program) {
		for _, pr := range programs {
			if pr != nil {
				list = append(list, pr)
			}
		}
	}
	add(pb.Start.When, pb.Start.If, pb.Start.Seen, pb.Priority, pb.Again.When, pb.Again.Per)
	add(pb.Start.First...)
	for i := range pb.Stops {
		add(pb.Stops[i].When, pb.Stops[i].If)
	}
	for _, st := range pb.Steps {
		add(st.programs()...)
	}
	for i := range pb.States {
		for _, moves := range [][]Move{pb.States[i].Events, pb.States[i].After, pb.States[i].Goto} {
			for _, mo := range moves {
				add(mo.If, mo.When)
			}
		}
	}
	if pb.Goal != nil {
		add(pb.Goal.When, pb.Goal.If)
	}
	return list
}

func (st *Step) programs() []*lang.Program {
	list := []*lang.Program{st.Choice, st.Delay, st.At, st.When, st.If, st.Priority}
	for _, data := range [][]Datum{st.Data, st.Links} {
		for _, da := range data {
			list = append(list, da.Value)
		}
	}
	for _, group := range st.To.All {
		for _, re := range group {
			list = append(list, re.Path)
		}
	}
	if st.Log != nil {
		list = append(list, st.Log.Value, st.Log.Goal, st.Log.Text)
	}
	return list
}

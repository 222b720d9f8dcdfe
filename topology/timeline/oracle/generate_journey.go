package oracle

// journey gives the playbook states instead of steps: new, then mid, then done or lost.
func (ge *generator) journey(pb *Playbook) {
	pb.First = "new"
	pb.Stops = pb.Stops[:min(len(pb.Stops), 1)]
	first, second := ge.other(pb.Start.Event), ge.other(pb.Start.Event)
	begin := State{Name: "new", Enter: ge.entering(*pb, "e_new"), Events: []Move{{Event: first, To: "mid"}}}
	if second != first && ge.dr.chance(50) {
		begin.Events = append(begin.Events, Move{Event: second, To: "done"})
	}
	begin.After = []Move{{Delay: ge.span(), To: pick(ge.dr, "mid", "lost")}}
	mid := State{Name: "mid", Enter: ge.entering(*pb, "e_mid"), Events: []Move{{Event: second, To: "done"}}, After: []Move{{Delay: ge.span(), To: "lost"}}}
	if ge.dr.chance(25) {
		mid.Events[0].If = ge.condition(0)
	}
	if ge.dr.chance(40) {
		mid.Goto = []Move{{When: ge.waiting(0), To: "done"}}
	}
	done := State{Name: "done", Final: "success", Enter: ge.entering(*pb, "e_done")}
	lost := State{Name: "lost", Final: "dropped", Enter: ge.entering(*pb, "e_lost")}
	pb.States = []State{begin, mid, done, lost}
	if ge.dr.chance(40) {
		pb.Always = []Step{{ID: "always", Action: ge.action(*pb), To: ge.team(*pb), Timing: AtEvent, Event: ge.other(pb.Start.Event), Once: true}}
	}
}

// team is a recipient that every action of the playbook may have.
func (ge *generator) team(pb Playbook) To {
	if pb.PerUser {
		return To{}
	}
	return To{Kind: "team", Name: "csm"}
}

// entering draws what a state does when it is entered.
func (ge *generator) entering(pb Playbook, id string) []Step {
	if ge.dr.chance(25) {
		return nil
	}
	st := Step{ID: id, Action: pick(ge.dr, "task", "request"), Timing: AtOnce, Keep: ge.dr.chance(25)}
	if st.Action == "task" {
		st.To = To{Kind: "team", Name: "csm"}
	}
	if pb.PerUser && ge.dr.chance(60) {
		st.Action, st.To = "send", To{}
	}
	if ge.dr.chance(20) {
		st.If = ge.condition(0)
	}
	return []Step{st}
}

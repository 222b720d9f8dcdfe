package oracle

import "slices"

// isSound says whether what is named exists and nothing that must be there is missing: a cut may have broken that.
func (ca Case) isSound() bool {
	if len(ca.Lines) == 0 {
		return false
	}
	sound := len(ca.Playbooks)+len(ca.Health)+len(ca.Segments)+len(ca.Signals)+len(ca.Stages)+len(ca.Proofs) > 0
	sound = sound && ca.Lines[0].Arrives == ca.Lines[0].At
	for _, li := range ca.Lines {
		sound = sound && (li.Event == "" || ca.knows(li.Event)) && ca.hasSubject(li.Account, li.User)
	}
	for _, us := range ca.Users {
		sound = sound && ca.hasSubject(us.Account, "")
	}
	for _, ev := range ca.Events {
		sound = sound && (ev.From == "" || ca.knows(ev.From))
	}
	ca.expressions(func(ex *Expr) { sound = sound && ca.resolves(ex) })
	return sound && ca.documentsSound() && !slices.ContainsFunc(ca.Playbooks, func(pb Playbook) bool { return !ca.playbookSound(pb) })
}

func (ca Case) knows(event string) bool {
	return event == "" || isBuiltIn(event) || slices.ContainsFunc(ca.Events, func(ev Event) bool { return ev.Name == event })
}

// isBuiltIn says whether the event is one of the engine's.
func isBuiltIn(event string) bool {
	return slices.Contains([]string{"tier_changed", "segment_entered", "segment_left", "signal_raised", "signal_cleared", "stage_changed", "evidence_added"}, event)
}

func (ca Case) hasSubject(account, user string) bool {
	if user == "" || user == Stranger {
		return slices.ContainsFunc(ca.Accounts, func(ac Account) bool { return ac.ID == account })
	}
	return slices.ContainsFunc(ca.Users, func(us User) bool { return us.ID == user && us.Account == account })
}

// resolves says whether the names of a call exist.
func (ca Case) resolves(ex *Expr) bool {
	if ex.Op == OpPath && (ex.Name == "tier" || ex.Name == "score") {
		return slices.ContainsFunc(ca.Health, func(he Health) bool { return he.Main && (ex.Name == "score" || len(he.Tiers) > 0) })
	}
	if ex.Op == OpPath && ex.Name == "stage" {
		return len(ca.Stages) > 0
	}
	if ex.Op != OpCall {
		return true
	}
	named := func(wa Watch) bool { return wa.Name == ex.Text }
	switch ex.Name {
	case "segment":
		return slices.ContainsFunc(ca.Segments, named)
	case "signal":
		return slices.ContainsFunc(ca.Signals, named)
	case "tier", "score":
		return slices.ContainsFunc(ca.Health, func(he Health) bool { return he.Name == ex.Text && (ex.Name == "score" || len(he.Tiers) > 0) })
	case "running":
		return slices.ContainsFunc(ca.Playbooks, func(pb Playbook) bool { return pb.Name == ex.Text })
	case "evidence_count", "evidence_sum":
		return len(ca.Proofs) > 0
	}
	return ca.knows(ex.Event)
}

func (ca Case) documentsSound() bool {
	for _, he := range ca.Health {
		if len(he.Measures) == 0 || len(he.Tiers) == 1 || len(he.Tiers) > 0 && he.Tiers[len(he.Tiers)-1].Below != 0 {
			return false
		}
		if slices.ContainsFunc(he.Measures, func(me Measure) bool { return len(me.Lines) == 0 }) {
			return false
		}
	}
	for _, st := range ca.Stages {
		if len(st.List) < 2 || st.List[len(st.List)-1].Is != nil {
			return false
		}
	}
	return !slices.ContainsFunc(ca.Proofs, func(pr Proof) bool { return !ca.knows(pr.Event) })
}

func (ca Case) playbookSound(pb Playbook) bool {
	if len(pb.Steps) == 0 && pb.First == "" || !ca.knows(pb.Start.Event) || !ca.knows(pb.Again.After) {
		return false
	}
	for _, st := range pb.Stops {
		if !ca.knows(st.Event) {
			return false
		}
	}
	for _, st := range append(slices.Clone(pb.Steps), pb.Always...) {
		based := st.Timing != AfterStep || slices.ContainsFunc(pb.Steps, func(other Step) bool { return other.ID == st.Base })
		if !based || !ca.knows(st.Event) {
			return false
		}
	}
	return pb.First == "" || ca.journeySound(pb)
}

// journeySound says whether every state is reachable and leads on.
func (ca Case) journeySound(pb Playbook) bool {
	reached := []string{pb.First}
	for i := 0; i < len(reached); i++ {
		at := slices.IndexFunc(pb.States, func(st State) bool { return st.Name == reached[i] })
		if at < 0 {
			return false
		}
		st := pb.States[at]
		moves := slices.Concat(st.Events, st.After, st.Goto)
		if (st.Final != "") != (len(moves) == 0) {
			return false
		}
		for _, mo := range moves {
			if !ca.knows(mo.Event) {
				return false
			}
			if !slices.Contains(reached, mo.To) {
				reached = append(reached, mo.To)
			}
		}
	}
	return len(reached) == len(pb.States)
}

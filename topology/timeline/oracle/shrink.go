package oracle

import "slices"

// Shrink removes from a case what it can while it still fails, and returns the smallest it found. It is greedy: it
// goes through all simplifications again and again until none of them can be made.
func Shrink(ca Case, fails func(Case) bool) Case {
	for {
		smaller, found := smaller(ca, fails)
		if !found {
			return smaller
		}
		ca = smaller
	}
}

// smaller makes one round of simplifications.
func smaller(ca Case, fails func(Case) bool) (Case, bool) {
	found := false
	for chunk := len(ca.Lines) / 2; chunk > 0; chunk /= 2 {
		for from := 0; from+chunk <= len(ca.Lines); {
			try := ca.clone()
			try.Lines = slices.Delete(try.Lines, from, from+chunk)
			if !try.isSound() || !fails(try) {
				from += chunk
				continue
			}
			ca, found = try, true
		}
	}
	for i := 0; ; i++ {
		try := ca.clone()
		cuts := try.cuts()
		if i >= len(cuts) {
			return ca, found
		}
		cuts[i]()
		if try.isSound() && fails(try) {
			ca, found = try, true
			i = -1
		}
	}
}

// clone copies all that a cut may write to. Expressions are shared: cuts replace them whole.
func (ca Case) clone() Case {
	ca.Lines, ca.Events, ca.Proofs = slices.Clone(ca.Lines), slices.Clone(ca.Events), slices.Clone(ca.Proofs)
	ca.Accounts, ca.Users = slices.Clone(ca.Accounts), slices.Clone(ca.Users)
	ca.Segments, ca.Signals = slices.Clone(ca.Segments), slices.Clone(ca.Signals)
	ca.Stages = slices.Clone(ca.Stages)
	for i, st := range ca.Stages {
		ca.Stages[i].List = slices.Clone(st.List)
	}
	ca.Health = slices.Clone(ca.Health)
	for i, he := range ca.Health {
		ca.Health[i].Tiers, ca.Health[i].Measures = slices.Clone(he.Tiers), slices.Clone(he.Measures)
		for j, me := range he.Measures {
			ca.Health[i].Measures[j].Lines = slices.Clone(me.Lines)
		}
	}
	ca.Playbooks = slices.Clone(ca.Playbooks)
	for i, pb := range ca.Playbooks {
		ca.Playbooks[i] = pb.clone()
	}
	return ca
}

func (pb Playbook) clone() Playbook {
	pb.Stops, pb.Steps, pb.Always, pb.States = slices.Clone(pb.Stops), slices.Clone(pb.Steps), slices.Clone(pb.Always), slices.Clone(pb.States)
	for i, st := range pb.States {
		pb.States[i].Enter, pb.States[i].Events = slices.Clone(st.Enter), slices.Clone(st.Events)
		pb.States[i].After, pb.States[i].Goto = slices.Clone(st.After), slices.Clone(st.Goto)
	}
	return pb
}

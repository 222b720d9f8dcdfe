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

// A cutter collects the simplifications that a case has.
type cutter struct{ list []func() }

func (cu *cutter) add(can bool, cut func()) {
	if can {
		cu.list = append(cu.list, cut)
	}
}

// cutSlice offers to remove each element.
func cutSlice[T any](cu *cutter, list *[]T) {
	for i := range *list {
		cu.add(true, func() { *list = slices.Delete(*list, i, i+1) })
	}
}

// expr offers to take a side of a junction for the whole, and to take what a `not` denies.
func (cu *cutter) expr(ex **Expr) {
	if *ex == nil {
		return
	}
	whole := *ex
	if op := whole.Op; op == OpAnd || op == OpOr || op == OpNot || op == OpClock {
		for _, arg := range whole.Args {
			cu.add(true, func() { *ex = arg })
		}
	}
	for i, arg := range whole.Args {
		if arg.Op != OpAnd && arg.Op != OpOr && arg.Op != OpNot {
			continue
		}
		for _, inner := range arg.Args {
			cu.add(true, func() {
				copied := *whole
				copied.Args = slices.Clone(whole.Args)
				copied.Args[i] = inner
				*ex = &copied
			})
		}
	}
}

// optional offers to drop the expression, then to simplify it.
func (cu *cutter) optional(ex **Expr) {
	cu.add(*ex != nil, func() { *ex = nil })
	cu.expr(ex)
}

// value offers to set a field to its zero.
func cutValue[T comparable](cu *cutter, of *T) {
	var zero T
	cu.add(*of != zero, func() { *of = zero })
}

func (ca *Case) cuts() []func() {
	cu := &cutter{}
	cutSlice(cu, &ca.Playbooks)
	cutSlice(cu, &ca.Health)
	cutSlice(cu, &ca.Segments)
	cutSlice(cu, &ca.Signals)
	cutSlice(cu, &ca.Stages)
	cutSlice(cu, &ca.Proofs)
	for i := range ca.Playbooks {
		ca.Playbooks[i].cuts(cu)
	}
	for i := range ca.Health {
		ca.Health[i].cuts(cu)
	}
	for _, list := range [][]Watch{ca.Segments, ca.Signals} {
		for i := range list {
			cu.expr(&list[i].Enter)
			cu.optional(&list[i].Leave)
			cutValue(cu, &list[i].Settle)
		}
	}
	for i := range ca.Stages {
		cutSlice(cu, &ca.Stages[i].List)
		cutValue(cu, &ca.Stages[i].Dwell)
	}
	ca.historyCuts(cu)
	return cu.list
}

func (ca *Case) historyCuts(cu *cutter) {
	cutSlice(cu, &ca.Users)
	cutSlice(cu, &ca.Accounts)
	cutSlice(cu, &ca.Events)
	for i := range ca.Accounts {
		cutValue(cu, &ca.Accounts[i].Zone)
		cutValue(cu, &ca.Accounts[i].Created)
		cu.add(len(ca.Accounts[i].Traits) > 0, func() { ca.Accounts[i].Traits = nil })
	}
	for i := range ca.Users {
		cutValue(cu, &ca.Users[i].Zone)
		cutValue(cu, &ca.Users[i].Created)
		cu.add(len(ca.Users[i].Roles) > 0, func() { ca.Users[i].Roles = nil })
	}
	for i := range ca.Lines {
		li := &ca.Lines[i]
		cu.add(li.Arrives != li.At, func() { li.Arrives = li.At })
		cu.add(li.User != "" && li.Event != "", func() { li.User = "" })
	}
	last := ca.Lines[len(ca.Lines)-1].At
	for _, until := range []Instant{last, last.plus(ca.Lateness), last.plus(Day), last.plus(Week)} {
		cu.add(until < ca.Until, func() { ca.Until = until })
	}
	cu.add(ca.Zone != "UTC", func() { ca.Zone = "UTC" })
}

func (pb *Playbook) cuts(cu *cutter) {
	cutSlice(cu, &pb.Steps)
	cutSlice(cu, &pb.Stops)
	cutSlice(cu, &pb.Always)
	cutSlice(cu, &pb.States)
	cutValue(cu, &pb.Send)
	cutValue(cu, &pb.Existing)
	cu.expr(&pb.Start.When)
	cu.optional(&pb.Start.If)
	cutValue(cu, &pb.Start.Once)
	cutValue(cu, &pb.Start.Settle)
	for i := range pb.Stops {
		st := &pb.Stops[i]
		cu.expr(&st.When)
		cu.optional(&st.If)
		cu.add(st.Action != "", func() { st.Action, st.Contacted, st.To = "", false, To{} })
		cutValue(cu, &st.Contacted)
	}
	stepCuts(cu, pb.Steps)
	stepCuts(cu, pb.Always)
	for i := range pb.States {
		st := &pb.States[i]
		cutSlice(cu, &st.Enter)
		cutSlice(cu, &st.Events)
		cutSlice(cu, &st.After)
		cutSlice(cu, &st.Goto)
		stepCuts(cu, st.Enter)
	}
}

func stepCuts(cu *cutter, steps []Step) {
	for i := range steps {
		st := &steps[i]
		cu.optional(&st.If)
		cu.expr(&st.When)
		cu.expr(&st.At)
		cutValue(cu, &st.Expires)
		cutValue(cu, &st.Within)
		cutValue(cu, &st.Once)
		cutValue(cu, &st.Keep)
		cu.add(st.Timing != AtOnce && st.Timing != AtEvent, func() {
			*st = Step{ID: st.ID, Action: st.Action, To: st.To, Timing: AtOnce, If: st.If, Expires: st.Expires}
		})
	}
}

func (he *Health) cuts(cu *cutter) {
	cutSlice(cu, &he.Measures)
	cutSlice(cu, &he.Tiers)
	cutValue(cu, &he.Down)
	cutValue(cu, &he.Up)
	for i := range he.Measures {
		cutSlice(cu, &he.Measures[i].Lines)
		for j := range he.Measures[i].Lines {
			cu.expr(&he.Measures[i].Lines[j].If)
		}
	}
}

package oracle

import "slices"

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
	cutValue(cu, &pb.Lateness)
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

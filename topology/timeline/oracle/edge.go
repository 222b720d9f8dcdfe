package oracle

import "slices"

// An outline is what of an expression decides when it can change by time: its durations, and the events it counts.
type outline struct {
	spans  []Span
	events []string
	months bool
	paned  []Span
}

// outlineOf collects the outline; terms over the account in a user's expression are lazy and have no part in it.
func (wo *world) outlineOf(ex *Expr) *outline {
	if ol, done := wo.outlines[ex]; done {
		return ol
	}
	ol := &outline{spans: []Span{0}}
	var own []Span
	ex.walk(func(part *Expr) {
		if part.Name == "evidence_count" || part.Name == "evidence_sum" {
			for _, pr := range wo.ca.Proofs {
				ol.events = append(ol.events, pr.Event)
			}
		}
		if part.Name == "change" {
			own = append(own, 2*part.Args[0].Window)
		}
		if part.Op == OpSpan {
			own = append(own, part.Span)
		}
		if part.Op != OpCall || part.Account {
			return
		}
		if part.Event != "" && !slices.Contains(ol.events, part.Event) {
			ol.events = append(ol.events, part.Event)
		}
		if part.Window > 0 {
			own = append(own, part.Window)
			ol.paned = append(ol.paned, part.Window)
		}
		if part.Before > 0 {
			own = append(own, part.Before)
		}
		ol.months = ol.months || part.Month != ""
	})
	for i, one := range own {
		ol.spans = append(ol.spans, one, -one)
		for _, other := range own[:i] {
			ol.spans = append(ol.spans, one+other, one-other, other-one)
		}
	}
	slices.Sort(ol.spans)
	ol.spans = slices.Compact(ol.spans)
	wo.outlines[ex] = ol
	return ol
}

// candidates lists every instant in (after, until] at which the expression could change by time alone: each anchor
// with each duration of the text added, and a millisecond later.
func (vi view) candidates(ex *Expr, after Instant) []Instant {
	ol := vi.wo.outlineOf(ex)
	var list []Instant
	try := func(at Instant) {
		if at > after && at <= vi.wo.until {
			list = append(list, at)
		}
	}
	for _, anchor := range vi.anchors(ol) {
		for _, sp := range ol.spans {
			try(anchor.plus(sp))
			try(anchor.plus(sp) + 1)
		}
	}
	if ol.months {
		for month := 0; month < 15; month++ {
			try(monthStart(vi.wo.zero, month, vi.su.owner.zone))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// anchors are the instants that durations are counted from.
func (vi view) anchors(ol *outline) []Instant {
	list := vi.derivedSince()
	if from, seen := vi.su.observedFrom(); seen {
		list = append(list, from, vi.su.owner.created, vi.su.created)
	}
	if vi.ep != nil {
		list = append(list, vi.ep.anchors()...)
	}
	for _, name := range ol.events {
		for _, ha := range vi.su.log[name] {
			list = append(list, ha.at)
			for _, window := range ol.paned {
				list = append(list, lastOfPane(ha.at, window, vi.su.owner.zone))
			}
		}
	}
	return list
}

// next is the first instant after one at which the condition is (or is no longer) true; 0 if there is none.
func (vi view) next(ex *Expr, after Instant, want bool) Instant {
	for _, at := range vi.candidates(ex, after) {
		vi.at = at
		if vi.eval(ex).yes() == want {
			return at
		}
	}
	return 0
}

// waits is a condition that somebody waits for.
type waits struct {
	ex *Expr
	su *subject
	ep *episode
}

// rearmed is the timer of a waiting condition after a record was folded, given the one that it had and the newest instant
// that was judged by time. One that is due by now stays for its instant, and so does every other instant that is not
// judged yet and at which something turns: the timers due before t_e - lateness were fired before the record, the others
// judge what is folded by then. One that only a window made is there as long as something of what is kept turns at it.
func (vi view) rearmed(pb *Playbook, ex *Expr, due, tried Instant, want bool) Instant {
	at, key := vi.at, waits{ex, vi.su, vi.ep}
	if due == 0 || due > at || due == vi.wo.ahead[key] {
		due = vi.next(ex, at, want)
	}
	early := vi.between(ex, max(tried, at.plus(-vi.wo.lateness(pb.Name)-1)), at, want)
	if early != 0 && (due == 0 || early < due) {
		vi.wo.note("window_looks_ahead")
		vi.wo.ahead[key] = early
		return early
	}
	return due
}

// between is the first instant in (after, until] at which something of the condition turns and it is (or is not) true; 0 if
// there is none. A window has no upper bound, so what came later counts there too.
func (vi view) between(ex *Expr, after, until Instant, want bool) Instant {
	if len(vi.wo.outlineOf(ex).paned) == 0 {
		return 0
	}
	for _, at := range vi.candidates(ex, after) {
		if at > until {
			return 0
		}
		vi.at = at
		if vi.eval(ex).yes() == want && vi.turns(ex) {
			return at
		}
	}
	return 0
}

// turns says whether time changes a part of the condition at the instant of the view: what a window holds, or what a
// comparison says.
func (vi view) turns(ex *Expr) bool {
	before := vi
	before.at--
	switch ex.Op {
	case OpAnd, OpOr, OpNot:
		return slices.ContainsFunc(ex.Args, vi.turns)
	case OpCompare:
		if vi.moves(before, ex.Args[0], ex.Args[1]) || vi.moves(before, ex.Args[1], ex.Args[0]) {
			return true
		}
	}
	return vi.eval(ex) != before.eval(ex)
}

// moves says whether a window of a side of a comparison holds something else than a moment before. A count that is compared
// with a small constant is settled by that many and one more.
func (vi view) moves(before view, side, other *Expr) (is bool) {
	if side.Op == OpCall && side.Name == "count" && side.Before == 0 && side.Month == "" && !side.Account && isSmall(other) {
		most := other.Number/million*million + million
		return min(vi.call(side, true).n, most) != min(before.call(side, true).n, most)
	}
	side.walk(func(part *Expr) {
		switch {
		case part.Op != OpCall || part.Account || part.Window == 0 && part.Month == "":
		case part.Name == "evidence_count" || part.Name == "evidence_sum":
			is = is || vi.evidence(part) != before.evidence(part)
		case part.Name == "distinct":
			is = is || vi.aggregate(part, true) != before.aggregate(part, true)
		default:
			is = is || !slices.Equal(vi.window(part, false), before.window(part, false))
		}
	})
	return is
}

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

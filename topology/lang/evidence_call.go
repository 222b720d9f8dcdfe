package lang

import (
	"math"

	"holdfast/topology/evidence"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// evidenceCall is evidence(), evidence_count() and evidence_sum(): what the evidence log holds. Its kids are the goal and
// the instant that it was asked for; where one of them is unknown, so is the answer.
type evidenceCall struct {
	byGoal, bySince bool
	top             int
	window          int64 // ms; 0: the whole life
	sum             bool
}

func (ec *evidenceCall) knows(*term) []string { return []string{"evidence"} }

func (ec *evidenceCall) depends(_ *term, na *Names) (events []*EventDef, facts []*FactDef) {
	return na.builtIns(EvidenceAdded), nil
}

func (ec *evidenceCall) compile(te *term) compiled {
	if te.kind == value.List {
		return compiled{list: ec.texts(te)}
	}
	query, over, sum := ec.query(te), te.over, ec.sum
	return compiled{number: func(f *Frame) (int64, mark) {
		qu, ok := query(f)
		switch {
		case !ok:
			return 0, missing
		case sum:
			return evidence.Sum(f.cells(over), qu, f.Now), value.Exact
		}
		return evidence.Count(f.cells(over), qu, f.Now), value.Exact
	}}
}

// query is what is asked for at the instant of the frame; false where the goal is unknown.
func (ec *evidenceCall) query(te *term) func(f *Frame) (evidence.Query, bool) {
	length := ec.window
	if !ec.byGoal {
		return func(*Frame) (evidence.Query, bool) { return evidence.Query{Window: length}, true }
	}
	goal := compileText(te.kids[0])
	return func(f *Frame) (evidence.Query, bool) {
		name, ok := goal(f)
		return evidence.Query{Goal: name, ByGoal: true, Window: length}, ok
	}
}

// texts are the texts of the chosen items. They are made anew each time, for a message.
func (ec *evidenceCall) texts(te *term) list {
	over, parts := te.over, each(te.kids, compileValue)
	return func(f *Frame) ([]byte, bool) {
		choice, ok := ec.choice(func(i int) value.Value { return parts[i](f) })
		if !ok.Known() {
			return nil, false
		}
		return evidence.Texts(f.cells(over), choice, nil), true
	}
}

// choice says which items are meant; unknown with the reason where a part of it is.
func (ec *evidenceCall) choice(part func(i int) value.Value) (evidence.Choice, value.Value) {
	choice, at := evidence.Choice{Since: math.MinInt64, Top: ec.top}, 0
	if ec.byGoal {
		goal := part(at)
		if !goal.Known() {
			return choice, goal
		}
		choice.Goal, choice.ByGoal = goal.Text, true
		at++
	}
	if ec.bySince {
		since := part(at)
		if !since.Known() {
			return choice, since
		}
		choice.Since = since.Num
	}
	return choice, value.OfBool(true)
}

func (ec *evidenceCall) walk(te *term, f *Frame) value.Value {
	choice, ok := ec.choice(func(i int) value.Value { return walk(te.kids[i], f) })
	if !ok.Known() {
		return ok
	}
	cells := f.cells(te.over)
	query := evidence.Query{Goal: choice.Goal, ByGoal: choice.ByGoal, Window: ec.window}
	switch {
	case te.kind == value.List:
		return value.OfList(window.DecodeList(evidence.Texts(cells, choice, nil)))
	case ec.sum:
		return value.OfDecimal(evidence.Sum(cells, query, f.Now))
	}
	return value.OfInt(evidence.Count(cells, query, f.Now))
}

// next is the first instant at which an item leaves the window.
func (ec *evidenceCall) next(te *term) func(f *Frame) int64 {
	query, over := ec.query(te), te.over
	return func(f *Frame) int64 {
		qu, ok := query(f)
		if !ok {
			return Never
		}
		return evidence.Next(f.cells(over), qu, f.Now)
	}
}

func (ec *evidenceCall) wakes(*term) string {
	if ec.window == 0 {
		return ""
	}
	return "next leaving of the window"
}

// evidenceOf checks the three calls.
func evidenceOf(kind value.Kind, sum bool) func(ch *checker, ca *Call, over Scope) *term {
	return func(ch *checker, ca *Call, over Scope) *term {
		if over != ScopeUser || !ch.names.Evidence[ScopeUser] {
			over = ScopeAccount
		}
		does := &evidenceCall{sum: sum}
		te := &term{op: opCall, kind: kind, does: does, over: over}
		switch {
		case kind == value.List && ca.Args.Window != nil:
			return ch.fail(ca.Args.Window.offset, "evidence() takes no window: write evidence(since TIME), or evidence_count(in %s)", ca.Args.Window.text())
		case kind != value.List && (ca.Args.Since != nil || ca.Args.Top != nil):
			return ch.fail(ca.offset, "%s() takes `for GOAL` and `in W`; since and top are for evidence()", ca.Name)
		case !ch.evidenceGoal(ca, te, does), !ch.evidenceSince(ca, te, does), !ch.evidenceBounds(ca, does):
			return bad(ca.offset)
		}
		return te
	}
}

func (ch *checker) evidenceGoal(ca *Call, te *term, does *evidenceCall) bool {
	if ca.Args.For == nil {
		return true
	}
	goal := ch.term(ca.Args.For)
	if goal.isBad() {
		return false
	}
	if goal.kind != value.Text {
		ch.fail(goal.offset, "for wants a goal (text), this is %s", article(goal.kind))
		return false
	}
	te.kids, does.byGoal = append(te.kids, goal), true
	return true
}

func (ch *checker) evidenceSince(ca *Call, te *term, does *evidenceCall) bool {
	if ca.Args.Since == nil {
		return true
	}
	since := ch.term(ca.Args.Since)
	if since.isBad() {
		return false
	}
	if since.kind != value.Time && since.kind != value.Date {
		ch.fail(since.offset, "since wants a time or a date, this is %s", article(since.kind))
		return false
	}
	te.kids, does.bySince = append(te.kids, midnight(since)), true
	return true
}

// evidenceBounds reads `top n` and `in W`.
func (ch *checker) evidenceBounds(ca *Call, does *evidenceCall) bool {
	if top := ca.Args.Top; top != nil {
		if top.Value.Kind != value.Int || top.Value.Num < 1 || top.Value.Num > math.MaxInt32 {
			ch.fail(top.offset, "top wants a whole number from 1 on: evidence(top 5)")
			return false
		}
		does.top = int(top.Value.Num)
	}
	wi := ca.Args.Window
	switch {
	case wi == nil:
		return true
	case wi.Month != "" || wi.Before != nil:
		ch.fail(wi.offset, "%s() takes a window that ends now: %s(in 90d)", ca.Name, ca.Name)
		return false
	case wi.Length.Value.Num <= 0 || wi.Length.Value.Num > evidence.MaxWindow:
		ch.fail(wi.offset, "the window of %s() is at most %s", ca.Name, value.FormatDuration(evidence.MaxWindow, ""))
		return false
	}
	does.window = wi.Length.Value.Num
	return true
}

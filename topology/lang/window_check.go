package lang

import (
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// windowFunctions take `in WINDOW`.
var windowFunctions = [...]string{"avg", "count", "distinct", "max", "min", "sum", "top"}

// maxPanes bounds how many panes one window may look back over. Only a short window that is shifted far comes near it.
const maxPanes = 10_000

// count checks count(e in W).
func (ch *checker) count(ca *Call, over Scope) *term {
	if ca.Args.Event == nil {
		return ch.fail(ca.offset, "count() wants an event and a window: count(login in 30d)")
	}
	if ca.Args.Window == nil {
		event := Format(ca.Args.Event)
		return ch.fail(ca.offset, "count() wants a window: count(%s in 30d), or total(%s)", event, event)
	}
	de, ok := ch.eventAlone(ca)
	if !ok {
		return bad(ca.offset)
	}
	return ch.windowed(ca, window.OpTotal, de, nil, over)
}

// top checks top(e.f in W).
func (ch *checker) top(ca *Call, over Scope) *term {
	de, field, ok := ch.eventWithField(ca)
	switch {
	case !ok:
		return bad(ca.offset)
	case ca.Args.Window == nil:
		event := Format(ca.Args.Event)
		return ch.fail(ca.offset, "top() wants a window: top(%s in 30d)", event)
	case field.Type == value.List:
		return ch.fail(ca.Args.Event.offset, "top() cannot take %s", article(field.Type))
	}
	return ch.windowed(ca, window.OpTop, de, &field, over)
}

// windowed makes the term of an aggregate over a window. What is kept for it is decided when the expression that it
// stands in is compiled.
func (ch *checker) windowed(ca *Call, aggregate window.Op, de *EventDef, field *FieldDef, over Scope) *term {
	wi, ok := ch.window(ca.Args.Window)
	if !ok {
		return bad(ca.offset)
	}
	wc := &windowCall{names: ch.names, aggregate: aggregate, event: de, field: field, over: over, window: wi}
	return &term{op: opCall, kind: wc.kind(), does: wc, event: de.declared(), over: over}
}

func (ch *checker) window(wi *Window) (window.Window, bool) {
	switch {
	case wi.Month == "this":
		return window.Window{Month: 1}, true
	case wi.Month == "last":
		return window.Window{Month: 2}, true
	}
	made := window.Window{Length: wi.Length.Value.Num}
	if wi.Before != nil {
		made.Before = wi.Before.Value.Num
	}
	switch {
	case made.Length <= 0:
		ch.fail(wi.offset, "a window of %s has nothing in it; write in 30d", wi.Length.Text)
		return made, false
	case made.Reach()/made.PaneMillis() > maxPanes:
		remedy := "take a longer window"
		if made.Before == 0 {
			remedy = "take a shorter one"
		}
		ch.fail(wi.offset, "%s looks back over %d panes of %s; %s",
			wi.text(), made.Reach()/made.PaneMillis(), value.FormatDuration(made.PaneMillis(), " "), remedy)
		return made, false
	}
	return made, true
}

// change checks change(agg in W).
func (ch *checker) change(ca *Call, _ Scope) *term {
	if ca.Args.Expr == nil {
		return ch.fail(ca.offset, "change() wants an aggregate over a window: change(count(login in 7d))")
	}
	x := ch.term(ca.Args.Expr)
	if anyBad(x) {
		return bad(ca.offset)
	}
	now, ok := x.does.(*windowCall)
	switch {
	case x.op != opCall || !ok || now.aggregate == window.OpTop:
		return ch.fail(x.offset, "change() wants an aggregate over a window, this is %s: change(count(login in 7d))", x.text)
	case x.kind == value.Time || x.kind == value.Date:
		return ch.fail(x.offset, "change() cannot take %s", article(x.kind))
	}
	this, before := now.flat(), now.flat()
	before.window = this.window.Earlier()
	return &term{op: opCall, kind: value.Decimal, does: &changeCall{this: this, before: before}, event: x.event, over: x.over}
}

// ringed makes a count over a window that is compared with a small constant an exact one: counting up to the constant and
// one more settles every comparison with it.
func ringed(te, other *term) *term {
	wc, ok := te.does.(*windowCall)
	if !ok || te.op != opCall || other.op != opLiteral || !isNumber(other.kind) {
		return te
	}
	constant := other.literal.Num
	if other.kind == value.Decimal {
		constant /= value.Scale
	}
	counts := wc.aggregate == window.OpTotal || wc.aggregate == window.OpDistinct
	if !counts || wc.window.Bounded() || wc.window.Month > 0 || other.literal.Num < 0 || constant > window.MaxRing {
		return te
	}
	exact, term := *wc, *te
	exact.most, exact.source = int(constant)+1, nil
	term.does = &exact
	return &term
}

// windowIn finds a call over a window in a term.
func windowIn(te *term) (found *term) {
	te.visit(func(part *term) {
		if found == nil && part.windowed() {
			found = part
		}
	})
	return found
}

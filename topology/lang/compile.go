package lang

import (
	"fmt"

	"holdfast/topology/value"
	"holdfast/topology/window"
)

// A checked term becomes closures, one per node and typed by what the node yields, so that evaluating a rule is a few
// indirect calls and no allocation. The types are settled here, once: nothing is looked up by name at run time.
type (
	condition func(f *Frame) value.Truth
	number    func(f *Frame) (int64, mark)  // int, decimal, time, date, duration
	text      func(f *Frame) (string, bool) // false: unknown
	list      func(f *Frame) ([]byte, bool) // encoded as window.AppendList does
)

// mark says how much a number is worth: a bound of package value, or missing.
type mark = value.Bound

// missing is the mark of an unknown number.
const missing mark = 255

// Compile checks an expression and compiles it. The place of the errors is the byte of the source.
func (na *Names) Compile(source string, cx Context) (*Program, []*Error) {
	te, errors := na.check(source, cx)
	if len(errors) > 0 || te.isBad() {
		return nil, errors
	}
	return na.program(source, te, cx), nil
}

func (na *Names) program(source string, te *term, cx Context) *Program {
	pg := &Program{Source: source, Type: te.kind, term: te}
	pg.Eval = compileValue(te)
	if te.kind == value.Bool {
		pg.Truth = compileCondition(te)
	}
	if cx.Waiting {
		pg.Next = compileNext(te)
		pg.NextRise, pg.NextFall = compileTurn(te, cx.Scope, Rises), compileTurn(te, cx.Scope, Falls)
	}
	pg.Explain = func(f *Frame) []Fact { return explain(te, f) }
	pg.Motion = motionOf(te, cx.Scope)
	na.depends(pg, cx.Scope)
	return pg
}

// CompileTime is Compile for an instant: a date becomes its local midnight.
func (na *Names) CompileTime(source string, cx Context) (*Program, []*Error) {
	cx.Want = []value.Kind{value.Time, value.Date}
	te, errors := na.check(source, cx)
	if len(errors) > 0 || te.isBad() {
		return nil, errors
	}
	return na.program(source, midnight(te), cx), nil
}

// DefineMetric checks a named expression and adds it to the vocabulary.
func (na *Names) DefineMetric(name, source string, scope Scope) []*Error {
	te, errors := na.check(source, metricContext(scope))
	na.Metrics[scope][name] = &Metric{Name: name, Scope: scope, term: te}
	return errors
}

// metricContext is the place of a metric.
func metricContext(scope Scope) Context {
	return Context{Scope: scope, NoEvent: "a metric has no event at hand"}
}

// DefineVar checks an expression that a playbook names for itself. It is no part of the vocabulary: Context.Vars of the
// expressions that may use it has it.
func (na *Names) DefineVar(name, source string, cx Context) (*Metric, []*Error) {
	te, errors := na.check(source, cx)
	return &Metric{Name: name, Scope: cx.Scope, term: te}, errors
}

// compileValue wraps the closure of the term's type.
func compileValue(te *term) func(f *Frame) value.Value {
	switch te.kind {
	case value.Bool:
		cond := compileCondition(te)
		return func(f *Frame) value.Value { return value.OfTruth(cond(f)) }
	case value.Text:
		read := compileText(te)
		return func(f *Frame) value.Value {
			s, ok := read(f)
			if !ok {
				return value.Missing(window.ReasonNoValue)
			}
			return value.OfText(s)
		}
	case value.List:
		read := compileList(te)
		return func(f *Frame) value.Value {
			b, ok := read(f)
			if !ok {
				return value.Missing(window.ReasonNoValue)
			}
			return value.OfList(window.DecodeList(b))
		}
	}
	read, kind := compileNumber(te), te.kind
	return func(f *Frame) value.Value {
		n, m := read(f)
		if m == missing {
			return value.Missing(window.ReasonNoValue)
		}
		return value.Value{Kind: kind, Bound: m, Num: n}
	}
}

// compileCondition compiles a term of type bool.
func compileCondition(te *term) condition {
	switch te.op {
	case opLiteral:
		tr := te.literal.Truth()
		return func(*Frame) value.Truth { return tr }
	case opFact, opField, opCapture, opAggregate:
		read := compileStored(te)
		return func(f *Frame) value.Truth {
			if n, m := read(f); m != missing {
				return value.TruthOf(n != 0)
			}
			return value.Maybe
		}
	case opHas:
		return compileHas(te)
	case opKnown:
		return compileKnown(te.kids[0])
	case opDefault:
		return compileConditionDefault(te)
	case opNot:
		x := compileCondition(te.kids[0])
		return func(f *Frame) value.Truth { return value.Not(x(f)) }
	case opAnd, opOr:
		return compileLogic(te)
	case opIn:
		return compileIn(te)
	case opContains:
		return compileContains(te)
	case opCompare:
		return compileComparison(te)
	}
	if te.op == opCall {
		return te.does.compile(te).condition
	}
	panic(fmt.Sprintf("lang: condition of op %d", te.op))
}

func compileHas(te *term) condition {
	over, slot, key := te.over, te.slot, te.slot.Key
	return func(f *Frame) value.Truth {
		if _, seen := f.cells(over).Int(key); seen {
			return value.Yes
		}
		if completeIn(f, over, slot) {
			return value.No
		}
		return value.Maybe
	}
}

func compileConditionDefault(te *term) condition {
	x, y := compileCondition(te.kids[0]), compileCondition(te.kids[1])
	return func(f *Frame) value.Truth {
		if tr := x(f); tr != value.Maybe {
			return tr
		}
		return y(f)
	}
}

// compileLogic stops at the first side that settles the answer.
func compileLogic(te *term) condition {
	x, y := compileCondition(te.kids[0]), compileCondition(te.kids[1])
	if te.op == opAnd {
		return func(f *Frame) value.Truth {
			left := x(f)
			if left == value.No {
				return value.No
			}
			return min(left, y(f))
		}
	}
	return func(f *Frame) value.Truth {
		left := x(f)
		if left == value.Yes {
			return value.Yes
		}
		return max(left, y(f))
	}
}

// compileKnown asks whether a value is there; a bound is.
func compileKnown(x *term) condition {
	switch x.kind {
	case value.Bool:
		cond := compileCondition(x)
		return func(f *Frame) value.Truth { return value.TruthOf(cond(f) != value.Maybe) }
	case value.Text:
		read := compileText(x)
		return func(f *Frame) value.Truth { _, ok := read(f); return value.TruthOf(ok) }
	case value.List:
		read := compileList(x)
		return func(f *Frame) value.Truth { _, ok := read(f); return value.TruthOf(ok) }
	}
	read := compileNumber(x)
	return func(f *Frame) value.Truth { _, m := read(f); return value.TruthOf(m != missing) }
}

func compileComparison(te *term) condition {
	x, y, operation := te.kids[0], te.kids[1], te.cmp
	switch {
	case x.kind == value.Bool:
		return compileSameTruth(x, y, operation)
	case x.kind == value.Text:
		return compileSameText(x, y, operation)
	case x.kind == value.Int && y.kind == value.Decimal:
		return compileOrder(x, y, operation, value.OrderMixed)
	case x.kind == value.Decimal && y.kind == value.Int:
		return compileOrder(y, x, operation.Flip(), value.OrderMixed)
	case y.op == opLiteral:
		return compileAgainst(x, y.literal.Num, operation)
	case x.op == opLiteral:
		return compileAgainst(y, x.literal.Num, operation.Flip())
	}
	return compileOrder(x, y, operation, value.Order)
}

func compileSameTruth(x, y *term, operation value.Cmp) condition {
	left, right := compileCondition(x), compileCondition(y)
	return func(f *Frame) value.Truth {
		a, b := left(f), right(f)
		if a == value.Maybe || b == value.Maybe {
			return value.Maybe
		}
		return value.TruthOf((a == b) == (operation == value.Eq))
	}
}

func compileSameText(x, y *term, operation value.Cmp) condition {
	switch {
	case y.op == opLiteral:
		return compileTextAgainst(x, y.literal.Text, operation)
	case x.op == opLiteral:
		return compileTextAgainst(y, x.literal.Text, operation)
	}
	left, right := compileText(x), compileText(y)
	return func(f *Frame) value.Truth {
		a, okA := left(f)
		b, okB := right(f)
		if !okA || !okB {
			return value.Maybe
		}
		return value.TruthOf((a == b) == (operation == value.Eq))
	}
}

// compileTextAgainst compares with a constant, the usual case.
func compileTextAgainst(x *term, constant string, operation value.Cmp) condition {
	read, same := compileText(x), value.TruthOf(operation == value.Eq)
	return func(f *Frame) value.Truth {
		switch s, ok := read(f); {
		case !ok:
			return value.Maybe
		case s == constant:
			return same
		}
		return value.Not(same)
	}
}

// compileAgainst compares with a constant, the usual case.
func compileAgainst(x *term, constant int64, operation value.Cmp) condition {
	read := compileNumber(x)
	return func(f *Frame) value.Truth {
		n, m := read(f)
		switch m {
		case missing:
			return value.Maybe
		case value.Exact:
			return value.TruthOf(operation.Holds(value.Order(n, constant)))
		}
		return operation.Settle(value.Order(n, constant), m, value.Exact)
	}
}

func compileOrder(x, y *term, operation value.Cmp, order func(a, b int64) int) condition {
	left, right := compileNumber(x), compileNumber(y)
	return func(f *Frame) value.Truth {
		a, markA := left(f)
		b, markB := right(f)
		if markA == missing || markB == missing {
			return value.Maybe
		}
		return operation.Settle(order(a, b), markA, markB)
	}
}

// Both is the conjunction of two conditions of an event.
func Both(first, second *Program) *Program {
	te := &term{op: opAnd, kind: value.Bool, kids: []*term{first.term, second.term}, text: first.Source + " and " + second.Source}
	joined := *second
	joined.Source, joined.term = te.text, te
	joined.Eval, joined.Truth = compileValue(te), compileCondition(te)
	joined.Explain = func(f *Frame) []Fact { return explain(te, f) }
	return &joined
}

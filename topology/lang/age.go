package lang

import (
	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// The age of a fact. What age() asks of is stored beside the fact whenever its value changes; of all other facts nothing
// is kept.

// store writes the value of the fact; of an aged one it notes since when the value is another.
func (fa *FactDef) store(sub topology.Subject, va value.Value, at int64) (changed bool) {
	if same(window.Load(sub, fa.ValueKey, fa.Type), va) {
		return false
	}
	if fa.Aged {
		sub.SetInt(fa.SinceKey, at)
	}
	window.Store(sub, fa.ValueKey, va)
	return true
}

// same says that two values of one fact are the same; a default is not a value that the fact took.
func same(a, b value.Value) bool {
	if a.Kind != b.Kind || a.Kind == value.Unknown {
		return a.Kind == b.Kind
	}
	if a.Kind != value.List {
		return a.Num == b.Num && a.Text == b.Text
	}
	if len(a.List) != len(b.List) {
		return false
	}
	for i := range a.List {
		if a.List[i] != b.List[i] {
			return false
		}
	}
	return true
}

// age checks age(x): x is a tier, a score, the stage, a segment, a signal or a stored fact.
func (ch *checker) age(ca *Call, _ Scope) *term {
	if ca.Args.Expr == nil {
		return ch.fail(ca.offset, "age() wants what has an age: age(tier), age(stage), age(account.plan), age(segment(\"power\"))")
	}
	x := ch.term(ca.Args.Expr)
	if anyBad(x) {
		return bad(ca.offset)
	}
	te := &term{op: opCall, kind: value.Duration, over: x.over, fact: x.fact, kids: []*term{x}}
	switch {
	case x.op == opFact:
		x.fact.Aged = true
		te.does = ageOf(x.fact.SinceKey)
	case x.op == opCall && sinceKeyOf(x) != 0:
		te.does = ageOf(sinceKeyOf(x))
	default:
		return ch.fail(x.offset, "%s has no age; age() takes tier, score, stage, segment(), signal() and facts", x.text)
	}
	return te
}

// sinceKeyOf is the cell of the instant at which derived knowledge took its value; 0 if it is no such thing.
func sinceKeyOf(te *term) uint32 {
	if aged, ok := te.does.(interface{ sinceKey(te *term) uint32 }); ok {
		return aged.sinceKey(te)
	}
	return 0
}

// ageOf is the behaviour of age(): it runs from the instant in a cell.
func ageOf(key uint32) *movingCall {
	return &movingCall{
		from: func(te *term) func(f *Frame) (int64, bool) {
			over := te.over
			return func(f *Frame) (int64, bool) { return f.cells(over).Int(key) }
		},
		instant: func(te *term, f *Frame) value.Value {
			if at, ok := f.cells(te.over).Int(key); ok {
				return value.OfTime(at)
			}
			return value.Missing(reasonOf(te.kids[0], walk(te.kids[0], f)))
		},
		label: func(te *term) string { return "change of " + te.kids[0].text },
	}
}

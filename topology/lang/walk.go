package lang

import (
	"fmt"

	"holdfast/topology/value"
	"holdfast/topology/window"
)

// walk evaluates a term the slow and obvious way, over whole values that carry their reasons. Explanations are made of
// it, and the tests hold the compiled closures against it.
func walk(te *term, f *Frame) value.Value {
	switch te.op {
	case opLiteral:
		return te.literal
	case opFact:
		return walkFact(te, f)
	case opField:
		return te.field.Read(f)
	case opCapture:
		if te.capture >= len(f.Start) {
			return value.Missing("not captured")
		}
		return f.Start[te.capture]
	case opStartTime:
		return value.OfTime(f.StartAt)
	case opPeriod:
		if f.Period == "" {
			return value.Missing("no schedule began the episode")
		}
		return value.OfText(f.Period)
	case opSubject:
		return walkSubject(te, f)
	case opAggregate:
		return te.slot.Read(f.cells(te.over), completeIn(f, te.over, te.slot))
	case opHas:
		return walkHas(te, f)
	case opIdle, opObserved:
		return walkLinear(te, f)
	case opMembers:
		n, _ := f.Account.Int(MembersKey(te.role))
		return value.OfInt(n)
	}
	return walkOperator(te, f)
}

func walkFact(te *term, f *Frame) value.Value {
	va := window.Load(f.cells(te.over), te.fact.ValueKey, te.fact.Type)
	if !va.Known() && te.fact.Default.Known() {
		return te.fact.Default
	}
	return va
}

func walkSubject(te *term, f *Frame) value.Value {
	id := f.AccountID
	if te.over == ScopeUser {
		id = f.UserID
	}
	if id == "" {
		return value.Missing("no " + te.over.String())
	}
	return value.OfText(id)
}

func walkHas(te *term, f *Frame) value.Value {
	if _, seen := f.cells(te.over).Int(te.slot.Key); seen {
		return value.OfBool(true)
	}
	if completeIn(f, te.over, te.slot) {
		return value.OfBool(false)
	}
	return value.Missing(window.ReasonIncomplete)
}

func walkLinear(te *term, f *Frame) value.Value {
	since, seen := int64(0), false
	if te.op == opIdle {
		since, seen = idleSince(f, te.over, te.slot)
	} else {
		since, seen = observedSince(f, te.over)
	}
	if !seen {
		return value.Missing(window.ReasonNeverSeen)
	}
	return value.Sub(value.OfTime(f.Now), value.OfTime(since))
}

func walkOperator(te *term, f *Frame) value.Value {
	kid := func(i int) value.Value { return walk(te.kids[i], f) }
	switch te.op {
	case opKnown:
		return value.OfBool(kid(0).Known())
	case opDefault:
		if x := kid(0); x.Known() {
			x.Bound = value.Exact
			return x
		}
		return kid(1)
	case opNot:
		x := kid(0)
		return unsettled(value.Not(x.Truth()), x)
	case opAnd:
		x, y := kid(0), kid(1)
		return unsettled(value.And(x.Truth(), y.Truth()), x, y)
	case opOr:
		x, y := kid(0), kid(1)
		return unsettled(value.Or(x.Truth(), y.Truth()), x, y)
	case opCompare:
		x, y := kid(0), kid(1)
		return unsettled(value.Compare(te.cmp, x, y), x, y)
	case opIn:
		x := kid(0)
		return unsettled(walkIn(x, te.list), x)
	case opContains:
		return walkContains(kid(0), kid(1))
	case opNegate:
		return value.Neg(kid(0))
	case opSum:
		return walkSum(te, kid(0), kid(1))
	case opProduct:
		if te.minus {
			return value.Div(kid(0), kid(1))
		}
		return value.Mul(kid(0), kid(1))
	case opDecimal:
		return walkDecimal(kid(0))
	case opTime:
		return walkMidnight(kid(0), f)
	}
	if te.op == opCall {
		return te.does.walk(te, f)
	}
	panic(fmt.Sprintf("lang: walk of op %d", te.op))
}

func walkSum(te *term, a, b value.Value) value.Value {
	if te.minus {
		return value.Sub(a, b)
	}
	return value.Add(a, b)
}

func walkDecimal(x value.Value) value.Value {
	if !x.Known() {
		return x
	}
	bound := x.Bound
	x.Bound = value.Exact
	x = value.Mul(x, value.OfDecimal(value.Scale))
	if x.Known() {
		x.Bound = bound
	}
	return x
}

func walkMidnight(x value.Value, f *Frame) value.Value {
	if !x.Known() {
		return x
	}
	if !value.ValidDate(x.Num) {
		return value.Missing(value.ReasonOverflow)
	}
	return value.Value{Kind: value.Time, Bound: x.Bound, Num: value.Midnight(x.Num, Zone(f))}
}

func walkIn(x value.Value, elements *ListDef) value.Truth {
	found := value.No
	if !x.Known() {
		return value.Maybe
	}
	for _, element := range elements.Texts {
		found = value.Or(found, value.Compare(value.Eq, x, value.OfText(element)))
	}
	for _, element := range elements.Numbers {
		found = value.Or(found, value.Compare(value.Eq, x, value.Value{Kind: elements.Kind, Num: element}))
	}
	return found
}

func walkContains(x, wanted value.Value) value.Value {
	switch {
	case !x.Known():
		return x
	case !wanted.Known():
		return wanted
	}
	return value.OfBool(oneOf(wanted.Text, x.List))
}

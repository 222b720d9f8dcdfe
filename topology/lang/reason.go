package lang

import (
	"holdfast/topology/value"
)

// failing says why a condition is not true, by the first part that is not: "observed 3d of 14d", "total(login) is 2",
// "account.arr is unknown (no value)". Nothing when it is true.
func failing(te *term, f *Frame) string {
	if walk(te, f).Truth() == value.Yes {
		return ""
	}
	switch te.op {
	case opAnd, opOr:
		if why := failing(te.kids[0], f); why != "" {
			return why
		}
		return failing(te.kids[1], f)
	case opCompare:
		return failingComparison(te, f)
	case opNot:
		return te.kids[0].text + " is " + walk(te.kids[0], f).String()
	}
	return te.text + " is " + walk(te, f).String()
}

func failingComparison(te *term, f *Frame) string {
	left, right := walk(te.kids[0], f), walk(te.kids[1], f)
	switch {
	case te.kids[0].op == opObserved && left.Known() && right.Known():
		return "observed " + left.String() + " of " + right.String()
	case left.Known() && !right.Known():
		return te.kids[1].text + " is " + right.String()
	}
	return te.kids[0].text + " is " + left.String()
}

// unsettled is the value of a condition over parts: unknown for the reason of the first part that is, or because a bound
// settles nothing.
func unsettled(tr value.Truth, parts ...value.Value) value.Value {
	if tr != value.Maybe {
		return value.OfTruth(tr)
	}
	for _, va := range parts {
		if !va.Known() {
			return va
		}
	}
	for _, va := range parts {
		if va.Bound != value.Exact {
			return value.Missing(va.String() + ", which settles nothing")
		}
	}
	return value.OfTruth(tr)
}

package lang

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/value"
)

// Fact is a part of an expression with the value it had.
type Fact = schemas.Fact

// explain lists the leaves of a condition: what was compared with what, and whether it held. Of any other expression
// it gives the value.
func explain(te *term, f *Frame) []Fact {
	if te.kind != value.Bool {
		return []Fact{{Name: te.text, Value: walk(te, f).String(), AsOf: f.Now, Held: true}}
	}
	return appendLeaves(nil, te, f)
}

func appendLeaves(facts []Fact, te *term, f *Frame) []Fact {
	switch te.op {
	case opAnd, opOr, opNot, opDefault:
		for _, kid := range te.kids {
			if kid.op != opLiteral {
				facts = appendLeaves(facts, kid, f)
			}
		}
		return facts
	case opLiteral:
		return facts
	case opCompare, opContains:
		right := te.kids[1]
		sign := "contains"
		if te.op == opCompare {
			sign = te.cmp.String()
		}
		return append(facts, leaf(te, te.kids[0], sign+" "+right.text+unknownSide(right, f), f))
	case opIn:
		return append(facts, leaf(te, te.kids[0], inText(te), f))
	}
	return append(facts, leaf(te, te, "", f))
}

// unknownSide says why the right side of a comparison is unknown, so that nobody wonders why it does not hold.
func unknownSide(right *term, f *Frame) string {
	if va := walk(right, f); !va.Known() {
		return " " + strings.TrimPrefix(va.String(), "unknown ")
	}
	return ""
}

func inText(te *term) string {
	words := "in ("
	for i := range max(len(te.list.Texts), len(te.list.Numbers)) {
		if i > 0 {
			words += " or "
		}
		if te.list.Kind == value.Text {
			words += `"` + te.list.Texts[i] + `"`
		} else {
			words += value.Value{Kind: te.list.Kind, Num: te.list.Numbers[i]}.String()
		}
	}
	return words + ")"
}

func leaf(te, shown *term, operation string, f *Frame) Fact {
	return Fact{
		Name: shown.text, Value: walk(shown, f).String(), AsOf: f.Now,
		Op: operation, Held: walk(te, f).Truth() == value.Yes,
	}
}

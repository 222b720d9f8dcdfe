package lang

import (
	"strings"

	"holdfast/topology/value"
)

// Canonical writes a condition of an event by what it reads, not by what the bundle calls it: fields by their
// properties, lists by their elements. The names of slots are made of it, so they outlive a renaming.
func Canonical(pg *Program) string {
	var sb strings.Builder
	writeCanonical(&sb, pg.term)
	return sb.String()
}

// writeCanonical is a prefix notation of a where term: its shape needs no parentheses to be read one way only.
func writeCanonical(sb *strings.Builder, te *term) {
	switch te.op {
	case opLiteral:
		writeLiteral(sb, te.literal)
		return
	case opField:
		sb.WriteString("event." + te.field.canonical)
		return
	}
	sb.WriteByte('(')
	sb.WriteString(opWord(te))
	for _, kid := range te.kids {
		sb.WriteByte(' ')
		writeCanonical(sb, kid)
	}
	if te.op == opIn {
		for _, s := range te.list.Texts {
			sb.WriteByte(' ')
			writeLiteral(sb, value.OfText(s))
		}
		for _, n := range te.list.Numbers {
			sb.WriteByte(' ')
			writeLiteral(sb, value.Value{Kind: te.list.Kind, Num: n})
		}
	}
	sb.WriteByte(')')
}

func writeLiteral(sb *strings.Builder, va value.Value) {
	if va.Kind == value.Text {
		sb.WriteString(`"` + va.Text + `"`)
		return
	}
	sb.WriteString(va.String())
}

func opWord(te *term) string {
	switch te.op {
	case opKnown:
		return "known"
	case opDefault:
		return "default"
	case opNot:
		return "not"
	case opAnd:
		return "and"
	case opOr:
		return "or"
	case opCompare:
		return te.cmp.String()
	case opIn:
		return "in"
	case opContains:
		return "contains"
	case opNegate:
		return "-"
	case opSum:
		if te.minus {
			return "minus"
		}
		return "+"
	case opProduct:
		if te.minus {
			return "/"
		}
		return "*"
	case opDecimal:
		return "decimal"
	}
	return "midnight"
}

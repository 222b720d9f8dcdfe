package lang

import (
	"fmt"

	"holdfast/topology/value"
	"holdfast/topology/window"
)

// compileText compiles a term that yields a text. The text is that of a cell, of the event or of the bundle.
func compileText(te *term) text {
	switch te.op {
	case opLiteral:
		s := te.literal.Text
		return func(*Frame) (string, bool) { return s, true }
	case opFact:
		return compileTextFact(te)
	case opField:
		if te.field.text != nil {
			return te.field.text
		}
		read := te.field.Read
		return func(f *Frame) (string, bool) { va := read(f); return va.Text, va.Known() }
	case opCapture:
		i := te.capture
		return func(f *Frame) (string, bool) {
			if i >= len(f.Start) {
				return "", false
			}
			return f.Start[i].Text, f.Start[i].Known()
		}
	case opAggregate:
		over, slot := te.over, te.slot
		return func(f *Frame) (string, bool) {
			va := slot.Read(f.cells(over), completeIn(f, over, slot))
			return va.Text, va.Known()
		}
	case opPeriod:
		return func(f *Frame) (string, bool) { return f.Period, f.Period != "" }
	case opSubject:
		if te.over == ScopeUser {
			return func(f *Frame) (string, bool) { return f.UserID, f.UserID != "" }
		}
		return func(f *Frame) (string, bool) { return f.AccountID, f.AccountID != "" }
	case opDefault:
		x, y := compileText(te.kids[0]), compileText(te.kids[1])
		return func(f *Frame) (string, bool) {
			if s, ok := x(f); ok {
				return s, true
			}
			return y(f)
		}
	}
	if te.op == opCall {
		return te.does.compile(te).text
	}
	panic(fmt.Sprintf("lang: text of op %d", te.op))
}

func compileTextFact(te *term) text {
	over, key := te.over, te.fact.ValueKey
	otherwise, hasDefault := te.fact.Default.Text, te.fact.Default.Known()
	return func(f *Frame) (string, bool) {
		if b, ok := f.cells(over).Bytes(key); ok {
			return window.Alias(b), true
		}
		return otherwise, hasDefault
	}
}

// compileList compiles a term that yields a list: a fact or field of that type, or one with another as its default.
func compileList(te *term) list {
	if te.op == opDefault {
		x, y := compileList(te.kids[0]), compileList(te.kids[1])
		return func(f *Frame) ([]byte, bool) {
			if b, ok := x(f); ok {
				return b, true
			}
			return y(f)
		}
	}
	if te.op == opCall {
		return te.does.compile(te).list
	}
	if te.op != opFact {
		return encodedList(te)
	}
	over, key := te.over, te.fact.ValueKey
	return func(f *Frame) ([]byte, bool) { return f.cells(over).Bytes(key) }
}

// encodedList reads a list of an event (event.drivers), which is rare enough to be encoded for it.
func encodedList(te *term) list {
	return func(f *Frame) ([]byte, bool) {
		va := walk(te, f)
		if !va.Known() {
			return nil, false
		}
		return window.AppendList(nil, va.List), true
	}
}

func compileIn(te *term) condition {
	x, elements := te.kids[0], te.list
	switch x.kind {
	case value.Text:
		return compileTextIn(compileText(x), elements.Texts)
	case value.Bool:
		return compileTruthIn(compileCondition(x), elements.Numbers)
	case value.Int:
		return compileNumberIn(compileNumber(x), elements.Numbers, value.OrderMixed)
	}
	return compileNumberIn(compileNumber(x), elements.Numbers, value.Order)
}

func compileTextIn(read text, elements []string) condition {
	return func(f *Frame) value.Truth {
		s, ok := read(f)
		if !ok {
			return value.Maybe
		}
		for _, element := range elements {
			if element == s {
				return value.Yes
			}
		}
		return value.No
	}
}

func compileTruthIn(read condition, elements []int64) condition {
	return func(f *Frame) value.Truth {
		tr := read(f)
		if tr == value.Maybe {
			return value.Maybe
		}
		for _, element := range elements {
			if (element != 0) == (tr == value.Yes) {
				return value.Yes
			}
		}
		return value.No
	}
}

// compileNumberIn is the disjunction of the comparisons with each element, so a bound can only rule elements out.
func compileNumberIn(read number, elements []int64, order func(a, b int64) int) condition {
	return func(f *Frame) value.Truth {
		n, m := read(f)
		if m == missing {
			return value.Maybe
		}
		found := value.No
		for _, element := range elements {
			found = max(found, value.Eq.Settle(order(n, element), m, value.Exact))
		}
		return found
	}
}

func compileContains(te *term) condition {
	read, wanted := compileList(te.kids[0]), compileText(te.kids[1])
	return func(f *Frame) value.Truth {
		b, okList := read(f)
		s, okText := wanted(f)
		if !okList || !okText {
			return value.Maybe
		}
		for {
			element, rest, ok := window.NextText(b)
			if !ok {
				return value.No
			}
			if string(element) == s {
				return value.Yes
			}
			b = rest
		}
	}
}

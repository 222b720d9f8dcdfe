package lang

import (
	"fmt"

	"holdfast/topology/value"
	"holdfast/topology/window"
)

// compileNumber compiles a term that yields an int, decimal, time, date or duration.
func compileNumber(te *term) number {
	switch te.op {
	case opLiteral:
		n := te.literal.Num
		return func(*Frame) (int64, mark) { return n, value.Exact }
	case opFact, opField, opCapture:
		return compileStored(te)
	case opStartTime:
		return func(f *Frame) (int64, mark) { return f.StartAt, value.Exact }
	case opAggregate:
		return compileAggregate(te)
	case opIdle, opObserved:
		return compileLinear(te)
	case opMembers:
		return compileMembers(te)
	case opDefault:
		return compileNumberDefault(te)
	case opNegate:
		return compileNegate(te)
	case opSum:
		return compileSum(te)
	case opProduct:
		return compileProduct(te)
	case opDecimal:
		return scaled(compileNumber(te.kids[0]))
	case opTime:
		return compileMidnight(te)
	}
	if te.op == opCall {
		return te.does.compile(te).number
	}
	panic(fmt.Sprintf("lang: number of op %d", te.op))
}

// compileStored reads a fact, a field or a captured field, also of type bool.
func compileStored(te *term) number {
	switch te.op {
	case opFact:
		return compileFact(te)
	case opField:
		if te.field.number != nil {
			return te.field.number
		}
		read := te.field.Read
		return func(f *Frame) (int64, mark) { return plain(read(f)) }
	case opCapture:
		i := te.capture
		return func(f *Frame) (int64, mark) {
			if i >= len(f.Start) {
				return 0, missing
			}
			return plain(f.Start[i])
		}
	}
	return compileAggregate(te)
}

func plain(va value.Value) (int64, mark) {
	if !va.Known() {
		return 0, missing
	}
	return va.Num, va.Bound
}

func compileFact(te *term) number {
	over, key := te.over, te.fact.ValueKey
	otherwise, otherwiseMark := plain(te.fact.Default)
	return func(f *Frame) (int64, mark) {
		if n, ok := f.cells(over).Int(key); ok {
			return n, value.Exact
		}
		return otherwise, otherwiseMark
	}
}

// compileAggregate has a short way for the counter, which most rules read.
func compileAggregate(te *term) number {
	over, slot := te.over, te.slot
	if slot.Op == window.OpTotal {
		key := slot.Key
		return func(f *Frame) (int64, mark) {
			n, _ := f.cells(over).Int(key)
			if completeIn(f, over, slot) {
				return n, value.Exact
			}
			return n, value.AtLeast
		}
	}
	return func(f *Frame) (int64, mark) {
		n, m, ok := slot.Number(f.cells(over), completeIn(f, over, slot))
		if !ok {
			return 0, missing
		}
		return n, m
	}
}

func compileLinear(te *term) number {
	since := sinceOf(te)
	return func(f *Frame) (int64, mark) {
		at, seen := since(f)
		n, ok := value.SubInt(f.Now, at)
		if !seen || !ok {
			return 0, missing
		}
		return n, value.Exact
	}
}

func compileMembers(te *term) number {
	key := MembersKey(te.role)
	return func(f *Frame) (int64, mark) {
		n, _ := f.Account.Int(key)
		return n, value.Exact
	}
}

// compileNumberDefault takes a bound as seen.
func compileNumberDefault(te *term) number {
	x, y := compileNumber(te.kids[0]), compileNumber(te.kids[1])
	return func(f *Frame) (int64, mark) {
		if n, m := x(f); m != missing {
			return n, value.Exact
		}
		return y(f)
	}
}

func compileNegate(te *term) number {
	x := compileNumber(te.kids[0])
	return func(f *Frame) (int64, mark) {
		n, m := x(f)
		if m != value.Exact {
			return 0, missing
		}
		return settled(value.SubInt(0, n))
	}
}

func settled(n int64, ok bool) (int64, mark) {
	if !ok {
		return 0, missing
	}
	return n, value.Exact
}

func compileSum(te *term) number {
	x, y := compileNumber(te.kids[0]), compileNumber(te.kids[1])
	switch {
	case te.kind == value.Date:
		y = multiplied(y, 1, value.DayMillis)
	case te.kids[0].kind == value.Date:
		x, y = multiplied(x, value.DayMillis, 1), multiplied(y, value.DayMillis, 1)
	}
	if te.minus {
		return both(x, y, value.SubInt)
	}
	return both(x, y, value.AddInt)
}

func scaled(x number) number { return multiplied(x, value.Scale, 1) }

// multiplied gives x*by/over.
func multiplied(x number, by, over int64) number {
	return func(f *Frame) (int64, mark) {
		n, m := x(f)
		if m == missing {
			return 0, missing
		}
		n, ok := value.MulDiv(n, by, over)
		if !ok {
			return 0, missing
		}
		return n, m // a bound stays one under a positive factor; arithmetic proper refuses it in both
	}
}

// both applies an operation to two exact numbers.
func both(x, y number, operation func(a, b int64) (int64, bool)) number {
	return func(f *Frame) (int64, mark) {
		a, markA := x(f)
		b, markB := y(f)
		if markA != value.Exact || markB != value.Exact {
			return 0, missing
		}
		return settled(operation(a, b))
	}
}

// compileProduct chooses the scaling that brings millionths out once, whatever went in.
func compileProduct(te *term) number {
	x, y := compileNumber(te.kids[0]), compileNumber(te.kids[1])
	left, right := te.kids[0].kind, te.kids[1].kind
	if te.minus {
		return compileQuotient(x, y, left, right)
	}
	micros := left == value.Decimal || right == value.Decimal
	if micros && !(left == value.Int || right == value.Int) {
		return both(x, y, func(a, b int64) (int64, bool) { return value.MulDiv(a, b, value.Scale) })
	}
	return both(x, y, value.MulInt)
}

func compileQuotient(x, y number, left, right value.Kind) number {
	switch {
	case right == value.Int && left != value.Int:
		return both(x, y, func(a, b int64) (int64, bool) { return value.MulDiv(a, 1, b) })
	case left == value.Int && right == value.Decimal:
		x = scaled(x)
	}
	return both(x, y, func(a, b int64) (int64, bool) { return value.MulDiv(a, value.Scale, b) })
}

func compileMidnight(te *term) number {
	x := compileNumber(te.kids[0])
	return func(f *Frame) (int64, mark) {
		days, m := x(f)
		if m == missing || !value.ValidDate(days) {
			return 0, missing
		}
		return value.Midnight(days, Zone(f)), m
	}
}

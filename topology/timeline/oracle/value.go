package oracle

import "math/big"

// A kind is the type of a value.
type kind uint8

const (
	unknownKind kind = iota
	truthKind
	numberKind // in millionths
	spanKind   // in milliseconds
	timeKind
	textKind
)

// A value is the result of an expression; the zero value is unknown.
type value struct {
	kind kind
	n    int64
	s    string
}

func (va value) known() bool { return va.kind != unknownKind }

// yes says whether the value is true: only true acts.
func (va value) yes() bool { return va.kind == truthKind && va.n != 0 }

func (va value) no() bool { return va.kind == truthKind && va.n == 0 }

func truth(is bool) value {
	if is {
		return value{kind: truthKind, n: 1}
	}
	return value{kind: truthKind}
}

func whole(count int64) value       { return value{kind: numberKind, n: count * million} }
func number(millionths int64) value { return value{kind: numberKind, n: millionths} }
func span(sp Span) value            { return value{kind: spanKind, n: int64(sp)} }
func instant(in Instant) value      { return value{kind: timeKind, n: int64(in)} }
func text(s string) value           { return value{kind: textKind, s: s} }

// and, or and not are those of Kleene.
func (va value) and(other value) value {
	switch {
	case va.no() || other.no():
		return truth(false)
	case va.yes() && other.yes():
		return truth(true)
	}
	return value{}
}

func (va value) or(other value) value { return va.not().and(other.not()).not() }

func (va value) not() value {
	if !va.known() {
		return va
	}
	return truth(va.n == 0)
}

// compare applies a sign of comparison; unknown is contagious, unlike kinds never meet in a checked bundle.
func compare(sign string, left, right value) value {
	if !left.known() || !right.known() || left.kind != right.kind {
		return value{}
	}
	order := 0
	switch {
	case left.n < right.n || left.s < right.s:
		order = -1
	case left.n > right.n || left.s > right.s:
		order = 1
	}
	switch sign {
	case "==":
		return truth(order == 0)
	case "!=":
		return truth(order != 0)
	case "<":
		return truth(order < 0)
	case "<=":
		return truth(order <= 0)
	case ">":
		return truth(order > 0)
	}
	return truth(order >= 0)
}

// add is + and -: numbers, durations, and a time with a duration.
func add(sign string, left, right value) value {
	if !left.known() || !right.known() {
		return value{}
	}
	other := right.n
	if sign == "-" {
		other = -other
	}
	sum := value{kind: left.kind, n: left.n + other}
	switch {
	case left.kind == timeKind && right.kind == timeKind && sign == "-":
		sum.kind = spanKind
	case left.kind == spanKind && right.kind == timeKind:
		sum.kind = timeKind
	}
	return sum
}

// multiply is * and /, with six digits and half away from zero.
func multiply(sign string, left, right value) value {
	if !left.known() || !right.known() || sign == "/" && right.n == 0 {
		return value{}
	}
	up, down := big.NewInt(left.n), big.NewInt(million)
	result := left.kind
	switch {
	case sign == "*" && right.kind == spanKind:
		up.Mul(up, big.NewInt(right.n))
		result = spanKind
	case sign == "*":
		up.Mul(up, big.NewInt(right.n))
	case left.kind == right.kind:
		up.Mul(up, big.NewInt(million))
		down.SetInt64(right.n)
		result = numberKind
	default: // duration / number
		up.Mul(up, big.NewInt(million))
		down.SetInt64(right.n)
	}
	quotient, fits := roundAway(up, down)
	if !fits {
		return value{}
	}
	return value{kind: result, n: quotient}
}

// roundAway divides, half away from zero; false if the result is no int64.
func roundAway(up, down *big.Int) (int64, bool) {
	negative := up.Sign()*down.Sign() < 0
	up, down = new(big.Int).Abs(up), new(big.Int).Abs(down)
	up.Mul(up, big.NewInt(2)).Add(up, down)
	up.Quo(up, new(big.Int).Mul(down, big.NewInt(2)))
	if negative {
		up.Neg(up)
	}
	return up.Int64(), up.IsInt64()
}

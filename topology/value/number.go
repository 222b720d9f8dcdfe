package value

import "math/bits"

// The primitives of arithmetic: on plain numbers, ok is false on overflow and on division by zero. The compiler uses
// them directly; Add, Sub, Mul and Div of whole values are built on them.

// AddInt adds.
func AddInt(a, b int64) (sum int64, ok bool) {
	sum = a + b
	return sum, (sum > a) == (b > 0)
}

// SubInt subtracts.
func SubInt(a, b int64) (diff int64, ok bool) {
	diff = a - b
	return diff, (diff < a) == (b > 0)
}

// MulInt multiplies.
func MulInt(a, b int64) (product int64, ok bool) { return MulDiv(a, b, 1) }

// MulDiv gives a*b/c, rounded half away from zero, without losing what a*b has above 64 bits.
func MulDiv(a, b, c int64) (quotient int64, ok bool) {
	if c == 0 {
		return 0, false
	}
	negative := (a < 0) != (b < 0) != (c < 0)
	hi, lo := bits.Mul64(abs(a), abs(b))
	divisor := abs(c)
	lo, carry := bits.Add64(lo, divisor/2, 0) // half away from zero: add half before the division truncates
	hi += carry
	if hi >= divisor {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, divisor)
	return signed(q, negative)
}

func abs(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func signed(n uint64, negative bool) (int64, bool) {
	if negative {
		return -int64(n), n <= 1<<63
	}
	return int64(n), n < 1<<63
}

// cmpIntDecimal orders an int against a decimal without scaling the int, which could overflow.
func cmpIntDecimal(n, micros int64) int {
	whole := micros / Scale
	if n != whole {
		return sign(n, whole)
	}
	return sign(0, micros%Scale)
}

func sign(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

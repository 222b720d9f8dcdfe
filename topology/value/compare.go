package value

// Cmp is a comparison.
type Cmp uint8

// The comparisons. CmpNone is the reserved zero.
const (
	CmpNone Cmp = iota
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
)

// String is the sign of the comparison.
func (op Cmp) String() string {
	switch op {
	case Eq:
		return "=="
	case Ne:
		return "!="
	case Lt:
		return "<"
	case Le:
		return "<="
	case Gt:
		return ">"
	case Ge:
		return ">="
	}
	return "?"
}

// Flip is the comparison with its sides exchanged: a < b is b > a.
func (op Cmp) Flip() Cmp {
	switch op {
	case Lt:
		return Gt
	case Le:
		return Ge
	case Gt:
		return Lt
	case Ge:
		return Le
	}
	return op
}

// Holds says whether a op b, where order is the sign of a - b.
func (op Cmp) Holds(order int) bool {
	switch op {
	case Eq:
		return order == 0
	case Ne:
		return order != 0
	case Lt:
		return order < 0
	case Le:
		return order <= 0
	case Gt:
		return order > 0
	}
	return order >= 0
}

// Settle judges a comparison of which one side or both are bounds: order is the sign of the difference of what was
// seen. The answer is Maybe unless it is the same for every pair of true values that the bounds allow.
//
// A difference that can only grow (left at least, right at most) settles whatever a larger difference cannot undo,
// one that can only shrink the mirror image; one that can do both settles nothing.
func (op Cmp) Settle(order int, left, right Bound) Truth {
	grows := left == AtLeast || right == AtMost
	shrinks := left == AtMost || right == AtLeast
	switch {
	case !grows && !shrinks:
		return TruthOf(op.Holds(order))
	case grows && shrinks:
		return Maybe
	case shrinks:
		return op.Flip().settleGrowing(-order)
	}
	return op.settleGrowing(order)
}

// settleGrowing judges a difference that is at least what was seen.
func (op Cmp) settleGrowing(order int) Truth {
	switch op {
	case Gt, Ge:
		if op.Holds(order) {
			return Yes
		}
	case Lt, Le:
		if !op.Holds(order) {
			return No
		}
	case Eq, Ne:
		if order > 0 {
			return TruthOf(op == Ne)
		}
	}
	return Maybe
}

// OrderMixed is the sign of an int minus a decimal.
func OrderMixed(n, micros int64) int { return cmpIntDecimal(n, micros) }

// Order is the sign of a - b.
func Order(a, b int64) int { return sign(a, b) }

// Compare judges a op b for whole values. What cannot be compared is Maybe: the checker has refused it before.
func Compare(op Cmp, a, b Value) Truth {
	order, ok := order(a, b)
	if !ok {
		return Maybe
	}
	return op.Settle(order, a.Bound, b.Bound)
}

func order(a, b Value) (int, bool) {
	switch {
	case a.Kind == Unknown || b.Kind == Unknown || a.Kind == List || b.Kind == List:
		return 0, false
	case a.Kind == Text && b.Kind == Text:
		return orderTexts(a.Text, b.Text), true
	case a.Kind == Int && b.Kind == Decimal:
		return cmpIntDecimal(a.Num, b.Num), true
	case a.Kind == Decimal && b.Kind == Int:
		return -cmpIntDecimal(b.Num, a.Num), true
	case a.Kind != b.Kind:
		return 0, false
	}
	return sign(a.Num, b.Num), true
}

func orderTexts(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

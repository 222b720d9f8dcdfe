package lang

import (
	"holdfast/topology/value"
)

// rewritten says how a comparison is written so that its linear call stands alone: "; write idle(login) >= 7d - 1d". It
// knows one sum or product around the call; nothing for what is built of more.
func rewritten(te, call *term) string {
	left, right, operation := te.kids[0], te.kids[1], te.cmp
	if linearIn(right) != nil {
		left, right, operation = right, left, operation.Flip()
	}
	if left.op != opSum && left.op != opProduct {
		return ""
	}
	x, y := left.kids[0], left.kids[1]
	if left.op == opProduct && (y.op != opLiteral || y.literal.Num <= 0) {
		return "" // a factor below zero would turn the comparison round
	}
	switch {
	case x == call:
		return "; write " + call.text + " " + operation.String() + " " + moved(left, right, y)
	case y == call && !left.minus && left.op == opSum:
		return "; write " + call.text + " " + operation.String() + " " + moved(left, right, x)
	}
	return ""
}

// moved is the still side with an operand of the other one taken over.
func moved(from, still, operand *term) string {
	sign := " - "
	switch {
	case from.op == opSum && from.minus:
		sign = " + "
	case from.op == opProduct && from.minus:
		sign = " * "
	case from.op == opProduct:
		sign = " / "
	}
	if from.op == opProduct {
		return grouped(still) + sign + grouped(operand)
	}
	return still.text + sign + grouped(operand)
}

// bothMove says how a comparison of two absences is written: by the instants of the events.
func bothMove(te *term) string {
	left, right := te.kids[0], te.kids[1]
	if left.op != opIdle || right.op != opIdle || left.kind != value.Duration {
		return ""
	}
	return "; write " + originText(left) + " " + te.cmp.Flip().String() + " " + originText(right)
}

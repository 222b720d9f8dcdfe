package lang

import (
	"holdfast/topology/value"
)

// Waiting. The engine sets one timer per subject and rule, so it must be able to compute when a condition can change
// by itself. Only linear calls change so: idle(e) and observed() grow with the clock from a fixed instant. Where one
// stands alone on its side of a comparison whose other side stands still, the comparison turns at one instant:
//
//	idle(login) >= 7d    at last(login) + 7d         < the same
//	idle(login) >  7d    1 ms later                  <= the same
//	idle(login) == 7d    at both
//
// and everything that is built from comparisons can change at no other instant than theirs.

// solvable lists the linear calls of a waiting expression that stand anywhere else.
func (ch *checker) solvable(te *term) {
	if te.op == opCompare && te.kids[0].kind != value.Bool { // conditions that are compared are solved each by itself
		ch.solvableComparison(te)
		return
	}
	if te.linear() {
		ch.fail(te.offset, "not solvable: %s must stand alone on its side of a comparison", te.text)
		return
	}
	for _, kid := range te.kids {
		ch.solvable(kid)
	}
}

func (ch *checker) solvableComparison(te *term) {
	left, right := te.kids[0], te.kids[1]
	inLeft, inRight := linearIn(left), linearIn(right)
	switch {
	case inLeft != nil && inRight != nil:
		ch.fail(left.offset, "not solvable: %s and %s both change with time; keep one side of %s still%s", inLeft.text, inRight.text, te.cmp, bothMove(te))
	case inLeft != nil && windowIn(right) != nil:
		ch.fail(left.offset, "not solvable: %s and %s both change with time; keep one side of %s still", inLeft.text, windowIn(right).text, te.cmp)
	case inRight != nil && windowIn(left) != nil:
		ch.fail(left.offset, "not solvable: %s and %s both change with time; keep one side of %s still", windowIn(left).text, inRight.text, te.cmp)
	case inLeft != nil && inLeft != left:
		ch.fail(left.offset, "not solvable: %s must stand alone on its side of %s%s", inLeft.text, te.cmp, rewritten(te, inLeft))
	case inRight != nil && inRight != right:
		ch.fail(right.offset, "not solvable: %s must stand alone on its side of %s%s", inRight.text, te.cmp, rewritten(te, inRight))
	}
}

// linearIn finds a linear call in a term.
func linearIn(te *term) (found *term) {
	te.visit(func(part *term) {
		if found == nil && part.linear() {
			found = part
		}
	})
	return found
}

// crossing is a comparison of a linear call with something that stands still.
type crossing struct {
	cmp   value.Cmp // with the linear call on the left
	since func(f *Frame) (int64, bool)
	still number
}

// crossings finds those of a checked waiting term.
func crossings(te *term) (found []crossing) {
	te.visit(func(part *term) {
		if part.op != opCompare {
			return
		}
		left, right, operation := part.kids[0], part.kids[1], part.cmp
		if right.linear() {
			left, right, operation = right, left, operation.Flip()
		}
		if left.linear() && !right.linear() {
			found = append(found, newCrossing(left, right, operation))
		}
	})
	return found
}

// newCrossing turns until(t) <= 90d into the rising form: now - t >= -90d.
func newCrossing(left, right *term, operation value.Cmp) crossing {
	cr := crossing{cmp: operation, since: sinceOf(left), still: compileNumber(right)}
	if li, call := left.linearCall(); call && li.falling() {
		still := cr.still
		cr.cmp = operation.Flip()
		cr.still = func(f *Frame) (int64, mark) {
			n, m := still(f)
			return -n, m
		}
	}
	return cr
}

// sinceOf is the instant from which a linear call counts.
func sinceOf(te *term) func(f *Frame) (int64, bool) {
	if li, call := te.linearCall(); call {
		return li.origin(te)
	}
	over, slot := te.over, te.slot
	if te.op == opObserved {
		return func(f *Frame) (int64, bool) { return observedSince(f, over) }
	}
	return func(f *Frame) (int64, bool) { return idleSince(f, over, slot) }
}

// next is the first instant after now at which the comparison may turn.
func (cr *crossing) next(f *Frame) int64 {
	since, seen := cr.since(f)
	length, mark := cr.still(f)
	if !seen || mark == missing {
		return Never
	}
	at, ok := value.AddInt(since, length)
	if !ok || at == Never {
		return Never
	}
	atOnce := cr.cmp != value.Gt && cr.cmp != value.Le
	later := cr.cmp != value.Ge && cr.cmp != value.Lt
	switch {
	case atOnce && at > f.Now:
		return at
	case later && at+1 > f.Now:
		return at + 1
	}
	return Never
}

// steps are the calls that change by themselves at instants of their own.
func steps(te *term) (found []func(f *Frame) int64) {
	te.visit(func(part *term) {
		if part.op != opCall {
			return
		}
		if st, ok := part.does.(steppingBehaviour); ok {
			found = append(found, st.next(part))
		}
	})
	return found
}

// compileNext joins the crossings and the steps: the earliest instant at which any of them may turn.
func compileNext(te *term) func(f *Frame) int64 {
	all, stepping := crossings(te), steps(te)
	return func(f *Frame) int64 {
		first := int64(Never)
		for i := range all {
			first = min(first, all[i].next(f))
		}
		for _, next := range stepping {
			first = min(first, next(f))
		}
		return first
	}
}

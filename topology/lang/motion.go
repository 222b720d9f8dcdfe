package lang

import (
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// Motion says what time alone can do to a condition. Most conditions of most events move in one direction only: a count
// over a window falls with time and rises with events, a silence the other way round. Who knows that need not look for the
// next instant of a condition that time cannot make true.
type Motion uint8

// What time, or an event, can do. A condition that stands still has none of them.
const (
	// Rises: time alone may make the condition true.
	Rises Motion = 1 << iota
	// Falls: time alone may end it.
	Falls
	// Hastens: an event may bring the next of these instants nearer although the condition stays as true or untrue as it was.
	Hastens

	anyMotion = Rises | Falls | Hastens
)

// Has says that all of some motions are among these.
func (mo Motion) Has(some Motion) bool { return mo&some == some }

// motionOf derives the motion of a term in an expression about subjects of a scope.
func motionOf(te *term, scope Scope) Motion {
	switch {
	case te.standsStill():
		return 0
	case scope == ScopeUser && te.readsAccount():
		return anyMotion // nobody tells when the account changes
	}
	switch te.op {
	case opAnd:
		return motionOf(te.kids[0], scope) | motionOf(te.kids[1], scope)
	case opOr:
		some := motionOf(te.kids[0], scope) | motionOf(te.kids[1], scope)
		if some.Has(Falls) {
			some |= Hastens // one side may become true, and get an end, or end, behind the back of the other
		}
		return some
	case opCompare:
		return motionOfComparison(te)
	}
	return anyMotion
}

// compileTurn is compileNext over the parts that time can turn one way.
func compileTurn(te *term, scope Scope, way Motion) func(f *Frame) int64 {
	parts := turning(te, scope, way)
	return func(f *Frame) int64 {
		first := int64(Never)
		for _, next := range parts {
			first = min(first, next(f))
		}
		return first
	}
}

func turning(te *term, scope Scope, way Motion) []func(f *Frame) int64 {
	switch {
	case !motionOf(te, scope).Has(way):
		return nil
	case te.op == opAnd || te.op == opOr:
		return append(turning(te.kids[0], scope, way), turning(te.kids[1], scope, way)...)
	}
	return []func(f *Frame) int64{compileNext(te)}
}

// motionOfComparison knows counts over a window up to now and silences, compared with a constant.
func motionOfComparison(te *term) Motion {
	left, right, operation := te.kids[0], te.kids[1], te.cmp
	if left.op == opLiteral {
		left, right, operation = right, left, operation.Flip()
	}
	if right.op != opLiteral {
		return anyMotion
	}
	atLeast := operation == value.Ge || operation == value.Gt
	atMost := operation == value.Le || operation == value.Lt
	switch {
	case !atLeast && !atMost:
		return anyMotion
	case left.op == opIdle && atLeast, left.drains() && atMost:
		return Rises
	case left.op == opIdle && atMost, left.drains() && atLeast:
		return Falls
	}
	return anyMotion
}

// drains says that the value is a count that time can only lower and an event only raise.
func (te *term) drains() bool {
	wc, ok := te.does.(*windowCall)
	if !ok || te.op != opCall || wc.window.Bounded() || wc.window.Month > 0 {
		return false
	}
	return wc.aggregate == window.OpTotal && wc.operation() != window.OpActive
}

// standsStill says that time alone never changes the value.
func (te *term) standsStill() bool {
	still := true
	te.visit(func(part *term) {
		if _, steps := part.does.(steppingBehaviour); part.linear() || part.op == opCall && steps {
			still = false
		}
	})
	return still
}

func (te *term) readsAccount() (reads bool) {
	te.visit(func(part *term) { reads = reads || part.over == ScopeAccount })
	return reads
}

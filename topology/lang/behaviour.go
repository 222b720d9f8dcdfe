package lang

import (
	"holdfast/topology/value"
)

// behaviour is what one function of the language does: a function is a file with a checker (registered in functions)
// that makes a term of op opCall with its behaviour, and the behaviour itself. Adding a function touches no switch.
//
// compile gives the closure of the term's type (number for int, decimal, time, date and duration). walk is the same, slow
// and obvious, with the reason of what is unknown ("observed 3d of 14d"): the tests hold one against the other, and
// explanations are made of it.
type behaviour interface {
	compile(te *term) compiled
	walk(te *term, f *Frame) value.Value
}

// compiled is one closure: that of the term's type.
type compiled struct {
	condition condition
	number    number
	text      text
	list      list
}

// linearBehaviour is a behaviour whose value moves with every instant: value = direction * (now - origin). A comparison
// of it with something that stands still turns at one instant (solve.go).
type linearBehaviour interface {
	behaviour
	// origin is the instant (ms) from which the duration counts; false when there is none.
	origin(te *term) func(f *Frame) (at int64, ok bool)
	// falling says that the value shrinks with time (until): origin - now instead of now - origin.
	falling() bool
	// wakes names the origin for people and the golden list: "last(login)".
	wakes(te *term) string
}

// steppingBehaviour is a behaviour whose value changes by itself at instants of its own: a window that an entry leaves, a
// month that begins.
type steppingBehaviour interface {
	behaviour
	// next gives the first instant after f.Now (ms) at which the value may change, else Never.
	next(te *term) func(f *Frame) int64
	// wakes says it for people and the golden list: "next leaving of the window".
	wakes(te *term) string
}

// dependent is a behaviour whose value is changed by engine events or facts that the term does not name as its event or
// fact: they are added to what the index of rules watches.
type dependent interface {
	depends(te *term, na *Names) (events []*EventDef, facts []*FactDef)
}

// linear says that the behaviour of a call moves with every instant.
func (te *term) linearCall() (linearBehaviour, bool) {
	if te.op != opCall {
		return nil, false
	}
	li, ok := te.does.(linearBehaviour)
	return li, ok
}

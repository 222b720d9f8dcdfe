package lang

import (
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// op is what a term does.
type op uint8

const (
	opBad op = iota // refused: the error is listed, what depends on it stays silent
	opLiteral
	opFact
	opField     // event.F
	opCapture   // start.F
	opStartTime // start.time
	opPeriod    // start.period
	opSubject   // account.id, user.id
	opAggregate // the value of a slot
	opHas
	opIdle
	opObserved
	opMembers
	opKnown
	opDefault
	opNot
	opAnd
	opOr
	opCompare
	opIn
	opContains
	opNegate
	opSum     // plus or, with minus, difference
	opProduct // times or, with minus, quotient
	opDecimal // an int as a decimal
	opTime    // a date as its local midnight
	opCall    // a function with a behaviour of its own (behaviour.go)
)

// term is a checked expression: names are resolved, types fit, metrics stand expanded. The compiler, the oracle, the
// solver and the explanation all read this one form.
type term struct {
	op     op
	kind   value.Kind
	kids   []*term
	offset int    // in the expression of the playbook, also for what a metric brought
	text   string // as written

	over    Scope        // whose cells
	literal value.Value  // opLiteral
	days    bool         // opLiteral: a duration that moves a date by calendar days
	cmp     value.Cmp    // opCompare
	minus   bool         // opSum: a - b; opProduct: a / b
	slot    *window.Slot // opAggregate, opHas, opIdle
	event   *EventDef    // of the slot
	fact    *FactDef     // opFact
	field   FieldDef     // opField
	capture int          // opCapture
	role    string       // opMembers
	list    *ListDef     // opIn
	does    behaviour    // opCall
	named   string       // opCall: the name that the call gives: segment("power")
	step    int          // opCall: the step that the call names, -1 if none
	values  []string     // the texts that it can have; nil: any
}

// ListDef is a list of literals: texts, or numbers in millionths.
type ListDef struct {
	Kind    value.Kind // Text or Decimal
	Texts   []string
	Numbers []int64
}

// MapDef is a map of literals, in the order of the text.
type MapDef struct {
	Pairs [][2]string
}

// Metric is a named expression of an account or of a user.
type Metric struct {
	Name  string
	Scope Scope
	term  *term
}

// bad is the term of something refused.
func bad(offset int) *term { return &term{op: opBad, offset: offset} }

func (te *term) isBad() bool { return te.op == opBad }

// anyBad says that a part was refused, so that nothing more needs to be said about the whole.
func anyBad(parts ...*term) bool {
	for _, part := range parts {
		if part.isBad() {
			return true
		}
	}
	return false
}

// visit calls see for the term and everything in it, parts first; a program that was made by hand has none.
func (te *term) visit(see func(*term)) {
	if te == nil {
		return
	}
	for _, kid := range te.kids {
		kid.visit(see)
	}
	see(te)
}

// linear says that the term changes by itself with every instant.
func (te *term) linear() bool {
	_, call := te.linearCall()
	return call || te.op == opIdle || te.op == opObserved
}

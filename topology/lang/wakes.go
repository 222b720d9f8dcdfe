package lang

import (
	"strings"

	"holdfast/topology/value"
)

// Waking says at what instants time alone may change a part of a waiting expression, for people: what `holdfast lint`
// lists, and what the golden list of the examples holds.
type Waking struct {
	Condition string // idle(login) >= 7d
	Instant   string // last(login) + 7d
}

// Wakes lists the parts of the expression that time changes, each once, in the order of the text.
func (pg *Program) Wakes() (list []Waking) {
	seen := map[Waking]bool{}
	for _, wa := range wakesOf(pg.term, pg.term.text) {
		if !seen[wa] && wa.Instant != "" {
			seen[wa] = true
			list = append(list, wa)
		}
	}
	return list
}

// wakesOf collects them below a term; condition is the text of the comparison around it.
func wakesOf(te *term, condition string) (list []Waking) {
	if te.op == opCompare && te.kids[0].kind != value.Bool {
		condition = te.text
		if wa, ok := crossingWake(te); ok {
			list = append(list, wa)
		}
	} else if te.kind == value.Bool {
		condition = te.text
	}
	for _, kid := range te.kids {
		list = append(list, wakesOf(kid, condition)...)
	}
	if st, ok := te.does.(steppingBehaviour); ok && te.op == opCall {
		list = append(list, Waking{Condition: condition, Instant: st.wakes(te)})
	}
	return list
}

// crossingWake is the instant of a comparison of a linear call.
func crossingWake(te *term) (Waking, bool) {
	left, right, operation := te.kids[0], te.kids[1], te.cmp
	if right.linear() {
		left, right, operation = right, left, operation.Flip()
	}
	if !left.linear() {
		return Waking{}, false
	}
	falls := false
	if li, call := left.linearCall(); call && li.falling() {
		falls, operation = true, operation.Flip()
	}
	instant := shifted(originText(left), right, falls)
	switch operation {
	case value.Gt, value.Le:
		instant += ", 1 ms later"
	case value.Eq, value.Ne:
		instant += ", and 1 ms later"
	}
	return Waking{Condition: te.text, Instant: instant}, true
}

func originText(te *term) string {
	switch te.op {
	case opIdle:
		return strings.Replace(te.text, "idle(", "last(", 1)
	case opObserved:
		return "the first record"
	}
	li, _ := te.linearCall()
	return li.wakes(te)
}

// shifted is origin + still, or origin - still of a falling one.
func shifted(origin string, still *term, falls bool) string {
	text := grouped(still)
	if still.op != opLiteral {
		return origin + map[bool]string{false: " + ", true: " - "}[falls] + text
	}
	length := still.literal.Num
	switch {
	case length == 0:
		return origin
	case (length < 0) != falls:
		return origin + " - " + strings.TrimPrefix(text, "-")
	}
	return origin + " + " + strings.TrimPrefix(text, "-")
}

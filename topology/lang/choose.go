package lang

import (
	"fmt"

	"holdfast/topology/value"
)

// A fact that is chosen by what was used: {choose: LIST, used: EVENT.FIELD, in: W, at_least: n} is the first element of
// the list with fewer than n uses in W; with a map it is the right side of the first pair whose left side has n uses and
// whose right side has none. It is built of counts, and so it is as exact, and changes at the same instants, as they do.

// Choosing is such a fact as written.
type Choosing struct {
	Event, Field string
	Window       string
	AtLeast      int64
}

// uses is the condition that an element was used so often.
func (ch Choosing) uses(element, sign string, n int64) string {
	return fmt.Sprintf("count(%s in %s where event.%s == \"%s\") %s %d", ch.Event, ch.Window, ch.Field, element, sign, n)
}

// firstCall is the first kid of a pair (condition, value) whose condition is true; unknown where one before it is, and
// where none is true.
type firstCall struct{}

func (firstCall) compile(te *term) compiled {
	var conditions []condition
	var values []*term
	for i := 0; i < len(te.kids); i += 2 {
		conditions = append(conditions, compileCondition(te.kids[i]))
		values = append(values, te.kids[i+1])
	}
	pick := func(f *Frame) int {
		for i, cond := range conditions {
			switch cond(f) {
			case value.Yes:
				return i
			case value.Maybe:
				return -1
			}
		}
		return -1
	}
	return branches(te.kind, pick, values)
}

func (firstCall) walk(te *term, f *Frame) value.Value {
	for i := 0; i < len(te.kids); i += 2 {
		switch holds := walk(te.kids[i], f); holds.Truth() {
		case value.Yes:
			return walk(te.kids[i+1], f)
		case value.Maybe:
			return holds
		}
	}
	return value.Missing("nothing to choose")
}

// line is one condition with the text that it chooses.
type line struct{ condition, text string }

// chosen makes the fact of the lines.
func (na *Names) chosen(scope Scope, name string, lines []line) (*FactDef, []*Error) {
	te := &term{op: opCall, kind: value.Text, does: firstCall{}, over: scope, text: scope.String() + "." + name, values: []string{}}
	for _, li := range lines {
		x, errors := na.check(li.condition, Context{Scope: scope})
		if len(errors) > 0 {
			return nil, errors[:1]
		}
		te.kids = append(te.kids, x, &term{op: opLiteral, kind: value.Text, literal: value.OfText(li.text), text: `"` + li.text + `"`})
		te.values = append(te.values, li.text)
	}
	return na.deriveFact(scope, name, te), nil
}

// deriveFact adds a fact that is computed and stored nowhere.
func (na *Names) deriveFact(scope Scope, name string, te *term) *FactDef {
	fact := NewFact(scope, name, te.kind)
	fact.derived = te
	na.Facts[scope][name] = fact
	return fact
}

// ChooseFromList defines a fact that is an element of a list.
func (na *Names) ChooseFromList(scope Scope, name string, list *ListDef, ch Choosing) []*Error {
	var lines []line
	for _, element := range list.Texts {
		lines = append(lines, line{ch.uses(element, "<", ch.AtLeast), element})
	}
	_, errors := na.chosen(scope, name, lines)
	return errors
}

// ChooseFromMap defines a fact that is a right side of a map, and NAME_from, its left side.
func (na *Names) ChooseFromMap(scope Scope, name string, pairs *MapDef, ch Choosing) []*Error {
	var rights, lefts []line
	for _, pair := range pairs.Pairs {
		condition := ch.uses(pair[0], ">=", ch.AtLeast) + " and " + ch.uses(pair[1], "<", 1)
		rights, lefts = append(rights, line{condition, pair[1]}), append(lefts, line{condition, pair[0]})
	}
	if _, errors := na.chosen(scope, name, rights); len(errors) > 0 {
		return errors
	}
	_, errors := na.chosen(scope, name+"_from", lefts)
	return errors
}

// DefineChoiceFact adds a fact {by: expr, VALUE: literal, .., else: literal}.
func (na *Names) DefineChoiceFact(scope Scope, name string, choice Choice) []ChoiceError {
	te, errors := na.checkChoice(choice, Context{Scope: scope, NoEvent: "a fact has no event at hand"})
	if len(errors) > 0 || te.isBad() {
		return errors
	}
	na.deriveFact(scope, name, te)
	return nil
}

package lang

import (
	"holdfast/topology/value"
)

// A choice, {by: expr, VALUE: x, .., else: y}, is a term whose value is that of the branch that `by` picks. Unknown is
// contagious: where `by` is unknown the choice is, also if it has an else (write `by: x default "none"`).

// Choice is a choice as written.
type Choice struct {
	By    string
	Cases []Case
}

// Case is one line of a choice: an expression, or (Fixed) the value itself.
type Case struct {
	Key    string
	Quoted bool // the key stands in quotes
	Else   bool // the last line: no key
	Source string
	Fixed  value.Value
}

// ByPart is the part of a choice that says what it chooses by.
const ByPart = -1

// ChoiceError is an error in a part of a choice: ByPart, or the index of a case.
type ChoiceError struct {
	Part  int
	InKey bool // the key is wrong, not what stands behind it
	*Error
}

// CompileChoice checks and compiles a choice of expressions or values.
func (na *Names) CompileChoice(choice Choice, cx Context) (*Program, []ChoiceError) {
	te, errors := na.checkChoice(choice, cx)
	if len(errors) > 0 || te.isBad() {
		return nil, errors
	}
	return na.program(te.text, te, cx), nil
}

// CompileTimeChoice is CompileChoice for an instant: a date becomes its local midnight.
func (na *Names) CompileTimeChoice(choice Choice, cx Context) (*Program, []ChoiceError) {
	cx.Want = []value.Kind{value.Time, value.Date}
	te, errors := na.checkChoice(choice, cx)
	if len(errors) > 0 || te.isBad() {
		return nil, errors
	}
	return na.program(te.text, midnight(te), cx), nil
}

// DefineChoice adds a metric that is a choice.
func (na *Names) DefineChoice(name string, choice Choice, scope Scope) []ChoiceError {
	te, errors := na.checkChoice(choice, metricContext(scope))
	na.Metrics[scope][name] = &Metric{Name: name, Scope: scope, term: te}
	return errors
}

// DefineChoiceVar is DefineVar for a choice.
func (na *Names) DefineChoiceVar(name string, choice Choice, cx Context) (*Metric, []ChoiceError) {
	te, errors := na.checkChoice(choice, cx)
	return &Metric{Name: name, Scope: cx.Scope, term: te}, errors
}

// Broken is a metric whose definition has its error already: its uses stay silent.
func Broken(name string) *Metric { return &Metric{Name: name, term: bad(0)} }

// checkChoice gives the term of a choice.
func (na *Names) checkChoice(choice Choice, cx Context) (*term, []ChoiceError) {
	var errors []ChoiceError
	note := func(part int, inKey bool, list ...*Error) {
		for _, err := range list {
			errors = append(errors, ChoiceError{Part: part, InKey: inKey, Error: err})
		}
	}
	byContext := cx
	byContext.Want, byContext.Use, byContext.Waiting = nil, "by", false
	by, list := na.check(choice.By, byContext)
	note(ByPart, false, list...)
	branch, broken := &choiceCall{}, by.isBad()
	te := &term{op: opCall, does: branch, text: "{by: " + choice.By + "}", kids: []*term{by}}
	for i, ca := range choice.Cases {
		if !ca.Else && !by.isBad() {
			key, err := keyOf(by, ca)
			if err != nil {
				note(i, true, err)
			}
			branch.keys = append(branch.keys, key)
		}
		x, list := na.branchTerm(ca, cx)
		note(i, false, list...)
		broken = broken || x.isBad()
		te.kids = append(te.kids, x)
	}
	if broken || len(errors) > 0 {
		return bad(0), errors
	}
	if i := unify(te); i > 0 {
		note(i-1, false, errorAt(0, "the lines of a choice are of one type: this is %s, the first is %s", article(te.kids[i].kind), article(te.kids[1].kind)))
		return bad(0), errors
	}
	if cx.Waiting {
		ch := &checker{names: na, cx: cx, source: te.text}
		ch.solvable(te)
		note(ByPart, false, ch.errors...)
	}
	return te, errors
}

func (na *Names) branchTerm(ca Case, cx Context) (*term, []*Error) {
	if ca.Fixed.Known() {
		return &term{op: opLiteral, kind: ca.Fixed.Kind, literal: ca.Fixed, text: ca.Fixed.String()}, nil
	}
	cx.Waiting = false
	return na.check(ca.Source, cx)
}

// keyOf reads the VALUE of a line as what `by` yields.
func keyOf(by *term, ca Case) (value.Value, *Error) {
	va, ok := value.Value{}, false
	switch by.kind {
	case value.Text:
		if err := by.neverIs(ca.Key); err != "" {
			return va, errorAt(0, "%s", err)
		}
		return value.OfText(ca.Key), nil
	case value.Bool:
		va, ok = value.OfBool(ca.Key == "true"), ca.Key == "true" || ca.Key == "false"
	case value.Int, value.Decimal:
		va.Num, ok = value.ParseDecimal(ca.Key)
		va.Kind = value.Decimal
	default:
		return va, errorAt(0, "by wants a text, a number or a condition, %s is %s", by.text, article(by.kind))
	}
	if !ok || ca.Quoted {
		return va, errorAt(0, "%s is %s, never %q", by.text, article(by.kind), ca.Key)
	}
	return va, nil
}

// unify brings the branches to one type and gives the index of the first kid that has another, 0 if none has.
func unify(te *term) int {
	values := te.kids[1:]
	mixed, instants := false, false
	for _, x := range values {
		mixed = mixed || isNumber(x.kind) && x.kind != values[0].kind
		instants = instants || x.kind == value.Time
	}
	for i := range values {
		if mixed {
			values[i] = decimal(values[i])
		}
		if instants {
			values[i] = midnight(values[i])
		}
	}
	te.kind, te.over = values[0].kind, te.kids[0].over
	for i, x := range values {
		if x.kind != te.kind {
			return i + 1
		}
	}
	te.values = literalTexts(values)
	return 0
}

// literalTexts are the texts of literals; nil if one is none.
func literalTexts(terms []*term) []string {
	var texts []string
	for _, te := range terms {
		if te.op != opLiteral || te.kind != value.Text {
			return nil
		}
		texts = append(texts, te.literal.Text)
	}
	return texts
}

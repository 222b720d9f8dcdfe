package playbook

import (
	"strconv"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// choiceOf says what the lines of a choice hold.
type choiceOf uint8

// The kinds. choiceNone is the reserved zero.
const (
	choiceNone        choiceOf = iota
	choiceExpressions          // {by: arm, now: start.time, later: start.time + 1h}
	choiceTemplates            // {by: decline, hard: card_needs_replacing, else: payment_failed}
	choiceLiterals             // {by: account.plan, free: team, else: enterprise}
)

// exprOrChoice compiles an expression, or a choice {by: expr, VALUE: expr, .., else: expr}; nil with the errors listed.
func (ld *loader) exprOrChoice(no *node, cx lang.Context) *lang.Program {
	switch {
	case wantsInstant(cx):
		return ld.timeOrChoice(no, cx)
	case no.shape == shapeMapping:
		return ld.choice(no, cx, choiceExpressions)
	}
	return ld.compile(no, cx)
}

// wantsInstant says that a place takes times and dates: a date is its local midnight there.
func wantsInstant(cx lang.Context) bool {
	return len(cx.Want) == 2 && cx.Want[0] == value.Time && cx.Want[1] == value.Date
}

// timeOrChoice is exprOrChoice for an instant: a date becomes its local midnight.
func (ld *loader) timeOrChoice(no *node, cx lang.Context) *lang.Program {
	if no.shape == shapeMapping {
		return ld.compiledChoice(no, cx, choiceExpressions, ld.names.CompileTimeChoice)
	}
	return ld.compileTime(no, cx)
}

// choice compiles {by: expr, VALUE: x, .., else: y}; nil with the errors listed. A choice that finds nothing is unknown.
func (ld *loader) choice(no *node, cx lang.Context, of choiceOf) *lang.Program {
	return ld.compiledChoice(no, cx, of, ld.names.CompileChoice)
}

func (ld *loader) compiledChoice(no *node, cx lang.Context, of choiceOf, compile func(lang.Choice, lang.Context) (*lang.Program, []lang.ChoiceError)) *lang.Program {
	read := ld.readChoice(no, of)
	if read == nil {
		return nil
	}
	pg, list := compile(read.Choice, cx)
	ld.choiceErrors(read, list)
	if pg != nil {
		pg.File, pg.Line, pg.Column = ld.file, no.line, no.column
	}
	return pg
}

// writtenChoice is a choice with the places of its parts.
type writtenChoice struct {
	lang.Choice
	by    *node
	cases []entry
}

// readChoice reads the lines of a choice; nil with the errors listed.
func (ld *loader) readChoice(no *node, of choiceOf) *writtenChoice {
	before := len(ld.problems)
	ke := ld.read(no, "a choice")
	if ke == nil {
		return nil
	}
	by := ke.need("by", "{by: account.plan, free: .., else: ..}")
	if by == nil {
		return nil
	}
	read := &writtenChoice{by: by}
	read.By, _ = ld.text(by, "by")
	for i, name := range ke.order {
		en := ke.entries[name]
		switch {
		case name == "by":
			continue
		case name == "else" && i != len(ke.order)-1:
			ld.failAt(en.line, en.column, "else is the last line of a choice")
		}
		read.cases = append(read.cases, en)
		read.Cases = append(read.Cases, ld.branch(en, of))
	}
	if len(read.cases) == 0 && len(ld.problems) == before {
		ld.fail(no, "a choice has lines: {by: account.plan, free: .., else: ..}")
	}
	if len(ld.problems) > before {
		return nil
	}
	return read
}

func (ld *loader) branch(en entry, of choiceOf) lang.Case {
	ca := lang.Case{Key: en.key, Quoted: en.quoted, Else: en.key == "else"}
	switch of {
	case choiceTemplates:
		if name, ok := ld.name(en.value, "a template"); ok {
			ca.Fixed = value.OfText(name)
		}
	case choiceLiterals:
		ca.Fixed = ld.choiceLiteral(en.value)
	default:
		ca.Source, _ = ld.text(en.value, "a line of a choice")
	}
	return ca
}

// choiceLiteral is a number, a truth value or a duration if it looks like one and stands unquoted, else a text.
func (ld *loader) choiceLiteral(no *node) value.Value {
	text, ok := ld.text(no, "a line of a choice")
	if !ok || no.quoted {
		return value.OfText(text)
	}
	if truth, err := strconv.ParseBool(text); err == nil && (text == "true" || text == "false") {
		return value.OfBool(truth)
	}
	if millis, ok := value.ParseDuration(text); ok {
		return value.OfDuration(millis)
	}
	return literal(no)
}

func (ld *loader) choiceErrors(read *writtenChoice, list []lang.ChoiceError) {
	for _, err := range list {
		switch {
		case err.Part == lang.ByPart:
			ld.expressionErrors(read.by, []*lang.Error{err.Error})
		case err.InKey:
			en := read.cases[err.Part]
			ld.failAt(en.line, en.column, "%s", err.Text)
		default:
			ld.expressionErrors(read.cases[err.Part].value, []*lang.Error{err.Error})
		}
	}
}

// filled compiles a text with expressions in braces; nil with the errors listed.
func (ld *loader) filled(no *node, cx lang.Context) *lang.Program {
	return ld.located(no, cx, ld.names.CompileText)
}

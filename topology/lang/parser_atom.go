package lang

import (
	"strings"

	"holdfast/topology/value"
)

// The rules for what stands between operators: literals, names, calls and parentheses.

func (pr *parser) defaulted() (Node, *Error) {
	x, err := pr.atom()
	if err != nil || !pr.accept("default") {
		return x, err
	}
	var y Node
	if word := pr.peek(); word.kind == tokenName {
		y, err = pr.path()
	} else {
		y, err = pr.literal()
	}
	if err != nil {
		return nil, errorAt(err.Offset, "%s (after default stands a literal or a name)", err.Text)
	}
	return &Default{span: join(x, y), X: x, Y: y}, nil
}

func (pr *parser) atom() (Node, *Error) {
	word := pr.peek()
	switch {
	case pr.is("("):
		return pr.parenthesis()
	case word.kind == tokenName, word.text == "top" && pr.tokens[pr.at+1].text == "(":
		return pr.pathOrCall()
	}
	return pr.literal()
}

func (pr *parser) parenthesis() (Node, *Error) {
	open := pr.next()
	if err := pr.enter(open.offset); err != nil {
		return nil, err
	}
	defer func() { pr.depth-- }()
	no, err := pr.or()
	if err != nil {
		return nil, err
	}
	if !pr.accept(")") {
		return nil, errorAt(pr.peek().offset, "missing ) for the ( at character %d", open.offset+1)
	}
	return no, nil
}

func (pr *parser) literal() (*Literal, *Error) {
	word := pr.next()
	minus, offset := false, word.offset
	for word.kind == tokenSign && word.text == "-" {
		minus = !minus
		word = pr.next()
		if word.kind != tokenNumber && word.kind != tokenPercent && word.kind != tokenDuration && word.text != "-" {
			return nil, pr.unexpected(word)
		}
	}
	li, ok := literalOf(word)
	if !ok {
		return nil, pr.unexpected(word)
	}
	li.offset = offset
	if minus {
		li.Value.Num, li.Text = -li.Value.Num, "-"+li.Text
	}
	return li, nil
}

func literalOf(word token) (*Literal, bool) {
	li := &Literal{span: span{word.offset, word.end}, Text: word.text, Days: word.days}
	switch word.kind {
	case tokenNumber:
		li.Value = value.OfDecimal(word.num)
		if word.whole {
			li.Value = value.OfInt(word.num)
		}
	case tokenPercent:
		li.Value = value.OfDecimal(word.num)
	case tokenDuration:
		li.Value = value.OfDuration(word.num)
	case tokenString:
		li.Value, li.Text = value.OfText(word.text), `"`+word.text+`"`
	case tokenKeyword:
		if word.text != "true" && word.text != "false" {
			return nil, false
		}
		li.Value = value.OfBool(word.text == "true")
	default:
		return nil, false
	}
	return li, true
}

func (pr *parser) path() (*Path, *Error) {
	first := pr.next()
	if first.kind != tokenName {
		return nil, pr.unexpected(first)
	}
	pa := &Path{span: span{first.offset, first.end}, Names: []string{first.text}}
	for pr.accept(".") {
		name := pr.next()
		if name.kind != tokenName {
			return nil, pr.unexpected(name)
		}
		pa.Names = append(pa.Names, name.text)
		pa.end = name.end
	}
	return pa, nil
}

// pathOrCall reads a name and, if a parenthesis follows, the call that it begins.
func (pr *parser) pathOrCall() (Node, *Error) {
	if pr.is("top") {
		word := pr.next()
		return pr.call(&Path{span: span{word.offset, word.end}, Names: []string{word.text}})
	}
	pa, err := pr.path()
	if err != nil || !pr.is("(") {
		return pa, err
	}
	return pr.call(pa)
}

func (pr *parser) call(name *Path) (Node, *Error) {
	ca := &Call{span: name.span, Name: name.Names[len(name.Names)-1]}
	if ca.Account = len(name.Names) == 2 && name.Names[0] == "account"; !ca.Account && len(name.Names) > 1 {
		return nil, errorAt(name.offset, "%s() is no function; only account. may stand before a call", strings.Join(name.Names, "."))
	}
	if err := pr.enter(name.offset); err != nil {
		return nil, err
	}
	defer func() { pr.depth-- }()
	open := pr.next()
	var err *Error
	if ca.Args, err = pr.args(ca.Name); err != nil {
		return nil, err
	}
	ca.Args.ClosingByte = pr.peek().offset
	if !pr.accept(")") {
		return nil, errorAt(pr.peek().offset, "missing ) for the ( at character %d", open.offset+1)
	}
	ca.end = pr.tokens[pr.at-1].end
	return ca, nil
}

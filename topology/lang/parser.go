package lang

// The limits of an expression: a text beyond them is refused before it can exhaust the stack.
const (
	maxSource = 8192
	maxDepth  = 100
)

// Parse reads an expression by the grammar of language.md 4. It knows no names: what a name means is for the checker.
func Parse(source string) (Node, *Error) {
	if len(source) > maxSource {
		return nil, errorAt(0, "an expression of %d bytes; the limit is %d", len(source), maxSource)
	}
	list, err := tokens(source)
	if err != nil {
		return nil, err
	}
	pr := &parser{tokens: list}
	no, err := pr.or()
	if err != nil {
		return nil, err
	}
	if rest := pr.peek(); rest.kind != tokenEnd {
		return nil, pr.unexpected(rest)
	}
	return no, nil
}

// parser is a recursive descent: one function per rule, named as the rule.
type parser struct {
	tokens []token
	at     int
	depth  int
}

func (pr *parser) peek() token { return pr.tokens[pr.at] }

func (pr *parser) next() token {
	word := pr.tokens[pr.at]
	if word.kind != tokenEnd {
		pr.at++
	}
	return word
}

// is says that the next word is that keyword or sign.
func (pr *parser) is(text string) bool {
	word := pr.peek()
	return (word.kind == tokenKeyword || word.kind == tokenSign) && word.text == text
}

func (pr *parser) accept(text string) bool {
	if pr.is(text) {
		pr.at++
		return true
	}
	return false
}

func (pr *parser) unexpected(word token) *Error {
	switch {
	case word.kind == tokenEnd:
		return errorAt(word.offset, "the expression ends too early")
	case word.kind == tokenKeyword && Reserved(word.text):
		return errorAt(word.offset, "unexpected %s; it is a reserved word", word.text)
	}
	return errorAt(word.offset, "unexpected %s", word.text)
}

func (pr *parser) enter(offset int) *Error {
	if pr.depth++; pr.depth > maxDepth {
		return errorAt(offset, "an expression nested more than %d deep", maxDepth)
	}
	return nil
}

func join(first, last Node) span {
	offset, _ := first.Span()
	_, end := last.Span()
	return span{offset, end}
}

func (pr *parser) or() (Node, *Error) { return pr.chain("or", pr.and) }

func (pr *parser) and() (Node, *Error) { return pr.chain("and", pr.not) }

func (pr *parser) chain(op string, part func() (Node, *Error)) (Node, *Error) {
	left, err := part()
	for err == nil && pr.accept(op) {
		var right Node
		if right, err = part(); err == nil {
			left = &Binary{span: join(left, right), Op: op, X: left, Y: right}
		}
	}
	return left, err
}

func (pr *parser) not() (Node, *Error) {
	word := pr.peek()
	if !pr.accept("not") {
		return pr.comparison()
	}
	if err := pr.enter(word.offset); err != nil {
		return nil, err
	}
	defer func() { pr.depth-- }()
	x, err := pr.not()
	if err != nil {
		return nil, err
	}
	_, end := x.Span()
	return &Unary{span: span{word.offset, end}, Op: "not", X: x}, nil
}

func (pr *parser) comparison() (Node, *Error) {
	left, err := pr.sum()
	if err != nil {
		return nil, err
	}
	for _, op := range [...]string{"==", "!=", "<", "<=", ">", ">=", "contains"} {
		if !pr.accept(op) {
			continue
		}
		right, err := pr.sum()
		if err != nil {
			return nil, err
		}
		return &Binary{span: join(left, right), Op: op, X: left, Y: right}, nil
	}
	return pr.in(left)
}

func (pr *parser) in(left Node) (Node, *Error) {
	offset, _ := left.Span()
	not := pr.is("not")
	if not {
		pr.at++
	}
	if !pr.accept("in") {
		if not {
			return nil, pr.unexpected(pr.peek())
		}
		return left, nil
	}
	in := &In{X: left, Not: not}
	var err *Error
	if pr.is("(") {
		in.Literals, err = pr.literals()
	} else {
		in.List, err = pr.path()
		if err == nil && (len(in.List.Names) > 2 || len(in.List.Names) == 2 && in.List.Names[0] != "account") {
			err = errorAt(in.List.offset, "%s is no list; name one of lists:, or write (a or b)", Format(in.List))
		}
	}
	in.span = span{offset, pr.tokens[max(pr.at-1, 0)].end}
	return in, err
}

func (pr *parser) literals() ([]*Literal, *Error) {
	pr.accept("(")
	var list []*Literal
	for {
		li, err := pr.literal()
		if err != nil {
			return nil, err
		}
		list = append(list, li)
		if pr.accept("or") {
			continue
		}
		if pr.accept(")") {
			return list, nil
		}
		return nil, errorAt(pr.peek().offset, "a list in parentheses is written (a or b)")
	}
}

func (pr *parser) sum() (Node, *Error) {
	left, err := pr.arithmetic("+", "-", pr.product)
	if err != nil || !pr.is("at") {
		return left, err
	}
	pr.at++
	clock := pr.next()
	if clock.kind != tokenClock {
		return nil, errorAt(clock.offset, "at wants a time of day; write at 09:00")
	}
	offset, _ := left.Span()
	return &AtClock{span: span{offset, clock.end}, X: left, Clock: clock.text}, nil
}

func (pr *parser) product() (Node, *Error) { return pr.arithmetic("*", "/", pr.unary) }

func (pr *parser) arithmetic(plus, minus string, part func() (Node, *Error)) (Node, *Error) {
	left, err := part()
	for err == nil && (pr.is(plus) || pr.is(minus)) {
		op := pr.next().text
		var right Node
		if right, err = part(); err == nil {
			left = &Binary{span: join(left, right), Op: op, X: left, Y: right}
		}
	}
	return left, err
}

func (pr *parser) unary() (Node, *Error) {
	if !pr.is("-") {
		return pr.defaulted()
	}
	if pr.literalFollows() {
		return pr.defaulted()
	}
	sign := pr.next()
	if err := pr.enter(sign.offset); err != nil {
		return nil, err
	}
	defer func() { pr.depth-- }()
	x, err := pr.unary()
	if err != nil {
		return nil, err
	}
	_, end := x.Span()
	return &Unary{span: span{sign.offset, end}, Op: "-", X: x}, nil
}

// literalFollows says that after the minus signs at hand stands a number: together they are one literal.
func (pr *parser) literalFollows() bool {
	i := pr.at
	for pr.tokens[i].kind == tokenSign && pr.tokens[i].text == "-" {
		i++
	}
	switch pr.tokens[i].kind {
	case tokenNumber, tokenPercent, tokenDuration:
		return true
	}
	return false
}

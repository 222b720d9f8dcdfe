package lang

// eventFunctions take EVENT [.FIELD] [in window] [where expr].
var eventFunctions = [...]string{"total", "has", "first", "last", "sum", "min", "max", "avg", "distinct", "count", "top", "idle"}

// evidenceFunctions take [for g] [since t] [in W] [top n].
var evidenceFunctions = [...]string{"evidence", "evidence_count", "evidence_sum"}

func oneOf(name string, list []string) bool {
	for _, other := range list {
		if other == name {
			return true
		}
	}
	return false
}

// args reads what stands between the parentheses of a call.
func (pr *parser) args(function string) (ar Args, err *Error) {
	switch {
	case pr.is(")"):
		return ar, nil
	case oneOf(function, eventFunctions[:]):
		return pr.eventArgs()
	case oneOf(function, evidenceFunctions[:]):
		return pr.evidenceArgs()
	}
	ar.Expr, err = pr.or()
	return ar, err
}

func (pr *parser) eventArgs() (ar Args, err *Error) {
	if ar.Event, err = pr.path(); err != nil {
		return ar, errorAt(err.Offset, "%s; here stands the name of an event", err.Text)
	}
	if len(ar.Event.Names) > 2 {
		return ar, errorAt(ar.Event.offset, "%s is no event; write EVENT or EVENT.FIELD", Format(ar.Event))
	}
	if pr.accept("in") {
		if ar.Window, err = pr.window(); err != nil {
			return ar, err
		}
	}
	if pr.accept("where") {
		ar.Where, err = pr.or()
	}
	return ar, err
}

func (pr *parser) window() (*Window, *Error) {
	word := pr.peek()
	if word.kind == tokenName && (word.text == "this" || word.text == "last") {
		pr.at++
		month := pr.next()
		if month.text != "month" {
			return nil, errorAt(month.offset, "%s month is the only named window", word.text)
		}
		return &Window{span: span{word.offset, month.end}, Month: word.text}, nil
	}
	length, err := pr.duration()
	if err != nil {
		return nil, err
	}
	wi := &Window{span: length.span, Length: length}
	if pr.accept("before") {
		if wi.Before, err = pr.duration(); err == nil {
			wi.end = wi.Before.end
		}
	}
	return wi, err
}

func (pr *parser) duration() (*Literal, *Error) {
	word := pr.next()
	if word.kind != tokenDuration {
		return nil, errorAt(word.offset, "a window is a duration; write in 30d")
	}
	li, _ := literalOf(word)
	return li, nil
}

func (pr *parser) evidenceArgs() (ar Args, err *Error) {
	for err == nil {
		switch word := pr.peek(); {
		case pr.accept("for"):
			ar.For, err = pr.sum()
		case word.kind == tokenName && word.text == "since":
			pr.at++
			ar.Since, err = pr.sum()
		case pr.accept("in"):
			ar.Window, err = pr.window()
		case pr.accept("top"):
			ar.Top, err = pr.literal()
		case pr.is(")"):
			return ar, nil
		default:
			err = pr.unexpected(word)
		}
	}
	return ar, err
}

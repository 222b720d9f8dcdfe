package oracle

// The constructors of expressions, for the generator and the tests.

func call(name, event string) *Expr { return &Expr{Op: OpCall, Name: name, Event: event} }

func field(name, event, of string) *Expr {
	return &Expr{Op: OpCall, Name: name, Event: event, Field: of}
}

func count(event string, window Span) *Expr {
	return &Expr{Op: OpCall, Name: "count", Event: event, Window: window}
}

// named is a call with a name in quotes.
func named(function, name string) *Expr { return &Expr{Op: OpCall, Name: function, Text: name} }

// over is a call over an expression.
func over(function string, ex *Expr) *Expr {
	return &Expr{Op: OpCall, Name: function, Args: []*Expr{ex}}
}

func num(n int) *Expr          { return &Expr{Op: OpNumber, Number: int64(n) * million} }
func lasts(sp Span) *Expr      { return &Expr{Op: OpSpan, Span: sp} }
func word(text string) *Expr   { return &Expr{Op: OpText, Text: text} }
func path(name string) *Expr   { return &Expr{Op: OpPath, Name: name} }
func not(ex *Expr) *Expr       { return &Expr{Op: OpNot, Args: []*Expr{ex}} }
func known(ex *Expr) *Expr     { return &Expr{Op: OpKnown, Args: []*Expr{ex}} }
func and(one, two *Expr) *Expr { return &Expr{Op: OpAnd, Args: []*Expr{one, two}} }
func or(one, two *Expr) *Expr  { return &Expr{Op: OpOr, Args: []*Expr{one, two}} }

func is(left *Expr, sign string, right *Expr) *Expr {
	return &Expr{Op: OpCompare, Name: sign, Args: []*Expr{left, right}}
}

func sum(left *Expr, sign string, right *Expr) *Expr {
	return &Expr{Op: OpSum, Name: sign, Args: []*Expr{left, right}}
}

func product(left *Expr, sign string, right *Expr) *Expr {
	return &Expr{Op: OpProduct, Name: sign, Args: []*Expr{left, right}}
}

func orElse(ex, other *Expr) *Expr { return &Expr{Op: OpDefault, Args: []*Expr{ex, other}} }

func atClock(ex *Expr, minute int) *Expr {
	return &Expr{Op: OpClock, Args: []*Expr{ex}, Minute: minute}
}

func inWords(ex *Expr, words ...string) *Expr {
	return &Expr{Op: OpIn, Args: []*Expr{ex}, Words: words}
}

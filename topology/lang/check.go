package lang

import (
	"fmt"

	"holdfast/topology/value"
)

// checker turns what was written into a term and lists what is wrong on the way. One is used per expression.
type checker struct {
	names  *Names
	cx     Context
	source string
	errors []*Error
}

// check gives the term of an expression and its errors, of which there may be several.
func (na *Names) check(source string, cx Context) (*term, []*Error) {
	no, err := Parse(source)
	if err != nil {
		return bad(err.Offset), []*Error{err}
	}
	ch := &checker{names: na, cx: cx, source: source}
	te := ch.term(no)
	ch.wanted(te)
	if cx.Waiting && len(ch.errors) == 0 {
		ch.solvable(te)
	}
	return te, ch.errors
}

func (ch *checker) fail(offset int, format string, args ...any) *term {
	ch.errors = append(ch.errors, errorAt(offset, format, args...))
	return bad(offset)
}

// wanted checks the type of the whole expression against its place.
func (ch *checker) wanted(te *term) {
	if te.isBad() || len(ch.cx.Want) == 0 {
		return
	}
	for _, kind := range ch.cx.Want {
		if kind == te.kind {
			return
		}
	}
	ch.fail(te.offset, "%s wants %s, this is %s", ch.cx.Use, kindWords(ch.cx.Want), article(te.kind))
}

func kindWords(kinds []value.Kind) string {
	words := ""
	for i, kind := range kinds {
		if i > 0 {
			words += " or "
		}
		words += article(kind)
	}
	return words
}

func article(kind value.Kind) string {
	switch kind {
	case value.Int:
		return "an int"
	case value.Bool:
		return "a condition (bool)"
	}
	return "a " + kind.String()
}

// term checks one node.
func (ch *checker) term(no Node) *term {
	var te *term
	switch no := no.(type) {
	case *Literal:
		te = ch.literal(no)
	case *Path:
		te = ch.path(no)
	case *Call:
		te = ch.call(no)
	case *Unary:
		te = ch.unary(no)
	case *Binary:
		te = ch.binary(no)
	case *In:
		te = ch.in(no)
	case *Default:
		te = ch.fallback(no)
	case *AtClock:
		te = ch.atClock(no)
	default:
		panic(fmt.Sprintf("lang: node %T", no))
	}
	offset, end := no.Span()
	te.offset = offset
	if te.text == "" {
		te.text = ch.source[offset:end]
	}
	return te
}

func (ch *checker) literal(li *Literal) *term {
	return &term{op: opLiteral, kind: li.Value.Kind, literal: li.Value, days: li.Days}
}

func (ch *checker) unary(un *Unary) *term {
	x := ch.term(un.X)
	switch {
	case anyBad(x):
		return bad(un.offset)
	case un.Op == "not":
		if x.kind != value.Bool {
			return ch.fail(x.offset, "not wants %s, this is %s", article(value.Bool), article(x.kind))
		}
		return &term{op: opNot, kind: value.Bool, kids: []*term{x}}
	case x.kind != value.Int && x.kind != value.Decimal && x.kind != value.Duration:
		return ch.fail(x.offset, "cannot negate %s", x.kind)
	}
	return &term{op: opNegate, kind: x.kind, kids: []*term{x}}
}

func (ch *checker) binary(bi *Binary) *term {
	if bi.Op == "contains" {
		return ch.contains(bi)
	}
	x, y := ch.term(bi.X), ch.term(bi.Y)
	if anyBad(x, y) {
		return bad(bi.offset)
	}
	switch bi.Op {
	case "and", "or":
		return ch.logic(bi, x, y)
	case "+", "-":
		return ch.sum(bi, x, y)
	case "*", "/":
		return ch.product(bi, x, y)
	}
	return ch.comparison(bi, x, y)
}

func (ch *checker) logic(bi *Binary, x, y *term) *term {
	for _, side := range []*term{x, y} {
		if side.kind != value.Bool {
			return ch.fail(side.offset, "%s wants %s, this is %s", bi.Op, article(value.Bool), article(side.kind))
		}
	}
	operation := opAnd
	if bi.Op == "or" {
		operation = opOr
	}
	return &term{op: operation, kind: value.Bool, kids: []*term{x, y}}
}

func (ch *checker) sum(bi *Binary, x, y *term) *term {
	minus := bi.Op == "-"
	kind := value.SumKind(x.kind, y.kind, minus, y.op == opLiteral && y.days)
	if kind == value.Unknown { // a date that does not move by calendar days is its local midnight
		x, y = midnight(x), midnight(y)
		kind = value.SumKind(x.kind, y.kind, minus, false)
	}
	if kind == value.Unknown {
		verb := "cannot add %s and %s"
		if minus {
			verb = "cannot take %[2]s from %[1]s"
		}
		return ch.fail(bi.offset, verb, x.kind, y.kind)
	}
	if kind == value.Decimal {
		x, y = decimal(x), decimal(y)
	}
	return &term{op: opSum, kind: kind, minus: minus, kids: []*term{x, y}}
}

func midnight(te *term) *term {
	if te.kind != value.Date {
		return te
	}
	return &term{op: opTime, kind: value.Time, kids: []*term{te}, offset: te.offset, text: te.text}
}

func decimal(te *term) *term {
	if te.kind != value.Int {
		return te
	}
	return &term{op: opDecimal, kind: value.Decimal, kids: []*term{te}, offset: te.offset, text: te.text}
}

func (ch *checker) product(bi *Binary, x, y *term) *term {
	kind := value.ProductKind(x.kind, y.kind, bi.Op == "/")
	if kind == value.Unknown {
		verb := "cannot multiply %s by %s"
		if bi.Op == "/" {
			verb = "cannot divide %s by %s"
		}
		return ch.fail(bi.offset, verb, x.kind, y.kind)
	}
	return &term{op: opProduct, kind: kind, minus: bi.Op == "/", kids: []*term{x, y}}
}

func (ch *checker) comparison(bi *Binary, x, y *term) *term {
	operation := cmpOf(bi.Op)
	if x.kind == value.Date && y.kind == value.Time || x.kind == value.Time && y.kind == value.Date {
		x, y = midnight(x), midnight(y)
	}
	numbers := isNumber(x.kind) && isNumber(y.kind)
	if !numbers && x.kind != y.kind {
		return ch.fail(bi.offset, "cannot compare %s with %s", x.kind, y.kind)
	}
	ordered := operation != value.Eq && operation != value.Ne
	switch {
	case x.kind == value.List:
		return ch.fail(bi.offset, "cannot compare lists; write x contains \"y\"")
	case ordered && (x.kind == value.Text || x.kind == value.Bool):
		return ch.fail(bi.offset, "%s has no order; it has only ==, != and in", x.kind)
	case ch.never(x, y):
		return bad(bi.offset)
	}
	return &term{op: opCompare, kind: value.Bool, cmp: operation, kids: []*term{ringed(x, y), ringed(y, x)}}
}

func isNumber(kind value.Kind) bool { return kind == value.Int || kind == value.Decimal }

func cmpOf(sign string) value.Cmp {
	for operation := value.Eq; operation <= value.Ge; operation++ {
		if operation.String() == sign {
			return operation
		}
	}
	return value.CmpNone
}

// contains has a list, a named list or a set on its left.
func (ch *checker) contains(bi *Binary) *term {
	if pa, ok := bi.X.(*Path); ok {
		if te := ch.namedContains(bi, pa); te != nil {
			return te
		}
	}
	x, y := ch.term(bi.X), ch.term(bi.Y)
	if anyBad(x, y) {
		return bad(bi.offset)
	}
	if x.kind != value.List || y.kind != value.Text {
		return ch.fail(bi.offset, "contains wants a list and a text, found %s and %s", x.kind, y.kind)
	}
	return &term{op: opContains, kind: value.Bool, kids: []*term{x, y}}
}

// namedContains is LIST contains x and SET contains x; nil where the name is neither.
func (ch *checker) namedContains(bi *Binary, pa *Path) *term {
	list, set := ch.names.Lists[pa.Names[0]], ch.setAt(pa)
	if set == nil && (list == nil || len(pa.Names) > 1) {
		return nil
	}
	y := ch.term(bi.Y)
	switch {
	case anyBad(y):
		return bad(bi.offset)
	case set != nil && !ch.sees(pa, set):
		return bad(bi.offset)
	case set != nil:
		return ch.inSet(bi.offset, set, y)
	case y.kind != list.Kind && !(isNumber(y.kind) && list.Kind == value.Decimal):
		return ch.fail(bi.offset, "cannot look for %s in a list of %ss", article(y.kind), list.Kind)
	}
	return &term{op: opIn, kind: value.Bool, list: list, kids: []*term{y}}
}

func (ch *checker) in(in *In) *term {
	x := ch.term(in.X)
	if in.List != nil {
		if set := ch.setAt(in.List); set != nil {
			return ch.inSetOf(in, set, x)
		}
	}
	list, ok := ch.list(in)
	if anyBad(x) || !ok {
		return bad(in.offset)
	}
	if ch.neverAny(in, x) {
		return bad(in.offset)
	}
	if x.kind != list.Kind && !(isNumber(x.kind) && list.Kind == value.Decimal) {
		return ch.fail(in.offset, "cannot look for %s in a list of %ss", article(x.kind), list.Kind)
	}
	return ch.negated(in, &term{op: opIn, kind: value.Bool, list: list, kids: []*term{x}})
}

// inSetOf is x in SET.
func (ch *checker) inSetOf(in *In, set *SetDef, x *term) *term {
	if anyBad(x) || !ch.sees(in.List, set) {
		return bad(in.offset)
	}
	te := ch.inSet(in.offset, set, x)
	if te.isBad() {
		return te
	}
	return ch.negated(in, te)
}

// negated puts the `not` of x not in .. around a term.
func (ch *checker) negated(in *In, te *term) *term {
	if !in.Not {
		return te
	}
	te.offset = in.offset
	te.text = ch.source[in.offset:in.end]
	return &term{op: opNot, kind: value.Bool, kids: []*term{te}}
}

func (ch *checker) list(in *In) (*ListDef, bool) {
	if in.List == nil {
		return ch.listOf(in.Literals)
	}
	name := in.List.Names[0]
	list, ok := ch.names.Lists[name]
	if !ok && !ch.names.Refused[name] {
		name = Format(in.List)
		ch.fail(in.List.offset, "unknown list or set %s%s", name, Suggest(name, append(sortedNames(ch.names.Lists), sortedNames(ch.names.Sets)...)))
	}
	return list, ok
}

func (ch *checker) listOf(literals []*Literal) (*ListDef, bool) {
	list := &ListDef{}
	for i, li := range literals {
		if !list.Add(li.Value) {
			ch.fail(li.offset, "%s does not fit the list: its elements are %ss", li.Text, literals[max(i-1, 0)].Value.Kind)
			return nil, false
		}
	}
	return list, true
}

// Add appends an element; false when its type is not that of the list.
func (li *ListDef) Add(va value.Value) bool {
	kind := va.Kind
	if kind == value.Int {
		kind = value.Decimal
	}
	if li.Kind == value.Unknown {
		li.Kind = kind
	}
	if kind != li.Kind {
		return false
	}
	switch {
	case kind == value.Text:
		li.Texts = append(li.Texts, va.Text)
	case va.Kind == value.Int:
		micros, ok := value.MulInt(va.Num, value.Scale)
		li.Numbers = append(li.Numbers, micros)
		return ok
	default:
		li.Numbers = append(li.Numbers, va.Num)
	}
	return true
}

func (ch *checker) fallback(de *Default) *term {
	x, y := ch.term(de.X), ch.term(de.Y)
	if anyBad(x, y) {
		return bad(de.offset)
	}
	if isNumber(x.kind) && isNumber(y.kind) && x.kind != y.kind {
		x, y = decimal(x), decimal(y)
	}
	if x.kind == value.Time && y.kind == value.Date || x.kind == value.Date && y.kind == value.Time {
		x, y = midnight(x), midnight(y)
	}
	if x.kind != y.kind {
		return ch.fail(y.offset, "default is %s, but %s is %s", article(y.kind), x.text, article(x.kind))
	}
	return &term{op: opDefault, kind: x.kind, kids: []*term{x, y}, values: defaultedValues(x, y)}
}

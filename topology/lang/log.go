package lang

import (
	"holdfast/topology/value"
)

// logCall is log10(x), a decimal; unknown for what is not above zero. As all arithmetic it takes no bounds.
type logCall struct{}

func (logCall) compile(te *term) compiled {
	read := compileNumber(te.kids[0])
	return compiled{number: func(f *Frame) (int64, mark) {
		n, m := read(f)
		if m != value.Exact {
			return 0, missing
		}
		return settled(value.Log10(n))
	}}
}

func (logCall) walk(te *term, f *Frame) value.Value {
	va := walk(te.kids[0], f)
	if !va.Known() {
		return va
	}
	if va.Bound != value.Exact {
		return value.Missing(te.kids[0].text + " is " + va.String())
	}
	n, ok := value.Log10(va.Num)
	if !ok {
		return value.Missing("the logarithm of " + va.String())
	}
	return value.OfDecimal(n)
}

func (ch *checker) log10(ca *Call, _ Scope) *term {
	if ca.Args.Expr == nil {
		return ch.fail(ca.offset, "log10() wants a number: log10(account.arr)")
	}
	x := ch.term(ca.Args.Expr)
	switch {
	case anyBad(x):
		return bad(ca.offset)
	case !isNumber(x.kind):
		return ch.fail(x.offset, "log10() wants a number, this is %s", article(x.kind))
	}
	return &term{op: opCall, kind: value.Decimal, does: logCall{}, kids: []*term{decimal(x)}}
}

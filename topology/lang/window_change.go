package lang

import (
	"holdfast/topology/value"
)

// changeCall is change(agg in W): how much this window differs from the one before it, as a part of that. It is unknown
// where the one before is 0.
type changeCall struct{ this, before *windowCall }

func (cc *changeCall) compile(*term) compiled {
	this, before := cc.this.number(), cc.before.number()
	return compiled{number: func(f *Frame) (int64, mark) {
		b, markB := before(f)
		if markB != value.Exact {
			return 0, missing
		}
		a, markA := this(f)
		more, ok := value.SubInt(a, b)
		if markA != value.Exact || !ok {
			return 0, missing
		}
		return settled(value.MulDiv(more, value.Scale, b))
	}}
}

func (cc *changeCall) walk(te *term, f *Frame) value.Value {
	before := cc.before.walk(te, f)
	switch {
	case before.Known() && before.Bound != value.Exact:
		return value.Missing(cc.before.bind().observed(f, cc.before.over))
	case before.Known() && before.Num == 0:
		return value.Missing("nothing in the window before")
	case !before.Known():
		return before
	}
	return value.Div(value.Sub(cc.this.walk(te, f), before), before)
}

func (cc *changeCall) next(te *term) func(f *Frame) int64 {
	this, before := cc.this.next(te), cc.before.next(te)
	return func(f *Frame) int64 { return min(this(f), before(f)) }
}

func (cc *changeCall) wakes(te *term) string { return cc.before.wakes(te) }

func (cc *changeCall) depends(te *term, na *Names) (events []*EventDef, facts []*FactDef) {
	return cc.before.depends(te, na)
}

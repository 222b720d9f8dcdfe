package lang

import (
	"holdfast/topology/value"
)

// markCall is sent("s"), opened, clicked, seen and done("s"): what became of a step of this episode. Never unknown: what
// was not published was not opened either.
type markCall struct{ mark Mark }

func (mc markCall) compile(te *term) compiled {
	i, wanted := te.step, mc.mark
	return compiled{condition: func(f *Frame) value.Truth {
		return value.TruthOf(i < len(f.Steps) && f.Steps[i].Marks&wanted != 0)
	}}
}

func (mc markCall) walk(te *term, f *Frame) value.Value {
	for i, step := range f.Steps {
		if i == te.step {
			return value.OfBool(step.Marks&mc.mark != 0)
		}
	}
	return value.OfBool(false)
}

// stepMark checks a call of that kind.
func stepMark(mark Mark) func(ch *checker, ca *Call, over Scope) *term {
	return func(ch *checker, ca *Call, _ Scope) *term {
		if !ch.cx.HasStart {
			return ch.fail(ca.offset, "%s(): there is no episode yet; it stands in steps and stops", ca.Name)
		}
		i := ch.stepArgument(ca)
		if i < 0 {
			return bad(ca.offset)
		}
		return &term{op: opCall, kind: value.Bool, does: markCall{mark}, step: i, named: ch.cx.Steps[i]}
	}
}

// stepArgument is the index of the step that a call names, -1 with the error listed if there is none.
func (ch *checker) stepArgument(ca *Call) int {
	name, ok := ch.nameArgument(ca, "a step", "guide")
	if !ok {
		return -1
	}
	for i, step := range ch.cx.Steps {
		if step == name {
			return i
		}
	}
	offset, _ := ca.Args.Expr.Span()
	ch.fail(offset, "unknown step %s%s", name, Suggest(name, sortedCopy(ch.cx.Steps)))
	return -1
}

// nameArgument is the one argument of a call that names something: a text.
func (ch *checker) nameArgument(ca *Call, what, example string) (string, bool) {
	name, ok := ca.Args.Expr.(*Literal)
	if !ok || name.Value.Kind != value.Text {
		ch.fail(ca.offset, "%s() wants %s: %s(\"%s\")", ca.Name, what, ca.Name, example)
		return "", false
	}
	return name.Value.Text, true
}

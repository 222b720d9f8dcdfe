package lang

import (
	"holdfast/topology/value"
)

// movingCall is a duration that runs with the clock: since(t), until(t), age(x) and elapsed(). It has an instant, and its
// value is the time from there to now; of a falling one (until) the time from now to there.
type movingCall struct {
	falls   bool
	from    func(te *term) func(f *Frame) (at int64, ok bool)
	instant func(te *term, f *Frame) value.Value // the same, slow, with the reason of what is unknown
	label   func(te *term) string                // of the instant
}

func (mo *movingCall) compile(te *term) compiled {
	from := mo.from(te)
	if mo.falls {
		return compiled{number: func(f *Frame) (int64, mark) {
			at, ok := from(f)
			n, fits := value.SubInt(at, f.Now)
			return settled(n, ok && fits)
		}}
	}
	return compiled{number: func(f *Frame) (int64, mark) {
		at, ok := from(f)
		n, fits := value.SubInt(f.Now, at)
		return settled(n, ok && fits)
	}}
}

func (mo *movingCall) walk(te *term, f *Frame) value.Value {
	at, now := mo.instant(te, f), value.OfTime(f.Now)
	switch {
	case !at.Known():
		return at
	case mo.falls:
		return value.Sub(at, now)
	}
	return value.Sub(now, at)
}

func (mo *movingCall) origin(te *term) func(f *Frame) (at int64, ok bool) { return mo.from(te) }

func (mo *movingCall) falling() bool { return mo.falls }

func (mo *movingCall) wakes(te *term) string { return mo.label(te) }

// since checks since(t), until checks until(t): t is a time, or a date as its local midnight.
func (ch *checker) since(ca *Call, _ Scope) *term { return ch.ofInstant(ca, false) }

func (ch *checker) until(ca *Call, _ Scope) *term { return ch.ofInstant(ca, true) }

func (ch *checker) ofInstant(ca *Call, falls bool) *term {
	if ca.Args.Expr == nil {
		return ch.fail(ca.offset, "%s() wants a time: %s(contract.ends_on)", ca.Name, ca.Name)
	}
	x := ch.term(ca.Args.Expr)
	switch {
	case anyBad(x):
		return bad(ca.offset)
	case x.kind != value.Time && x.kind != value.Date:
		return ch.fail(x.offset, "%s() wants a time or a date, this is %s", ca.Name, article(x.kind))
	}
	return &term{op: opCall, kind: value.Duration, does: instantOf(falls), kids: []*term{midnight(x)}, over: ch.cx.Scope}
}

// instantOf is the behaviour of since() and until().
func instantOf(falls bool) *movingCall {
	return &movingCall{
		falls: falls,
		from: func(te *term) func(f *Frame) (int64, bool) {
			read := compileNumber(te.kids[0])
			return func(f *Frame) (int64, bool) {
				at, m := read(f)
				return at, m == value.Exact
			}
		},
		instant: func(te *term, f *Frame) value.Value { return walk(te.kids[0], f) },
		label:   func(te *term) string { return grouped(te.kids[0]) },
	}
}

// grouped is the text of a term as an operand of + and -.
func grouped(te *term) string {
	if te.op == opSum || te.op == opCompare || te.op == opAnd || te.op == opOr {
		return "(" + te.text + ")"
	}
	return te.text
}

// elapsed checks elapsed() and elapsed("step").
func (ch *checker) elapsed(ca *Call, _ Scope) *term {
	if !ch.cx.HasStart {
		return ch.fail(ca.offset, "elapsed(): there is no episode yet; it stands in steps and stops")
	}
	te := &term{op: opCall, kind: value.Duration, step: -1, does: elapsedSinceStart()}
	if ca.Args.Expr == nil {
		return te
	}
	if te.step = ch.stepArgument(ca); te.step < 0 {
		return bad(ca.offset)
	}
	te.named, te.does = ch.cx.Steps[te.step], elapsedSinceStep()
	return te
}

func elapsedSinceStart() *movingCall {
	return &movingCall{
		from: func(*term) func(f *Frame) (int64, bool) {
			return func(f *Frame) (int64, bool) { return f.StartAt, true }
		},
		instant: func(_ *term, f *Frame) value.Value { return value.OfTime(f.StartAt) },
		label:   func(*term) string { return "start.time" },
	}
}

func elapsedSinceStep() *movingCall {
	return &movingCall{
		from: func(te *term) func(f *Frame) (int64, bool) {
			i := te.step
			return func(f *Frame) (int64, bool) {
				if i >= len(f.Steps) || f.Steps[i].Marks&MarkSent == 0 {
					return 0, false
				}
				return f.Steps[i].Slot, true
			}
		},
		instant: func(te *term, f *Frame) value.Value {
			if te.step >= len(f.Steps) || f.Steps[te.step].Marks&MarkSent == 0 {
				return value.Missing(te.named + " was not published")
			}
			return value.OfTime(f.Steps[te.step].Slot)
		},
		label: func(te *term) string { return "slot of " + te.named },
	}
}

// reasonOf says why a value is unknown, with the name of what it is.
func reasonOf(te *term, va value.Value) string {
	if va.Known() || va.Text == "" {
		return te.text + " has no age yet"
	}
	return va.Text
}

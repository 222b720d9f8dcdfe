package lang

import (
	"holdfast/topology/value"
)

// clockCall is X at HH:MM: the first local HH:MM at or after X, in the zone of the user, else the account, else the bundle.
type clockCall struct{ minute int64 } // of the day

func (cc clockCall) compile(te *term) compiled {
	read, minute := compileNumber(te.kids[0]), cc.minute
	return compiled{number: func(f *Frame) (int64, mark) {
		at, m := read(f)
		if m == missing {
			return 0, missing
		}
		at, ok := value.AtClock(at, minute, Zone(f))
		if !ok {
			return 0, missing
		}
		return at, m
	}}
}

func (cc clockCall) walk(te *term, f *Frame) value.Value {
	va := walk(te.kids[0], f)
	if !va.Known() {
		return va
	}
	at, ok := value.AtClock(va.Num, cc.minute, Zone(f))
	if !ok {
		return value.Missing(value.ReasonOverflow)
	}
	va.Num = at
	return va
}

func (cc clockCall) depends(te *term, na *Names) (events []*EventDef, facts []*FactDef) {
	if zone := na.Facts[te.over]["time_zone"]; zone != nil {
		facts = append(facts, zone)
	}
	return nil, facts
}

// atClock checks X at HH:MM.
func (ch *checker) atClock(at *AtClock) *term {
	x := ch.term(at.X)
	switch {
	case anyBad(x):
		return bad(at.offset)
	case x.kind != value.Time && x.kind != value.Date:
		return ch.fail(x.offset, "at %s wants a time or a date before it, this is %s", at.Clock, article(x.kind))
	}
	hour, minute := int64(at.Clock[0]-'0')*10+int64(at.Clock[1]-'0'), int64(at.Clock[3]-'0')*10+int64(at.Clock[4]-'0')
	return &term{op: opCall, kind: value.Time, does: clockCall{hour*60 + minute}, kids: []*term{midnight(x)}, over: ch.cx.Scope}
}

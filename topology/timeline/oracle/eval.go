package oracle

import "slices"

// A view is a place and an instant to evaluate at.
type view struct {
	wo *world
	su *subject
	at Instant
	ev *happened // the event at hand
	ep *episode
}

// is says whether the condition is true; a missing one is.
func (vi view) is(ex *Expr) bool { return ex == nil || vi.eval(ex).yes() }

func (vi view) eval(ex *Expr) value {
	switch ex.Op {
	case OpAnd:
		return vi.eval(ex.Args[0]).and(vi.eval(ex.Args[1]))
	case OpOr:
		return vi.eval(ex.Args[0]).or(vi.eval(ex.Args[1]))
	case OpNot:
		return vi.eval(ex.Args[0]).not()
	case OpCompare:
		exact := isSmall(ex.Args[0]) || isSmall(ex.Args[1])
		return compare(ex.Name, vi.side(ex.Args[0], exact), vi.side(ex.Args[1], exact))
	case OpIn:
		return vi.in(ex)
	case OpContains:
		return vi.contains(ex)
	}
	return vi.term(ex)
}

func (vi view) term(ex *Expr) value {
	switch ex.Op {
	case OpSum:
		return add(ex.Name, vi.eval(ex.Args[0]), vi.eval(ex.Args[1]))
	case OpProduct:
		return multiply(ex.Name, vi.eval(ex.Args[0]), vi.eval(ex.Args[1]))
	case OpDefault:
		if va := vi.eval(ex.Args[0]); va.known() {
			return va
		}
		return vi.eval(ex.Args[1])
	case OpKnown:
		return truth(vi.eval(ex.Args[0]).known())
	case OpClock:
		va := vi.eval(ex.Args[0])
		if !va.known() {
			return va
		}
		return instant(localClock(Instant(va.n), ex.Minute, vi.su.zone))
	case OpPath:
		return vi.path(ex.Name)
	case OpCall:
		return vi.call(ex, false)
	}
	return ex.literal()
}

func (ex *Expr) literal() value {
	switch ex.Op {
	case OpNumber:
		return number(ex.Number)
	case OpSpan:
		return span(ex.Span)
	case OpText:
		return text(ex.Text)
	case OpTruth:
		return truth(ex.Number != 0)
	}
	return value{}
}

// isSmall says whether a count that is compared with this is kept as an exact ring.
func isSmall(ex *Expr) bool {
	return ex.Op == OpNumber && ex.Number <= 64*million
}

// side evaluates a side of a comparison; a count that stands there alone may be exact.
func (vi view) side(ex *Expr, exact bool) value {
	if ex.Op == OpCall && ex.Name == "count" {
		return vi.call(ex, exact)
	}
	return vi.eval(ex)
}

func (vi view) in(ex *Expr) value {
	va := vi.eval(ex.Args[0])
	if !va.known() {
		return va
	}
	return truth(slices.Contains(ex.Words, va.s))
}

func (vi view) contains(ex *Expr) value {
	// user.roles is the only list of the model.
	if vi.su.roles == nil {
		return value{} // no profile says
	}
	return truth(slices.Contains(vi.su.roles, ex.Args[1].Text))
}

func (vi view) path(name string) value {
	if field, is := cut(name, "event."); is {
		if vi.ev == nil {
			return value{}
		}
		return vi.ev.field(field, vi.su.owner.zone)
	}
	if fact, is := cut(name, "account."); is {
		return vi.su.owner.fact(fact)
	}
	if fact, is := cut(name, "user."); is {
		return vi.su.fact(fact)
	}
	switch name {
	case "start.time":
		return instant(vi.ep.start)
	case "tier", "score":
		return vi.main(name)
	case "stage":
		return vi.stage()
	}
	return value{}
}

func cut(name, prefix string) (string, bool) {
	if len(name) < len(prefix) || name[:len(prefix)] != prefix {
		return "", false
	}
	return name[len(prefix):], true
}

// fact is a field of the entities account and user.
func (su *subject) fact(name string) value {
	switch {
	case name == "created_at" && su.created != 0:
		return instant(su.created)
	case name == "role" && len(su.roles) > 0:
		return text(su.roles[0])
	case name == "status":
		return text("active")
	}
	return su.traits[name]
}

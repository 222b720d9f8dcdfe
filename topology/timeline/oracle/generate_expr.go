package oracle

// waiting draws a condition that time can change; depth bounds how many are joined.
func (ge *generator) waiting(depth int) *Expr {
	if depth > 0 {
		switch kind := ge.dr.below(100); {
		case kind < 35:
			return and(ge.waiting(depth-1), ge.waiting(depth-1))
		case kind < 45:
			return or(ge.waiting(depth-1), ge.waiting(depth-1))
		case kind < 50:
			return not(ge.waiting(depth - 1))
		}
	}
	if ge.dr.chance(40) {
		return ge.linear()
	}
	return ge.counted()
}

// linear draws a comparison of a time that passes.
func (ge *generator) linear() *Expr {
	sign := pick(ge.dr, ">=", ">=", ">=", ">", "<", "<=")
	event := ge.event()
	switch ge.dr.below(10) {
	case 0:
		return is(over("since", call("last", event)), sign, lasts(ge.span()))
	case 1:
		return is(over("until", sum(call("last", event), "+", lasts(ge.spans[2]))), pick(ge.dr, "<=", "<"), lasts(ge.spans[0]))
	case 2:
		return is(call("observed", ""), pick(ge.dr, ">=", ">"), lasts(ge.span()))
	case 3:
		return is(over("since", call("first", event)), sign, lasts(ge.span()))
	}
	return is(call("idle", event), sign, lasts(ge.span()))
}

// counted draws a condition over what happened.
func (ge *generator) counted() *Expr {
	event := ge.event()
	sign := pick(ge.dr, ">=", ">=", ">=", "==", "<", "<=", ">")
	if len(ge.derivedTerms()) > 0 && ge.dr.chance(35) {
		return ge.known()
	}
	switch ge.dr.below(18) {
	case 14:
		return ge.narrowed(sign)
	case 15:
		return is(field(pick(ge.dr, "max", "min", "avg"), "calls", "size"), pick(ge.dr, ">=", "<="), num(ge.dr.between(1, 5)))
	case 0:
		return call("has", event)
	case 1:
		return is(call("total", event), sign, num(ge.dr.between(1, 4)))
	case 2:
		return is(field("sum", "calls", "size"), ">=", num(ge.dr.between(2, 8)))
	case 3:
		return is(&Expr{Op: OpCall, Name: "count", Event: event, Window: ge.span(), Before: ge.spans[0]}, sign, num(ge.dr.between(1, 2)))
	case 4:
		return is(&Expr{Op: OpCall, Name: "distinct", Event: "used", Field: "feature", Window: ge.span()}, ">=", num(ge.dr.between(1, 2)))
	case 5:
		return is(&Expr{Op: OpCall, Name: "distinct", Event: event, Field: "day", Window: ge.span()}, sign, num(ge.dr.between(1, 3)))
	case 6:
		return is(field("last", "used", "feature"), "==", word("a"))
	case 7:
		return ge.known()
	}
	return is(count(event, ge.span()), sign, num(ge.dr.between(0, 3)))
}

// narrowed draws a count with a condition, or over a calendar month; seldom one that is kept in panes.
func (ge *generator) narrowed(sign string) *Expr {
	narrow := is(path("event.feature"), "==", word("b"))
	switch ge.dr.below(8) {
	case 0, 1, 2:
		return is(&Expr{Op: OpCall, Name: "count", Event: "used", Window: ge.span(), Where: narrow}, sign, num(ge.dr.between(1, 2)))
	case 3, 4:
		return is(&Expr{Op: OpCall, Name: "total", Event: "used", Where: narrow}, sign, num(ge.dr.between(1, 2)))
	case 5:
		return is(&Expr{Op: OpCall, Name: "sum", Event: "calls", Field: "size", Window: ge.span()}, ">=", num(ge.dr.between(2, 6)))
	case 6:
		return is(over("change", count(ge.event(), ge.spans[1])), "<=", &Expr{Op: OpNumber, Number: -million / 2})
	}
	return is(&Expr{Op: OpCall, Name: "count", Event: ge.event(), Month: pick(ge.dr, "this", "last")}, sign, num(ge.dr.between(1, 3)))
}

// known draws something about facts and derived values.
func (ge *generator) known() *Expr {
	if derived := ge.derivedTerms(); len(derived) > 0 && ge.dr.chance(80) {
		return pick(ge.dr, derived...)
	}
	switch ge.dr.below(4) {
	case 3:
		if ge.user {
			return &Expr{Op: OpContains, Args: []*Expr{path("user.roles"), word("admin")}}
		}
		return is(call("members", ""), ">=", num(2))
	case 0:
		return known(call("last", ge.event()))
	case 1:
		return is(orElse(path("account.plan"), word("none")), pick(ge.dr, "==", "!="), word("free"))
	}
	return inWords(path("account.plan"), "free", "team")
}

// condition draws what is asked at a given instant: anything goes.
func (ge *generator) condition(depth int) *Expr {
	if !ge.dr.chance(30) {
		return ge.waiting(depth)
	}
	event := ge.event()
	switch ge.dr.below(6) {
	case 0:
		return is(sum(call("total", event), "+", call("total", ge.event())), ">=", num(ge.dr.between(1, 5)))
	case 1:
		return is(product(call("total", event), "*", num(2)), ">", call("total", ge.event()))
	case 2:
		if ge.user {
			return is(&Expr{Op: OpCall, Name: "idle", Event: event, Account: true}, pick(ge.dr, "<", ">="), lasts(ge.span()))
		}
		return is(over("since", call("first", event)), "<", over("since", call("last", ge.event())))
	case 3:
		if len(ge.ca.Playbooks) > 0 && (ge.user || !ge.ca.Playbooks[0].PerUser) { // an account does not see its users' episodes
			return not(named("running", ge.ca.Playbooks[0].Name))
		}
		return is(product(field("sum", "calls", "size"), "/", call("total", "calls")), ">=", num(2))
	case 4:
		if ge.user {
			return is(&Expr{Op: OpCall, Name: "total", Event: event, Account: true}, ">=", num(ge.dr.between(1, 4)))
		}
		return is(call("members", ""), ">=", num(2))
	}
	return is(orElse(path("account.arr"), num(1)), ">=", num(1000))
}

// instant draws when an `at` step is due.
func (ge *generator) instant() *Expr {
	var ex *Expr
	switch ge.dr.below(4) {
	case 0:
		ex = path("start.time")
	case 1:
		ex = sum(call("last", ge.event()), "+", lasts(ge.span()))
	default:
		ex = sum(path("start.time"), "+", lasts(ge.span()))
	}
	if ge.dr.chance(60) {
		return atClock(ex, pick(ge.dr, 9*60, 2*60+30, 0, 17*60+45))
	}
	return ex
}

// derivedTerms lists the conditions on derived documents that the scope may name. In a user's scope those of the
// account are lazy: they are left to `if`, which knows the instant.
func (ge *generator) derivedTerms() []*Expr {
	var list []*Expr
	if ge.inDoc {
		return nil
	}
	for _, he := range ge.ca.Health {
		if he.PerUser == ge.user && len(he.Tiers) > 0 {
			list = append(list, is(named("tier", he.Name), "==", word(he.Tiers[0].Name)), is(named("tier", he.Name), "==", word(he.Tiers[len(he.Tiers)-1].Name)))
		}
		if he.PerUser == ge.user {
			list = append(list, is(named("score", he.Name), "<", num(10*ge.dr.between(2, 8))))
		}
	}
	for _, st := range ge.ca.Stages {
		if st.PerUser == ge.user {
			list = append(list, is(path("stage"), pick(ge.dr, "==", "!="), word(st.List[0].Name)))
		}
	}
	if len(ge.ca.Proofs) > 0 && !ge.user {
		list = append(list, is(call("evidence_count", ""), ">=", num(ge.dr.between(1, 4))), is(call("evidence_sum", ""), ">=", num(ge.dr.between(2, 6))))
	}
	for _, wa := range ge.ca.Segments {
		if wa.PerUser == ge.user {
			list = append(list, named("segment", wa.Name), not(named("segment", wa.Name)))
		}
	}
	for _, wa := range ge.ca.Signals {
		if wa.PerUser == ge.user {
			list = append(list, named("signal", wa.Name), is(over("age", named("signal", wa.Name)), ">=", lasts(ge.span())))
		}
	}
	return list
}

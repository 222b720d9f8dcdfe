package oracle

import "fmt"

func (ge *generator) playbook() Playbook {
	pb := Playbook{Name: fmt.Sprintf("p%d", len(ge.ca.Playbooks)+1), PerUser: ge.dr.chance(55)}
	pb.PerKey = !pb.PerUser && !ge.one && ge.dr.chance(30)
	ge.user = pb.PerUser
	pb.Class = pick(ge.dr, "lifecycle", "internal", "transactional", "billing")
	if !pb.PerUser {
		pb.To = ge.to()
	}
	pb.Start = ge.start()
	if pb.PerKey {
		pb.Start = ge.keyed()
	}
	pb.Again = ge.again(pb.Start)
	pb.Send = ge.dr.chance(15)
	if ge.dr.chance(10) {
		pb.Lateness = 2 * ge.ca.Lateness // never less than the disorder
	}
	for n := pick(ge.dr, 0, 0, 1, 1, 2); n > 0; n-- {
		pb.Stops = append(pb.Stops, ge.stop(pb, len(pb.Stops)+1))
	}
	if ge.old && pb.Start.When != nil {
		pb.Existing = pick(ge.dr, "", "mark", "include")
	}
	if ge.dr.chance(15) {
		ge.journey(&pb)
		return pb
	}
	for n := ge.dr.between(1, min(ge.size, 3)); n > 0; n-- {
		pb.Steps = append(pb.Steps, ge.step(pb))
	}
	return pb
}

func (ge *generator) to() To {
	return pick(ge.dr, To{Kind: "team", Name: "csm"}, To{Kind: "team", Name: "csm"}, To{Kind: "channel", Name: "#alerts"},
		To{Kind: "role", Name: "admin"}, To{Kind: "role", Name: "admin", Or: "owner"})
}

func (ge *generator) start() Start {
	var st Start
	switch kind := ge.dr.below(100); {
	case kind < 50:
		st.When = ge.waiting(1)
	case kind < 90:
		if st.Event, st.If = ge.engineEvent(); st.Event != "" {
			return st
		}
		st.Event = ge.event()
		st.Once = ge.dr.chance(20)
		if ge.dr.chance(20) {
			st.Settle = pick(ge.dr, Hour, ge.span())
		}
	default:
		st.Each = pick(ge.dr, "day", "week", "week", "month")
		st.On = map[string]string{"week": pick(ge.dr, "mon", "wed", "fri"), "month": pick(ge.dr, "1", "15", "last")}[st.Each]
		st.At = pick(ge.dr, 9*60, 2*60+30, 0, 17*60+45)
	}
	if ge.dr.chance(25) {
		st.If = ge.condition(1)
	}
	return st
}

// keyed draws the start of an episode per invoice.
func (ge *generator) keyed() Start {
	st := Start{Event: pick(ge.dr, "failed", "failed", "paid"), Settle: pick(ge.dr, 0, 0, 2*Minute, ge.span())}
	if ge.dr.chance(30) {
		st.If = pick(ge.dr, not(call("has", "paid")), is(call("total", "failed"), ">=", num(2)))
	}
	return st
}

// engineEvent draws an event that a derived document of the scope makes, with a condition on it; "" often.
func (ge *generator) engineEvent() (string, *Expr) {
	if !ge.dr.chance(40) {
		return "", nil
	}
	for _, he := range ge.ca.Health {
		if he.PerUser == ge.user {
			return "tier_changed", is(path("event.direction"), "==", word(pick(ge.dr, "down", "up", "first")))
		}
	}
	for _, wa := range ge.ca.Segments {
		if wa.PerUser == ge.user {
			return pick(ge.dr, "segment_entered", "segment_left"), is(path("event.segment"), "==", word(wa.Name))
		}
	}
	for _, wa := range ge.ca.Signals {
		if wa.PerUser == ge.user {
			return pick(ge.dr, "signal_raised", "signal_cleared"), nil
		}
	}
	if len(ge.ca.Proofs) > 0 && !ge.user {
		return "evidence_added", is(path("event.goal"), "==", word("g1"))
	}
	return "", nil
}

func (ge *generator) again(st Start) Again {
	if (st.Event == "used" || st.Event == "used_a") && ge.dr.chance(35) {
		return Again{Kind: Per, Every: pick(ge.dr, 0, ge.span())}
	}
	switch kind := ge.dr.below(100); {
	case kind < 20:
		return Again{Kind: Never}
	case kind < 45:
		return Again{Kind: Always}
	case kind < 70:
		return Again{Kind: Every, Every: ge.span()}
	case st.Event != "":
		return Again{Kind: After, After: ge.other(st.Event)}
	}
	return Again{Kind: After, After: ge.event()}
}

func (ge *generator) stop(pb Playbook, n int) Stop {
	if ge.dr.chance(30) {
		return Stop{ID: fmt.Sprintf("stop%d", n), When: ge.waiting(0)}
	}
	st := Stop{Event: ge.event()}
	if pb.Start.Event != "" {
		st.Event = ge.other(pb.Start.Event)
	}
	st.MatchKey = pb.PerKey && (st.Event == "failed" || st.Event == "paid") && ge.dr.chance(50)
	for _, earlier := range pb.Stops {
		if earlier.Event == st.Event {
			st.ID = fmt.Sprintf("stop%d", n)
		}
	}
	if ge.dr.chance(15) {
		st.If = ge.condition(0)
	}
	if ge.dr.chance(25) {
		st.Action, st.Contacted = "send", ge.dr.chance(50)
		if !pb.PerUser {
			st.Action, st.To = "task", To{Kind: "team", Name: "csm"}
		}
	}
	return st
}

func (ge *generator) step(pb Playbook) Step {
	st := Step{ID: fmt.Sprintf("s%d", len(pb.Steps)+1), Action: ge.action(pb), Timing: AtOnce}
	if st.Action == "task" || st.Action == "notify" {
		st.To = pick(ge.dr, To{Kind: "team", Name: "csm"}, To{Kind: "channel", Name: "#alerts"})
	}
	switch kind := ge.dr.below(100); {
	case kind < 35:
	case kind < 55:
		st.Timing, st.Delay = AfterStart, ge.span()
	case kind < 65 && len(pb.Steps) > 0:
		st.Timing, st.Base, st.Delay = AfterStep, pb.Steps[len(pb.Steps)-1].ID, pick(ge.dr, Minute, ge.span())
	case kind < 80:
		st.Timing, st.At = AtTime, ge.instant()
	case kind < 90:
		st.Timing, st.Event, st.Once = AtEvent, ge.event(), ge.dr.chance(30)
		st.Within = pick(ge.dr, 0, ge.span())
	default:
		st.Timing, st.When = AtEdge, ge.waiting(0)
		st.Within = pick(ge.dr, 0, ge.span())
	}
	if ge.dr.chance(20) {
		st.If = ge.condition(0)
	}
	if ge.dr.chance(15) {
		st.Expires = pick(ge.dr, 5*Minute, Hour, ge.span())
	}
	return st
}

func (ge *generator) action(pb Playbook) string {
	if pb.PerUser {
		return pick(ge.dr, "send", "send", "send", "task", "request")
	}
	if pb.To.Kind == "role" {
		return pick(ge.dr, "send", "send", "notify", "task")
	}
	return pick(ge.dr, "task", "notify", "request")
}

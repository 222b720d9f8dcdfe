package oracle

import "slices"

// mostHops is how many states one move may pass through.
const mostHops = 8

func (ep *episode) at(name string) *State {
	for i := range ep.pb.States {
		if ep.pb.States[i].Name == name {
			return &ep.pb.States[i]
		}
	}
	return nil
}

func (ep *episode) inFinal() bool { return ep.state != "" && ep.at(ep.state).Final != "" }

// beginJourney arms the steps of every state, and enters the first state.
func (ep *episode) beginJourney(wo *world, oc occasion) {
	for i := range ep.pb.Always {
		ep.add(wo, &ep.pb.Always[i], "", oc)
	}
	ep.move(wo, ep.pb.First, oc)
}

// move enters a state. goto is judged before enter, and states that are passed through emit nothing.
func (ep *episode) move(wo *world, to string, oc occasion) {
	for hop := 0; hop < mostHops; hop++ {
		next := slices.IndexFunc(ep.at(to).Goto, func(mo Move) bool { return ep.view(wo, oc.judge, oc.ha).is(mo.When) })
		if next < 0 {
			break
		}
		wo.note("passed_through")
		to = ep.at(to).Goto[next].To
	}
	wo.note("state_entered")
	ep.leave(wo, oc)
	ep.since = oc.due
	if ep.state == "" {
		ep.since = ep.start // of the first state, also after a settle
	}
	ep.state = to
	state := ep.at(to)
	ep.gotoDue = make([]Instant, len(state.Goto))
	if state.Final != "" {
		ep.endAlways(wo, oc)
	}
	for i := range state.Enter {
		ep.add(wo, &state.Enter[i], to, oc)
	}
	ep.finish(wo)
}

// leave withdraws the unpublished steps of the state that is left.
func (ep *episode) leave(wo *world, oc occasion) {
	for _, sp := range ep.steps {
		if sp.state == "" || sp.state != ep.state || sp.st.Keep {
			continue
		}
		switch sp.phase {
		case held:
			sp.conclude(wo, "withdrawn", oc.decided)
		case waiting:
			sp.conclude(wo, "", oc.decided)
		}
	}
}

// endAlways ends the steps that hold in every state but a final one.
func (ep *episode) endAlways(wo *world, oc occasion) {
	for _, sp := range ep.steps {
		if sp.state == "" && sp.phase == waiting {
			sp.conclude(wo, "", oc.decided)
		}
	}
}

// seeMoves lets a record lead out of the state.
func (ep *episode) seeMoves(wo *world, ha *happened) {
	if ep.pb.First == "" || !ep.open || ep.inFinal() || ha.at < ep.start {
		return
	}
	oc := occasion{start: ep.start, due: max(ha.at, ep.since), judge: ep.su.judged, decided: ha.at, ha: ha, byEvent: true}
	vi := ep.view(wo, oc.judge, ha)
	for _, mo := range ep.at(ep.state).Events {
		if ha.is(mo.Event) && vi.is(mo.If) {
			ep.move(wo, mo.To, oc)
			return
		}
	}
	for i, mo := range ep.at(ep.state).Goto {
		pending := ep.gotoDue[i] != 0 && ep.gotoDue[i] <= oc.judge
		if !pending && vi.is(mo.When) && (ha.depth == 0 || mo.When.reactsTo(ha)) {
			wo.note("goto_by_event")
			ep.move(wo, mo.To, oc)
			return
		}
	}
}

// refreshMoves sets the timers of `goto`.
func (ep *episode) refreshMoves(wo *world, at Instant) {
	if ep.pb.First == "" || !ep.open {
		return
	}
	for i, mo := range ep.at(ep.state).Goto {
		ep.gotoDue[i] = ep.view(wo, at, nil).rearmed(ep.pb, mo.When, ep.gotoDue[i], max(ep.tried, ep.since), true)
	}
}

// moveAppointments lists the timers that lead out of the state.
func (ep *episode) moveAppointments(wo *world) []appointment {
	if ep.pb.First == "" || ep.inFinal() {
		return nil
	}
	var list []appointment
	for _, mo := range ep.at(ep.state).After {
		due := max(ep.since.plus(mo.Delay), ep.floor)
		list = append(list, wo.timer(ep.su, ep.pb.Name, "", moveRank, due, func() { ep.moveByTime(wo, mo.To, due) }))
	}
	for i, due := range ep.gotoDue {
		if due != 0 {
			list = append(list, wo.timer(ep.su, ep.pb.Name, "", gotoRank, due, func() { ep.gotoByTime(wo, i, due) }))
		}
	}
	return list
}

func (ep *episode) moveByTime(wo *world, to string, due Instant) {
	wo.note("moved_by_time")
	ep.move(wo, to, occasion{start: ep.start, due: due, judge: due, decided: due.plus(wo.lateness(ep.pb.Name))})
	wo.refresh(ep.su, ep.su.judged)
}

func (ep *episode) gotoByTime(wo *world, i int, due Instant) {
	mo := ep.at(ep.state).Goto[i]
	vi := ep.view(wo, due, nil)
	ep.tried = max(ep.tried, due)
	if vi.is(mo.When) {
		ep.moveByTime(wo, mo.To, due)
		return
	}
	ep.gotoDue[i] = vi.next(mo.When, due, true)
}

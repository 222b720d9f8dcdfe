package oracle

import "slices"

// An episode is one run of a playbook for a subject.
type episode struct {
	ru      *rule
	pb      *Playbook
	su      *subject
	id      string
	value   string    // of `per`
	start   Instant   // start.time
	floor   Instant   // steps due before are due then
	begun   *happened // the start event, nil by time
	open    bool
	steps   []*stepping
	stopDue []Instant // timers of the stops that wait
	state   string    // of a journey
	since   Instant   // when it was entered
	gotoDue []Instant
	tried   Instant // the newest instant that its conditions were judged by time at
}

func (ep *episode) view(wo *world, at Instant, ha *happened) view {
	return view{wo: wo, su: ep.su, at: at, ev: ha, ep: ep}
}

func (ep *episode) anchors() []Instant {
	list := []Instant{ep.start}
	for _, sp := range ep.steps {
		if sp.phase == published {
			list = append(list, sp.slot)
		}
	}
	return list
}

func (ep *episode) sent(step string) bool {
	_, is := ep.slot(step)
	return is
}

// slot is when the step was published.
func (ep *episode) slot(step string) (Instant, bool) {
	for _, sp := range ep.steps {
		if sp.st.ID == step && sp.phase == published {
			return sp.slot, true
		}
	}
	return 0, false
}

// begin arms what the episode has at its start.
func (ep *episode) begin(wo *world, oc occasion) {
	ep.stopDue = make([]Instant, len(ep.pb.Stops))
	for i := range ep.pb.Stops {
		if st := &ep.pb.Stops[i]; st.When != nil && ep.view(wo, oc.judge, oc.ha).is(st.When) && ep.view(wo, oc.judge, oc.ha).is(st.If) {
			wo.note("stop_true_at_entry")
			ep.stop(wo, st, oc.due, oc.decided, nil)
			return
		}
	}
	if ep.pb.First != "" {
		ep.beginJourney(wo, oc)
		return
	}
	for i := range ep.pb.Steps {
		ep.add(wo, &ep.pb.Steps[i], "", oc)
	}
	ep.finish(wo)
}

// add puts a step into the episode and arms it.
func (ep *episode) add(wo *world, st *Step, state string, oc occasion) {
	sp := &stepping{ep: ep, st: st, phase: waiting, state: state}
	ep.steps = append(ep.steps, sp)
	floor := max(ep.floor, oc.due)
	switch st.Timing {
	case AtOnce:
		sp.due = floor
	case AfterStart:
		sp.due = max(ep.start.plus(st.Delay), floor)
	case AtTime:
		sp.locate(wo, oc.judge)
	case AfterStep:
		if ep.never(st.Base) {
			sp.conclude(wo, "", oc.decided)
		}
	case AtEdge:
		if sp.on = ep.view(wo, oc.judge, oc.ha).is(st.When); sp.on {
			sp.due = floor
		} else {
			sp.due = ep.view(wo, oc.judge, oc.ha).next(st.When, oc.judge, true)
		}
	}
	if oc.byEvent && sp.phase == waiting && sp.due != 0 && sp.due <= oc.due && st.Timing != AfterStart {
		sp.decide(wo, sp.due, oc.decided, oc.judge, oc.ha)
	}
}

// never says whether the step was decided and will not be published.
func (ep *episode) never(step string) bool {
	return slices.ContainsFunc(ep.steps, func(sp *stepping) bool { return sp.st.ID == step && sp.phase == decided })
}

// finish closes the episode when every step is decided and none is held.
func (ep *episode) finish(wo *world) {
	if !ep.open || ep.pb.First != "" && !ep.inFinal() {
		return
	}
	for _, sp := range ep.steps {
		if sp.phase == waiting || sp.phase == held {
			return
		}
	}
	ep.open = false
	wo.note("episode_over")
}

// snapshot notes which waiting conditions are true.
func (ep *episode) snapshot(vi view, before snapshot) {
	vi.ep = ep
	for _, sp := range ep.steps {
		if sp.phase == waiting && sp.st.Timing == AtEdge {
			before[sp] = vi.is(sp.st.When)
		}
	}
}

// see lets the waiting steps see a record; never the start event, which comes to starts last.
func (ep *episode) see(wo *world, ha *happened, before snapshot) {
	for _, sp := range ep.steps {
		if sp.phase != waiting || sp.st.Within > 0 && ha.at > ep.start.plus(sp.st.Within) {
			continue
		}
		switch {
		case sp.st.Timing == AtEvent && ha.is(sp.st.Event):
			sp.seeEvent(wo, ha)
		case sp.st.Timing == AtEdge:
			sp.seeEdge(wo, ha, before)
		}
	}
	ep.seeMoves(wo, ha)
	ep.finish(wo)
}

// refresh sets the timers of the episode; what is due by now stays.
func (ep *episode) refresh(wo *world, at Instant) {
	for i, st := range ep.pb.Stops {
		if st.When != nil {
			ep.stopDue[i] = ep.view(wo, at, nil).rearmed(ep.pb, st.When, ep.stopDue[i], ep.tried, true)
		}
	}
	for _, sp := range ep.steps {
		if sp.phase == waiting {
			sp.refresh(wo, at)
		}
	}
	ep.refreshMoves(wo, at)
	ep.finish(wo)
}

// appointments lists the timers and publications of the episode.
func (ep *episode) appointments(wo *world) []appointment {
	var list []appointment
	for _, sp := range ep.steps {
		list = append(list, sp.appointments(wo)...)
	}
	if !ep.open {
		return list
	}
	for i := range ep.pb.Stops {
		if due := ep.stopDue[i]; due != 0 {
			list = append(list, wo.timer(ep.su, ep.pb.Name, ep.pb.Stops[i].ID, stopRank, due, func() { ep.fireStop(wo, i, due) }))
		}
	}
	return append(list, ep.moveAppointments(wo)...)
}

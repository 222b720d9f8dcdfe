package oracle

import "cmp"

// An episode is one run of a playbook for a subject.
type episode struct {
	ru      *rule
	pb      *Playbook
	su      *subject
	id      string
	start   Instant   // start.time
	floor   Instant   // steps due before are due then
	begun   *happened // the start event, nil by time
	open    bool
	steps   []*stepping
	stopDue []Instant // timers of the stops that wait
	state   string    // of a journey
	since   Instant   // when it was entered
	gotoDue []Instant
}

// A phase is how far a step has come.
type phase uint8

const (
	phaseNone phase = iota
	waiting
	held
	published
	decided // and not published
)

// stepping is a step of an episode.
type stepping struct {
	ep      *episode
	st      *Step
	phase   phase
	due     Instant // its timer, 0 for none
	on      bool    // `when` as last judged
	slot    Instant
	judge   Instant
	decided Instant
	ha      *happened // the event that made it due
	out     []int     // its intents in the outcome
	bare    bool      // the action of a stop: nothing stops it
	state   string    // of a journey, that it belongs to
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
	case AtEdge:
		if sp.on = ep.view(wo, oc.judge, oc.ha).is(st.When); sp.on {
			sp.due = floor
		}
	}
	if oc.byEvent && sp.phase == waiting && sp.due != 0 && sp.due <= oc.due && st.Timing != AfterStart {
		sp.decide(wo, sp.due, oc.decided, oc.judge, oc.ha)
	}
}

// locate computes when an `at` step is due.
func (sp *stepping) locate(wo *world, at Instant) {
	va := sp.ep.view(wo, at, sp.ep.begun).eval(sp.st.At)
	if !va.known() {
		sp.due = 0
		return
	}
	sp.due = Instant(va.n)
	switch {
	case sp.due <= sp.ep.start.plus(-Day) && !sp.ep.pb.Send:
		wo.note("missed_before_start")
		sp.conclude(wo, "missed", at)
	case sp.due < sp.ep.start:
		wo.note("at_before_start")
	case sp.due < sp.ep.floor:
		sp.due = sp.ep.floor
	}
}

// conclude ends a step without an intent.
func (sp *stepping) conclude(wo *world, outcome string, at Instant) {
	if outcome != "" {
		wo.note("step_" + outcome)
		wo.decide(sp.ep.ru, Decision{Episode: sp.ep.id, Step: sp.st.ID, Outcome: outcome, Due: sp.due, At: at})
	}
	sp.phase = decided
	for _, other := range sp.ep.steps {
		if other.st.Timing == AfterStep && other.st.Base == sp.st.ID && other.phase == waiting {
			other.conclude(wo, "", at)
		}
	}
}

// decide judges a step that is due.
func (sp *stepping) decide(wo *world, due, at, judge Instant, ha *happened) {
	sp.due = due
	if at > due.plus(sp.expires()) && !sp.ep.pb.Send {
		sp.conclude(wo, "missed", at)
		return
	}
	if !sp.ep.view(wo, judge, ha).is(sp.st.If) {
		sp.skip(wo, at)
		return
	}
	sp.phase, sp.slot, sp.judge, sp.decided, sp.ha = held, due, judge, at, ha
}

// skip records that the `if` was not true; a step that waits for events goes on waiting, but with `once`.
func (sp *stepping) skip(wo *world, at Instant) {
	sp.conclude(wo, "skipped", at)
	if sp.st.Timing == AtEvent && !sp.st.Once {
		sp.phase, sp.due = waiting, 0
	}
}

func (sp *stepping) expires() Span {
	byClass := map[string]Span{"transactional": Day, "billing": Week, "internal": Week}
	return cmp.Or(sp.st.Expires, byClass[sp.ep.pb.Class], 3*Day)
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

// see lets the waiting steps see a record.
func (ep *episode) see(wo *world, ha *happened, before snapshot) {
	for _, sp := range ep.steps {
		if sp.phase != waiting || sp.st.Within > 0 && ha.at > ep.start.plus(sp.st.Within) {
			continue
		}
		switch {
		case sp.st.Timing == AtEvent && ha != ep.begun && ha.is(sp.st.Event):
			sp.seeEvent(wo, ha)
		case sp.st.Timing == AtEdge:
			sp.seeEdge(wo, ha, before)
		}
	}
	ep.seeMoves(wo, ha)
	ep.finish(wo)
}

func (sp *stepping) seeEvent(wo *world, ha *happened) {
	if ha.at < sp.ep.start && !sp.ep.pb.Send {
		sp.due = ha.at
		sp.conclude(wo, "missed", ha.at)
		return
	}
	wo.note("step_by_event")
	sp.decide(wo, ha.at, ha.at, sp.ep.su.judged, ha)
}

func (sp *stepping) seeEdge(wo *world, ha *happened, before snapshot) {
	judge := sp.ep.su.judged
	if ha.depth > 0 && !sp.st.When.reactsTo(ha) || sp.on && sp.due != 0 {
		return
	}
	now := sp.ep.view(wo, judge, ha).is(sp.st.When)
	byTime := before[sp] && !sp.on && sp.due != 0 && sp.due <= judge
	if byTime {
		return
	}
	if now && !sp.on {
		wo.note("step_edge_by_event")
		sp.decide(wo, ha.at, ha.at, judge, ha)
	}
	sp.on = now
}

// refresh sets the timers of the episode; what is due by now stays.
func (ep *episode) refresh(wo *world, at Instant) {
	for i, st := range ep.pb.Stops {
		if st.When != nil && (ep.stopDue[i] == 0 || ep.stopDue[i] > at) {
			ep.stopDue[i] = ep.view(wo, at, nil).next(st.When, at, true)
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

func (sp *stepping) refresh(wo *world, at Instant) {
	switch {
	case sp.st.Timing == AtTime:
		sp.locate(wo, at)
	case sp.st.Timing == AtEdge && !(sp.on && sp.due != 0) && (sp.due == 0 || sp.due > at):
		sp.due = sp.ep.view(wo, at, sp.ep.begun).next(sp.st.When, at, !sp.on)
	}
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
			list = append(list, wo.timer(ep.su, ep.pb.Name, ep.pb.Stops[i].ID, due, func() { ep.fireStop(wo, i, due) }))
		}
	}
	return append(list, ep.moveAppointments(wo)...)
}

func (sp *stepping) appointments(wo *world) []appointment {
	name := sp.ep.pb.Name
	switch {
	case sp.phase == held:
		return []appointment{{key: sp.slot, due: sp.slot, publish: true, subject: sp.ep.su.name, playbook: name, step: sp.st.ID, fire: func() { sp.publish(wo) }}}
	case sp.phase != waiting || !sp.ep.open:
		return nil
	}
	var list []appointment
	end := sp.ep.start.plus(sp.st.Within)
	if sp.due != 0 && (sp.st.Within == 0 || sp.due <= end) {
		list = append(list, wo.timer(sp.ep.su, name, sp.st.ID, sp.due, func() { sp.fire(wo, sp.due) }))
	}
	if sp.st.Within > 0 {
		list = append(list, wo.timer(sp.ep.su, name, sp.st.ID+"~", end, func() {
			sp.conclude(wo, "", end)
			sp.ep.finish(wo)
		}))
	}
	return list
}

// fire is the timer of a step.
func (sp *stepping) fire(wo *world, due Instant) {
	at := due.plus(wo.ca.Lateness)
	if sp.st.Timing == AtEdge && !sp.on {
		if !sp.ep.view(wo, due, sp.ep.begun).is(sp.st.When) {
			sp.due = sp.ep.view(wo, due, sp.ep.begun).next(sp.st.When, due, true)
			return
		}
		wo.note("step_edge_by_time")
	}
	sp.decide(wo, due, at, due, nil)
	sp.ep.finish(wo)
	wo.refresh(sp.ep.su, sp.ep.su.judged)
}

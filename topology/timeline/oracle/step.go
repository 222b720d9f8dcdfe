package oracle

import "cmp"

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
	early   bool    // due a day or more before the start
	on      bool    // `when` as last judged
	slot    Instant
	judge   Instant
	decided Instant
	ha      *happened // the event that made it due
	out     []int     // its intents in the outcome
	bare    bool      // the action of a stop: nothing stops it
	state   string    // of a journey, that it belongs to
}

// locate computes when an `at` step is due.
func (sp *stepping) locate(wo *world, at Instant) {
	va := sp.ep.view(wo, at, sp.ep.begun).eval(sp.st.At)
	if !va.known() {
		sp.due = 0
		return
	}
	sp.due = Instant(va.n)
	sp.early = sp.due <= sp.ep.start.plus(-Day)
	switch {
	case sp.early && !sp.ep.pb.Send:
		wo.note("missed_before_start")
		sp.conclude(wo, "missed", at)
	case sp.due < sp.ep.start:
		wo.note("at_before_start")
	}
	if sp.ep.floor > sp.ep.start { // it settled
		sp.due = max(sp.due, sp.ep.floor)
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
	slot, reached := due, at
	if sp.st.Timing == AtTime && ha == nil {
		reached = max(at, sp.ep.su.judged) // what it is counted from may have been read after its due
	}
	if reached > due.plus(sp.expires()) || sp.early {
		if !sp.ep.pb.Send {
			sp.conclude(wo, "missed", at)
			return
		}
		wo.note("sent_past_expiry")
		at, slot = reached, reached
	}
	if !sp.ep.view(wo, judge, ha).is(sp.st.If) {
		sp.skip(wo, at)
		return
	}
	sp.phase, sp.slot, sp.judge, sp.decided, sp.ha = held, slot, judge, at, ha
}

// skip records that the `if` was not true; a step that waits for events goes on waiting, but with `once`.
func (sp *stepping) skip(wo *world, at Instant) {
	if sp.st.Timing != AtEvent || sp.st.Once {
		sp.conclude(wo, "skipped", at)
		return
	}
	wo.note("step_skipped")
	wo.decide(sp.ep.ru, Decision{Episode: sp.ep.id, Step: sp.st.ID, Outcome: "skipped", Due: sp.due, At: at})
	sp.due = 0
}

func (sp *stepping) expires() Span {
	byClass := map[string]Span{"transactional": Day, "billing": Week, "internal": Week}
	return cmp.Or(sp.st.Expires, byClass[sp.ep.pb.Class], 3*Day)
}

func (sp *stepping) seeEvent(wo *world, ha *happened) {
	if ha.at < sp.ep.start {
		return // a late one, from before the episode
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
		sp.decide(wo, max(ha.at, sp.ep.start), ha.at, judge, ha)
	}
	sp.on = now
}

func (sp *stepping) refresh(wo *world, at Instant) {
	switch {
	case sp.st.Timing == AtTime:
		sp.locate(wo, at)
	case sp.st.Timing == AtEdge && !(sp.on && sp.due != 0):
		sp.due = sp.ep.view(wo, at, sp.ep.begun).rearmed(sp.ep.pb, sp.st.When, sp.due, sp.ep.tried, !sp.on)
	}
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
		list = append(list, wo.timer(sp.ep.su, name, sp.st.ID, stepRank, sp.due, func() { sp.fire(wo, sp.due) }))
	}
	if sp.st.Within > 0 {
		list = append(list, wo.timer(sp.ep.su, name, sp.st.ID+"~", stepRank, end, func() {
			sp.conclude(wo, "", end)
			sp.ep.finish(wo)
		}))
	}
	return list
}

// fire is the timer of a step.
func (sp *stepping) fire(wo *world, due Instant) {
	at := due.plus(wo.lateness(sp.ep.pb.Name))
	if sp.st.Timing == AtEdge && !sp.on {
		sp.ep.tried = max(sp.ep.tried, due)
		if !sp.ep.view(wo, due, sp.ep.begun).is(sp.st.When) {
			sp.due = sp.ep.view(wo, due, sp.ep.begun).next(sp.st.When, due, true)
			return
		}
		wo.note("step_edge_by_time")
	}
	sp.decide(wo, due, at, max(due, sp.ep.start), nil)
	sp.ep.finish(wo)
	wo.refresh(sp.ep.su, sp.ep.su.judged)
}

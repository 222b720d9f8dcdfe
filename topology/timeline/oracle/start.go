package oracle

import "slices"

// A rule is a playbook as one subject sees it.
type rule struct {
	pb       *Playbook
	su       *subject
	on       bool    // the `when` as last judged
	due      Instant // the timer of the start, 0 for none
	tried    Instant // the newest instant that it was judged by time at
	rearm    Instant // the timer of `every D`
	entered  Instant // start.time of the newest entry
	ever     bool    // that there was one
	armed    bool    // `after X`: X came since
	values   []entry // `per`: the newest entry of each value
	settling []settling
	episodes []*episode // all of them, oldest first
}

// entry is when a value of `per` entered last.
type entry struct {
	value string
	at    Instant
}

// settling is an event start that waits for the other side.
type settling struct {
	ha      *happened
	due     Instant
	stopped bool
}

// An occasion is an edge, an event or a schedule that could make an episode.
type occasion struct {
	start   Instant // start.time
	due     Instant // of the decision to enter
	judge   Instant
	decided Instant
	cause   string
	ha      *happened // nil by time
	byEvent bool      // decided by it, not by a timer
}

func (ru *rule) view(wo *world, at Instant, ha *happened) view {
	return view{wo: wo, su: ru.su, at: at, ev: ha}
}

func (ru *rule) open() []*episode {
	var list []*episode
	for _, ep := range ru.episodes {
		if ep.open {
			list = append(list, ep)
		}
	}
	return list
}

// running says whether an episode of the playbook is open for the subject, its account or a key of that.
func (wo *world) running(su *subject, playbook string) bool {
	for _, of := range append(wo.keys(su.account), su, su.owner) {
		for _, ru := range of.rules {
			if ru.pb.Name == playbook && len(ru.open()) > 0 {
				return true
			}
		}
	}
	return false
}

// see lets the start see a record that has been folded.
func (ru *rule) see(wo *world, ha *happened, before snapshot) {
	if ru.su.invoice != "" && !ha.concerns(ru.su) {
		return // without the key's field it starts nothing
	}
	rearmed := ru.pb.Again.Kind == After && ha.is(ru.pb.Again.After) && ru.ever && !ru.armed && ha.at > ru.entered
	if rearmed {
		ru.armed = true
		wo.note("rearmed_by_event")
	}
	switch {
	case ru.pb.Start.When != nil:
		ru.seeEdge(wo, ha, before, rearmed)
	case ru.pb.Start.Event != "" && ha.is(ru.pb.Start.Event):
		ru.seeEvent(wo, ha)
	}
}

func (ru *rule) seeEdge(wo *world, ha *happened, before snapshot, rearmed bool) {
	if ha.depth > 0 && !rearmed && !ru.pb.Start.When.reactsTo(ha) {
		return
	}
	now := ru.view(wo, ru.su.judged, ha).is(ru.pb.Start.When)
	if rearmed { // judged anew at this instant: what time did before it is over
		ru.tried = max(ru.tried, ru.su.judged)
		if ru.due <= ru.tried {
			ru.due = 0
		}
	}
	byTime := before[ru] != ru.on && !rearmed && ru.due != 0 && ru.due <= ru.su.judged
	switch {
	case byTime:
		wo.note("edge_kept_by_timer")
		return
	case now && !ru.on, now && rearmed && len(ru.open()) == 0:
		if len(ha.names) == 0 {
			wo.note("edge_by_profile")
		}
		ru.on, ru.due = true, 0
		ru.enter(wo, ru.byRecord(ha))
	case now != ru.on: // what was pending is overtaken
		ru.on, ru.due = now, 0
	}
}

// byRecord is the occasion that a record makes at once.
func (ru *rule) byRecord(ha *happened) occasion {
	return occasion{start: ha.at, due: ha.at, judge: ru.su.judged, decided: ha.at, cause: byEvent(ha), ha: ha, byEvent: true}
}

func (ru *rule) seeEvent(wo *world, ha *happened) {
	if ru.pb.Start.Once && !ru.isFirst(ha) || ru.pb.Again.Kind == Per && !ha.fields["feature"].known() {
		return
	}
	if ru.pb.Start.Settle > 0 {
		ru.settling = append(ru.settling, settling{ha: ha, due: ha.at.plus(ru.pb.Start.Settle)})
		return
	}
	ru.enter(wo, ru.byRecord(ha))
}

// isFirst says whether the event is the subject's first of the start; with `per`, the first with its value.
func (ru *rule) isFirst(ha *happened) bool {
	seen := 0
	for _, other := range ru.su.log[ru.pb.Start.Event] {
		if ru.pb.Again.Kind != Per || other.fields["feature"] == ha.fields["feature"] {
			seen++
		}
	}
	return seen == 1
}

// stops lets the record end open episodes, and prevent those that are settling.
func (ru *rule) stops(wo *world, ha *happened) {
	for i := range ru.settling {
		for _, st := range ru.pb.Stops {
			vi := ru.view(wo, ru.su.judged, ha)
			if ru.stopsAt(&st, ha) && vi.is(st.If) {
				ru.settling[i].stopped = true
			}
		}
	}
	for _, ep := range ru.episodes {
		ep.seeStops(wo, ha)
	}
}

// stopsAt says whether the record is the event of the stop; with `match: key` it must name the key.
func (ru *rule) stopsAt(st *Stop, ha *happened) bool {
	return st.Event != "" && ha.is(st.Event) && (!st.MatchKey || ha.concerns(ru.su))
}

// enter makes an episode of the occasion, if `if` and `again` let it.
func (ru *rule) enter(wo *world, oc occasion) {
	start := ru.pb.Start
	if !ru.view(wo, oc.judge, oc.ha).is(start.If) {
		if start.Event == "" || start.Settle > 0 {
			ru.refuse(wo, oc, "if_false")
		}
		return
	}
	if !ru.free(oc) {
		ru.refuse(wo, oc, "again_refused")
		return
	}
	ru.ever, ru.entered, ru.armed = true, oc.start, false
	if ru.pb.Again.Kind == Per {
		ru.values = append(ru.values, entry{oc.value(), oc.start})
	}
	if ru.pb.Again.Kind == Every {
		ru.rearm = oc.start.plus(ru.pb.Again.Every)
	}
	ep := &episode{ru: ru, pb: ru.pb, su: ru.su, id: ru.pb.episodeID(oc), start: oc.start, floor: max(oc.start, oc.due), open: true, begun: oc.ha, value: oc.value()}
	ep.tried = ep.floor
	ru.episodes = append(ru.episodes, ep)
	wo.decide(ru, Decision{Episode: ep.id, Outcome: "entered", Due: oc.due, At: oc.decided})
	ep.begin(wo, oc)
}

func (ru *rule) refuse(wo *world, oc occasion, why string) {
	wo.note("not_entered_" + why)
	wo.decide(ru, Decision{Outcome: "not_entered", Due: oc.due, At: oc.decided})
}

// value is the `per` value of the occasion.
func (oc occasion) value() string {
	if oc.ha == nil {
		return ""
	}
	return oc.ha.fields["feature"].s
}

// freeValue is free for `per`: each value has an episode of its own.
func (ru *rule) freeValue(oc occasion) bool {
	for _, ep := range ru.open() {
		if ep.value == oc.value() {
			return false
		}
	}
	for _, en := range slices.Backward(ru.values) {
		if en.value == oc.value() {
			return ru.pb.Again.Every > 0 && oc.start >= en.at.plus(ru.pb.Again.Every)
		}
	}
	return true
}

// free says whether `again` allows the entry.
func (ru *rule) free(oc occasion) bool {
	switch {
	case ru.pb.Again.Kind == Per:
		return ru.freeValue(oc)
	case ru.pb.Again.Kind == Always || !ru.ever:
		return true
	case len(ru.open()) > 0:
		return false
	case ru.pb.Again.Kind == Every:
		return oc.start >= ru.entered.plus(ru.pb.Again.Every)
	}
	return ru.pb.Again.Kind == After && ru.armed
}

func (wo *world) decide(ru *rule, de Decision) {
	de.Playbook, de.Account, de.User, de.Key = ru.pb.Name, ru.su.account, ru.su.user, ru.su.invoice
	wo.out.Decisions = append(wo.out.Decisions, de)
}

// refresh sets the timer of the start; one that is due by now stays for its instant.
func (ru *rule) refresh(wo *world, at Instant) {
	start := ru.pb.Start
	switch {
	case start.When != nil:
		ru.due = ru.view(wo, at, nil).rearmed(ru.pb, start.When, ru.due, ru.tried, !ru.on)
	case start.Each != "" && ru.due == 0 && ru.su.seen:
		ru.due = ru.scheduled(wo, max(ru.su.first, wo.zero))
	}
}

func (ru *rule) appointments(wo *world) []appointment {
	var list []appointment
	if ru.due != 0 {
		list = append(list, wo.timer(ru.su, ru.pb.Name, "", startRank, ru.due, func() { ru.fire(wo, ru.due) }))
	}
	if ru.rearm != 0 && ru.pb.Start.When != nil {
		list = append(list, wo.timer(ru.su, ru.pb.Name, "", startRank, ru.rearm, func() { ru.again(wo, ru.rearm) }))
	}
	for i := range ru.settling {
		list = append(list, wo.timer(ru.su, ru.pb.Name, "", startRank, ru.settling[i].due, func() { ru.settled(wo, i) }))
	}
	return list
}

// byClock is the occasion that a timer makes.
func (ru *rule) byClock(wo *world, due Instant, cause string) occasion {
	return occasion{start: due, due: due, judge: due, decided: due.plus(wo.lateness(ru.pb.Name)), cause: cause}
}

// fire is the timer of a `when` or a schedule.
func (ru *rule) fire(wo *world, due Instant) {
	ru.due, ru.tried = 0, due
	if ru.pb.Start.Each != "" {
		ru.enter(wo, ru.byClock(wo, due, byPeriod(ru.period(due))))
		ru.due = ru.scheduled(wo, due)
		wo.refresh(ru.su, ru.su.judged)
		return
	}
	now := ru.view(wo, due, nil).is(ru.pb.Start.When)
	if now == ru.on {
		wo.note("edge_cancelled")
	}
	rises := now && !ru.on
	ru.on = now
	if rises {
		wo.note("edge_by_time")
		ru.enter(wo, ru.byClock(wo, due, byTimer(due)))
	}
	ru.due = ru.view(wo, due, nil).next(ru.pb.Start.When, due, !ru.on)
	wo.refresh(ru.su, ru.su.judged)
}

// again is the timer of `every D`: the `when` is judged anew.
func (ru *rule) again(wo *world, due Instant) {
	ru.rearm, ru.tried = 0, max(ru.tried, due)
	now := ru.view(wo, due, nil).is(ru.pb.Start.When)
	if now && len(ru.open()) == 0 {
		wo.note("judged_anew")
		ru.on = true
		if ru.due == due {
			ru.due = 0
		}
		ru.enter(wo, ru.byClock(wo, due, byTimer(due)))
	}
	wo.refresh(ru.su, ru.su.judged)
}

// settled judges the start D after its event.
func (ru *rule) settled(wo *world, i int) {
	se := ru.settling[i]
	ru.settling = append(ru.settling[:i:i], ru.settling[i+1:]...)
	oc := ru.byClock(wo, se.due, byEvent(se.ha))
	oc.start, oc.ha = se.ha.at, se.ha
	vi := ru.view(wo, se.due, se.ha)
	for _, st := range ru.pb.Stops {
		se.stopped = se.stopped || st.When != nil && vi.is(st.When) && vi.is(st.If)
	}
	if se.stopped {
		ru.refuse(wo, oc, "settle_stopped")
		return
	}
	ru.enter(wo, oc)
	wo.refresh(ru.su, ru.su.judged)
}

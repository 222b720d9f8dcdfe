package oracle

import (
	"cmp"
	"slices"
)

// nextDerived sets the timer: the first instant at which recomputing would change something.
func (wo *world) nextDerived(su *subject, after Instant) {
	su.derived.due = 0
	var list []Instant
	vi := view{wo: wo, su: su, at: after}
	for _, ex := range su.derived.expressions() {
		list = append(list, vi.candidates(ex, after)...)
	}
	for _, at := range su.derived.deadlines() {
		if at > after && at <= wo.until {
			list = append(list, at)
		}
	}
	slices.Sort(list)
	for _, at := range slices.Compact(list) {
		vi.at = at
		if vi.derivedChanges() {
			su.derived.due = at
			return
		}
	}
}

// derivedChanges says whether recomputing at the instant would change the state.
func (vi view) derivedChanges() bool {
	de := &vi.su.derived
	return slices.ContainsFunc(de.health, func(he healthState) bool { return vi.stepHealth(he, vi.at) != he }) ||
		slices.ContainsFunc(de.watch, func(wa watchState) bool { return vi.stepWatch(wa, vi.at) != wa }) ||
		slices.ContainsFunc(de.stages, func(st stageState) bool { return vi.stepStages(st, vi.at) != st })
}

// fourteenDays stands for the `needs` that a document leaves out.
var fourteenDays = &Expr{Op: OpCompare, Name: ">=", Args: []*Expr{{Op: OpCall, Name: "observed"}, {Op: OpSpan, Span: 14 * Day}}}

func (de *derived) expressions() []*Expr {
	var list []*Expr
	add := func(ex *Expr) {
		if ex != nil {
			list = append(list, ex)
		}
	}
	for _, he := range de.health {
		add(cmp.Or(he.doc.Needs, fourteenDays))
		for _, me := range he.doc.Measures {
			for _, line := range me.Lines {
				add(line.If)
			}
		}
	}
	for _, wa := range de.watch {
		add(wa.doc.Enter)
		add(wa.doc.Leave)
	}
	for _, st := range de.stages {
		for _, stage := range st.doc.List {
			add(stage.Is)
		}
	}
	return list
}

// deadlines are the ends of what settles and dwells.
func (de *derived) deadlines() []Instant {
	var list []Instant
	for _, he := range de.health {
		list = append(list, he.pendingSince.plus(he.doc.Down), he.pendingSince.plus(he.doc.Up))
	}
	for _, wa := range de.watch {
		list = append(list, wa.pendingSince.plus(wa.doc.Settle))
	}
	for _, st := range de.stages {
		list = append(list, st.changed.plus(st.doc.Dwell))
	}
	return list
}

func (su *subject) derivedAppointment(wo *world) []appointment {
	due := su.derived.due
	if due == 0 {
		return nil
	}
	return []appointment{wo.timer(su, "", "", startRank, due, func() { wo.fireDerived(su, due) })}
}

// fireDerived recomputes at the due, and lets the playbooks react to what it changed.
func (wo *world) fireDerived(su *subject, due Instant) {
	unvalued := su.unvalued()
	before := wo.snapshot(wo.concerned(&happened{account: su.account, user: su.user}), due)
	cause := &happened{at: due, id: su.name + "@" + decimal(int64(due)*million)}
	caused := wo.derive(su, due, due, cause)
	if len(caused) > 0 {
		wo.note("derived_by_time")
	}
	wo.refresh(su, due)
	for i := range unvalued {
		for _, ru := range su.rules {
			ru.seeValue(wo, due, &unvalued[i])
		}
	}
	wo.follow(caused, before)
}

// unvalued lists what has no value yet, as the engine event that would tell of it: the first one is a value and no change,
// so it makes no event.
func (su *subject) unvalued() (list []happened) {
	silent := func(names []string, field, name string) {
		list = append(list, happened{names: names, fields: map[string]value{field: text(name)}})
	}
	for _, he := range su.derived.health {
		if !he.known {
			silent([]string{"score_changed"}, "health", he.doc.Name)
		}
	}
	for _, wa := range su.derived.watch {
		if !wa.valued {
			silent(nil, wa.kind, wa.doc.Name)
		}
	}
	for _, st := range su.derived.stages {
		if st.at < 0 {
			silent([]string{"stage_changed"}, "stage", "")
		}
	}
	return list
}

// seeValue lets the start see that time gave something its first value.
func (ru *rule) seeValue(wo *world, due Instant, of *happened) {
	when := ru.pb.Start.When
	if when == nil || !when.reactsTo(of) {
		return
	}
	rises := !ru.on && ru.view(wo, due, nil).is(when)
	if rises {
		ru.on, ru.due = true, 0
		ru.enter(wo, ru.byClock(wo, due, byTimer(due)))
	}
}

// derivedSince are the instants at which something derived took its value, for age().
func (vi view) derivedSince() []Instant {
	var list []Instant
	de := vi.su.derived
	if vi.su.invoice != "" { // a key has what its account has
		de = vi.su.owner.derived
	}
	for _, he := range de.health {
		list = append(list, he.tierSince, he.scoreSince)
	}
	for _, wa := range de.watch {
		list = append(list, wa.since)
	}
	for _, st := range de.stages {
		list = append(list, st.since)
	}
	return list
}

package oracle

import "slices"

// derived is what the documents of health, segments, signals, stages and evidence say of a subject.
type derived struct {
	health []healthState
	watch  []watchState
	stages []stageState
	proofs []*proof
	due    Instant
}

// healthState is one score. Tiers are counted from the worst; -1 is none.
type healthState struct {
	doc          *Health
	known        bool
	score        int64
	scoreSince   Instant
	tier         int
	tierSince    Instant
	pending      int
	pendingSince Instant
}

// watchState is one segment or signal.
type watchState struct {
	doc          *Watch
	kind         string
	valued       bool // that it was known once
	on           bool
	since        Instant
	pending      bool
	pendingSince Instant
}

// stageState is the stage; -1 is none.
type stageState struct {
	doc     *Stages
	at      int
	since   Instant
	changed Instant // of the newest change, 0 for none
}

// proof is an entry of the evidence log.
type proof struct {
	at    Instant
	goal  string
	value int64
}

func (wo *world) newDerived(perUser bool) derived {
	var de derived
	for i := range wo.ca.Health {
		if doc := &wo.ca.Health[i]; doc.PerUser == perUser {
			de.health = append(de.health, healthState{doc: doc, tier: -1, pending: -1})
		}
	}
	for _, list := range []struct {
		kind  string
		watch []Watch
	}{{"segment", wo.ca.Segments}, {"signal", wo.ca.Signals}} {
		for i := range list.watch {
			if doc := &list.watch[i]; doc.PerUser == perUser {
				de.watch = append(de.watch, watchState{doc: doc, kind: list.kind})
			}
		}
	}
	for i := range wo.ca.Stages {
		if doc := &wo.ca.Stages[i]; doc.PerUser == perUser {
			de.stages = append(de.stages, stageState{doc: doc, at: -1})
		}
	}
	return de
}

// derive recomputes everything derived as a whole at an instant, and returns the engine events of what changed.
// stamp is the time that the changes get: the event's, or the due of the timer.
func (wo *world) derive(su *subject, at, stamp Instant, cause *happened) []*happened {
	ch := &changes{wo: wo, su: su, stamp: stamp, cause: cause}
	wo.collectProofs(su, cause, ch)
	vi := view{wo: wo, su: su, at: at, ev: cause}
	for i := range su.derived.health {
		old := su.derived.health[i]
		su.derived.health[i] = vi.stepHealth(old, stamp)
		ch.health(old, su.derived.health[i])
	}
	for i := range su.derived.watch {
		old := su.derived.watch[i]
		su.derived.watch[i] = vi.stepWatch(old, stamp)
		ch.watch(old, su.derived.watch[i])
	}
	for i := range su.derived.stages {
		old := su.derived.stages[i]
		su.derived.stages[i] = vi.stepStages(old, stamp)
		ch.stage(old, su.derived.stages[i])
	}
	return ch.events
}

// stepHealth is the next state of a health document.
func (vi view) stepHealth(he healthState, stamp Instant) healthState {
	if needs := he.doc.Needs; needs != nil && !vi.eval(needs).yes() || needs == nil && !vi.observedFor(14*Day) {
		return healthState{doc: he.doc, tier: -1, pending: -1}
	}
	score := vi.score(he.doc)
	if !he.known || score != he.score {
		he.known, he.score, he.scoreSince = true, score, stamp
	}
	target := he.doc.target(score, he.tier)
	settle := he.doc.Up
	if target < he.tier {
		settle = he.doc.Down
	}
	switch {
	case target == he.tier:
		he.pending = -1
		return he
	case he.tier < 0:
		settle = 0
	}
	if he.pending != target {
		he.pending, he.pendingSince = target, stamp
	}
	if vi.at >= he.pendingSince.plus(settle) {
		he.tier, he.tierSince, he.pending = target, stamp, -1
	}
	return he
}

func (vi view) observedFor(sp Span) bool {
	from, seen := vi.su.observedFrom()
	return seen && vi.at >= from.plus(sp)
}

// score sums the measures and clamps.
func (vi view) score(he *Health) int64 {
	sum := 0
	for _, me := range he.Measures {
		sum += vi.points(me)
	}
	return int64(min(max(sum, he.Low), he.High))
}

// points are those of the first line that is true; an unknown one before it decides too.
func (vi view) points(me Measure) int {
	for _, line := range me.Lines {
		if line.If == nil {
			return line.Points
		}
		switch va := vi.eval(line.If); {
		case va.yes():
			return line.Points
		case !va.known():
			return me.Unknown
		}
	}
	return 0
}

// target is the tier that a score asks for, given the one it is in.
func (he *Health) target(score int64, tier int) int {
	if len(he.Tiers) == 0 {
		return tier
	}
	raw := slices.IndexFunc(he.Tiers, func(ti Tier) bool { return ti.Below == 0 || score < int64(ti.Below) })
	if tier >= 0 && raw > tier && score < int64(he.Tiers[tier].Until) {
		return tier
	}
	return raw
}

// stepWatch is the next state of a segment or signal; unknown keeps.
func (vi view) stepWatch(wa watchState, stamp Instant) watchState {
	enter := vi.eval(wa.doc.Enter)
	now := wa.on
	switch {
	case !wa.on && enter.known():
		now = enter.yes() && (wa.doc.Leave == nil || !vi.eval(wa.doc.Leave).yes())
	case wa.on && wa.doc.Leave != nil:
		now = !vi.eval(wa.doc.Leave).yes()
	case wa.on && enter.known():
		now = enter.yes()
	}
	switch {
	case !wa.valued && !enter.known():
		return wa
	case !wa.valued:
		wa.valued, wa.on, wa.since = true, now, stamp
		return wa
	case now == wa.on:
		wa.pending = false
		return wa
	case !wa.pending:
		wa.pending, wa.pendingSince = true, stamp
	}
	if vi.at >= wa.pendingSince.plus(wa.doc.Settle) {
		wa.on, wa.since, wa.pending = now, stamp, false
	}
	return wa
}

// stepStages is the next stage: the first of the list that is true, at most one change per dwell.
func (vi view) stepStages(st stageState, stamp Instant) stageState {
	name := ""
	target := slices.IndexFunc(st.doc.List, func(stage Stage) bool { return vi.is(stage.Is) })
	if target >= 0 {
		name = st.doc.List[target].Name
	}
	switch {
	case target < 0:
		return st
	case st.at < 0:
		st.at, st.since = target, stamp
	case name == st.doc.List[st.at].Name:
		return st
	case st.changed == 0 || vi.at >= st.changed.plus(st.doc.Dwell):
		st.at, st.since, st.changed = target, stamp, stamp
	}
	return st
}

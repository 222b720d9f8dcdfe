package oracle

import "strconv"

// changes collects what one derivation changed: records of the signals topic and engine events.
type changes struct {
	wo     *world
	su     *subject
	stamp  Instant
	cause  *happened
	events []*happened
}

// signal records a value.
func (ch *changes) signal(name, value string) {
	ch.wo.out.Signals = append(ch.wo.out.Signals, Signal{Account: ch.su.account, User: ch.su.user, Name: name, Value: value, Since: ch.stamp})
}

// event makes an engine event: its id says what caused it.
func (ch *changes) event(kind, name string, fields ...Trait) {
	ha := &happened{
		at: ch.stamp, names: []string{kind}, source: "holdfast", id: ch.cause.id + "#" + kind + "/" + name,
		account: ch.su.account, user: ch.su.user, weight: 1, fields: map[string]value{}, depth: ch.cause.depth + 1,
	}
	for _, fi := range fields {
		ha.fields[fi.Name] = text(fi.Value)
	}
	ch.events = append(ch.events, ha)
}

func (ch *changes) health(old, now healthState) {
	name := now.doc.Name
	if now.known && (!old.known || old.score != now.score) {
		ch.wo.note("score_change")
		ch.signal("score/"+name, strconv.FormatInt(now.score, 10))
		ch.event("score_changed", name, Trait{"health", name})
	}
	if now.tier < 0 || now.tier == old.tier {
		return
	}
	tier := now.doc.Tiers[now.tier].Name
	ch.signal("tier/"+name, tier)
	fields := []Trait{{"health", name}, {"to", tier}, {"direction", "first"}}
	if old.tier >= 0 {
		direction := "up"
		if now.tier < old.tier {
			direction = "down"
		}
		fields = []Trait{{"health", name}, {"to", tier}, {"direction", direction}, {"from", now.doc.Tiers[old.tier].Name}}
		ch.wo.note("tier_" + direction)
	}
	ch.event("tier_changed", name, fields...)
}

func (ch *changes) watch(old, now watchState) {
	if now.on == old.on {
		return
	}
	name := now.doc.Name
	ch.signal(now.kind+"/"+name, strconv.FormatBool(now.on))
	ch.wo.note(now.kind + "_change")
	if !old.valued {
		return
	}
	kind := map[string][2]string{"segment": {"segment_left", "segment_entered"}, "signal": {"signal_cleared", "signal_raised"}}[now.kind]
	turned := kind[0]
	if now.on {
		turned = kind[1]
	}
	ch.event(turned, name, Trait{now.kind, name})
}

func (ch *changes) stage(old, now stageState) {
	if now.at == old.at {
		return
	}
	to := now.doc.List[now.at].Name
	ch.signal("stage", to)
	if old.at >= 0 {
		ch.wo.note("stage_change")
		ch.event("stage_changed", "cycle", Trait{"from", now.doc.List[old.at].Name}, Trait{"to", to})
	}
}

// collectProofs adds what the record proves to the log of the account.
func (wo *world) collectProofs(su *subject, ha *happened, ch *changes) {
	if su.user != "" || len(ha.names) == 0 || ha.depth > 0 {
		return
	}
	for _, pr := range wo.ca.Proofs {
		if !ha.is(pr.Event) || !(view{wo: wo, su: su, at: ha.at, ev: ha}).is(pr.If) {
			continue
		}
		su.derived.proofs = append(su.derived.proofs, &proof{at: ha.at, goal: pr.Goal, value: int64(pr.Value)})
		total := int64(0)
		for _, other := range su.derived.proofs {
			if other.goal == pr.Goal {
				total += other.value
			}
		}
		ch.wo.note("evidence")
		ch.signal("evidence/"+pr.Goal, strconv.FormatInt(total, 10))
		ch.event("evidence_added", pr.ID, Trait{"record", pr.ID}, Trait{"goal", pr.Goal})
	}
}

// evidence is evidence_count and evidence_sum: with a goal, in a window, or of all.
func (vi view) evidence(ex *Expr) value {
	sum := int64(0)
	for _, pr := range vi.su.owner.derived.proofs {
		inside := ex.Window == 0 || pr.at > vi.at.plus(-ex.Window)
		if ex.Name == "evidence_sum" && inside {
			sum += pr.value
		} else if inside {
			sum++
		}
	}
	return whole(sum)
}

// health is the tier or score of a document; unknown before its needs hold.
func (vi view) health(name, what string) value {
	for _, of := range []*subject{vi.su, vi.su.owner} {
		for _, he := range of.derived.health {
			if he.doc.Name == name {
				return he.value(what)
			}
		}
	}
	return value{}
}

func (he healthState) value(what string) value {
	switch {
	case what == "score" && he.known:
		return whole(he.score)
	case what == "tier" && he.tier >= 0:
		return text(he.doc.Tiers[he.tier].Name)
	}
	return value{}
}

// main is tier or score of the document with `main: true`.
func (vi view) main(what string) value {
	for _, he := range vi.wo.ca.Health {
		if he.Main {
			return vi.health(he.Name, what)
		}
	}
	return value{}
}

func (vi view) stage() value {
	for _, of := range []*subject{vi.su, vi.su.owner} {
		for _, st := range of.derived.stages {
			if st.at >= 0 {
				return text(st.doc.List[st.at].Name)
			}
		}
	}
	return value{}
}

// watched is the segment or signal of the subject, else of its account.
func (vi view) watched(kind, name string) watchState {
	for _, of := range []*subject{vi.su, vi.su.owner} {
		for _, wa := range of.derived.watch {
			if wa.kind == kind && wa.doc.Name == name {
				return wa
			}
		}
	}
	return watchState{}
}

// ageFrom is since when what age() names has its value.
func (vi view) ageFrom(ex *Expr) value {
	since := Instant(0)
	switch {
	case ex.Name == "segment" || ex.Name == "signal":
		since = vi.watched(ex.Name, ex.Text).since
	case ex.Name == "stage":
		for _, st := range vi.su.derived.stages {
			since = st.since
		}
	case ex.Name == "tier":
		since = vi.tierSince()
	}
	if since == 0 {
		return value{}
	}
	return instant(since)
}

func (vi view) tierSince() Instant {
	for _, of := range []*subject{vi.su, vi.su.owner} {
		for _, he := range of.derived.health {
			if he.doc.Main && he.tier >= 0 {
				return he.tierSince
			}
		}
	}
	return 0
}

// reactsTo says whether the condition names what the engine event changed, or counts such events.
func (ex *Expr) reactsTo(ha *happened) bool {
	found := false
	ex.walk(func(part *Expr) {
		switch {
		case part.Op == OpCall && part.Event != "":
			found = found || ha.is(part.Event)
		case part.Op == OpCall && (part.Name == "segment" || part.Name == "signal"):
			found = found || ha.fields[part.Name] == text(part.Text)
		case part.Op == OpCall && part.Name == "tier", part.Op == OpPath && part.Name == "tier":
			found = found || ha.is("tier_changed") && (part.Text == "" || ha.fields["health"] == text(part.Text))
		case part.Op == OpCall && part.Name == "score", part.Op == OpPath && part.Name == "score":
			found = found || ha.is("score_changed") && (part.Text == "" || ha.fields["health"] == text(part.Text))
		case part.Op == OpPath && part.Name == "stage":
			found = found || ha.is("stage_changed")
		case part.Op == OpCall && (part.Name == "evidence_count" || part.Name == "evidence_sum"):
			found = found || ha.is("evidence_added")
		}
	})
	return found
}

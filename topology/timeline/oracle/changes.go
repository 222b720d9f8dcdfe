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
		if old.known {
			ch.event("score_changed", name, Trait{"health", name})
		}
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

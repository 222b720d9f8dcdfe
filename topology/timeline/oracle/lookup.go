package oracle

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

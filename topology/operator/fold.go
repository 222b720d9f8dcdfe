package operator

import (
	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
	"holdfast/topology/value/iana"
)

var (
	observedKey = topology.Key(lang.ObservedSince)
	memberKey   = topology.Key(lang.Member)
)

func newFrame(b *playbook.Bundle) lang.Frame {
	return *b.NewFrame(iana.Load)
}

// fold writes what an event says into its account and its user: aggregates and facts of every definition that it fits,
// and what a profile says.
func (ta *Task) fold(ev *schemas.Event, account, user *party) {
	observe(account, ev)
	who := account
	if user != nil {
		observe(user, ev)
		who = user
	}
	fr := ta.see(who, ev.At)
	fr.Event = ev
	for _, def := range ta.matched {
		if !def.Folds() {
			continue
		}
		def.Fold(fr, account.sub, subjectOf(user))
	}
	ta.markChanged()
	if ev.Kind == schemas.KindProfile {
		ta.foldProfile(ev, fr, who)
	}
	if user != nil && membershipOf(ev) != unsaid {
		ta.foldMember(ev, account, user)
		ta.foldRosters(user)
	}
	if ta.late(ev) {
		ta.counts.Late++
	}
}

// late says that an event comes after the watermark passed it.
func (ta *Task) late(ev *schemas.Event) bool {
	return ev.At < ta.watermark() && ev.Kind != schemas.KindProfile && ev.Kind != schemas.KindEngine
}

// observe keeps the time of the first record of a subject, by event time.
func observe(pa *party, ev *schemas.Event) {
	if since, ok := pa.sub.Int(observedKey); !ok || ev.At < since {
		pa.sub.SetInt(observedKey, ev.At)
	}
}

// foldProfile writes traits into the facts that they feed, and consents.
func (ta *Task) foldProfile(ev *schemas.Event, fr *lang.Frame, pa *party) {
	if pa.ref.Kind != topology.SubjectUser {
		lang.FoldProfile(ta.facts.ofAccount, fr, pa.sub)
		return
	}
	lang.FoldProfile(ta.facts.ofUser, fr, pa.sub)
	foldConsents(pa.sub, ev)
}

// midnight is the first instant of a date where the subject lives.
func (ta *Task) midnight(pa *party, days int64) int64 {
	return value.Midnight(days, lang.Zone(ta.see(pa, 0)))
}

// subjectOf is the subject of a party that may be missing.
func subjectOf(pa *party) topology.Subject {
	if pa == nil {
		return nil
	}
	return pa.sub
}

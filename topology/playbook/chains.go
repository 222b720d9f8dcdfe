package playbook

import (
	"strings"

	"holdfast/topology/lang"
)

// endlessChains refuses playbooks that log evidence whenever evidence is added: each of them makes the event that starts
// the next one, in the same moment, and nothing on the way says that it ends: no `if`, no `where`, no re-entry rule. At run
// time a chain is cut off after eight.
func (ld *loader) endlessChains() {
	echoes := map[string]bool{}
	ld.each("playbook", func(doc document) {
		for _, pb := range ld.bundle.Playbooks {
			if pb.Name == doc.name && pb.echoes() && (pb.Each != lang.ScopeUser || ld.usersLog()) {
				echoes[pb.Name] = true
				ld.fail(doc.body, "a cycle that has no end: evidence_added -> %s -> evidence_added; give the start an if (event.record != %q), or an again that lets it rest",
					pb.Name, strings.Join(pb.logged(), " "))
			}
		}
	})
	ld.endlessRounds(echoes)
}

// endlessRounds refuses the same over several playbooks and documents of evidence, where each takes for certain what the
// one before it adds.
func (ld *loader) endlessRounds(but map[string]bool) {
	ro := rounds{nodes: ld.adders(but), refused: map[string]bool{}}
	for _, kind := range []struct{ word, prefix string }{{"playbook", ""}, {"evidence", "evidence "}} {
		ld.each(kind.word, func(doc document) {
			if round := ro.from(kind.prefix + doc.name); round != nil {
				ld.fail(doc.body, "a cycle that has no end: %s; give one of them an if that ends it, or a start an again that lets it rest", describeRound(round))
			}
		})
	}
}

// usersLog says that users have an evidence log of their own. Without one they add to that of their account, and an
// event of that has no user: no playbook for users sees it.
func (ld *loader) usersLog() bool {
	for _, doc := range ld.bundle.Documents {
		if ev, ok := doc.(*Evidence); ok && ev.Scope == lang.ScopeUser {
			return true
		}
	}
	return false
}

// echoes says that every evidence_added makes another one.
func (pb *Playbook) echoes() bool {
	if !pb.neverRests() || pb.Start.If != nil || len(pb.logged()) == 0 {
		return false
	}
	for _, de := range pb.Start.Events {
		if de.Where == nil && madeBy(de, []string{lang.EvidenceAdded}) {
			return true
		}
	}
	return false
}

// neverRests says that every event of the start is an occasion, at once.
func (pb *Playbook) neverRests() bool {
	return pb.Again.Kind == AgainAlways && pb.Start.Settle == 0 && pb.Start.Seen == nil
}

// logged are the records of the steps that log at once.
func (pb *Playbook) logged() (records []string) {
	for _, st := range pb.Steps {
		atStart := st.Place == PlaceStep || st.Place == PlaceEnter && st.State == pb.First
		if st.Log != nil && st.Timing == TimingStart && st.If == nil && atStart {
			records = append(records, st.Log.Record)
		}
	}
	return records
}

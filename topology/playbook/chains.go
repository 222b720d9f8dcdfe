package playbook

import (
	"strings"

	"holdfast/topology/lang"
)

// endlessChains refuses playbooks that log evidence whenever evidence is added: each of them makes the event that starts
// the next one, in the same moment, and nothing on the way says that it ends: no `if`, no `where`, no re-entry rule. At run
// time a chain is cut off after eight.
func (ld *loader) endlessChains() {
	ld.each("playbook", func(doc document) {
		for _, pb := range ld.bundle.Playbooks {
			if pb.Name == doc.name && pb.echoes() {
				ld.fail(doc.body, "a cycle that has no end: evidence_added -> %s -> evidence_added; give the start an if (event.record != %q), or an again that lets it rest",
					pb.Name, strings.Join(pb.logged(), " "))
			}
		}
	})
}

// echoes says that every evidence_added makes another one.
func (pb *Playbook) echoes() bool {
	if pb.Again.Kind != AgainAlways || pb.Start.If != nil || pb.Start.Settle > 0 || len(pb.logged()) == 0 {
		return false
	}
	for _, de := range pb.Start.Events {
		if de.Where == nil && madeBy(de, []string{lang.EvidenceAdded}) {
			return true
		}
	}
	return false
}

// logged are the records of the steps that log at once.
func (pb *Playbook) logged() (records []string) {
	for _, st := range pb.Steps {
		if st.Log != nil && st.Timing == TimingStart && st.If == nil {
			records = append(records, st.Log.Record)
		}
	}
	return records
}

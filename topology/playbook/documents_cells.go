package playbook

import (
	"holdfast/topology"
	"holdfast/topology/evidence"
	"holdfast/topology/lang"
)

// The cells of derived knowledge that no expression reads; those that one does are in lang/knowledge.go.
const (
	// DocumentsCell is the instant as of which the documents of a subject were judged, where that is not the newest one judged.
	DocumentsCell = "documents"
	// DisarmedCell lists the documents that failed for the subject.
	DisarmedCell = "documents.disarmed"
	// StageMovedCell is when the stage changed last.
	StageMovedCell = "stage.moved"
	// HealthCellPrefix begins the name of the cell with what a health document remembers.
	HealthCellPrefix = "health/"
	// PendingCellPrefix begins the name of the cell with since when a change of a segment or signal lasts.
	PendingCellPrefix = "pending/"
)

// claimDerived claims the cells of what documents derive, for the check that no two share a key.
func (ld *loader) claimDerived(claim func(key uint32, name string)) {
	for _, name := range []string{DocumentsCell, DisarmedCell, StageMovedCell, evidence.LogName, evidence.TotalName} {
		claim(topology.Key(name), name)
	}
	claim(lang.StageKey(), "stage")
	claim(lang.StageSinceKey(), "stage.since")
	for _, doc := range ld.bundle.Documents {
		switch doc := doc.(type) {
		case *Health:
			claim(lang.ScoreKey(doc.Name), "score/"+doc.Name)
			claim(lang.ScoreSinceKey(doc.Name), "score.since/"+doc.Name)
			claim(lang.TierKey(doc.Name), "tier/"+doc.Name)
			claim(lang.TierSinceKey(doc.Name), "tier.since/"+doc.Name)
			claim(topology.Key(HealthCellPrefix+doc.Name), HealthCellPrefix+doc.Name)
		case *Flag:
			claimFlag(doc, claim)
		case *Evidence:
			for _, goal := range doc.Goals() {
				claim(topology.Key(evidence.GoalName(goal)), evidence.GoalName(goal))
			}
		}
	}
}

func claimFlag(fl *Flag, claim func(key uint32, name string)) {
	read := fl.Writes()[0]
	claim(topology.Key(PendingCellPrefix+read), PendingCellPrefix+read)
	key, since := lang.SegmentKey(fl.Name), lang.SegmentSinceKey(fl.Name)
	if fl.Signal {
		key, since = lang.SignalKey(fl.Name), lang.SignalSinceKey(fl.Name)
	}
	claim(key, read)
	claim(since, read+" since")
}

package lang

import "holdfast/topology"

// Knowledge is what documents derive of a subject and other documents read: scores, tiers, segments, signals, stages,
// evidence, running episodes. The names are declared before any expression is checked (playbook/declare.go); the values
// are cells, written by the operators and read by the functions.
type Knowledge struct {
	Healths   map[string]*HealthName
	Segments  map[string]Scope // name -> scope of its document
	Signals   map[string]Scope
	Stages    map[Scope][]string // names in file order, each once; absent: no such document
	Evidence  map[Scope]bool     // there is an evidence document
	Playbooks map[string]Scope
	// Experiments are parsed and checked only: id -> arms.
	Experiments map[string][]string
}

// HealthName is a health document as expressions see it.
type HealthName struct {
	Name  string
	Scope Scope
	Tiers []string // from the worst; none: a score only
	Main  bool     // `score` and `tier` without a name mean it
	// Needs is the condition without which score and tier are unknown: it says why they are. nil: none.
	Needs *Program
}

// NewKnowledge makes an empty one.
func NewKnowledge() Knowledge {
	return Knowledge{
		Healths: map[string]*HealthName{}, Segments: map[string]Scope{}, Signals: map[string]Scope{}, Stages: map[Scope][]string{},
		Evidence: map[Scope]bool{}, Playbooks: map[string]Scope{}, Experiments: map[string][]string{},
	}
}

// The cells of derived knowledge. A value is absent while it is unknown; the since cell has the instant (ms) at which it
// took its value.

// ScoreKey is the integer cell of a score: a decimal (times value.Scale).
func ScoreKey(health string) uint32 { return topology.Key("score/" + health) }

// ScoreSinceKey is since when the score has its value.
func ScoreSinceKey(health string) uint32 { return topology.Key("score.since/" + health) }

// TierKey is the bytes cell with the name of the tier.
func TierKey(health string) uint32 { return topology.Key("tier/" + health) }

// TierSinceKey is since when the tier has its value.
func TierSinceKey(health string) uint32 { return topology.Key("tier.since/" + health) }

// SegmentKey is the integer cell of a membership: 1 inside, 0 outside, absent while it never had a value.
func SegmentKey(segment string) uint32 { return topology.Key("segment/" + segment) }

// SegmentSinceKey is since when the membership has its value.
func SegmentSinceKey(segment string) uint32 { return topology.Key("segment.since/" + segment) }

// SignalKey is the integer cell of a signal: 1 raised, 0 cleared, absent while it never had a value.
func SignalKey(signal string) uint32 { return topology.Key("signal/" + signal) }

// SignalSinceKey is since when the signal has its value.
func SignalSinceKey(signal string) uint32 { return topology.Key("signal.since/" + signal) }

const stageCell = "stage"

// StageKey is the bytes cell with the name of the stage.
func StageKey() uint32 { return topology.Key(stageCell) }

// StageSinceKey is since when the stage has its value.
func StageSinceKey() uint32 { return topology.Key(stageCell + ".since") }

// RunningKey is the integer cell with the number of open episodes of a playbook: the subject's own, on an account also
// those of its keys.
func RunningKey(playbook string) uint32 { return topology.Key("running/" + playbook) }

// SetKey is the bytes cell of a live set of the account.
func SetKey(set string) uint32 { return topology.Key("set/" + set) }

package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/window"
)

// stages is the stage of a subject: the first line that is true, unknown is not. After a change no other one comes within
// `dwell`; the first stage is a value and no change.
type stages struct {
	*playbook.Stages
	key, sinceKey uint32
}

// stageMovedKey is when (ms) the stage changed last; absent before the first change.
var stageMovedKey = topology.Key(playbook.StageMovedCell)

func newStages(sg *playbook.Stages) *stages {
	return &stages{Stages: sg, key: lang.StageKey(), sinceKey: lang.StageSinceKey()}
}

// One part: every line before the one that holds has a say.
func (sg *stages) parts() [][]*lang.Program { return [][]*lang.Program{sg.Programs()} }

func (sg *stages) judge(ta *Task, pa *party, lo look) (changed bool) {
	is := sg.holding(ta.see(pa, lo.at))
	cell, known := pa.sub.Bytes(sg.key)
	if known && window.Alias(cell) == is {
		return false
	}
	if moved, ok := pa.sub.Int(stageMovedKey); ok && lo.at < moved+sg.Dwell {
		return false
	}
	ta.willChange(pa, "stage", lo)
	was := strings.Clone(window.Alias(cell))
	pa.sub.SetBytes(sg.key, []byte(is))
	pa.sub.SetInt(sg.sinceKey, lo.stamp)
	ta.signal(pa, &schemas.Signal{Name: "stage", Text: is, Previous: was, Since: lo.stamp, ChangedAt: lo.stamp})
	if known {
		pa.sub.SetInt(stageMovedKey, lo.stamp)
	}
	if known && !lo.silent {
		ta.emit(pa, lang.StageChanged, sg.Name, textField("from", was), textField("to", is))
	} else {
		ta.changedQuietly(pa, "stage", lo)
	}
	return true
}

// holding is the name of the first line that is true.
func (sg *stages) holding(fr *lang.Frame) string {
	for i := range sg.List {
		if line := &sg.List[i]; line.Is == nil || holds(line.Is, fr) {
			return line.Name
		}
	}
	return ""
}

func (sg *stages) next(ta *Task, pa *party, lo look) int64 {
	due := int64(lang.Never)
	for i := range sg.List {
		if is := sg.List[i].Is; is != nil {
			due = min(due, is.Next(ta.see(pa, lo.at)))
		}
	}
	if moved, ok := pa.sub.Int(stageMovedKey); ok && moved+sg.Dwell > lo.at {
		due = min(due, moved+sg.Dwell)
	}
	return due
}

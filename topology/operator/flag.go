package operator

import (
	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// flag is a segment or a signal: inside or outside, raised or cleared.
//
//	unknown --enter settled (first value, no event)--> inside or outside
//	outside --enter true for `settle`--> inside --leave true for `settle`, without leave: enter false--> outside
//
// Unknown keeps.
type flag struct {
	*playbook.Flag
	read                      string // "segment/N"
	key, sinceKey, pendingKey uint32
}

// What the pending cell of a flag is called; its value is since when (ms) the change lasts.
const pendingPrefix = playbook.PendingCellPrefix

func newFlag(fl *playbook.Flag) *flag {
	read := fl.Writes()[0]
	op := &flag{Flag: fl, read: read, pendingKey: topology.Key(pendingPrefix + read)}
	if fl.Signal {
		op.key, op.sinceKey = lang.SignalKey(fl.Name), lang.SignalSinceKey(fl.Name)
	} else {
		op.key, op.sinceKey = lang.SegmentKey(fl.Name), lang.SegmentSinceKey(fl.Name)
	}
	return op
}

func (fl *flag) parts() [][]*lang.Program { return [][]*lang.Program{fl.Programs()} }

func (fl *flag) judge(ta *Task, pa *party, lo look) (changed bool) {
	fr := ta.see(pa, lo.at)
	was, known := pa.sub.Int(fl.key)
	if !known {
		if truth(fl.Enter, fr) == value.Maybe {
			return false
		}
		fl.turn(ta, pa, lo, fl.turns(fr, false), true)
		return true
	}
	if !fl.turns(fr, was == 1) {
		if _, pending := pa.sub.Int(fl.pendingKey); pending {
			pa.sub.Delete(fl.pendingKey)
		}
		return false
	}
	if fl.Settle > 0 {
		since, pending := pa.sub.Int(fl.pendingKey)
		if !pending {
			since = lo.stamp
		}
		if lo.at < since+fl.Settle {
			if !pending {
				pa.sub.SetInt(fl.pendingKey, since)
			}
			return false
		}
		if pending {
			pa.sub.Delete(fl.pendingKey)
		}
	}
	fl.turn(ta, pa, lo, was == 0, false)
	return true
}

// turns says whether the conditions want the other side. Where both are true nobody enters who would leave at once.
func (fl *flag) turns(fr *lang.Frame, inside bool) bool {
	switch {
	case !inside:
		return holds(fl.Enter, fr) && (fl.Leave == nil || !holds(fl.Leave, fr))
	case fl.Leave != nil:
		return holds(fl.Leave, fr)
	}
	return truth(fl.Enter, fr) == value.No
}

// turn takes the other side, or the first one.
func (fl *flag) turn(ta *Task, pa *party, lo look, inside, first bool) {
	ta.willChange(pa, fl.read, lo)
	is := int64(0)
	if inside {
		is = 1
	}
	pa.sub.SetInt(fl.key, is)
	pa.sub.SetInt(fl.sinceKey, lo.stamp)
	si := &schemas.Signal{Name: fl.read, Text: truthText(inside), Since: lo.stamp, ChangedAt: lo.stamp}
	if !first {
		si.Previous = truthText(!inside)
	}
	if fl.Signal {
		si.Columns = fl.columns(ta.filledText(fl.Because, ta.see(pa, lo.at)))
	}
	ta.signal(pa, si)
	switch {
	case first && inside, lo.silent && !first:
		ta.changedQuietly(pa, fl.read, lo)
	case first:
	default:
		typ, own := fl.event(inside)
		ta.emit(pa, typ, fl.Name, own...)
	}
}

func (fl *flag) columns(because string) []schemas.Field {
	columns := []schemas.Field{textField("kind", fl.Kind)}
	if because != "" {
		columns = append([]schemas.Field{textField("because", because)}, columns...)
	}
	return columns
}

// event is the engine event of a change.
func (fl *flag) event(inside bool) (typ string, own []schemas.Field) {
	switch {
	case fl.Signal && inside:
		typ = lang.SignalRaised
	case fl.Signal:
		typ = lang.SignalCleared
	case inside:
		return lang.SegmentEntered, []schemas.Field{textField("segment", fl.Name)}
	default:
		return lang.SegmentLeft, []schemas.Field{textField("segment", fl.Name)}
	}
	return typ, []schemas.Field{textField("signal", fl.Name), textField("kind", fl.Kind)}
}

func (fl *flag) next(ta *Task, pa *party, lo look) int64 {
	due := int64(lang.Never)
	for _, pg := range []*lang.Program{fl.Enter, fl.Leave} {
		if pg != nil {
			due = min(due, pg.Next(ta.see(pa, lo.at)))
		}
	}
	if since, pending := pa.sub.Int(fl.pendingKey); pending && since+fl.Settle > lo.at {
		due = min(due, since+fl.Settle)
	}
	return due
}

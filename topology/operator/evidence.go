package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/evidence"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// evidenceLog makes items of events. What is derived is the log itself (package evidence); it changes by events alone.
type evidenceLog struct{ *playbook.Evidence }

func newEvidence(ev *playbook.Evidence) *evidenceLog { return &evidenceLog{ev} }

// parts has one part per record, whose event is what changes it.
func (el *evidenceLog) parts() [][]*lang.Program {
	parts := make([][]*lang.Program, len(el.Records))
	for i := range el.Records {
		parts[i] = []*lang.Program{{Events: []*lang.EventDef{el.Records[i].Event}}}
	}
	return parts
}

func (el *evidenceLog) next(*Task, *party, look) int64 { return lang.Never }

func (el *evidenceLog) judge(ta *Task, pa *party, lo look) (changed bool) {
	if lo.event == nil {
		return false
	}
	for i := range el.Records {
		re := &el.Records[i]
		if !lo.may(i) || !ta.isMatched(re.Event) {
			continue
		}
		fr := ta.see(pa, lo.at)
		fr.Event = lo.event
		if re.If != nil && !holds(re.If, fr) {
			continue
		}
		it := evidence.Item{
			Record: re.ID, Source: strings.Clone(lo.event.Source), ID: strings.Clone(lo.event.ID), At: lo.event.At,
			Unit: re.Unit, Goal: re.Goal,
		}
		if re.Value != nil {
			it.Value, it.HasValue = micros(re.Value.Eval(fr))
		}
		if it.Text = ta.filledText(re.Text, fr); it.Text == "" {
			it.Text = plainText(&it)
		}
		if ta.addEvidence(pa, it, el.Keep, lo) {
			changed = true
		}
	}
	return changed
}

// micros is an exact number in units of value.Scale.
func micros(va value.Value) (n int64, ok bool) {
	switch {
	case va.Bound != value.Exact:
		return 0, false
	case va.Kind == value.Decimal:
		return va.Num, true
	case va.Kind == value.Int:
		return value.MulInt(va.Num, value.Scale)
	}
	return 0, false
}

// plainText is what is said of an item without a text of its own: "1 boards", else the name of its record.
func plainText(it *evidence.Item) string {
	if it.HasValue && it.Unit != "" {
		return value.FormatDecimal(it.Value) + " " + it.Unit
	}
	return it.Record
}

// logEvidence adds what a step of a playbook logs.
func (ta *Task) logEvidence(pa *party, it evidence.Item, now int64, silent bool) {
	if it.Text == "" {
		it.Text = plainText(&it)
	}
	ta.addEvidence(pa, it, ta.keepOf(pa), look{at: now, stamp: it.At, silent: silent})
}

// keepOf is how many items the log of a subject holds.
func (ta *Task) keepOf(pa *party) int {
	for _, de := range ta.docs.of(pa) {
		if el, ok := de.document.(*evidenceLog); ok {
			return el.Keep
		}
	}
	return playbook.DefaultKeep
}

const ninetyDays = 90 * value.DayMillis

// addEvidence puts an item into the log, and says so to the world.
func (ta *Task) addEvidence(pa *party, it evidence.Item, keep int, lo look) (added bool) {
	ta.willChange(pa, "evidence", lo)
	if !evidence.Add(pa.sub, it, keep) {
		return false
	}
	of := evidence.Query{Goal: it.Goal, ByGoal: true}
	total, count := evidence.Sum(pa.sub, of, lo.at), evidence.Count(pa.sub, of, lo.at)
	of.Window = ninetyDays
	recent := evidence.Sum(pa.sub, of, lo.at)
	name := "evidence"
	if it.Goal != "" {
		name += "/" + it.Goal
	}
	ta.signal(pa, &schemas.Signal{
		Name: name, Text: it.Text, Number: points(total), HasNumber: true, Since: it.At, ChangedAt: lo.stamp,
		Columns: []schemas.Field{
			{Name: "count", Value: schemas.Value{Kind: schemas.Long, Num: count}},
			{Name: "total_90d", Value: schemas.Value{Kind: schemas.Double, Float: points(recent)}},
			textField("unit", it.Unit),
		},
	})
	if lo.silent {
		ta.changedQuietly(pa, "evidence", lo)
		return true
	}
	own := []schemas.Field{textField("record", it.Record), microsField("total", total), microsField("total_90d", recent), textField("text", it.Text)}
	if it.Goal != "" {
		own = append(own, textField("goal", it.Goal))
	}
	if it.Unit != "" {
		own = append(own, textField("unit", it.Unit))
	}
	if it.HasValue {
		own = append(own, microsField("value", it.Value))
	}
	ta.emit(pa, lang.EvidenceAdded, it.Record, own...)
	return true
}

package operator

import (
	"bytes"
	"cmp"
	"slices"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// health is a score made of measures, and the tier that it falls into (tiers.go). The points of every measure are
// remembered: an event judges only the measures that it touches, and a change names its drivers as differences to the
// points at the change before.
type health struct {
	*playbook.Health
	scoreKey, scoreSinceKey uint32
	tierKey, tierSinceKey   uint32
	memoryKey               uint32
	layout                  uint32 // of the measures: remembered points of others are worth nothing
	scoreName, tierName     string
	moves                   []bool // by part: time alone may change it

	memory healthMemory // scratch
}

func newHealth(he *playbook.Health) *health {
	names := ""
	for i := range he.Measures {
		names += he.Measures[i].Name + "/"
	}
	made := &health{
		Health: he, scoreKey: lang.ScoreKey(he.Name), scoreSinceKey: lang.ScoreSinceKey(he.Name),
		tierKey: lang.TierKey(he.Name), tierSinceKey: lang.TierSinceKey(he.Name),
		memoryKey: topology.Key(healthPrefix + he.Name), layout: topology.Key(names),
		scoreName: "score/" + he.Name, tierName: "tier/" + he.Name,
	}
	for _, programs := range made.parts() {
		made.moves = append(made.moves, anyMoves(programs))
	}
	return made
}

// anyMoves says that time alone may change one of some expressions.
func anyMoves(programs []*lang.Program) bool {
	for _, pg := range programs {
		if pg.Motion != 0 {
			return true
		}
	}
	return false
}

// healthPrefix begins the name of the cell with what a health document remembers.
const healthPrefix = playbook.HealthCellPrefix

// parts are the needs, then the measures.
func (he *health) parts() [][]*lang.Program {
	parts := [][]*lang.Program{{he.Needs}}
	for i := range he.Measures {
		parts = append(parts, he.Measures[i].Programs())
	}
	return parts
}

func (he *health) judge(ta *Task, pa *party, lo look) (changed bool) {
	was, known := pa.sub.Int(he.scoreKey)
	if lo.may(0) && !holds(he.Needs, ta.see(pa, lo.at)) {
		if known {
			he.forget(ta, pa, lo, was)
		}
		return known
	}
	if !known && !lo.may(0) {
		return false // what it needs does not hold
	}
	me := &he.memory
	cell, _ := pa.sub.Bytes(he.memoryKey)
	remembered := me.decode(cell, he.layout, len(he.Measures))
	if !remembered || !known {
		lo.marks = nil
	}
	if !he.count(ta, pa, lo, me) && remembered && known && lo.marks != nil && me.Pending == noTier {
		return false
	}
	score := he.clamped(me.Now)
	changed = he.scored(ta, pa, lo, me, scoring{score: score, was: was, first: !known, unexplained: known && !remembered})
	if he.tiered(ta, pa, lo, me, score) {
		changed = true
	}
	if known && !remembered {
		copy(me.Scored, me.Now)
		copy(me.Tiered, me.Now)
	}
	he.remember(ta, pa, me)
	return changed
}

func (he *health) remember(ta *Task, pa *party, me *healthMemory) {
	cell, _ := pa.sub.Bytes(he.memoryKey)
	if ta.scratch = me.append(ta.scratch[:0], he.layout); !bytes.Equal(cell, ta.scratch) {
		pa.sub.SetBytes(he.memoryKey, ta.scratch)
	}
}

// count judges the measures that may have changed and says whether the points of one did.
func (he *health) count(ta *Task, pa *party, lo look, me *healthMemory) (moved bool) {
	for i := range he.Measures {
		if !lo.may(i + 1) {
			continue
		}
		got := measured(&he.Measures[i], ta.see(pa, lo.at))
		moved = moved || got != me.Now[i]
		me.Now[i] = got
	}
	return moved
}

// measured gives the points of the first line that is true; a line before it that is unknown gives the measure's points
// for that.
func measured(me *playbook.Measure, fr *lang.Frame) int64 {
	for i := range me.Lines {
		li := &me.Lines[i]
		if li.If != nil {
			switch truth(li.If, fr) {
			case value.No:
				continue
			case value.Maybe:
				return me.Unknown
			}
		}
		got, ok := micros(li.Points.Eval(fr))
		if !ok {
			return me.Unknown
		}
		if li.HasMax {
			got = min(got, li.Max)
		}
		return got
	}
	return 0
}

// clamped is the sum of the points within the range.
func (he *health) clamped(points []int64) int64 {
	return max(he.Low, min(he.High, total(points)))
}

func total(points []int64) (sum int64) {
	for _, n := range points {
		sum = saturatedSum(sum, n)
	}
	return sum
}

// saturatedSum stays at the end of the numbers; the range clamps it anyway.
func saturatedSum(a, b int64) int64 {
	if sum, ok := value.AddInt(a, b); ok {
		return sum
	}
	if b > 0 {
		return lang.Never
	}
	return -lang.Never
}

// scoring is a score beside the one before.
type scoring struct {
	score, was         int64
	first, unexplained bool
}

// scored writes the score if it is another, and its record; once a day the record comes without a change.
func (he *health) scored(ta *Task, pa *party, lo look, me *healthMemory, sc scoring) (changed bool) {
	day := value.DayOf(lo.at, lang.Zone(ta.see(pa, lo.at)))
	changed = sc.first || sc.score != sc.was
	if !changed && !(he.Daily && day > me.Day) {
		return false
	}
	since, _ := pa.sub.Int(he.scoreSinceKey)
	drivers := he.drivers(me.Now, me.Scored, sc)
	if changed {
		ta.willChange(pa, he.scoreName, lo)
		since = lo.stamp
		pa.sub.SetInt(he.scoreKey, sc.score)
		pa.sub.SetInt(he.scoreSinceKey, since)
		copy(me.Scored, me.Now)
	}
	me.Day = day
	si := &schemas.Signal{Name: he.scoreName, Number: points(sc.score), HasNumber: true, Since: since, ChangedAt: lo.stamp}
	if !sc.first {
		si.Previous = value.FormatDecimal(sc.was)
	}
	if changed {
		si.Drivers = he.described(ta, pa, lo, drivers)
	}
	ta.signal(pa, si)
	switch {
	case sc.first, lo.silent:
		ta.changedQuietly(pa, he.scoreName, lo)
	case changed:
		he.emitScore(ta, pa, sc, drivers)
	}
	return true
}

func (he *health) emitScore(ta *Task, pa *party, sc scoring, drivers []driver) {
	direction := directionOf(sc.score < sc.was)
	own := []schemas.Field{textField("direction", direction), textField("health", he.Name), microsField("score", sc.score), microsField("was", sc.was)}
	ta.emit(pa, lang.ScoreChanged, he.Name, append(own, he.driverFields(drivers, direction)...)...)
}

func directionOf(down bool) string {
	if down {
		return "down"
	}
	return "up"
}

// forget makes score and tier unknown again.
func (he *health) forget(ta *Task, pa *party, lo look, was int64) {
	ta.willChange(pa, he.scoreName, lo)
	ta.willChange(pa, he.tierName, lo)
	tier, _ := pa.sub.Bytes(he.tierKey)
	previous := string(tier)
	for _, key := range []uint32{he.scoreKey, he.scoreSinceKey, he.tierKey, he.tierSinceKey, he.memoryKey} {
		pa.sub.Delete(key)
	}
	ta.signal(pa, &schemas.Signal{Name: he.scoreName, Previous: value.FormatDecimal(was), Since: lo.stamp, ChangedAt: lo.stamp})
	if previous != "" {
		ta.signal(pa, &schemas.Signal{Name: he.tierName, Previous: previous, Since: lo.stamp, ChangedAt: lo.stamp})
	}
	ta.changedQuietly(pa, he.scoreName, lo)
	ta.changedQuietly(pa, he.tierName, lo)
}

func (he *health) next(ta *Task, pa *party, lo look) int64 {
	due := int64(lang.Never)
	if he.moves[0] && lo.may(0) {
		due = he.Needs.Next(ta.see(pa, lo.at))
	}
	if _, known := pa.sub.Int(he.scoreKey); !known {
		return due
	}
	for i := range he.Measures {
		if he.moves[i+1] && lo.may(i+1) {
			due = min(due, nextOfMeasure(&he.Measures[i], ta.see(pa, lo.at)))
		}
	}
	if lo.marks == nil && he.Daily {
		zone := lang.Zone(ta.see(pa, lo.at))
		due = min(due, value.Midnight(value.DayOf(lo.at, zone)+1, zone))
	}
	return min(due, he.settles(pa, lo.at))
}

func nextOfMeasure(me *playbook.Measure, fr *lang.Frame) int64 {
	due := int64(lang.Never)
	for i := range me.Lines {
		li := &me.Lines[i]
		if li.If != nil {
			due = min(due, li.If.Next(fr))
		}
		due = min(due, li.Points.Next(fr))
	}
	return due
}

// driver is a measure that moved a score: the points it gives now and gave before. measure is rangeMeasure for what
// clamping takes from the sum, and bundleMeasure for all that another bundle changed.
type driver struct {
	measure  int
	now, was int64
}

const rangeMeasure, bundleMeasure = -1, -2

// drivers are the differences between two lists of points, the largest first.
//
// Invariant: the sum of the differences is the change of the score.
func (he *health) drivers(now, before []int64, sc scoring) (list []driver) {
	if sc.unexplained {
		return []driver{{bundleMeasure, sc.score, sc.was}}
	}
	list = make([]driver, 0, len(now)+1)
	for i := range now {
		was := int64(0)
		if !sc.first {
			was = before[i]
		}
		if now[i] != was {
			list = append(list, driver{i, now[i], was})
		}
	}
	cutNow, cutWas := sc.score-total(now), int64(0)
	if !sc.first {
		cutWas = sc.was - total(before)
	}
	if cutNow != cutWas {
		list = append(list, driver{rangeMeasure, cutNow, cutWas})
	}
	slices.SortStableFunc(list, func(a, b driver) int { return cmp.Compare(b.size(), a.size()) })
	return list
}

func (dr *driver) size() int64 { return max(dr.now-dr.was, dr.was-dr.now) }

// described are the drivers as a record has them, each with the reason of the line that holds now.
func (he *health) described(ta *Task, pa *party, lo look, list []driver) []schemas.Driver {
	described := make([]schemas.Driver, len(list))
	for i, dr := range list {
		described[i] = schemas.Driver{Measure: he.nameOf(dr), Points: points(dr.now), Was: points(dr.was)}
		switch dr.measure {
		case rangeMeasure:
			described[i].Text = "the score stays within " + value.FormatDecimal(he.Low) + " and " + value.FormatDecimal(he.High)
		case bundleMeasure:
			described[i].Text = "the measures of the bundle changed"
		default:
			described[i].Text = ta.because(&he.Measures[dr.measure], ta.see(pa, lo.at))
		}
	}
	return described
}

func (he *health) nameOf(dr driver) string {
	switch dr.measure {
	case rangeMeasure:
		return "range"
	case bundleMeasure:
		return "bundle"
	}
	return he.Measures[dr.measure].Name
}

// because is the reason of the line that gives the points now.
func (ta *Task) because(me *playbook.Measure, fr *lang.Frame) string {
	for i := range me.Lines {
		li := &me.Lines[i]
		if li.If != nil {
			switch truth(li.If, fr) {
			case value.No:
				continue
			case value.Maybe:
				return ""
			}
		}
		return ta.filledText(li.Because, fr)
	}
	return ""
}

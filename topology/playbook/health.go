package playbook

import (
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// Health is a health document: a score of measures, and the tiers that it falls into.
type Health struct {
	Name      string
	Hash      string // of the document
	Scope     lang.Scope
	Low, High int64         // range, in units of value.Scale
	Needs     *lang.Program // until it holds both are unknown
	Measures  []Measure
	Tiers     []Tier // from the worst; none: a score only
	Down, Up  int64  // ms, settle
	Daily     bool   // snapshot: one score record a day even without a change
}

// Measure gives the points of its first line that is true; a line before it that is unknown gives Unknown.
type Measure struct {
	Name    string
	Lines   []MeasureLine
	Unknown int64 // in units of value.Scale
}

// MeasureLine is a line of a measure. Without If it always holds.
type MeasureLine struct {
	If      *lang.Program
	Points  *lang.Program // int or decimal
	Max     int64         // what the points are capped at, in units of value.Scale
	HasMax  bool
	Because *lang.Program // text; nil if none
}

// Tier is entered below Below and left at Until, in units of value.Scale; the last has neither.
type Tier struct {
	Name         string
	Below, Until int64
}

// Title implements Document.
func (he *Health) Title() string { return "health " + he.Name }

// Version implements Document.
func (he *Health) Version() string { return he.Hash }

// Each implements Document.
func (he *Health) Each() lang.Scope { return he.Scope }

// Programs implements Document.
func (he *Health) Programs() []*lang.Program {
	all := []*lang.Program{he.Needs}
	for i := range he.Measures {
		all = append(all, he.Measures[i].Programs()...)
	}
	return programs(all...)
}

// Programs are what the points depend on.
func (me *Measure) Programs() []*lang.Program {
	var all []*lang.Program
	for _, li := range me.Lines {
		all = append(all, li.If, li.Points)
	}
	return programs(all...)
}

// Writes implements Document.
func (he *Health) Writes() []string { return []string{"score/" + he.Name, "tier/" + he.Name} }

// Makes implements Document.
func (he *Health) Makes() []string {
	if len(he.Tiers) == 0 {
		return []string{lang.ScoreChanged}
	}
	return []string{lang.ScoreChanged, lang.TierChanged}
}

// health reads a health document.
func (ld *loader) health(doc document) []placed {
	ke := ld.read(doc.body, "a health document")
	ke.take("health")
	ld.optionalText(ke, "title")
	he := &Health{Name: doc.name, Hash: version(doc.body), Scope: ld.scopeOf(ke), Low: 0, High: 100 * value.Scale}
	ke.take("main") // declared already
	ld.healthRange(ke, he)
	he.Needs = ld.awaitedIf(ke, "needs", he.Scope)
	if he.Needs == nil && !ke.mentions("needs") {
		he.Needs = ld.defaultNeeds(he.Scope)
	}
	if name := ld.names.Healths[he.Name]; name != nil {
		name.Needs = he.Needs
	}
	if measures := ke.need("measures", "measures: {recency: [{if: idle(login) < 7d, points: 40}]}"); measures != nil {
		ld.named(measures, "measures", func(en entry) { ld.measure(he, en) })
	}
	if tiers := ke.take("tiers"); tiers != nil {
		ld.tiers(he, tiers)
	}
	ld.healthSettle(ke, he)
	if snapshot := ke.take("snapshot"); snapshot != nil {
		word, _ := ld.oneOf(snapshot, "snapshot", "daily")
		he.Daily = word == "daily"
	}
	ke.done()
	return []placed{ld.placedAt(doc.body, he)}
}

func (ld *loader) defaultNeeds(scope lang.Scope) *lang.Program {
	pg, _ := ld.names.Compile("observed() >= 14d", awaited(scope, "needs", value.Bool))
	return pg
}

// healthRange reads range: [low, high].
func (ld *loader) healthRange(ke *keys, he *Health) {
	no := ke.take("range")
	if no == nil {
		return
	}
	if no.shape != shapeSequence || len(no.items) != 2 {
		ld.fail(no, "range is the lowest and the highest score: [0, 100]")
		return
	}
	low, okLow := ld.decimalOf(no.items[0], "range")
	high, okHigh := ld.decimalOf(no.items[1], "range")
	if okLow && okHigh && low >= high {
		ld.fail(no, "range wants the lower number first: [0, 100]")
		return
	}
	he.Low, he.High = low, high
}

// measure reads a list of lines, or {unknown, lines}.
func (ld *loader) measure(he *Health, en entry) {
	me, lines := Measure{Name: en.key}, en.value
	if en.key == rangeDriver {
		ld.failAt(en.line, en.column, "range is the name of what clamping takes from the sum; choose another name for the measure")
	}
	if lines.shape == shapeMapping {
		ke := ld.read(lines, "a measure")
		ld.optionalDecimal(ke, "unknown", &me.Unknown)
		lines = ke.need("lines", "lines: [{if: idle(login) < 7d, points: 40}]")
		ke.done()
		if lines == nil {
			return
		}
	}
	if lines.shape != shapeSequence || len(lines.items) == 0 {
		ld.fail(lines, "a measure is a list of lines: [{if: idle(login) < 7d, points: 40}, {points: 0}]")
		return
	}
	for i, no := range lines.items {
		if li, ok := ld.measureLine(he.Scope, no); ok {
			me.Lines = append(me.Lines, li)
			if li.If == nil && i+1 < len(lines.items) {
				ld.fail(lines.items[i+1], "this line is never reached: the one above it has no if")
			}
		}
	}
	he.Measures = append(he.Measures, me)
}

// rangeDriver is the driver that stands for what clamping to the range takes away.
const rangeDriver = "range"

func (ld *loader) measureLine(scope lang.Scope, no *node) (li MeasureLine, ok bool) {
	ke := ld.read(no, "a line of a measure")
	if ke == nil {
		return li, false
	}
	before := len(ld.problems)
	li.If = ld.awaitedIf(ke, "if", scope)
	if points := ke.need("points", "points: 10"); points != nil {
		li.Points = ld.compile(points, awaited(scope, "points", value.Int, value.Decimal))
	}
	li.HasMax = ld.optionalDecimal(ke, "max", &li.Max)
	if because := ke.take("because"); because != nil {
		li.Because = ld.composed(because, lang.Context{Scope: scope, Use: "because", NoEvent: "no event is at hand here"})
	}
	ke.done()
	return li, len(ld.problems) == before
}

// tiers reads the bands from the worst to the best.
func (ld *loader) tiers(he *Health, no *node) {
	if no.shape != shapeSequence || len(no.items) < 2 {
		ld.fail(no, "tiers are two or more, from the worst: [{name: critical, below: 40, until: 45}, {name: healthy}]")
		return
	}
	for i, item := range no.items {
		if ti, ok := ld.tier(item, i+1 == len(no.items)); ok {
			he.Tiers = append(he.Tiers, ti)
			ld.tierOrder(he, item)
		}
	}
}

func (ld *loader) tier(no *node, best bool) (ti Tier, ok bool) {
	ke := ld.read(no, "a tier")
	if ke == nil {
		return ti, false
	}
	defer ke.done()
	name := ke.need("name", "name: healthy")
	if name == nil {
		return ti, false
	}
	ti.Name, ok = ld.name(name, "the name of a tier")
	below := ld.optionalDecimal(ke, "below", &ti.Below)
	until := ld.optionalDecimal(ke, "until", &ti.Until)
	switch {
	case best && (below || until):
		ld.fail(no, "the last tier is the best: it has no below and no until")
		return ti, false
	case !best && !below:
		ld.fail(no, "the tier %s needs below: the score under which it is entered", ti.Name)
		return ti, false
	case !best && !until:
		ti.Until = ti.Below
	case !best && ti.Until < ti.Below:
		ld.fail(no, "the tier %s is left before it is entered: until is %s, below is %s", ti.Name, value.FormatDecimal(ti.Until), value.FormatDecimal(ti.Below))
	}
	return ti, ok
}

// tierOrder checks the newest tier against those before it.
func (ld *loader) tierOrder(he *Health, no *node) {
	last := len(he.Tiers) - 1
	for _, other := range he.Tiers[:last] {
		if other.Name == he.Tiers[last].Name {
			ld.fail(no, "a second tier %s; choose another name", other.Name)
		}
	}
	if last > 0 && no.line > 0 && he.Tiers[last].Below != 0 && he.Tiers[last].Below <= he.Tiers[last-1].Below {
		ld.fail(no, "tiers stand from the worst to the best: %s is below %s, and so is %s before it", he.Tiers[last].Name,
			value.FormatDecimal(he.Tiers[last].Below), he.Tiers[last-1].Name)
	}
}

// healthSettle reads settle: {down, up}.
func (ld *loader) healthSettle(ke *keys, he *Health) {
	no := ke.take("settle")
	if no == nil {
		return
	}
	if se := ld.read(no, "settle of a health document"); se != nil {
		ld.optionalDuration(se, "down", &he.Down)
		ld.optionalDuration(se, "up", &he.Up)
		se.done()
	}
}

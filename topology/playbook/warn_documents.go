package playbook

import (
	"holdfast/topology/value"
)

// warnFlags names segments and signals that nobody can have, and those that are left as soon as they are entered.
func (wr *written) warnFlags(body *node, enter, leave string) {
	wr.each = subjectOf(body)
	for _, en := range body.at("list").entries {
		in, out := en.value.entry(enter), en.value.entry(leave)
		holds, ok := wr.alternatives(wr.expression(in), true, 0)
		switch {
		case !ok:
		case impossible(holds):
			wr.warn(in, "dead rule: this can never be true, so nobody is ever in %s", en.key)
		case out != nil && wr.implies(holds, out):
			wr.warn(out, "dead rule: this is true whenever %s is, so %s ends as soon as it begins", enter, en.key)
		}
	}
	wr.each = ""
}

// tierBand is a tier as written.
type tierBand struct {
	at           *node
	name         string
	below, until int64
	has, last    bool
}

// warnHealth names lines that never count, tiers that overlap, and tiers that no score reaches.
func (wr *written) warnHealth(body *node) {
	wr.each = subjectOf(body)
	for _, measure := range body.at("measures").entries {
		wr.warnMeasure(measure.value)
	}
	bands := bandsOf(body.at("tiers"))
	for i := 0; i+1 < len(bands); i++ {
		wr.warnOverlap(bands[i], bands[i+1])
	}
	wr.warnReach(body, bands)
	wr.each = ""
}

func bandsOf(no *node) (bands []tierBand) {
	for i, item := range no.items {
		ba := tierBand{at: item, name: item.at("name").text, last: i+1 == len(no.items)}
		ba.below, ba.has = value.ParseDecimal(item.at("below").text)
		ba.until = ba.below
		if until, ok := value.ParseDecimal(item.at("until").text); ok {
			ba.until = until
		}
		bands = append(bands, ba)
	}
	return bands
}

// warnOverlap compares a tier with the next better one.
func (wr *written) warnOverlap(worse, better tierBand) {
	if !worse.has || better.last || !better.has {
		return
	}
	if worse.until >= better.below {
		wr.warn(worse.at, "overlapping tiers: %s is left only at %s, where %s ends already (below: %s): a rising score never enters %s; lower until",
			worse.name, value.FormatDecimal(worse.until), better.name, value.FormatDecimal(better.below), better.name)
	}
}

// warnReach names tiers outside the range of the score.
func (wr *written) warnReach(body *node, bands []tierBand) {
	low, high := int64(0), 100*int64(value.Scale)
	if edges := body.at("range").items; len(edges) == 2 {
		low, _ = value.ParseDecimal(edges[0].text)
		high, _ = value.ParseDecimal(edges[1].text)
	}
	if most, known := mostPoints(body.at("measures")); known {
		high = min(high, most)
	}
	for i, ba := range bands {
		switch {
		case ba.has && ba.below <= low:
			wr.warn(ba.at, "dead rule: no score is below %s, so the tier %s is never entered", value.FormatDecimal(ba.below), ba.name)
		case i > 0 && bands[i-1].has && bands[i-1].below > high:
			wr.warn(ba.at, "dead rule: the score is never above %s, so the tier %s is never entered", value.FormatDecimal(high), ba.name)
		case ba.has && ba.until > high && ba.below <= high:
			wr.warn(ba.at, "the score is never above %s, so the tier %s is never left (until: %s)", value.FormatDecimal(high), ba.name, value.FormatDecimal(ba.until))
		}
	}
}

// mostPoints is the best sum of the measures, where all points are numbers.
func mostPoints(measures *node) (sum int64, known bool) {
	for _, measure := range measures.entries {
		lines, best := measure.value.items, int64(0)
		if unknown := measure.value.entry("unknown"); unknown != nil {
			best, known = value.ParseDecimal(unknown.text)
			if !known {
				return 0, false
			}
			lines = measure.value.at("lines").items
		}
		for _, line := range lines {
			points, isNumber := value.ParseDecimal(line.at("points").text)
			if capped, has := value.ParseDecimal(line.at("max").text); has {
				points, isNumber = capped, true
			}
			if !isNumber {
				return 0, false
			}
			best = max(best, points)
		}
		sum += best
	}
	return sum, true
}

// warnMeasure names lines that never count: the first true one does.
func (wr *written) warnMeasure(no *node) {
	lines := no.items
	if no.shape == shapeMapping {
		lines = no.at("lines").items
	}
	before := [][]claim{{}}
	for _, line := range lines {
		tree := wr.expression(line.entry("if"))
		if tree == nil {
			return
		}
		own, ok := wr.alternatives(tree, true, 0)
		contrary, okContrary := wr.alternatives(tree, false, 0)
		if !ok || !okContrary {
			return
		}
		if all, ok := both(before, own); ok && impossible(all) {
			wr.warn(line.at("if"), "dead rule: where this is true a line above it counts already, or it is never true")
		}
		if joined, ok := both(before, contrary); ok {
			before = joined
		}
	}
}

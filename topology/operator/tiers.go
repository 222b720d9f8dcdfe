package operator

import (
	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/window"
)

// tierOf is the tier of a score: the worst under whose bound it lies. The bound of the tier that holds is `until`, that of
// the others `below`.
func tierOf(tiers []playbook.Tier, holds int, score int64) int {
	for i := range tiers[:len(tiers)-1] {
		bound := tiers[i].Below
		if i == holds {
			bound = tiers[i].Until
		}
		if score < bound {
			return i
		}
	}
	return len(tiers) - 1
}

// holding is the tier that the subject is in; noTier: none yet, or one that the bundle has no more.
func (he *health) holding(pa *party) int {
	cell, _ := pa.sub.Bytes(he.tierKey)
	for i := range he.Tiers {
		if he.Tiers[i].Name == window.Alias(cell) {
			return i
		}
	}
	return noTier
}

// tiered moves the tier after the score. A change has to last for `settle`, to the same tier all the time; the first tier
// comes at once.
func (he *health) tiered(ta *Task, pa *party, lo look, me *healthMemory, score int64) (changed bool) {
	if len(he.Tiers) == 0 {
		return false
	}
	from := he.holding(pa)
	to := tierOf(he.Tiers, from, score)
	if to == from {
		me.Pending = noTier
		return false
	}
	if settle := he.settle(from, to); settle > 0 {
		if me.Pending != to {
			me.Pending, me.PendingSince = to, lo.stamp
		}
		if lo.at < me.PendingSince+settle {
			return false
		}
	}
	me.Pending = noTier
	he.moveTier(ta, pa, lo, me, tierMove{from: from, to: to, score: score})
	return true
}

// settle is how long a change has to last.
func (he *health) settle(from, to int) int64 {
	switch {
	case from == noTier:
		return 0
	case to < from:
		return he.Down
	}
	return he.Up
}

// settles is the instant at which a pending change has lasted long enough.
func (he *health) settles(pa *party, after int64) int64 {
	if he.Down == 0 && he.Up == 0 {
		return lang.Never
	}
	cell, _ := pa.sub.Bytes(he.memoryKey)
	if me := &he.memory; me.decode(cell, he.layout, len(he.Measures)) && me.Pending != noTier {
		if due := me.PendingSince + he.settle(he.holding(pa), me.Pending); due > after {
			return due
		}
	}
	return lang.Never
}

type tierMove struct {
	from, to int
	score    int64
}

// moveTier takes the other tier.
func (he *health) moveTier(ta *Task, pa *party, lo look, me *healthMemory, mo tierMove) {
	ta.willChange(pa, he.tierName, lo)
	sc := scoring{score: mo.score, first: mo.from == noTier}
	previous := ""
	if !sc.first {
		sc.was, previous = he.clamped(me.Tiered), he.Tiers[mo.from].Name
	}
	drivers := he.drivers(me.Now, me.Tiered, sc)
	copy(me.Tiered, me.Now)
	pa.sub.SetBytes(he.tierKey, []byte(he.Tiers[mo.to].Name))
	pa.sub.SetInt(he.tierSinceKey, lo.stamp)
	ta.signal(pa, &schemas.Signal{
		Name: he.tierName, Text: he.Tiers[mo.to].Name, Previous: previous, Number: points(mo.score), HasNumber: true,
		Since: lo.stamp, ChangedAt: lo.stamp, Drivers: he.described(ta, pa, lo, drivers),
	})
	if lo.silent {
		ta.changedQuietly(pa, he.tierName, lo)
		return
	}
	direction := "first"
	if !sc.first {
		direction = directionOf(mo.to < mo.from)
	}
	own := []schemas.Field{
		textField("health", he.Name), textField("direction", direction), textField("to", he.Tiers[mo.to].Name), microsField("score", mo.score),
	}
	if !sc.first {
		own = append(own, textField("from", previous), microsField("was", sc.was))
	}
	ta.emit(pa, lang.TierChanged, he.Name, append(own, he.driverFields(drivers, direction)...)...)
}

// driverFields are driver and drivers of an engine event: the measures whose points fell most, on the way up those that
// rose most. The first tier has those that count against it.
func (he *health) driverFields(list []driver, direction string) []schemas.Field {
	var names []string
	for _, dr := range list {
		fell := dr.now < dr.was
		if dr.measure >= 0 && fell == (direction != "up") {
			names = append(names, he.Measures[dr.measure].Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []schemas.Field{
		textField("driver", names[0]),
		textField("drivers", string(window.AppendList(nil, names))),
	}
}

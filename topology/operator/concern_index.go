package operator

import (
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// eventCount is how long a list by EventDef.Index has to be.
func eventCount(b *playbook.Bundle) (size int) {
	for _, def := range b.Events {
		size = max(size, def.Index+1)
	}
	return size
}

// eventsOf are the events that can change the value of a program: those that it aggregates, and those that feed the facts
// that it reads. Each stands once, in the order of the bundle.
func eventsOf(b *playbook.Bundle, pg *lang.Program) (defs []*lang.EventDef) {
	for _, def := range b.Events {
		if hasEvent(pg.Events, def) || feeds(def.AccountFacts, pg.Facts) || feeds(def.UserFacts, pg.Facts) {
			defs = append(defs, def)
		}
	}
	return defs
}

func hasEvent(defs []*lang.EventDef, def *lang.EventDef) bool {
	for _, other := range defs {
		if other == def {
			return true
		}
	}
	return false
}

func feeds(fed, read []*lang.FactDef) bool {
	for _, fact := range fed {
		for _, other := range read {
			if fact == other {
				return true
			}
		}
	}
	return false
}

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

// touches says that an event can change the value of a program whatever it says: the program aggregates it, or reads a
// fact that it sets otherwise than from one of its fields.
func touches(def *lang.EventDef, pg *lang.Program) bool {
	for _, other := range pg.Events {
		if other == def {
			return true
		}
	}
	fed := fedFacts(def)
	for _, facts := range [][]*lang.FactDef{def.AccountFacts, def.UserFacts} {
		for _, fact := range facts {
			if !fed[fact] && hasFact(pg.Facts, fact) {
				return true
			}
		}
	}
	return false
}

func hasFact(facts []*lang.FactDef, fact *lang.FactDef) bool {
	for _, other := range facts {
		if other == fact {
			return true
		}
	}
	return false
}

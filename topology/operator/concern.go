package operator

import (
	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// concern says which rules an event can touch, by the index of its definition: their starts, and what re-arms them.
// Open episodes are looked at on every event of their subject (stops).
type concern struct {
	byEvent [][]*rule // by EventDef.Index
	always  []*rule   // of users: an account's value may have changed, and nobody touches all users for that
}

func newConcern(b *playbook.Bundle, rules []*rule) concern {
	size := 0
	for _, def := range b.Events {
		size = max(size, def.Index+1)
	}
	co := concern{byEvent: make([][]*rule, size)}
	byFact := map[*lang.FactDef][]*rule{}
	for _, ru := range rules {
		if ru.Each == lang.ScopeUser && (ru.Start.When != nil || ru.Again.When != nil) {
			co.always = append(co.always, ru)
			continue
		}
		for _, def := range ru.Start.Events {
			co.add(def, ru)
		}
		if ru.Again.Event != nil {
			co.add(ru.Again.Event, ru)
		}
		for _, pr := range []*lang.Program{ru.Start.When, ru.Again.When} {
			if pr == nil {
				continue
			}
			for _, def := range pr.Events {
				co.add(def, ru)
			}
			for _, fact := range pr.Facts {
				byFact[fact] = append(byFact[fact], ru)
			}
		}
	}
	for _, def := range b.Events {
		for _, facts := range [][]*lang.FactDef{def.AccountFacts, def.UserFacts} {
			for _, fact := range facts {
				for _, ru := range byFact[fact] {
					co.add(def, ru)
				}
			}
		}
	}
	return co
}

func (co *concern) add(def *lang.EventDef, ru *rule) {
	co.byEvent[def.Index] = append(co.byEvent[def.Index], ru)
}

// match finds the definitions that an event fits and marks the rules that it concerns. A profile, a change of the
// members and a record that is the first of its subject by event time concern every rule of the subject.
func (ta *Task) match(ev *schemas.Event, account, user *party) {
	clear(ta.marked)
	clear(ta.earlier)
	who := account
	if user != nil {
		who = user
	}
	fr := ta.see(who, ev.At)
	ta.matched = ta.bundle.Match(ev, fr, ta.matched[:0])
	for _, def := range ta.matched {
		for _, ru := range ta.concern.byEvent[def.Index] {
			ta.marked[ru.Index] = true
		}
	}
	for _, ru := range ta.concern.always {
		ta.marked[ru.Index] = true
	}
	ta.markDocuments()
	everything := ev.Kind == schemas.KindProfile || membershipOf(ev) != unsaid
	ta.markAll(ev, account, everything)
	if user != nil {
		ta.markAll(ev, user, everything)
	}
}

func (ta *Task) markAll(ev *schemas.Event, pa *party, everything bool) {
	since, ok := pa.sub.Int(observedKey)
	pa.everything = !ok || ev.At < since || everything
	if !pa.everything {
		return
	}
	for _, ru := range pa.rules {
		ta.marked[ru.Index] = true
	}
}

func (ta *Task) isMatched(def *lang.EventDef) bool {
	for _, other := range ta.matched {
		if other == def {
			return true
		}
	}
	return false
}

// matchedAny is the first of the definitions that the event at hand fits, nil if none.
func (ta *Task) matchedAny(defs []*lang.EventDef) *lang.EventDef {
	for _, def := range defs {
		if ta.isMatched(def) {
			return def
		}
	}
	return nil
}

package operator

import (
	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// concern says which rules an event can touch, by the index of its definition: their starts, and what re-arms them. A fact
// that an event sets touches those that read it only if the value is another one.
// Open episodes are looked at on every event of their subject (stops).
type concern struct {
	byEvent [][]*rule   // by EventDef.Index
	byFact  [][]reading // by EventDef.Index: whom the value of a fed fact concerns
	always  []*rule     // of users: an account's value may have changed, and nobody touches all users for that
}

// reading is a fact that an event sets, with the rules and the parts of documents that read it.
type reading struct {
	source lang.FactSource
	rules  []*rule
	parts  []int
}

// readingOf is the reading of a feed of an event.
func (co *concern) readingOf(def *lang.EventDef, feed int) *reading {
	list := &co.byFact[def.Index]
	for i := range *list {
		if (*list)[i].source.Fact == def.Feeds[feed].Fact && (*list)[i].source.Field.Name == def.Feeds[feed].Field.Name {
			return &(*list)[i]
		}
	}
	*list = append(*list, reading{source: def.Feeds[feed]})
	return &(*list)[len(*list)-1]
}

func newConcern(b *playbook.Bundle, rules []*rule) concern {
	size := eventCount(b)
	co := concern{byEvent: make([][]*rule, size), byFact: make([][]reading, size)}
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
		fed := fedFacts(def)
		for _, facts := range [][]*lang.FactDef{def.AccountFacts, def.UserFacts} {
			for _, fact := range facts {
				if _, ok := fed[fact]; ok {
					continue
				}
				for _, ru := range byFact[fact] {
					co.add(def, ru)
				}
			}
		}
		for i := range def.Feeds {
			if readers := byFact[def.Feeds[i].Fact]; len(readers) > 0 {
				co.readingOf(def, i).rules = readers
			}
		}
	}
	return co
}

// fedFacts are the facts that an event sets from one of its fields.
func fedFacts(def *lang.EventDef) map[*lang.FactDef]bool {
	fed := map[*lang.FactDef]bool{}
	for i := range def.Feeds {
		fed[def.Feeds[i].Fact] = true
	}
	return fed
}

func (co *concern) add(def *lang.EventDef, ru *rule) {
	if list := co.byEvent[def.Index]; len(list) == 0 || list[len(list)-1] != ru {
		co.byEvent[def.Index] = append(list, ru)
	}
}

// mark is why an event concerns a rule.
type mark uint8

const (
	markNone    mark = iota
	markUnmoved      // it was judged, and no instant of it came nearer
	markEvent        // the rule counts or waits for such events
	markOther        // something else that it reads changes: a fact, knowledge, the members
)

// concerns marks a rule for the event at hand.
func (ta *Task) concerns(ru *rule, why mark) {
	if ta.marked[ru.Index] == markNone {
		ta.concerned = append(ta.concerned, ru)
	}
	ta.marked[ru.Index] = max(ta.marked[ru.Index], why)
}

// match finds the definitions that an event fits and marks the rules that it concerns. A profile, a change of the
// members and a record that is the first of its subject by event time concern every rule of the subject.
func (ta *Task) match(ev *schemas.Event, account, user *party) {
	for _, ru := range ta.concerned {
		ta.marked[ru.Index], ta.earlier[ru.Index] = markNone, asRemembered
	}
	ta.concerned = ta.concerned[:0]
	everything := ev.Kind == schemas.KindProfile || membershipOf(ev) != unsaid
	account.meets(ev, everything)
	who := account
	if user != nil {
		user.meets(ev, everything)
		who = user
	}
	ta.timeMoved = ta.mayHaveMoved(ev, account, user)
	fr := ta.see(who, ev.At)
	fr.Changed = fr.Changed[:0]
	ta.matched = ta.bundle.Match(ev, fr, ta.matched[:0])
	ta.markDocuments()
	for _, def := range ta.matched {
		for _, ru := range ta.concern.byEvent[def.Index] {
			ta.concerns(ru, markEvent)
		}
		if !ta.timeMoved { // else the fold finds out (markChanged)
			continue
		}
		for i := range ta.concern.byFact[def.Index] {
			re := &ta.concern.byFact[def.Index][i]
			if sub := subjectOfScope(re.source.Fact.Scope, account, user); sub != nil && re.source.Changes(fr, sub) {
				ta.concernsReaders(re)
			}
		}
	}
	for _, ru := range ta.concern.always {
		ta.concerns(ru, markOther)
	}
	ta.markAll(account)
	if user != nil {
		ta.markAll(user)
	}
}

// meets notes whether an event concerns all that is derived or waits of the subject.
func (pa *party) meets(ev *schemas.Event, everything bool) {
	since, ok := pa.sub.Int(observedKey)
	pa.everything = !ok || ev.At < since || everything
}

func (ta *Task) concernsReaders(re *reading) {
	ta.docs.mark(re.parts)
	for _, ru := range re.rules {
		ta.concerns(ru, markOther)
	}
}

// markChanged marks who reads the facts that the fold changed. Where time may have moved something their conditions were
// to be judged before it, and they are marked already.
func (ta *Task) markChanged() {
	if len(ta.frame.Changed) == 0 || ta.timeMoved {
		return
	}
	for _, def := range ta.matched {
		for i := range ta.concern.byFact[def.Index] {
			re := &ta.concern.byFact[def.Index][i]
			if hasFact(ta.frame.Changed, re.source.Fact) {
				ta.concernsReaders(re)
			}
		}
	}
}

// mayHaveMoved says that a timer of one of the parties may be due by the event at hand, so that time may have made
// conditions true or untrue that nobody judged yet.
func (ta *Task) mayHaveMoved(ev *schemas.Event, parties ...*party) bool {
	if len(ta.meta.Silences) > 0 {
		return true
	}
	for _, pa := range parties {
		if pa != nil && (pa.everything || pa.sub.Wake().Ready() <= ta.judgedInstant(ev, pa)+ta.maxLateness) {
			return true
		}
	}
	return false
}

// subjectOfScope is the account or the user of an event, nil if it has none.
func subjectOfScope(scope lang.Scope, account, user *party) topology.Subject {
	if scope == lang.ScopeUser {
		return subjectOf(user)
	}
	return account.sub
}

func (ta *Task) markAll(pa *party) {
	if !pa.everything {
		return
	}
	for _, ru := range pa.rules {
		ta.concerns(ru, markOther)
	}
}

// inOrder sorts the rules that the event at hand concerns as the bundle has them: few, and nearly sorted.
func (ta *Task) inOrder() []*rule {
	list := ta.concerned
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && list[j].Index < list[j-1].Index; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
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

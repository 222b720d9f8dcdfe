package operator

import (
	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// touching says which playbooks' open episodes an event can change, so that no other life is decoded for it: those that
// wait for the event, or for a condition that reads it or a fact that it sets. Those of users that read something of the
// account are always among them.
type touching struct {
	byEvent    [][]*rule // by EventDef.Index
	always     []*rule
	stopping   []*rule   // those with a stop that time may make true: stop_time.go
	dependents [][]*rule // by playbook index: what waits for running("p")
	byRead     map[string][]*rule
}

func newTouching(b *playbook.Bundle, rules []*rule) touching {
	size := 0
	for _, def := range b.Events {
		size = max(size, def.Index+1)
	}
	to := touching{byEvent: make([][]*rule, size), dependents: make([][]*rule, len(b.Playbooks)), byRead: map[string][]*rule{}}
	for _, ru := range rules {
		if ru.lazy {
			to.always = append(to.always, ru)
		}
		if ru.stopsByTime() {
			to.stopping = append(to.stopping, ru)
		}
		events, facts := ru.waitsFor()
		for _, def := range b.Events {
			if events[def] || anyFact(def.AccountFacts, facts) || anyFact(def.UserFacts, facts) {
				to.byEvent[def.Index] = append(to.byEvent[def.Index], ru)
			}
		}
		to.depends(ru, rules)
		for _, read := range ru.reads() {
			to.byRead[read] = append(to.byRead[read], ru)
		}
	}
	return to
}

// depends notes which playbooks' running a rule waits for.
func (to *touching) depends(ru *rule, rules []*rule) {
	for _, other := range rules {
		for _, pr := range append(ru.conditions(), ru.Start.When, ru.Again.When) {
			if pr != nil && has(pr.Knows(ru.Each), "running/"+other.Name) {
				to.dependents[other.Index] = append(to.dependents[other.Index], ru)
				break
			}
		}
	}
}

// reads names the derived knowledge that an open episode waits for, each once.
func (ru *rule) reads() (list []string) {
	for _, pr := range ru.conditions() {
		for _, read := range pr.Knows(ru.Each) {
			if !has(list, read) {
				list = append(list, read)
			}
		}
	}
	return list
}

// touchReaders marks the rules whose open episodes wait for some knowledge that changes.
func (ta *Task) touchReaders(read string) {
	for _, ru := range ta.touching.byRead[read] {
		ta.touched[ru.Index] = true
	}
}

// episodesReading judges the open episodes that wait for some knowledge, after it changed without an event.
func (ta *Task) episodesReading(pa *party, read string, at int64) error {
	for _, ru := range ta.touching.byRead[read] {
		if ru.Each != pa.scope() {
			continue
		}
		if err := ta.judgeOpen(pa, ru, ruling{due: at, now: at, at: at + ru.Lateness}); err != nil {
			return err
		}
	}
	return nil
}

// judgeOpen judges the conditions of the open episodes of a rule where no event is at hand.
func (ta *Task) judgeOpen(pa *party, ru *rule, rl ruling) error {
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	changed := false
	for i := range li.Episodes {
		if ep := &li.Episodes[i]; ep.isOpen() && (ta.stopsByCondition(pa, ru, ep, rl) || ta.conditions(pa, ru, ep, rl)) {
			ta.settle(pa, ru, ep, rl.at)
			changed = true
		}
	}
	if changed {
		ta.setLife(pa, ru, &li, rl.now)
	}
	return nil
}

// ownEvents are those that an open episode names.
func (ru *rule) ownEvents() (list []*lang.EventDef) {
	for i := range ru.Stops {
		list = append(list, ru.Stops[i].Events...)
	}
	for _, st := range ru.Steps {
		list = append(list, st.Events...)
	}
	for i := range ru.States {
		for _, mo := range ru.States[i].Events {
			list = append(list, mo.Event)
		}
	}
	return list
}

// waitsFor are the events and facts that can change an open episode.
func (ru *rule) waitsFor() (events map[*lang.EventDef]bool, facts map[*lang.FactDef]bool) {
	events, facts = map[*lang.EventDef]bool{}, map[*lang.FactDef]bool{}
	add := func(list []*lang.EventDef) {
		for _, def := range list {
			events[def] = true
		}
	}
	add(ru.ownEvents())
	for _, pr := range ru.conditions() {
		add(pr.Events)
		for _, fact := range pr.Facts {
			facts[fact] = true
		}
	}
	return events, facts
}

func anyFact(list []*lang.FactDef, facts map[*lang.FactDef]bool) bool {
	for _, fact := range list {
		if facts[fact] {
			return true
		}
	}
	return false
}

// touch marks the rules whose open episodes the event at hand can change. A profile, a change of the members and a record
// that is the first of its subject by event time can change all. Nobody asks where no episode is open and the event is
// not late.
func (ta *Task) touch(ev *schemas.Event, parties ...*party) {
	clear(ta.touched)
	ta.trueBefore = ta.trueBefore[:0]
	asked := false
	for _, pa := range parties {
		asked = asked || pa != nil && (pa.hasOpen() || ev.At <= pa.judged)
	}
	if !asked {
		return
	}
	for _, def := range ta.matched {
		for _, ru := range ta.touching.byEvent[def.Index] {
			ta.touched[ru.Index] = true
		}
	}
	for _, ru := range ta.touching.always {
		ta.touched[ru.Index] = true
	}
	for _, pa := range parties {
		if pa == nil {
			continue
		}
		ta.touchByTime(ev, pa)
		for _, ru := range pa.rules {
			if pa.everything || isAbout(ev, ru.Playbook) {
				ta.touched[ru.Index] = true
			}
		}
	}
}

// ripple judges what waits for playbooks that began or ceased to run while the event or instant at hand was handled.
func (ta *Task) ripple(pa *party, oc occasion) error {
	for n := 0; n < maxHops && len(ta.ripples) > 0; n++ {
		turned := ta.ripples
		ta.ripples = nil
		for _, ru := range turned {
			for _, dependent := range ta.touching.dependents[ru.Index] {
				if dependent.Each != ru.Each {
					continue
				}
				if err := ta.rippleTo(pa, dependent, oc); err != nil {
					return err
				}
			}
		}
	}
	ta.ripples = ta.ripples[:0]
	return nil
}

func (ta *Task) rippleTo(pa *party, ru *rule, oc occasion) error {
	if err := ta.judgeOpen(pa, ru, ruling{due: oc.at, now: oc.now, at: oc.decidedAt}); err != nil {
		return err
	}
	li, err := pa.life(ru)
	switch {
	case err != nil || ru.Start.When == nil && ru.Again.When == nil:
		return err
	case oc.event != nil && ru.Start.When != nil:
		return ta.judgeStart(pa, ru, oc)
	}
	_, err = ta.startByTime(pa, ru, &li, oc.now)
	return err
}

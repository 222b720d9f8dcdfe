package lang

import "sort"

// depends collects what can change the value of a program other than time: the index of rules is made of it. Account
// terms of a user's expression are judged lazily and not listed.
func (na *Names) depends(pg *Program, scope Scope) {
	facts := map[string]*FactDef{}
	events := map[string]*EventDef{}
	created, zone := na.Facts[scope]["created_at"], na.Facts[scope]["time_zone"]
	add := func(fact *FactDef) {
		if fact != nil {
			facts[fact.Name] = fact
		}
	}
	pg.term.visit(func(part *term) {
		if part.op == opTime {
			add(zone)
		}
		if part.over != scope {
			return
		}
		pg.Members = pg.Members || part.op == opMembers
		pg.Observed = pg.Observed || part.op == opObserved || part.windowed()
		if part.event != nil {
			events[part.event.Name] = part.event
		}
		if part.event != nil || part.op == opObserved {
			add(created) // it settles whether the subject is complete, and from when an absence counts
		}
		add(part.fact)
		if de, ok := part.does.(dependent); ok {
			more, changing := de.depends(part, na)
			for _, event := range more {
				events[event.Name] = event
			}
			for _, fact := range changing {
				add(fact)
			}
		}
	})
	for _, name := range sortedNames(facts) {
		pg.Facts = append(pg.Facts, facts[name])
	}
	for _, name := range sortedNames(events) {
		pg.Events = append(pg.Events, events[name])
	}
	sort.Slice(pg.Events, func(i, j int) bool { return pg.Events[i].Index < pg.Events[j].Index })
}

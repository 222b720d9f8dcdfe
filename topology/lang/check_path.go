package lang

import (
	"sort"
	"strings"

	"holdfast/topology/value"
)

// path resolves a dotted name.
func (ch *checker) path(pa *Path) *term {
	first := pa.Names[0]
	switch {
	case len(pa.Names) == 1:
		return ch.name(pa, first)
	case len(pa.Names) > 2:
		return ch.fail(pa.offset, "%s has more than one point; write account.F, user.F, event.F or start.F", Format(pa))
	case first == "event":
		return ch.eventField(pa)
	case ch.cx.Where:
		return ch.whereSees(pa.offset, Format(pa))
	case first == "start":
		return ch.startField(pa)
	case first == "account":
		return ch.entityField(pa, ScopeAccount)
	case first == "user":
		return ch.entityField(pa, ScopeUser)
	case entities[first] != nil:
		return ch.entity(pa)
	}
	return ch.strangePath(pa)
}

func (ch *checker) whereSees(offset int, what string) *term {
	return ch.fail(offset, "%s: where sees only event.*, lists, literals and known(), because it is judged once", what)
}

func (ch *checker) strangePath(pa *Path) *term {
	first := pa.Names[0]
	if _, ok := ch.names.Events[first]; ok {
		return ch.fail(pa.offset, "%s is a field of an event; write last(%s)", Format(pa), Format(pa))
	}
	if ch.names.Refused[first] {
		return bad(pa.offset)
	}
	return ch.fail(pa.offset, "unknown name %s%s", first, Suggest(first, []string{"account", "contract", "event", "feedback", "invoice", "start", "user"}))
}

// name resolves a name that stands alone: one of the playbook's vars, a metric of the scope, or derived knowledge.
func (ch *checker) name(pa *Path, name string) *term {
	if metric := ch.cx.Vars[name]; metric != nil && !ch.cx.Where {
		return ch.expandVar(pa, metric)
	}
	if metric := ch.names.Metrics[ch.cx.Scope][name]; metric != nil && !ch.cx.Where {
		return ch.expand(pa, metric)
	}
	if !ch.cx.Where {
		if te := ch.derived(pa, name); te != nil {
			return te
		}
	}
	switch {
	case ch.names.Refused[name]:
		return bad(pa.offset)
	case ch.cx.Where:
		return ch.whereSees(pa.offset, name)
	case ch.cx.Scope != ScopeAccount && ch.names.Metrics[ScopeAccount][name] != nil:
		return ch.fail(pa.offset, "%s is an account metric: write account.%s", name, name)
	case ch.cx.Scope != ScopeUser && ch.names.Metrics[ScopeUser][name] != nil:
		return ch.fail(pa.offset, "%s is a user metric: %s has none", name, subjectWord(ch.cx.Scope))
	case ch.names.Events[name] != nil:
		return ch.fail(pa.offset, "%s is an event; write has(%s) or total(%s)", name, name, name)
	case ch.names.Lists[name] != nil:
		return ch.fail(pa.offset, "%s is a list; write x in %s", name, name)
	case ch.names.Sets[name] != nil:
		return ch.fail(pa.offset, "%s is a set; write size(%s) or x in %s", name, name, name)
	case ch.fact(ch.cx.Scope, name) != nil:
		return ch.fail(pa.offset, "%s is a fact: write %s.%s", name, ch.cx.Scope, name)
	}
	return ch.fail(pa.offset, "unknown name %s%s", name, Suggest(name, ch.plainNames()))
}

// plainNames are the names that may stand alone, sorted.
func (ch *checker) plainNames() []string {
	names := append(sortedNames(ch.names.Metrics[ch.cx.Scope]), sortedNames(ch.cx.Vars)...)
	names = append(names, "score", "stage", "tier")
	sort.Strings(names)
	return names
}

// derived resolves what has a word of its own: key, arm, score, tier and stage; nil for any other name.
func (ch *checker) derived(pa *Path, name string) *term {
	ca := &Call{span: pa.span, Name: name}
	switch name {
	case "key":
		return ch.key(pa)
	case "arm":
		return ch.arm(pa)
	case "score":
		return ch.score(ca, ch.cx.Scope)
	case "tier":
		return ch.tier(ca, ch.cx.Scope)
	case "stage":
		return ch.stage(pa)
	}
	return nil
}

// DerivedName says that a name stands for derived knowledge, so that no var or metric should take it.
func DerivedName(name string) bool {
	return oneOf(name, []string{"key", "arm", "score", "tier", "stage"})
}

// expandVar is expand for a name of the playbook, which may read what the episode has.
func (ch *checker) expandVar(pa *Path, metric *Metric) *term {
	episode := false
	metric.term.visit(func(part *term) {
		_, mark := part.does.(markCall)
		episode = episode || mark || part.op == opCapture || part.op == opStartTime || part.op == opPeriod
	})
	if episode && !ch.cx.HasStart {
		return ch.fail(pa.offset, "%s reads what an episode has, and there is none yet", metric.Name)
	}
	return ch.expand(pa, metric)
}

func (ch *checker) fact(scope Scope, name string) *FactDef { return ch.names.Facts[scope][name] }

// expand puts the metric's own term where its name stands. What it brought is placed at the name, so that an error or
// an explanation points into this expression.
func (ch *checker) expand(pa *Path, metric *Metric) *term {
	if metric.term.isBad() {
		return bad(pa.offset)
	}
	copied := *metric.term
	copied.text = Format(pa)
	return &copied
}

// String names the scope as a path does.
func (sc Scope) String() string {
	switch sc {
	case ScopeAccount:
		return "account"
	case ScopeUser:
		return "user"
	case ScopeKey:
		return "key"
	}
	return "none"
}

func (ch *checker) entityField(pa *Path, scope Scope) *term {
	name := pa.Names[1]
	switch {
	case scope == ScopeUser && ch.cx.Scope == ScopeAccount:
		return ch.fail(pa.offset, "%s: an account's expression has no user at hand", Format(pa))
	case scope == ScopeUser && ch.cx.Scope == ScopeKey:
		return ch.fail(pa.offset, "%s: a key's expression has no user at hand", Format(pa))
	}
	if name == "id" {
		return &term{op: opSubject, kind: value.Text, over: scope}
	}
	if fact := ch.fact(scope, name); fact != nil {
		if fact.derived != nil {
			return ch.expand(pa, &Metric{Name: name, Scope: scope, term: fact.derived})
		}
		return &term{op: opFact, kind: fact.Type, fact: fact, over: scope}
	}
	if metric := ch.names.Metrics[scope][name]; metric != nil {
		return ch.expand(pa, metric)
	}
	if ch.names.Refused[Format(pa)] || ch.names.Refused[name] {
		return bad(pa.offset)
	}
	return ch.fail(pa.offset, "%s has no field %s%s", scope, name, Suggest(name, ch.names.factNames(scope)))
}

func (ch *checker) eventField(pa *Path) *term {
	if ch.cx.StartRefused && len(ch.cx.Event) == 0 {
		return bad(pa.offset)
	}
	if len(ch.cx.Event) == 0 {
		return ch.fail(pa.offset, "%s: %s", Format(pa), ch.cx.NoEvent)
	}
	field, ok := ch.sharedField(pa, ch.cx.Event)
	if !ok {
		return bad(pa.offset)
	}
	return &term{op: opField, kind: field.Type, field: field, values: field.values}
}

// sharedField finds the field that the path names in all the events it may come from.
func (ch *checker) sharedField(pa *Path, defs []*EventDef) (FieldDef, bool) {
	name := pa.Names[1]
	for _, de := range defs {
		if _, ok := de.Field(name); !ok {
			ch.fail(pa.offset, "%s has no field %s%s", de.Name, name, Suggest(name, de.FieldNames()))
			return FieldDef{}, false
		}
	}
	for _, field := range SharedFields(defs) {
		if field.Name == name {
			return field, true
		}
	}
	ch.fail(pa.offset, "%s means different things in %s; declare it alike", Format(pa), eventList(defs))
	return FieldDef{}, false
}

func eventList(defs []*EventDef) string {
	names := make([]string, len(defs))
	for i, de := range defs {
		names[i] = de.Name
	}
	return strings.Join(names, " and ")
}

// startField is start.time or a captured field of the start event.
func (ch *checker) startField(pa *Path) *term {
	name := pa.Names[1]
	switch {
	case !ch.cx.HasStart:
		return ch.fail(pa.offset, "%s: there is no episode yet; write event.%s", Format(pa), name)
	case name == "time":
		return &term{op: opStartTime, kind: value.Time}
	case name == "period" && !ch.cx.Scheduled:
		return ch.fail(pa.offset, "start.period: only a start with a schedule has a period")
	case name == "period":
		return &term{op: opPeriod, kind: value.Text}
	case ch.cx.StartRefused && len(ch.cx.Start) == 0:
		return bad(pa.offset)
	case len(ch.cx.Start) == 0:
		return ch.fail(pa.offset, "%s: a playbook with `when` has no start event; only start.time", Format(pa))
	}
	field, ok := ch.sharedField(pa, ch.cx.Start)
	if !ok {
		return bad(pa.offset)
	}
	return &term{op: opCapture, kind: field.Type, capture: ch.cx.Capture(name, field.Type), values: field.values}
}

package playbook

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// start reads what makes an episode begin.
func (ld *loader) start(no *node) {
	ke := ld.read(no, "start")
	if ke == nil {
		return
	}
	st := &ld.playbook.Start
	kind := ld.startKind(ke, no)
	if condition := ke.take("if"); condition != nil {
		st.If = ld.compile(condition, ld.startIf())
	}
	if existing, ok := ke.takeKey("existing"); ok {
		ld.existing(existing.value)
	}
	ld.eventStart(ke, kind)
	ke.done()
}

// startKind reads the one thing that begins an episode and names it.
func (ld *loader) startKind(ke *keys, no *node) (kind string) {
	st := &ld.playbook.Start
	var found []entry
	for _, name := range []string{"event", "when", "schedule"} {
		if en, ok := ke.takeKey(name); ok {
			found = append(found, en)
		}
	}
	switch {
	case len(found) > 1:
		second := found[1]
		ld.failAt(second.line, second.column, "start has %s and %s; exactly one of them", article(found[0].key), article(second.key))
		ld.refusedStart = true
		return ""
	case len(found) == 0:
		if !mentionsAny(ke, []string{"event", "when", "schedule"}) {
			ld.fail(no, "start needs an event, a when or a schedule; write {event: login} or {when: idle(login) >= 7d}")
		}
		ld.refusedStart = true
		return ""
	}
	switch en := found[0]; en.key {
	case "event":
		st.Events = ld.eventList(en.value)
		ld.refusedStart = len(st.Events) == 0
	case "when":
		st.When = ld.compile(en.value, ld.waiting("when"))
	default:
		st.Schedule = ld.schedule(en.value)
	}
	return found[0].key
}

func article(word string) string {
	if word == "event" {
		return "an event"
	}
	return "a " + word
}

// eventStart reads the keys that belong to a start with an event.
func (ld *loader) eventStart(ke *keys, kind string) {
	st := &ld.playbook.Start
	once, hasOnce := ke.takeKey("once")
	settle, hasSettle := ke.takeKey("settle")
	match, hasMatch := ke.takeKey("match")
	if kind != "event" {
		for _, en := range []entry{once, settle, match} {
			if en.key != "" && kind != "" {
				ld.failAt(en.line, en.column, "%s belongs to a start with an event; this one has a %s", en.key, kind)
			}
		}
		return
	}
	if hasSettle {
		st.Settle, _ = ld.duration(settle.value, "settle")
	}
	if hasMatch {
		st.Match = ld.startMatch(match.value)
	}
	if hasOnce && ld.flag(once.value, "once") && len(st.Events) > 0 {
		seen := make([]string, len(st.Events))
		for i, de := range st.Events {
			seen[i] = "has(" + de.Name + ")"
		}
		at := &node{shape: shapeScalar, text: strings.Join(seen, " or "), line: once.line, column: once.column, multiline: true}
		st.Seen = ld.compile(at, lang.Context{Scope: ld.playbook.Each, Key: ld.key, Want: condition(), Use: "once"})
	}
}

// waiting is the place of a condition that the engine waits for, before an episode is open.
func (ld *loader) waiting(use string) lang.Context {
	return lang.Context{
		Scope: ld.playbook.Each, Key: ld.key, Vars: ld.playbookVars, Waiting: true, Want: condition(), Use: use,
		NoEvent: "a condition that is waited for has no event at hand",
	}
}

func (ld *loader) startIf() lang.Context {
	return lang.Context{
		Scope: ld.playbook.Each, Key: ld.key, Vars: ld.playbookVars, Event: ld.playbook.Start.Events, StartRefused: ld.refusedStart,
		Want: condition(), Use: "if", NoEvent: "this start has no event",
	}
}

// eventList reads an event or a list of them.
func (ld *loader) eventList(no *node) []*lang.EventDef {
	list, ok := ld.texts(no, "event")
	if ok && len(list) == 0 {
		ld.fail(no, "event is an event or a list of events; found an empty list")
	}
	var defs []*lang.EventDef
	for _, item := range list {
		de := ld.knownEvent(item)
		switch {
		case de == nil:
		case containsEvent(defs, de):
			ld.fail(item, "%s stands twice", de.Name)
		default:
			defs = append(defs, de)
		}
	}
	return defs
}

func containsEvent(defs []*lang.EventDef, de *lang.EventDef) bool {
	for _, other := range defs {
		if other == de {
			return true
		}
	}
	return false
}

// existing reads ignore | mark | include | ramp N%/day.
func (ld *loader) existing(no *node) {
	word, ok := ld.text(no, "existing")
	st := &ld.playbook.Start
	if !ok {
		return
	}
	if rest, ramp := strings.CutPrefix(word, "ramp "); ramp {
		st.Existing, st.Ramp = ExistingRamp, ld.rampPercent(no, strings.TrimSpace(rest))
		return
	}
	switch word, _ = ld.oneOf(no, "existing", "ignore", "mark", "include", "ramp 5%/day"); word {
	case "mark":
		st.Existing = ExistingMark
	case "include":
		st.Existing = ExistingInclude
	}
}

// rampPercent reads N%/day.
func (ld *loader) rampPercent(no *node, text string) int64 {
	number, ok := strings.CutSuffix(text, "%/day")
	micros, valid := value.ParseDecimal(number)
	if !ok || !valid || micros <= 0 || micros > 100*value.Scale {
		ld.fail(no, "ramp is a share of the subjects a day, above 0 and up to 100: ramp 5%%/day; found %q", text)
		return value.Scale
	}
	return micros
}

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
	event, hasEvent := ke.takeKey("event")
	when, hasWhen := ke.takeKey("when")
	switch {
	case hasEvent && hasWhen:
		ld.failAt(when.line, when.column, "start has an event and a when; exactly one of them")
	case hasEvent:
		st.Events = ld.eventList(event.value)
		ld.refusedStart = len(st.Events) == 0
	case hasWhen:
		st.When = ld.compile(when.value, ld.waiting("when"))
	case ke.mentions("schedule"):
		ld.refusedStart = true
	case !ke.mentions("event") && !ke.mentions("when"):
		ld.fail(no, "start needs an event or a when; write {event: login} or {when: idle(login) >= 7d}")
	}
	if condition := ke.take("if"); condition != nil {
		st.If = ld.compile(condition, ld.startIf())
	}
	if existing, ok := ke.takeKey("existing"); ok {
		ld.existing(existing, hasEvent)
	}
	ke.refuse("", "schedule", "settle", "once", "match")
	ke.done()
}

// waiting is the place of a condition that the engine waits for, before an episode is open.
func (ld *loader) waiting(use string) lang.Context {
	return lang.Context{
		Scope: ld.playbook.Each, Waiting: true, Want: condition(), Use: use,
		NoEvent: "a condition that is waited for has no event at hand",
	}
}

func (ld *loader) startIf() lang.Context {
	return lang.Context{
		Scope: ld.playbook.Each, Event: ld.playbook.Start.Events, StartRefused: ld.refusedStart, Want: condition(), Use: "if",
		NoEvent: "a start with `when` has no event",
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

func (ld *loader) existing(en entry, eventStart bool) {
	word, ok := ld.text(en.value, "existing")
	if ok && strings.HasPrefix(word, "ramp") {
		ld.fail(en.value, "%s", lang.NotBuilt("existing: "+word, "include enters all at once, ignore none"))
		return
	}
	word, ok = ld.oneOf(en.value, "existing", "ignore", "mark", "include")
	if ok && eventStart && word != "ignore" {
		ld.fail(en.value, "%s", lang.NotBuilt("existing: "+word+" with an event start", "an event start ignores what was"))
		return
	}
	switch word {
	case "mark":
		ld.playbook.Start.Existing = ExistingMark
	case "include":
		ld.playbook.Start.Existing = ExistingInclude
	}
}

// again reads never | always | every D | after EVENT | after EXPR.
func (ld *loader) again(no *node) {
	text, ok := ld.text(no, "again")
	if !ok {
		return
	}
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	re := &ld.playbook.Again
	switch {
	case text == "never":
		re.Kind = AgainNever
	case text == "always":
		re.Kind = AgainAlways
	case word == "every" && rest != "":
		re.Kind = AgainEvery
		if re.Every, ok = value.ParseDuration(rest); !ok {
			ld.fail(no, "again: every wants a duration such as 30d; found %q", rest)
		}
	case word == "after" && rest != "":
		re.Kind = AgainAfter
		ld.againAfter(no, strings.Index(text, rest), rest)
	case word == "per":
		ld.fail(no, "%s", lang.NotBuilt("again: "+text, "never, always, every D and after X are"))
	default:
		ld.fail(no, "again is never, always, every D, or after EVENT or a condition; found %q", text)
	}
}

// againAfter is an event if the text is the name of one, else a condition.
func (ld *loader) againAfter(no *node, offset int, text string) {
	line, column := place(no, offset)
	at := &node{shape: shapeScalar, text: text, line: line, column: column, multiline: no.multiline}
	if lang.ValidName(text) && ld.names.Metrics[ld.playbook.Each][text] == nil {
		ld.playbook.Again.Event = ld.knownEvent(at)
		return
	}
	ld.playbook.Again.When = ld.compile(at, ld.waiting("again: after"))
}

// stops reads the entries of stop.
func (ld *loader) stops(no *node) {
	if no.shape != shapeSequence {
		ld.fail(no, "stop is a list: [{event: login}, {when: account.status != \"active\"}]")
		return
	}
	for _, item := range no.items {
		ld.stop(item)
	}
}

func (ld *loader) stop(no *node) {
	ke := ld.read(no, "a stop")
	if ke == nil {
		return
	}
	event, hasEvent := ke.takeKey("event")
	when, hasWhen := ke.takeKey("when")
	condition := ke.take("if")
	ke.take("id")
	ke.refuse("an entry without an action ends the episode", "send", "task", "notify", "request", "log", "contacted")
	ke.refuse("", "match", "to", "via", "data", "links", "expires", "priority", "category", "window", "urgent", "at", "after")
	ke.done()
	switch {
	case hasEvent && hasWhen:
		ld.failAt(when.line, when.column, "a stop has an event and a when; exactly one of them")
	case hasEvent:
		ld.eventStops(event.value, condition)
	case hasWhen:
		ld.whenStop(when.value, condition)
	default:
		ld.fail(no, "a stop needs an event or a when; write {event: login}")
	}
}

// eventStops makes one stop per event of the entry.
func (ld *loader) eventStops(no, condition *node) {
	for _, de := range ld.eventList(no) {
		st := Stop{Event: de, Text: de.Name}
		if condition != nil {
			cx := ld.inEpisode("if", value.Bool)
			cx.Event = []*lang.EventDef{de}
			st.If = ld.compile(condition, cx)
			st.Text += " if " + condition.text
		}
		ld.playbook.Stops = append(ld.playbook.Stops, st)
	}
}

func (ld *loader) whenStop(no, condition *node) {
	cx := ld.inEpisode("when", value.Bool)
	cx.Waiting = true
	st := Stop{When: ld.compile(no, cx), Text: no.text}
	if condition != nil {
		st.If = ld.compile(condition, ld.inEpisode("if", value.Bool))
		st.Text += " if " + condition.text
	}
	ld.playbook.Stops = append(ld.playbook.Stops, st)
}

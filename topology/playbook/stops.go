package playbook

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

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
	st := Stop{}
	if id := ke.take("id"); id != nil {
		ld.name(id, "the id of a stop")
	}
	ok := ld.stopWaits(ke, &st)
	ld.stopIf(ke, &st)
	if contacted := ke.take("contacted"); contacted != nil {
		st.Contacted = ld.flag(contacted, "contacted")
		if !hasAction(no) {
			ld.fail(contacted, "contacted is a condition of the action, and this entry has none")
		}
	}
	if dr := ld.drafted(no); dr != nil {
		ld.stopAction(ke, dr.step, &st)
	}
	ke.done()
	if ok {
		ld.playbook.Stops = append(ld.playbook.Stops, st)
	}
}

// stopWaits reads what a stop waits for.
func (ld *loader) stopWaits(ke *keys, st *Stop) bool {
	event, hasEvent := ke.takeKey("event")
	when, hasWhen := ke.takeKey("when")
	switch {
	case hasEvent && hasWhen:
		ld.failAt(when.line, when.column, "a stop has an event and a when; exactly one of them")
		return false
	case hasEvent:
		st.Events = ld.eventList(event.value)
		st.Text = strings.Join(eventNames(st.Events), " or ")
	case hasWhen:
		cx := ld.inEpisode("when", value.Bool)
		cx.Waiting = true
		st.When, st.Text = ld.compile(when.value, cx), when.value.text
	case !ke.mentions("event") && !ke.mentions("when"):
		ld.fail(ke.at, "a stop needs an event or a when; write {event: login}")
		return false
	}
	if en, ok := ke.takeKey("match"); ok {
		if !hasEvent {
			ld.failAt(en.line, en.column, "match belongs to an event; this stop waits for none")
			return false
		}
		st.Match = ld.match(en.value)
	}
	return true
}

func (ld *loader) stopIf(ke *keys, st *Stop) {
	events := st.Events
	if lazy := ld.lazily(st.Match, st.Events); lazy != nil {
		st.When, st.Events, st.Match, events = lazy, nil, MatchOwn, nil
	}
	condition := ke.take("if")
	if condition == nil {
		return
	}
	cx := ld.inEpisode("if", value.Bool)
	cx.Event = events
	st.If = ld.compile(condition, cx)
	st.Text += " if " + condition.text
}

// stopAction reads what a stop does after the episode ended. It is due at once and has no `if` of its own.
func (ld *loader) stopAction(ke *keys, action *Step, st *Stop) {
	if action.ID == "" || len(st.Events) > 1 && !ke.mentions("id") || st.When != nil && !ke.mentions("id") {
		ld.fail(ke.at, "the action of a stop with a when or a list of events needs an id")
	}
	action.Timing, action.Events = TimingEvent, st.Events
	ld.actionKeys(ke, action)
	st.Action = action
}

func eventNames(events []*lang.EventDef) []string {
	names := make([]string, len(events))
	for i, de := range events {
		names[i] = de.Name
	}
	return names
}

// goal reads what counts as success.
func (ld *loader) goal(no *node) {
	ke := ld.read(no, "goal")
	if ke == nil {
		return
	}
	target := &Goal{}
	event, hasEvent := ke.takeKey("event")
	when, hasWhen := ke.takeKey("when")
	cx := ld.inEpisode("if", value.Bool)
	switch {
	case hasEvent && hasWhen:
		ld.failAt(when.line, when.column, "a goal has an event and a when; exactly one of them")
	case hasEvent:
		target.Events = ld.eventList(event.value)
		target.Text, cx.Event = strings.Join(eventNames(target.Events), " or "), target.Events
	case hasWhen:
		waiting := ld.inEpisode("when", value.Bool)
		waiting.Waiting = true
		target.When, target.Text = ld.compile(when.value, waiting), when.value.text
	case !ke.mentions("event") && !ke.mentions("when"):
		ld.fail(no, "a goal needs an event or a when; write goal: {event: login, within: 7d}")
	}
	if en, ok := ke.takeKey("match"); ok {
		target.Match = ld.match(en.value)
	}
	if condition := ke.take("if"); condition != nil {
		target.If = ld.compile(condition, cx)
	}
	ld.optionalDuration(ke, "within", &target.Within)
	ke.done()
	ld.playbook.Goal = target
}

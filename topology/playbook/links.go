package playbook

import (
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// links checks the links of a vocabulary (language.md 2): events with a foreign id and no account, delivered to every
// (account, key) that was learned for the id.
func (ld *loader) links(no *node) {
	ld.named(no, "links", func(en entry) {
		ld.later(en.line, en.column, "links "+en.key)
		ke := ld.read(en.value, "a link")
		if ke == nil {
			return
		}
		var defs []*lang.EventDef
		if events := ke.need("events", "events: [issue_done]"); events != nil {
			defs = ld.eventList(events)
		}
		if id := ke.need("id", "id: event.issue_id"); id != nil && len(defs) > 0 {
			ld.compile(id, lang.Context{Scope: lang.ScopeAccount, Event: defs, Want: []value.Kind{value.Text}, Use: "id"})
		}
		if learn := ke.need("learn", "learn: {event: request_done, id: event.reference, key: event.key}"); learn != nil {
			ld.learn(learn)
		}
		ke.done()
	})
}

func (ld *loader) learn(no *node) {
	ke := ld.read(no, "learn")
	if ke == nil {
		return
	}
	event, condition := ke.need("event", "event: request_done"), ke.take("if")
	id, key := ke.need("id", "id: event.reference"), ke.need("key", "key: event.key")
	ke.done()
	if event == nil {
		return
	}
	defs := ld.eventList(event)
	if len(defs) == 0 {
		return
	}
	of := func(no *node, use string, want value.Kind) {
		if no != nil {
			ld.compile(no, lang.Context{Scope: lang.ScopeAccount, Event: defs, Want: []value.Kind{want}, Use: use})
		}
	}
	of(condition, "if", value.Bool)
	of(id, "id", value.Text)
	of(key, "key", value.Text)
}

package playbook

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// sets reads sets: {account: {name: {add: EVENT.FIELD, remove: EVENT.FIELD}}}.
func (ld *loader) sets(no *node) {
	ke := ld.read(no, "sets")
	if ke == nil {
		return
	}
	if part := ke.take("account"); part != nil {
		ld.named(part, "sets of the account", ld.set)
	}
	if en, ok := ke.takeKey("user"); ok {
		ld.failAt(en.line, en.column, "sets are of the account; a user has none")
	}
	ke.done()
}

func (ld *loader) set(en entry) {
	if ld.names.Sets[en.key] != nil || en.key == "members" {
		ld.failAt(en.line, en.column, "a second set %s; choose another name", en.key)
		return
	}
	set := lang.NewSet(en.key)
	ld.names.Sets[en.key] = set // also where its declaration is wrong: the uses stay silent
	ke := ld.read(en.value, "a set")
	if ke == nil {
		return
	}
	example := "{add: ticket_opened.ticket_id, remove: ticket_solved.ticket_id}"
	for _, side := range []struct {
		no  *node
		add bool
	}{{ke.need("add", example), true}, {ke.need("remove", example), false}} {
		if side.no == nil {
			continue
		}
		if de, field, ok := ld.eventText(side.no); ok {
			lang.FeedSet(de, field, set, side.add)
		}
	}
	ke.done()
}

// eventText reads EVENT.FIELD where the field is a text.
func (ld *loader) eventText(no *node) (*lang.EventDef, lang.FieldDef, bool) {
	de, field, ok := ld.eventAndField(no)
	if ok && field.Type != value.Text {
		ld.fail(no, "%s is of type %s; a text names the elements", no.text, field.Type)
		return nil, lang.FieldDef{}, false
	}
	return de, field, ok
}

// eventAndField reads EVENT.FIELD.
func (ld *loader) eventAndField(no *node) (*lang.EventDef, lang.FieldDef, bool) {
	text, ok := ld.text(no, "EVENT.FIELD")
	if !ok {
		return nil, lang.FieldDef{}, false
	}
	name, field, ok := strings.Cut(text, ".")
	if !ok {
		ld.fail(no, "here stands EVENT.FIELD, such as ticket_opened.ticket_id; found %q", text)
		return nil, lang.FieldDef{}, false
	}
	de, problem := ld.names.Event(name)
	if problem != "" {
		ld.fail(no, "%s", problem)
	}
	if de == nil {
		return nil, lang.FieldDef{}, false
	}
	of, ok := de.Field(field)
	if !ok {
		line, column := place(no, len(name)+1)
		ld.failAt(line, column, "%s has no field %s%s", name, field, lang.Suggest(field, de.FieldNames()))
	}
	return de, of, ok
}

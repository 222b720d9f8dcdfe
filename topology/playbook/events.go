package playbook

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// events reads the declared events: each may refer to those above it.
func (ld *loader) events(no *node) {
	ld.named(no, "events", func(en entry) {
		var de *lang.EventDef
		switch {
		case lang.BuiltInEvent(en.key):
			ld.failAt(en.line, en.column, "the engine makes %s itself; choose another name", en.key)
		case ld.names.Events[en.key] != nil:
			ld.failAt(en.line, en.column, "a second event %s; choose another name", en.key)
			return
		default:
			de = ld.event(en)
		}
		if de == nil {
			ld.names.Refused[en.key] = true // its error is listed: what uses it stays silent
			return
		}
		de.Name, de.Index = en.key, len(ld.bundle.Events)
		ld.names.Events[en.key] = de
		ld.bundle.Events = append(ld.bundle.Events, de)
	})
}

// event reads one of the three forms; nil when it is refused.
func (ld *loader) event(en entry) *lang.EventDef {
	if en.value.shape == shapeScalar {
		return ld.sourceEvent(en.value)
	}
	ke := ld.read(en.value, "an event")
	if ke == nil {
		return nil
	}
	before := len(ld.problems)
	de := ld.eventKeys(ke, en.key)
	ke.done()
	if len(ld.problems) > before {
		return nil
	}
	return de
}

func (ld *loader) eventKeys(ke *keys, name string) *lang.EventDef {
	if any := ke.take("any"); any != nil {
		return ld.anyEvent(any)
	}
	from := ke.need("from", "{from: user_action.signed_in, where: ...} or {any: [a, b]}")
	if from == nil {
		ke.take("where")
		ke.take("fields")
		return nil
	}
	de := ld.fromEvent(from)
	where, fields := ke.take("where"), ke.take("fields")
	if de == nil {
		return nil
	}
	de.Name = name // for the errors of its condition
	if fields != nil {
		ld.fields(fields, de)
	}
	if where != nil {
		ld.where(where, de)
	}
	return de
}

// fromEvent is TOPIC.TYPE or an event above.
func (ld *loader) fromEvent(no *node) *lang.EventDef {
	if strings.Contains(no.text, ".") {
		return ld.sourceEvent(no)
	}
	parent := ld.knownEvent(no)
	if parent == nil {
		return nil
	}
	derived := &lang.EventDef{
		Kind: parent.Kind, Type: parent.Type, Where: parent.Where, Canonical: parent.Canonical,
		Fields: append([]lang.FieldDef(nil), parent.Fields...),
	}
	if parent.Any != nil {
		derived.Any = []*lang.EventDef{parent}
	}
	return derived
}

// sourceEvent is TOPIC.TYPE.
func (ld *loader) sourceEvent(no *node) *lang.EventDef {
	topic, typ, ok := strings.Cut(no.text, ".")
	kind := kindOf(topic)
	if no.shape != shapeScalar || !ok || kind == schemas.KindNone || !validType(typ) {
		ld.fail(no, "an event is TOPIC.TYPE with the topics user_action, billing, support; found %q", no.text)
		return nil
	}
	return &lang.EventDef{Kind: kind, Type: typ, Fields: lang.RecordFields(kind), Canonical: no.text}
}

func kindOf(topic string) schemas.Kind {
	for _, kind := range []schemas.Kind{schemas.KindUserAction, schemas.KindBilling, schemas.KindSupport} {
		if kind.String() == topic {
			return kind
		}
	}
	return schemas.KindNone
}

// validType says that every part of a dotted type is a name.
func validType(typ string) bool {
	for _, part := range strings.Split(typ, ".") {
		if !lang.ValidName(part) {
			return false
		}
	}
	return true
}

// knownEvent finds an event that was declared above.
func (ld *loader) knownEvent(no *node) *lang.EventDef {
	name, ok := ld.text(no, "an event")
	if !ok {
		return nil
	}
	de, problem := ld.names.Event(name)
	if problem != "" {
		ld.fail(no, "%s", problem)
	}
	return de
}

func (ld *loader) anyEvent(no *node) *lang.EventDef {
	list, ok := ld.texts(no, "any")
	if !ok || len(list) == 0 {
		ld.fail(no, "any wants events: {any: [a, b]}")
		return nil
	}
	de := &lang.EventDef{}
	var names []string
	for _, item := range list {
		member := ld.knownEvent(item)
		if member == nil {
			return nil
		}
		de.Any = append(de.Any, member)
		names = append(names, member.Canonical)
	}
	de.Fields = lang.SharedFields(de.Any)
	de.Canonical = "any(" + strings.Join(names, " or ") + ")"
	return de
}

// fields declares properties: TYPE [from PROPERTY].
func (ld *loader) fields(no *node, de *lang.EventDef) {
	ld.named(no, "fields", func(en entry) {
		spec, ok := ld.text(en.value, "a field")
		if !ok {
			return
		}
		words := strings.Fields(spec)
		kind := value.Unknown
		if len(words) > 0 {
			kind = value.KindOf(words[0])
		}
		property := en.key
		switch {
		case len(words) == 3 && words[1] == "from":
			property = words[2]
		case len(words) != 1:
			kind = value.Unknown
		}
		if kind == value.Unknown || kind == value.List {
			ld.fail(en.value, "a field is TYPE or TYPE from PROPERTY, with the types bool int decimal text time date duration; found %q", spec)
			return
		}
		declare(de, lang.DeclaredField(en.key, kind, property, de.Kind))
	})
}

// declare adds a field, in place of the record's own field of that name.
func declare(de *lang.EventDef, field lang.FieldDef) {
	for i := range de.Fields {
		if de.Fields[i].Name == field.Name {
			de.Fields[i] = field
			return
		}
	}
	de.Fields = append(de.Fields, field)
}

// where narrows an event; the condition of the event that it is from holds as well.
func (ld *loader) where(no *node, de *lang.EventDef) {
	cx := lang.Context{Where: true, Event: []*lang.EventDef{de}, Want: condition(), Use: "where"}
	pg := ld.compile(no, cx)
	if pg == nil {
		return
	}
	de.Canonical += " where " + lang.Canonical(pg)
	if parent := de.Where; parent != nil {
		pg = lang.Both(parent, pg)
	}
	de.Where = pg
}

package lang

import (
	"sort"
	"time"

	"holdfast/schemas"
	"holdfast/topology/value"
)

// reader gives a field of an event; the zone is the account's and matters to `day` only.
type reader func(ev *schemas.Event, zone *time.Location) value.Value

// ownField is a field that the record of a topic has beside its properties (retention.md 3).
type ownField struct {
	name string
	kind value.Kind
}

var ownFields = map[schemas.Kind][]ownField{
	schemas.KindUserAction: {
		{"count", value.Int}, {"object_id", value.Text}, {"feature", value.Text}, {"time_zone", value.Text}, {"locale", value.Text},
	},
	schemas.KindBilling: {
		{"provider", value.Text}, {"provider_created_at", value.Time}, {"invoice_id", value.Text}, {"subscription_id", value.Text},
		{"contract_id", value.Text}, {"currency", value.Text}, {"attempt", value.Int}, {"next_attempt_at", value.Time},
		{"decline_code", value.Text}, {"decline_class", value.Text}, {"update_url", value.Text}, {"plan", value.Text},
		{"previous_plan", value.Text}, {"seats_limit", value.Int}, {"contract_starts_on", value.Date}, {"contract_ends_on", value.Date},
		{"auto_renew", value.Bool}, {"status", value.Text}, {"amount", value.Decimal}, {"arr", value.Decimal},
	},
	schemas.KindSupport: {
		{"ticket_id", value.Text}, {"status", value.Text}, {"priority", value.Text}, {"topic", value.Text}, {"sentiment", value.Decimal},
		{"score", value.Int}, {"feedback_id", value.Text}, {"title", value.Text}, {"text", value.Text}, {"issue_id", value.Text},
		{"release_url", value.Text},
	},
}

// commonFields are those of every event.
func commonFields() []FieldDef {
	text := func(name string, of func(ev *schemas.Event) string) FieldDef {
		absent := value.Missing("no " + name)
		field := newField(name, name, value.Text, func(ev *schemas.Event, _ *time.Location) value.Value {
			if s := of(ev); s != "" {
				return value.OfText(s)
			}
			return absent
		})
		field.text = func(f *Frame) (string, bool) { s := of(f.Event); return s, s != "" }
		return field
	}
	day := newField("day", "day", value.Date, func(ev *schemas.Event, zone *time.Location) value.Value {
		return value.OfDate(value.DayOf(ev.At, zone))
	})
	day.zoned = true
	day.Read = func(f *Frame) value.Value { return day.read(f.Event, accountZone(f)) }
	return []FieldDef{
		text("id", func(ev *schemas.Event) string { return ev.ID }),
		text("source", func(ev *schemas.Event) string { return ev.Source }),
		text("type", func(ev *schemas.Event) string { return ev.Type }),
		text("account_id", func(ev *schemas.Event) string { return ev.Account }),
		text("user_id", func(ev *schemas.Event) string { return ev.User }),
		newField("time", "time", value.Time, func(ev *schemas.Event, _ *time.Location) value.Value { return value.OfTime(ev.At) }),
		day,
	}
}

// RecordFields are the fields of every event of an input: the common ones and the record's own.
func RecordFields(kind schemas.Kind) []FieldDef {
	fields := commonFields()
	for _, own := range ownFields[kind] {
		field := newField(own.name, own.name, own.kind, ownReader(own.name, own.kind))
		field.direct(ownValue(own.name))
		fields = append(fields, field)
	}
	return fields
}

func ownReader(name string, kind value.Kind) reader {
	switch name {
	case "count":
		return func(ev *schemas.Event, _ *time.Location) value.Value { return value.OfInt(ev.Count) }
	case "amount", "arr":
		minor := name + "_minor"
		return func(ev *schemas.Event, _ *time.Location) value.Value { return money(ev, minor) }
	}
	absent := value.Missing("no " + name)
	return func(ev *schemas.Event, _ *time.Location) value.Value {
		in, ok := ev.OwnField(name)
		if !ok {
			return absent
		}
		return value.FromWire(in, kind)
	}
}

// money is an amount of minor units as a decimal of its currency.
func money(ev *schemas.Event, name string) value.Value {
	minor, ok := ev.OwnField(name)
	if !ok || minor.Kind != schemas.Long {
		return value.Missing("no amount")
	}
	currency, _ := ev.OwnField("currency")
	micros, ok := value.MulInt(minor.Num, microsPerMinor(currency.Text))
	if !ok {
		return value.Missing(value.ReasonOverflow)
	}
	return value.OfDecimal(micros)
}

// DeclaredField is an entry of `fields:`: it takes the property of that name, else the record's own field. A property
// that is there but does not convert is unknown.
func DeclaredField(name string, kind value.Kind, property string, of schemas.Kind) FieldDef {
	own, find := reader(nil), propValue(property, nil)
	for _, field := range ownFields[of] {
		if field.name != property {
			continue
		}
		own, find = ownReader(property, field.kind), nil
		if inRecord := ownValue(property); inRecord != nil && field.kind == kind {
			find = propValue(property, inRecord)
		}
	}
	absent := value.Missing("no " + property)
	declared := newField(name, property+":"+kind.String(), kind, func(ev *schemas.Event, zone *time.Location) value.Value {
		if in, ok := ev.Prop(property); ok {
			return value.FromWire(in, kind)
		}
		if own == nil {
			return absent
		}
		return recast(own(ev, zone), kind)
	})
	declared.Property = property
	declared.direct(find)
	return declared
}

// recast brings an own field to the declared kind.
func recast(va value.Value, kind value.Kind) value.Value {
	switch {
	case va.Kind == kind || va.Kind == value.Unknown:
		return va
	case va.Kind == value.Int && kind == value.Decimal:
		return value.Mul(va, value.OfDecimal(value.Scale))
	case kind == value.Text:
		return value.OfText(va.String())
	}
	return value.Missing("not of type " + kind.String())
}

// ConstantField is a field that has the same value in every event: what an event sets just by happening.
func ConstantField(name string, va value.Value) FieldDef {
	return newField(name, va.String(), va.Kind, func(*schemas.Event, *time.Location) value.Value { return va })
}

func newField(name, canonical string, kind value.Kind, read reader) FieldDef {
	return FieldDef{
		Name: name, Type: kind, canonical: canonical, read: read,
		Read: func(f *Frame) value.Value { return read(f.Event, nil) },
	}
}

// FieldIs says that the condition compares one text of the event with a constant and asks nothing else, so that of many
// such conditions one look finds those that hold.
func (pg *Program) FieldIs() (field FieldDef, text string, ok bool) {
	te := pg.term
	if te == nil || te.op != opCompare || te.cmp != value.Eq {
		return FieldDef{}, "", false
	}
	left, right := te.kids[0], te.kids[1]
	if left.op == opLiteral {
		left, right = right, left
	}
	if left.op != opField || left.kind != value.Text || right.op != opLiteral || left.field.zoned {
		return FieldDef{}, "", false
	}
	return left.field, right.literal.Text, true
}

// Same says that two fields read the same of a record.
func (fi *FieldDef) Same(other FieldDef) bool {
	return fi.canonical == other.canonical && fi.Type == other.Type
}

// Field finds a field of the event by name.
func (de *EventDef) Field(name string) (FieldDef, bool) {
	for _, field := range de.Fields {
		if field.Name == name {
			return field, true
		}
	}
	return FieldDef{}, false
}

// FieldNames are the names that an expression may write behind the event, sorted.
func (de *EventDef) FieldNames() []string {
	names := make([]string, 0, len(de.Fields))
	for _, field := range de.Fields {
		names = append(names, field.Name)
	}
	sort.Strings(names)
	return names
}

// SharedFields are the fields that all events have and mean alike.
func SharedFields(defs []*EventDef) []FieldDef {
	var shared []FieldDef
	for _, field := range defs[0].Fields {
		inAll := true
		for _, de := range defs[1:] {
			other, ok := de.Field(field.Name)
			inAll = inAll && ok && other.canonical == field.canonical && other.Type == field.Type
			field.values = anyOf(field.values, other.values)
		}
		if inAll {
			shared = append(shared, field)
		}
	}
	return shared
}

// anyOf are the texts of a field that comes from one of two events; nil: any.
func anyOf(some, others []string) []string {
	if some == nil || others == nil {
		return nil
	}
	texts := append([]string{}, some...)
	for _, text := range others {
		if !oneOf(text, texts) {
			texts = append(texts, text)
		}
	}
	return texts
}

package avro

import (
	"fmt"

	"holdfast/schemas"
)

// AppendEvent appends the value of an input record: what publishers, the demo and tests send, and what the sender
// writes as a receipt. Decoding it gives the event again, but for At (the processor's) and HasRoles (an Avro profile
// always speaks of roles).
func (en *Encoder) AppendEvent(dst []byte, ev *schemas.Event) ([]byte, error) {
	record := ev.Kind.RecordName()
	if record == "" {
		return nil, fmt.Errorf("encode event %s: kind %s is no input", ev.ID, ev.Kind)
	}
	ou := en.begin(dst, record)
	switch ev.Kind {
	case schemas.KindProfile:
		ou.profile(ev)
	case schemas.KindReceipt:
		ou.receipt(ev)
	default:
		ou.event(ev)
	}
	ou.refuseForeign(ev)
	return ou.end(record)
}

func (ou *out) event(ev *schemas.Event) {
	ou.text(ev.ID)
	ou.text(ev.Source)
	ou.text(ev.Type)
	ou.long(ev.OccurredAt)
	ou.optLong(0, false) // received_at
	ou.text(ev.Account)
	ou.optText(ev.User)
	ou.flag(ev.Backfill)
	ou.flag(ev.Test)
	ou.optText(ev.TraceParent)
	ou.properties(ev.Props)
	if ev.Kind == schemas.KindUserAction {
		ou.long(ev.Count)
	}
	for _, own := range schemas.OwnFields(ev.Kind) {
		ou.own(ev, own)
	}
}

func (ou *out) profile(ev *schemas.Event) {
	kind := "account"
	if ev.User != "" {
		kind = "user"
	}
	pr := &ev.Profile
	ou.text(kind)
	ou.text(ev.Account)
	ou.optText(ev.User)
	ou.long(ev.OccurredAt)
	for _, own := range schemas.OwnFields(ev.Kind) {
		ou.own(ev, own)
	}
	ou.texts(pr.Roles)
	ou.properties(ev.Props)
	ou.textMap(pr.Consents)
	ou.textMap(pr.Channels)
	ou.flag(pr.Deleted)
	ou.optLong(pr.CreatedAt, pr.CreatedAt != 0)
}

// receipt writes the fields of DeliveryReceipt in their order: its own fields lie around the envelope's.
func (ou *out) receipt(ev *schemas.Event) {
	ou.text(ev.ID)
	ou.text(ownText(ev, "intent_id"))
	ou.text(ev.Account)
	ou.optText(ev.User)
	ou.text(ev.Type) // status
	ou.optText(ownText(ev, "channel"))
	hard, _ := ev.OwnField("hard")
	ou.flag(hard.Num != 0)
	ou.optText(ownText(ev, "reason"))
	ou.long(ev.OccurredAt)
	for _, name := range []string{"provider_ref", "playbook", "step", "episode_id", "key", "template", "link", "reference"} {
		ou.optText(ownText(ev, name))
	}
	if len(ev.Props) > 0 && ou.err == nil {
		ou.err = fmt.Errorf("field %s: a receipt has no properties", ev.Props[0].Name)
	}
}

func ownText(ev *schemas.Event, name string) string {
	va, _ := ev.OwnField(name)
	return va.Text
}

// own writes an own field as the union [null, T].
func (ou *out) own(ev *schemas.Event, own schemas.OwnField) {
	va, given := ev.OwnField(own.Name)
	if !ou.set(given) {
		return
	}
	if va.Kind != own.Kind && ou.err == nil {
		ou.err = wrongType(own.Name, va, wanted(own.Kind))
	}
	switch own.Kind {
	case schemas.Bool:
		ou.flag(va.Num != 0)
	case schemas.Double:
		ou.double(va.Float)
	case schemas.String:
		ou.text(va.Text)
	default:
		ou.long(va.Num)
	}
}

// refuseForeign keeps a misspelt own field from being dropped silently.
func (ou *out) refuseForeign(ev *schemas.Event) {
	for _, fi := range ev.Own {
		if !isOwn(ev.Kind, fi.Name) && ou.err == nil {
			ou.err = fmt.Errorf("field %s is not of %s: put it into properties", fi.Name, ev.Kind.RecordName())
		}
	}
}

func isOwn(ki schemas.Kind, name string) bool {
	for _, own := range schemas.OwnFields(ki) {
		if own.Name == name {
			return true
		}
	}
	return false
}

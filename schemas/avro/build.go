package avro

import (
	"math/bits"

	"holdfast/schemas"
)

// builder makes an event of named fields, whatever format they came in. It knows which field goes where, what is
// required, and what a missing field means (retention.md 3); the formats know only how to read their bytes.
type builder struct {
	rec     *Record
	ev      *schemas.Event
	attrs   attributes
	made    arena
	seen    uint32 // a bit per envelope field and structure that was given, to find doubled ones
	hasTime bool
	nulls   bool                     // there are own fields without a value
	given   uint64                   // a bit per own field that the quick way has read, by rank
	sorted  struct{ own, props int } // so many are known to be sorted by name, and different
}

// envelopeField is a field that has a place of its own in Event.
type envelopeField uint8

const (
	fieldNone envelopeField = iota
	fieldID
	fieldSource
	fieldType
	fieldOccurredAt
	fieldReceivedAt
	fieldAccount
	fieldUser
	fieldBackfill
	fieldTest
	fieldTraceParent
	fieldCount
	fieldDeleted
	fieldCreatedAt
	fieldStructures // and those above it, one per structure
)

// wants is the type of the value that the field takes.
func (fi envelopeField) wants() schemas.ValueKind {
	switch fi {
	case fieldOccurredAt, fieldReceivedAt, fieldCreatedAt:
		return schemas.TimeMillis
	case fieldBackfill, fieldTest, fieldDeleted:
		return schemas.Bool
	case fieldCount:
		return schemas.Long
	}
	return schemas.String
}

// again notes that a field was given, and says whether it was before.
func (bu *builder) again(fi envelopeField) bool {
	before := bu.seen&(1<<fi) != 0
	bu.seen |= 1 << fi
	return before
}

func (bu *builder) reset(rec *Record, ev *schemas.Event) {
	bu.rec, bu.ev = rec, ev
	if bu.attrs.given {
		bu.attrs = attributes{}
	}
	bu.seen, bu.given, bu.hasTime, bu.nulls = 0, 0, false, false
	bu.sorted.own, bu.sorted.props = 0, 0
	ev.Reset()
	ev.Kind, ev.Topic, ev.Partition, ev.Offset = rec.Kind, rec.Topic, rec.Partition, rec.Offset
	ev.Count = 1
}

// restart empties what was read of the value, so that it can be read again.
func (bu *builder) restart() {
	attrs := bu.attrs
	bu.reset(bu.rec, bu.ev)
	bu.attrs = attrs
}

// scalar takes a top-level field. A name that the record does not have is a property.
func (bu *builder) scalar(name string, va schemas.Value) error {
	if err := validText("", name, va); err != nil {
		return err
	}
	if fi := bu.envelope(name); fi != fieldNone {
		if bu.again(fi) {
			return duplicate(name)
		}
		if va.Kind == schemas.Null {
			return nil
		}
		return bu.setEnvelope(fi, name, va)
	}
	for _, own := range schemas.OwnFields(bu.rec.Kind) {
		if own.Name == name {
			return bu.own(own, va)
		}
	}
	if bu.structure(name) != structureNone {
		if va.Kind == schemas.Null {
			return nil
		}
		return wrongType(name, va, "a list for roles, an object for the others")
	}
	return bu.property(name, va)
}

// envelope says which envelope field a name is in this kind of record, fieldNone if none.
func (bu *builder) envelope(name string) envelopeField {
	switch name {
	case "account_id":
		return fieldAccount
	case "user_id":
		return fieldUser
	}
	if bu.rec.Kind == schemas.KindProfile {
		return profileEnvelope(name)
	}
	switch name {
	case "id":
		return fieldID
	case "source":
		return fieldSource
	case "type":
		return fieldType
	case "occurred_at":
		return fieldOccurredAt
	case "received_at":
		return fieldReceivedAt
	case "backfill":
		return fieldBackfill
	case "test":
		return fieldTest
	case "trace_parent":
		return fieldTraceParent
	case "count":
		if bu.rec.Kind == schemas.KindUserAction {
			return fieldCount
		}
	}
	return fieldNone
}

func profileEnvelope(name string) envelopeField {
	switch name {
	case "kind":
		return fieldType
	case "changed_at":
		return fieldOccurredAt
	case "deleted":
		return fieldDeleted
	case "created_at":
		return fieldCreatedAt
	}
	return fieldNone
}

func (bu *builder) setEnvelope(fi envelopeField, name string, va schemas.Value) error {
	va, err := convert(name, va, fi.wants())
	if err != nil {
		return err
	}
	bu.place(fi, &va)
	return nil
}

// place puts a value where it belongs. Requires: it is of the type that the field wants.
func (bu *builder) place(fi envelopeField, va *schemas.Value) {
	if va.Kind == schemas.String {
		bu.placeText(fi, va.Text)
		return
	}
	bu.placeNumber(fi, va.Num)
}

func (bu *builder) placeNumber(fi envelopeField, num int64) {
	ev := bu.ev
	switch fi {
	case fieldOccurredAt:
		ev.OccurredAt, bu.hasTime = num, true
	case fieldBackfill:
		ev.Backfill = num != 0
	case fieldTest:
		ev.Test = num != 0
	case fieldCount:
		ev.Count = num
	case fieldDeleted:
		ev.Profile.Deleted = num != 0
	case fieldCreatedAt:
		ev.Profile.CreatedAt = num
	}
}

func (bu *builder) placeText(fi envelopeField, text string) {
	ev := bu.ev
	switch fi {
	case fieldID:
		ev.ID = text
	case fieldSource:
		ev.Source = text
	case fieldType:
		ev.Type = text
	case fieldAccount:
		ev.Account = text
	case fieldUser:
		ev.User = text
	case fieldTraceParent:
		ev.TraceParent = text
	}
}

func (bu *builder) own(own schemas.OwnField, va schemas.Value) error {
	bu.nulls = bu.nulls || va.Kind == schemas.Null
	if va.Kind != schemas.Null {
		var err error
		if va, err = convert(own.Name, va, own.Kind); err != nil {
			return err
		}
	}
	bu.ev.Own = append(bu.ev.Own, schemas.Field{Name: own.Name, Value: va})
	return nil
}

// openOwn makes a place for each of so many own fields, and closeOwn gives up those that got no name: a plan knows their
// order before it reads them.
func (bu *builder) openOwn(fields int) {
	for i := range bu.roomForOwn(fields) {
		bu.ev.Own[i].Name = ""
	}
}

func (bu *builder) closeOwn() {
	all, kept := bu.ev.Own, 0
	for i := range all {
		if all[i].Name == "" {
			continue
		}
		if kept < i {
			all[kept] = all[i]
		}
		kept++
	}
	bu.ev.Own, bu.sorted.own = all[:kept], kept
}

// roomForOwn makes a place for each of so many own fields. What is in them is of another event.
func (bu *builder) roomForOwn(fields int) []schemas.Field {
	if cap(bu.ev.Own) < fields {
		bu.ev.Own = make([]schemas.Field, fields)
	}
	bu.ev.Own = bu.ev.Own[:fields]
	return bu.ev.Own
}

// keepGiven keeps those of the places that were given, in their order.
func (bu *builder) keepGiven() {
	all, kept := bu.ev.Own, 0
	for given := bu.given; given != 0; given &= given - 1 {
		if rank := bits.TrailingZeros64(given); kept < rank {
			all[kept] = all[rank]
		}
		kept++
	}
	bu.ev.Own, bu.sorted.own = all[:kept], kept
}

// roomForProps makes a place for each of so many properties. What is in them is of another event.
func (bu *builder) roomForProps(fields int) []schemas.Field {
	if cap(bu.ev.Props) < fields {
		bu.ev.Props = make([]schemas.Field, fields)
	}
	bu.ev.Props = bu.ev.Props[:fields]
	return bu.ev.Props
}

// property takes an element of properties or traits, or a top-level scalar that the record does not know.
func (bu *builder) property(name string, va schemas.Value) error {
	if err := validText("", name, va); err != nil {
		return err
	}
	va, err := bu.propertyOf(name, va)
	if err != nil {
		return err
	}
	bu.ev.Props = append(bu.ev.Props, schemas.Field{Name: name, Value: va})
	return nil
}

// propertyOf is propertyValue with the texts that it makes in the arena.
func (bu *builder) propertyOf(name string, va schemas.Value) (schemas.Value, error) {
	if va.Kind == schemas.Date {
		return schemas.Value{Kind: schemas.String, Text: bu.made.keep(appendDate(bu.made.room(dateBytes), va.Num))}, nil
	}
	return propertyValue(name, va)
}

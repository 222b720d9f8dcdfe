package schemas

// Kind says which input an Event came from. The order is the rank of language.md 11: at equal event time a
// lower kind is folded first.
type Kind uint8

// The inputs in rank order. KindNone is the reserved zero.
const (
	KindNone Kind = iota
	KindProfile
	KindBilling
	KindSupport
	KindUserAction
	KindReceipt
	KindEngine // what Holdfast itself makes out of its cause: tier_changed, evidence_added ...; read from no topic
)

// String names the kind as playbooks do (user_action.signed_in).
func (ki Kind) String() string {
	switch ki {
	case KindProfile:
		return "profile"
	case KindBilling:
		return "billing"
	case KindSupport:
		return "support"
	case KindUserAction:
		return "user_action"
	case KindReceipt:
		return "receipt"
	case KindEngine:
		return "engine"
	}
	return "none"
}

// ValueKind is the type of a scalar on the wire: the branches of the property union, and the own fields of a record.
type ValueKind uint8

// The scalar types. Null means the field is present and has no value.
const (
	Null ValueKind = iota
	Bool
	Long
	Double
	String
	Date       // days since 1970-01-01 (contract_starts_on)
	TimeMillis // milliseconds since the epoch (next_attempt_at)
)

// Value is one scalar. Num holds Bool (0 or 1), Long, Date and TimeMillis; Float holds Double; Text holds String.
// Text may alias the buffer of the record it was decoded from: clone what outlives the transaction.
type Value struct {
	Kind  ValueKind
	Num   int64
	Float float64
	Text  string
}

// Field is a named scalar: a property, or an own field of the record.
type Field struct {
	Name  string
	Value Value
}

// Event is one decoded input record. It is reused from record to record: nothing may keep it, its slices or its
// strings beyond the call it was passed to.
type Event struct {
	Kind      Kind
	Topic     string
	Partition int32
	Offset    int64

	// A receipt's Type is its status; a profile's is its kind (account or user), its Source the topic and its ID
	// account/user@changed_at.
	ID, Source, Type string
	IDIsPosition     bool   // the record named no id: ID is topic-partition-offset, and such a record is never a duplicate
	Account, User    string // User is "" for events of the account
	OccurredAt       int64  // ms, as published
	At               int64  // ms, event time: OccurredAt clamped to t_ref + future_skew by the processor
	Backfill, Test   bool
	TraceParent      string
	Count            int64 // UserAction.count, 1 elsewhere

	// Own has the own fields of the record that have a value (OwnFields: feature, invoice_id, amount_minor ...), Props the
	// properties, for a profile its traits. Both are sorted by name, so that an event is the same in every format.
	Own   []Field
	Props []Field

	Profile Profile // set when Kind is KindProfile
}

// Profile is what a SubjectProfile has beside the envelope. The event's OccurredAt is changed_at, User is "" for an
// account's profile, traits are Props, time_zone and locale are Own fields.
type Profile struct {
	Roles     []string
	HasRoles  bool    // false when the record does not speak of roles
	Consents  []Field // category or category/channel to granted, denied or unknown; sorted by name
	Channels  []Field // channel to ok, bounced, complained or missing; sorted by name
	Deleted   bool
	CreatedAt int64 // ms; 0 = absent
}

// Prop returns the property of that name.
func (ev *Event) Prop(name string) (Value, bool) { return valueAt(FindField(ev.Props, name)) }

// OwnField returns the own field of that name.
func (ev *Event) OwnField(name string) (Value, bool) { return valueAt(FindField(ev.Own, name)) }

// FindField returns where in a list the value of that name is, so that it need not be copied; nil if it is not there.
func FindField(fs []Field, name string) *Value {
	for i := range fs {
		if fs[i].Name == name {
			return &fs[i].Value
		}
	}
	return nil
}

func valueAt(va *Value) (Value, bool) {
	if va == nil {
		return Value{}, false
	}
	return *va, true
}

// Reset empties the event and keeps its buffers. It runs once per record, so the profile is emptied only if there is one.
func (ev *Event) Reset() {
	ev.Kind, ev.Topic, ev.Partition, ev.Offset = KindNone, "", 0, 0
	ev.ID, ev.Source, ev.Type, ev.IDIsPosition = "", "", "", false
	ev.Account, ev.User, ev.OccurredAt, ev.At = "", "", 0, 0
	ev.Backfill, ev.Test, ev.TraceParent, ev.Count = false, false, "", 0
	ev.Own, ev.Props = emptied(ev.Own), emptied(ev.Props)
	if pr := &ev.Profile; !pr.empty() {
		*pr = Profile{Roles: emptied(pr.Roles), Consents: emptied(pr.Consents), Channels: emptied(pr.Channels)}
	}
}

func (pr *Profile) empty() bool {
	return !pr.HasRoles && !pr.Deleted && pr.CreatedAt == 0 && len(pr.Roles)+len(pr.Consents)+len(pr.Channels) == 0
}

// keptItems bounds what an event keeps of the room that one large record took.
const keptItems = 1 << 12

func emptied[T any](list []T) []T {
	if cap(list) > keptItems {
		return nil
	}
	return list[:0]
}

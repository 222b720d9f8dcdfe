package avro

import (
	"fmt"

	"holdfast/schemas"
)

// Reader reads records back: for tools, the sender, reports and tests. It is used by one goroutine. Its errors are
// those of a Decoder.
type Reader struct{ writers *writers }

// NewReader makes a reader of both framings.
func NewReader(opts DecoderOptions) (*Reader, error) {
	ws, err := newWriters(opts.Registry, opts.Schemas)
	if err != nil {
		return nil, err
	}
	return &Reader{writers: ws}, nil
}

func (re *Reader) native(value []byte) (*writer, any, error) {
	switch {
	case len(value) == 0:
		return nil, nil, undecodable(CodeEmptyValue, "the record has no value")
	case !isAvro(value):
		return nil, nil, undecodable(CodeUnknownFormat, "the value starts with byte 0x%02X: want 00 (Confluent wire format) or C3 01 (Avro single-object)", value[0])
	}
	wr, datum, err := re.writers.unframe(value)
	if err != nil {
		return nil, nil, err
	}
	native, err := wr.native(datum)
	return wr, native, err
}

// row reads a value as the record of that name.
func (re *Reader) row(value []byte, record string) (row, error) {
	wr, native, err := re.native(value)
	if err != nil {
		return nil, err
	}
	if want := "holdfast.v1." + record; wr.root.name != want {
		return nil, unacceptable(CodeWrongType, "the value is a %s: want %s", wr.root.name, want)
	}
	ro, ok := bare(wr.root, native).(row)
	if !ok {
		return nil, fmt.Errorf("read %s: its schema is no record", record)
	}
	return ro, nil
}

// DecodeIntent reads an intent.
func (re *Reader) DecodeIntent(value []byte) (schemas.MessageIntent, error) {
	ro, err := re.row(value, "MessageIntent")
	if err != nil {
		return schemas.MessageIntent{}, err
	}
	return intentOf(ro), nil
}

func intentOf(ro row) schemas.MessageIntent {
	return schemas.MessageIntent{
		IntentID: ro.text("intent_id"), DedupeKey: ro.text("dedupe_key"), Action: ro.text("action"),
		Supersedes: ro.text("supersedes"), Kind: ro.text("kind"), AccountID: ro.text("account_id"),
		Recipient: recipientOf(ro.row("recipient")),
		Playbook:  ro.text("playbook"), PlaybookVersion: ro.text("playbook_version"), BundleVersion: ro.text("bundle_version"),
		EpisodeID: ro.text("episode_id"), Step: ro.text("step"), Class: ro.text("class"), Category: ro.text("category"),
		Priority: ro.int("priority"), Template: ro.text("template"), Locale: ro.text("locale"),
		Data: ro.fields("data"), DataJSON: ro.text("data_json"), Links: linksOf(ro.fields("links")),
		Channels: ro.texts("channels"), ChannelRule: ro.text("channel_rule"),
		DecidedAt: ro.long("decided_at"), DueAt: ro.long("due_at"), NotBefore: ro.long("not_before"), ExpiresAt: ro.long("expires_at"),
		TimeZone: ro.text("time_zone"), Experiment: exposureOf(ro.row("experiment")), Goal: goalOf(ro.row("goal")),
		Reason: reasonOf(ro.row("reason")), Evidence: rows(ro, "evidence", evidenceOf),
		Test: ro.flag("test"), TraceParent: ro.text("trace_parent"), Key: ro.text("key"),
	}
}

func recipientOf(ro row) schemas.Recipient {
	return schemas.Recipient{Type: ro.text("type"), UserID: ro.text("user_id"), Ref: ro.text("ref")}
}

func linksOf(list []schemas.Field) []schemas.Link {
	var links []schemas.Link
	for _, fi := range list {
		links = append(links, schemas.Link{Name: fi.Name, URL: fi.Value.Text})
	}
	return links
}

func exposureOf(ro row) *schemas.Exposure {
	if ro == nil {
		return nil
	}
	return &schemas.Exposure{ID: ro.text("id"), Arm: ro.text("arm"), Unit: ro.text("unit")}
}

func goalOf(ro row) *schemas.GoalWindow {
	if ro == nil {
		return nil
	}
	return &schemas.GoalWindow{Event: ro.text("event"), Until: ro.long("until")}
}

func reasonOf(ro row) schemas.Reason {
	return schemas.Reason{
		Code: ro.text("code"), Text: ro.text("text"), Trigger: eventRefOf(ro.row("trigger")),
		Facts: rows(ro, "facts", func(fa row) schemas.Fact {
			return schemas.Fact{Name: fa.text("name"), Value: fa.text("value"), AsOf: fa.long("as_of"), Op: fa.text("op"), Held: fa.flag("held")}
		}),
		Checks: rows(ro, "checks", func(ch row) schemas.Check {
			return schemas.Check{Name: ch.text("name"), Outcome: ch.text("outcome"), Detail: ch.text("detail")}
		}),
	}
}

func eventRefOf(ro row) *schemas.EventRef {
	if ro == nil {
		return nil
	}
	return &schemas.EventRef{Topic: ro.text("topic"), Partition: ro.int("partition"), Offset: ro.long("offset"),
		ID: ro.text("id"), Type: ro.text("type"), OccurredAt: ro.long("occurred_at")}
}

func evidenceOf(ro row) schemas.EvidenceItem {
	item := schemas.EvidenceItem{ID: ro.text("id"), Text: ro.text("text"), Unit: ro.text("unit"), Goal: ro.text("goal"), At: ro.long("at")}
	item.Value, item.HasValue = ro.optDouble("value")
	return item
}

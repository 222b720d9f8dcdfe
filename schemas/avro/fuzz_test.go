package avro

import (
	"errors"
	"reflect"
	"testing"

	"holdfast/schemas"
)

// checkDecode holds what must be true of any bytes: no panic, an error of a known class, or an event that is complete,
// the same on the next try, and the same when it is encoded and decoded again.
func checkDecode(t *testing.T, de Decoder, en *Encoder, rec *Record) {
	ev := new(schemas.Event)
	err := de.Decode(rec, ev)
	if err != nil {
		var dead *DecodeError
		if !errors.As(err, &dead) || dead.Stage == "" || dead.Code == "" || dead.Text == "" {
			t.Fatalf("error without a class: %v", err)
		}
		again := de.Decode(rec, ev)
		if again == nil || again.Error() != err.Error() {
			t.Fatalf("first %v, then %v", err, again)
		}
		return
	}
	if ev.Account == "" || ev.ID == "" || ev.Source == "" || ev.Type == "" || ev.OccurredAt < 0 || ev.Count < 1 {
		t.Fatalf("incomplete event %+v", ev)
	}
	value, err := en.AppendEvent(nil, ev)
	if err != nil {
		if ev.Kind == schemas.KindReceipt && len(ev.Props) > 0 {
			return
		}
		t.Fatalf("encode %+v: %v", ev, err)
	}
	again := new(schemas.Event)
	if err := de.Decode(input(rec.Kind, string(value)), again); err != nil {
		t.Fatalf("decode what was encoded of %+v: %v", ev, err)
	}
	again.Profile.HasRoles, again.IDIsPosition = ev.Profile.HasRoles, ev.IDIsPosition // what is written has both
	if ev.Kind == schemas.KindReceipt || ev.Kind == schemas.KindProfile {
		again.Source, again.TraceParent, again.Test, again.Backfill = ev.Source, ev.TraceParent, ev.Test, ev.Backfill // not in their .avsc
	}
	if one, two := emptied(*ev), emptied(*again); !reflect.DeepEqual(one, two) {
		t.Fatalf("first %+v\nagain %+v", one, two)
	}
}

// kindFor spreads the fuzzer over the kinds.
func kindFor(selector uint8) schemas.Kind {
	return schemas.KindProfile + schemas.Kind(selector%uint8(schemas.KindReceipt))
}

func FuzzDecode(f *testing.F) {
	en := newTestEncoder(f, nil)
	for selector := range uint8(schemas.KindReceipt) {
		value, err := en.AppendEvent(nil, fullEvent(kindFor(selector)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(selector, value, "")
	}
	f.Add(uint8(3), []byte(`{"type":"x","occurred_at":"2026-03-08T09:00:00Z","n":1e3,"properties":{"a":null,"b":[]}}`), "")
	f.Add(uint8(0), []byte(`{"user_id":"u","roles":["a"],"consents":{"c":"granted"},"changed_at":5}`), "")
	f.Add(uint8(3), []byte(`{"specversion":"1.0","type":"x","data":{"user_id":"u"}}`), "application/cloudevents+json")
	f.Add(uint8(3), []byte{0, 0, 0, 0, 1, 2}, "")
	de := newTestDecoder(f, nil)
	f.Fuzz(func(t *testing.T, selector uint8, value []byte, contentType string) {
		checkDecode(t, de, en, input(kindFor(selector), string(value), "content-type", contentType))
	})
}

// FuzzDatum fuzzes only what follows the framing, so that the fuzzer need not find a fingerprint.
func FuzzDatum(f *testing.F) {
	en := newTestEncoder(f, nil)
	for selector := range uint8(schemas.KindReceipt) {
		value, err := en.AppendEvent(nil, fullEvent(kindFor(selector)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(selector, value[singleHeaderBytes:])
	}
	f.Add(uint8(3), []byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	de, re := newTestDecoder(f, nil), newTestReader(f, nil)
	f.Fuzz(func(t *testing.T, selector uint8, datum []byte) {
		kind := kindFor(selector)
		rec := input(kind, string(en.forms[kind.RecordName()].frame)+string(datum))
		checkDecode(t, de, en, rec)
		_, jsonErr := re.ToJSON(rec.Value)
		if decodeErr := de.Decode(rec, new(schemas.Event)); decodeErr == nil && jsonErr != nil {
			t.Fatalf("decodable but not printable: %v", jsonErr)
		}
	})
}

// FuzzSchema fuzzes what a registry may answer: a schema is refused or read, never a panic or endless recursion.
func FuzzSchema(f *testing.F) {
	for _, record := range schemas.RecordNames() {
		text, err := schemas.Avsc(record)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add(`{"type":{"type":{"type":"int"}}}`)
	f.Fuzz(func(t *testing.T, schema string) {
		wr, err := newWriter(schema)
		if err != nil {
			return
		}
		again, err := newWriter(wr.root.canonical())
		if err != nil || again.fingerprint != wr.fingerprint {
			t.Fatalf("canonical form of %s is %s: %v", schema, wr.root.canonical(), err)
		}
	})
}

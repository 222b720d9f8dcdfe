package avro

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"

	"holdfast/schemas"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// The bytes of every record with every field set, and the JSON that people see of it. They change only when a schema
// does: what lies in topics must stay readable.
func TestGoldenBytes(t *testing.T) {
	en, re := newTestEncoder(t, nil), newTestReader(t, nil)
	var got bytes.Buffer
	names := []string{"Control", "DeadLetter", "Decision", "Erasure", "Manifest", "MessageIntent", "Signal"}
	ways := outputs(en, re)
	if len(names) != len(ways) {
		t.Fatalf("%d records, %d ways", len(names), len(ways))
	}
	for _, name := range names {
		_, _, value, err := ways[name](func(record any) { next := 0; fill(reflect.ValueOf(record).Elem(), &next) })
		if err != nil {
			t.Fatal(err)
		}
		writeGolden(t, &got, re, name, value)
	}
	for _, ki := range []schemas.Kind{schemas.KindProfile, schemas.KindBilling, schemas.KindSupport, schemas.KindUserAction, schemas.KindReceipt} {
		value, err := en.AppendEvent(nil, fullEvent(ki))
		if err != nil {
			t.Fatal(err)
		}
		writeGolden(t, &got, re, ki.RecordName(), value)
	}
	compareGolden(t, "testdata/records.golden", got.Bytes())
}

func writeGolden(t *testing.T, got *bytes.Buffer, re *Reader, name string, value []byte) {
	t.Helper()
	text, err := re.ToJSON(value)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(got, "%s\n%s\n%s\n", name, hex.EncodeToString(value), text)
}

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (look, then -rewrite); got\n%s", path, got)
	}
}

// fullEvent has every field of its kind.
func fullEvent(ki schemas.Kind) *schemas.Event {
	ev := &schemas.Event{Kind: ki, ID: "e1", Source: "app", Type: "signed_in", Account: "a1", User: "u1", OccurredAt: at, Count: 3,
		Test: true, TraceParent: "00-1"}
	for i, own := range schemas.OwnFields(ki) {
		va := schemas.Value{Kind: own.Kind, Num: int64(i + 1), Float: float64(i) + 0.5, Text: own.Name}
		if own.Kind == schemas.Bool {
			va.Num = 1
		}
		ev.Own = append(ev.Own, schemas.Field{Name: own.Name, Value: va})
	}
	if ki == schemas.KindReceipt {
		return ev
	}
	ev.Props = []schemas.Field{num("bool", schemas.Bool, 1), num("date", schemas.Date, 20520), dbl("double", 2), num("long", schemas.Long, -7),
		{Name: "null"}, str("string", "x<y \"z\"\n\x01"), num("time", schemas.TimeMillis, at)}
	if ki == schemas.KindProfile {
		ev.Profile = schemas.Profile{Roles: []string{"admin", "champion"}, HasRoles: true, Deleted: true, CreatedAt: at,
			Consents: []schemas.Field{str("offers/email", "denied")}, Channels: []schemas.Field{str("email", "bounced")}}
	}
	return ev
}

func TestIntentHeaders(t *testing.T) {
	en := newTestEncoder(t, nil)
	var got []string
	said := Said{ID: []byte("i1"), Subject: []byte("a1"), Time: AppendTime(nil, at+5)}
	for _, he := range en.IntentHeaders(nil, said, []byte("p"), []byte("s"), []byte("42")) {
		got = append(got, he.Key+"="+string(he.Value))
	}
	want := []string{"ce_specversion=1.0", "ce_id=i1", "ce_source=holdfast", "ce_type=holdfast.v1.MessageIntent", "ce_time=2026-03-08T09:00:00.005Z",
		"ce_subject=a1", "content-type=application/avro", "playbook=p", "step=s", "sequence=42"}
	if !slices.Equal(got, want) {
		t.Errorf("headers\n%v\nwant\n%v", got, want)
	}
}

func TestToJSONOfWhatJSONHasNoWordFor(t *testing.T) {
	const schema = `{"type":"record","name":"R","fields":[{"name":"d","type":"double"},{"name":"f","type":"float"},
		{"name":"t","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"b","type":"bytes"},
		{"name":"u","type":{"type":"long","logicalType":"timestamp-micros"}}]}`
	re, err := NewReader(DecoderOptions{Schemas: []string{schema}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := re.ToJSON([]byte(framed(t, schema, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f, 0, 0, 0, 0x3f, 1, 4, 0xff, 0xfe, 0xa0, 0x1f)))
	if want := `{"d":"+Inf","f":0.5,"t":-1,"b":"base64://4=","u":"1970-01-01T00:00:00.002Z"}`; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestReadingTheWrongThingIsNamed(t *testing.T) {
	en, re := newTestEncoder(t, nil), newTestReader(t, nil)
	value, err := en.AppendErasure(nil, &schemas.Erasure{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = re.DecodeIntent(value)
	wantError(t, err, StageSchema, CodeWrongType, "the value is a holdfast.v1.Erasure: want holdfast.v1.MessageIntent")
	_, err = re.DecodeIntent(nil)
	wantError(t, err, StageDecode, CodeEmptyValue, "no value")
	_, err = re.ToJSON([]byte("{}"))
	wantError(t, err, StageDecode, CodeUnknownFormat, "starts with byte 0x7B: want 00 (Confluent wire format) or C3 01")
	for name, decode := range map[string]func([]byte) error{
		"Decision":   func(by []byte) error { _, err := re.DecodeDecision(by); return err },
		"Signal":     func(by []byte) error { _, err := re.DecodeSignal(by); return err },
		"DeadLetter": func(by []byte) error { _, err := re.DecodeDeadLetter(by); return err },
		"Manifest":   func(by []byte) error { _, err := re.DecodeManifest(by); return err },
		"Control":    func(by []byte) error { _, err := re.DecodeControl(by); return err },
	} {
		wantError(t, decode(value), StageSchema, CodeWrongType, "want holdfast.v1."+name)
	}
}

// A dead letter quotes what it was given: it must be writable whatever that was.
func TestDeadLetterOfInvalidText(t *testing.T) {
	en, re := newTestEncoder(t, nil), newTestReader(t, nil)
	value, err := en.AppendDeadLetter(nil, &schemas.DeadLetter{Text: "account \xff", Value: []byte{}, Topic: "t"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := re.DecodeDeadLetter(value)
	if err != nil || got.Text != "account \uFFFD" || got.Value == nil || got.Key != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

package avro

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/linkedin/goavro/v2"
	"pgregory.net/rapid"

	"holdfast/schemas"
)

// fill gives every field a value of its own, so that a field that is forgotten or swapped shows.
func fill(va reflect.Value, next *int) {
	*next++
	switch va.Kind() {
	case reflect.Struct:
		if va.Type() == reflect.TypeFor[schemas.Field]() {
			va.Set(reflect.ValueOf(str(fmt.Sprintf("f%03d", *next), fmt.Sprint("v", *next))))
			return
		}
		for i := range va.NumField() {
			fill(va.Field(i), next)
		}
	case reflect.Pointer:
		va.Set(reflect.New(va.Type().Elem()))
		fill(va.Elem(), next)
	case reflect.Slice:
		va.Set(reflect.MakeSlice(va.Type(), 2, 2))
		for i := range va.Len() {
			fill(va.Index(i), next)
		}
	case reflect.String:
		va.SetString(fmt.Sprintf("s%03d", *next)) // sorted: Link lists come back by name
	case reflect.Bool:
		va.SetBool(true)
	case reflect.Float64:
		va.SetFloat(float64(*next) + 0.5)
	case reflect.Uint8:
		va.SetUint(uint64(*next & 0xff))
	default:
		va.SetInt(int64(*next))
	}
}

// outputs are all records that are not inputs, with the way there and back.
func outputs(en *Encoder, re *Reader) map[string]func(fillIn func(any)) (want, got any, value []byte, err error) {
	return map[string]func(func(any)) (any, any, []byte, error){
		"MessageIntent": there(en.AppendIntent, re.DecodeIntent),
		"Decision":      there(en.AppendDecision, re.DecodeDecision),
		"Signal":        there(en.AppendSignal, re.DecodeSignal),
		"Manifest":      there(en.AppendManifest, re.DecodeManifest),
		"DeadLetter":    there(en.AppendDeadLetter, re.DecodeDeadLetter),
		"Erasure":       there(en.AppendErasure, re.DecodeErasure),
		"Control":       there(en.AppendControl, re.DecodeControl),
	}
}

func there[T any](encode func([]byte, *T) ([]byte, error), decode func([]byte) (T, error)) func(func(any)) (any, any, []byte, error) {
	return func(fillIn func(any)) (any, any, []byte, error) {
		var record T
		fillIn(&record)
		value, err := encode(nil, &record)
		if err != nil {
			return nil, nil, nil, err
		}
		got, err := decode(value)
		return record, got, value, err
	}
}

func TestOutputsComeBackWhole(t *testing.T) {
	en, re := newTestEncoder(t, nil), newTestReader(t, nil)
	full := func(record any) { next := 0; fill(reflect.ValueOf(record).Elem(), &next) }
	for name, way := range outputs(en, re) {
		for state, fillIn := range map[string]func(any){"full": full, "empty": func(any) {}} {
			want, got, value, err := way(fillIn)
			if err != nil {
				t.Fatalf("%s %s: %v", state, name, err)
			}
			if ma, ok := want.(schemas.Manifest); ok && ma.OutputsDigest == nil {
				ma.OutputsDigest = []byte{} // no union: nil cannot be said
				want = ma
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s\n got  %+v\n want %+v", state, name, got, want)
			}
			judgeByGoavro(t, name, value)
		}
	}
}

// judgeByGoavro reads the value with goavro and the .avsc as it is, and writes it again: the same bytes must come out,
// up to the order of maps.
func judgeByGoavro(t *testing.T, record string, value []byte) {
	t.Helper()
	text, _ := schemas.Avsc(record)
	codec, err := goavro.NewCodec(text)
	if err != nil {
		t.Fatal(err)
	}
	native, rest, err := codec.NativeFromBinary(value[singleHeaderBytes:])
	if err != nil || len(rest) > 0 {
		t.Fatalf("goavro reads our %s: %v, %d bytes left", record, err, len(rest))
	}
	again, err := codec.BinaryFromNative(nil, native)
	if err != nil {
		t.Fatalf("goavro writes what it read of our %s: %v", record, err)
	}
	if len(again) != len(value)-singleHeaderBytes {
		t.Errorf("%s: goavro writes %d bytes, we %d", record, len(again), len(value)-singleHeaderBytes)
	}
	if record != "MessageIntent" && record != "Signal" && !bytes.Equal(again, value[singleHeaderBytes:]) {
		t.Errorf("%s: goavro writes\n%x, we\n%x", record, again, value[singleHeaderBytes:])
	}
}

// The columns of a signal have every type of a property; a date is its text, a time its milliseconds.
func TestColumnsOfASignal(t *testing.T) {
	en, re := newTestEncoder(t, nil), newTestReader(t, nil)
	si := schemas.Signal{AccountID: "a1", Name: "tier/main", Text: "risk", Previous: "ok", Since: at, ChangedAt: at, BundleVersion: "sha256:1",
		Columns: []schemas.Field{num("auto_renew", schemas.Bool, 1), num("ends", schemas.Date, 20520), {Name: "none"}, str("plan", "pro"),
			num("renewed", schemas.TimeMillis, at), dbl("score", 0.5), num("seats", schemas.Long, 7)}}
	value, err := en.AppendSignal(nil, &si)
	if err != nil {
		t.Fatal(err)
	}
	judgeByGoavro(t, "Signal", value)
	want := si
	want.Columns = slices.Clone(si.Columns)
	want.Columns[1], want.Columns[4] = str("ends", "2026-03-08"), num("renewed", schemas.Long, at)
	got, err := re.DecodeSignal(value)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	si.Columns[5] = dbl("score", nan())
	if _, err := en.AppendSignal(nil, &si); err == nil || !strings.Contains(err.Error(), "encode Signal: schema wrong_value: field score is not a finite number") {
		t.Errorf("error %v", err)
	}
}

// ids, names and times of generated events. Names are from a small alphabet so that own fields and properties meet.
var (
	anyText = rapid.StringN(1, 12, -1)
	anyTime = rapid.Int64Range(0, 1<<45)
)

// anyValue draws a value as an own field of that kind, or a property, can have it.
func anyValue(rt *rapid.T, kind schemas.ValueKind) schemas.Value {
	va := schemas.Value{Kind: kind}
	switch kind {
	case schemas.Bool:
		va.Num = rapid.Int64Range(0, 1).Draw(rt, "bool")
	case schemas.Long:
		va.Num = rapid.Int64().Draw(rt, "long")
	case schemas.Double:
		va.Float = rapid.Float64Range(-1e300, 1e300).Draw(rt, "double")
	case schemas.String:
		va.Text = rapid.String().Draw(rt, "string")
	case schemas.Date:
		va.Num = rapid.Int64Range(-10000, 100000).Draw(rt, "date")
	case schemas.TimeMillis:
		va.Num = anyTime.Draw(rt, "time")
	}
	return va
}

// anyEvent draws an event as a decoder gives it.
func anyEvent(rt *rapid.T) *schemas.Event {
	kind := rapid.SampledFrom([]schemas.Kind{schemas.KindProfile, schemas.KindBilling, schemas.KindSupport, schemas.KindUserAction}).Draw(rt, "kind")
	ev := &schemas.Event{Kind: kind, Topic: input(kind, "").Topic, Partition: 2, Offset: 41, Count: 1,
		ID: anyText.Draw(rt, "id"), Source: anyText.Draw(rt, "source"), Type: anyText.Draw(rt, "type"),
		Account: anyText.Draw(rt, "account"), User: rapid.StringN(0, 5, -1).Draw(rt, "user"), OccurredAt: anyTime.Draw(rt, "time")}
	ev.At = ev.OccurredAt
	for _, own := range schemas.OwnFields(kind) {
		if rapid.Bool().Draw(rt, own.Name) {
			value := anyValue(rt, own.Kind)
			if own.Name == "attempt" || own.Name == "seats_limit" || own.Name == "score" {
				value.Num = int64(int32(value.Num)) // int in the .avsc
			}
			ev.Own = append(ev.Own, schemas.Field{Name: own.Name, Value: value})
		}
	}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "ü", "x.y", ""}), 0, 4, rapid.ID).Draw(rt, "props") {
		ev.Props = append(ev.Props, schemas.Field{Name: name, Value: anyValue(rt, rapid.SampledFrom([]schemas.ValueKind{schemas.Null, schemas.Bool, schemas.Long, schemas.Double, schemas.String}).Draw(rt, "prop"))})
	}
	if kind == schemas.KindProfile {
		anyProfile(rt, ev)
	} else {
		ev.Backfill, ev.Test = rapid.Bool().Draw(rt, "backfill"), rapid.Bool().Draw(rt, "test")
		ev.TraceParent = rapid.StringN(0, 5, -1).Draw(rt, "trace")
	}
	if kind == schemas.KindUserAction {
		ev.Count = rapid.Int64Range(1, 1<<62).Draw(rt, "count")
	}
	byName(ev.Own)
	byName(ev.Props)
	return ev
}

func anyProfile(rt *rapid.T, ev *schemas.Event) {
	ev.Source, ev.Type = ev.Topic, "account"
	if ev.User != "" {
		ev.Type = "user"
	}
	ev.ID = fmt.Sprintf("%s/%s@%d", ev.Account, ev.User, ev.OccurredAt)
	ev.Profile = schemas.Profile{HasRoles: true, Roles: rapid.SliceOfN(anyText, 0, 3).Draw(rt, "roles"),
		Deleted: rapid.Bool().Draw(rt, "deleted"), CreatedAt: anyTime.Draw(rt, "created")}
	for _, name := range []string{"news", "offers/email"} {
		ev.Profile.Consents = append(ev.Profile.Consents, str(name, rapid.SampledFrom([]string{"granted", "denied", "unknown"}).Draw(rt, name)))
	}
	ev.Profile.Channels = []schemas.Field{str("email", anyText.Draw(rt, "channel"))}
}

func TestEventsComeBackFromAvro(t *testing.T) {
	en, de := newTestEncoder(t, nil), newTestDecoder(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		want := anyEvent(rt)
		value, err := en.AppendEvent(nil, want)
		if err != nil {
			rt.Fatal(err)
		}
		got := new(schemas.Event)
		if err := de.Decode(input(want.Kind, string(value)), got); err != nil {
			rt.Fatal(err)
		}
		if !reflect.DeepEqual(emptied(*got), emptied(*want)) {
			rt.Fatalf("got  %+v\nwant %+v", got, want)
		}
		judgeByGoavro(t, want.Kind.RecordName(), valueWithSmallMaps(en, want))
	})
}

// valueWithSmallMaps encodes the event with at most one element per map: goavro writes maps in random order.
func valueWithSmallMaps(en *Encoder, ev *schemas.Event) []byte {
	small := *ev
	small.Props = small.Props[:min(1, len(small.Props))]
	small.Profile.Consents = small.Profile.Consents[:min(1, len(small.Profile.Consents))]
	value, err := en.AppendEvent(nil, &small)
	if err != nil {
		return nil
	}
	return value
}

// The same event in JSON and in Avro is the same event.
func TestJSONAndAvroAgree(t *testing.T) {
	en, de, re := newTestEncoder(t, nil), newTestDecoder(t, nil), newTestReader(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		value, err := en.AppendEvent(nil, anyEvent(rt))
		if err != nil {
			rt.Fatal(err)
		}
		text, err := re.ToJSON(value)
		if err != nil {
			rt.Fatal(err)
		}
		fromAvro, fromJSON := new(schemas.Event), new(schemas.Event)
		for ev, form := range map[*schemas.Event][]byte{fromAvro: value, fromJSON: text} {
			if err := de.Decode(input(kindOf(text), string(form)), ev); err != nil {
				rt.Fatalf("%v\n%s", err, text)
			}
		}
		if one, two := emptied(*fromAvro), emptied(*fromJSON); !reflect.DeepEqual(one, two) {
			rt.Fatalf("Avro %+v\nJSON %+v\n%s", one, two, text)
		}
	})
}

func kindOf(text []byte) schemas.Kind {
	for marker, kind := range map[string]schemas.Kind{`"changed_at"`: schemas.KindProfile, `"decline_code"`: schemas.KindBilling, `"ticket_id"`: schemas.KindSupport} {
		if bytes.Contains(text, []byte(marker)) && !bytes.Contains(text, []byte(`\`+marker)) {
			return kind
		}
	}
	return schemas.KindUserAction
}

func TestWhatCannotBeEncoded(t *testing.T) {
	en := newTestEncoder(t, nil)
	for name, tc := range map[string]struct {
		ev   schemas.Event
		want string
	}{
		"no input":   {schemas.Event{ID: "e1"}, "encode event e1: kind none is no input"},
		"foreign":    {schemas.Event{Kind: schemas.KindBilling, Own: []schemas.Field{str("featur", "x")}}, "encode BillingEvent: field featur is not of BillingEvent: put it into properties"},
		"wrong type": {schemas.Event{Kind: schemas.KindBilling, Own: []schemas.Field{str("amount_minor", "x")}}, `encode BillingEvent: schema wrong_type: field amount_minor is the string "x": want a whole number`},
		"receipt":    {schemas.Event{Kind: schemas.KindReceipt, Props: []schemas.Field{str("x", "y")}}, "field x: a receipt has no properties"},
		"consent":    {schemas.Event{Kind: schemas.KindProfile, Profile: schemas.Profile{Consents: []schemas.Field{num("c", schemas.Bool, 1)}}}, "field c is true: want a string"},
		"not finite": {schemas.Event{Kind: schemas.KindBilling, Props: []schemas.Field{dbl("n", nan())}}, "field n is not a finite number"},
	} {
		if _, err := en.AppendEvent(nil, &tc.ev); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func TestReceiptComesBackFromAvro(t *testing.T) {
	en, de := newTestEncoder(t, nil), newTestDecoder(t, nil)
	var own []schemas.Field
	for _, fi := range schemas.OwnFields(schemas.KindReceipt) {
		field := str(fi.Name, "v-"+fi.Name)
		if fi.Kind == schemas.Bool {
			field = num(fi.Name, schemas.Bool, 1)
		}
		own = append(own, field)
	}
	byName(own)
	want := &schemas.Event{Kind: schemas.KindReceipt, Topic: "holdfast.receipts", Partition: 2, Offset: 41, ID: "r1", Source: "holdfast.receipts",
		Type: "v-status", Account: "a1", User: "u1", OccurredAt: at, At: at, Count: 1, Own: own}
	value, err := en.AppendEvent(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	sameEvent(t, decoded(t, de, input(schemas.KindReceipt, string(value))), want)
	judgeByGoavro(t, "DeliveryReceipt", value)
}

// A manifest of a large batch has more merge runs than one block may hold.
func TestLongListsAreWrittenInBlocks(t *testing.T) {
	en, re := newTestEncoder(t, nil), newTestReader(t, nil)
	ma := schemas.Manifest{Order: make([]int32, 40_000)}
	for i := range ma.Order {
		ma.Order[i] = int32(i)
	}
	value, err := en.AppendManifest(nil, &ma)
	if err != nil {
		t.Fatal(err)
	}
	got, err := re.DecodeManifest(value)
	if err != nil || !reflect.DeepEqual(got.Order, ma.Order) {
		t.Fatalf("%v, %d elements", err, len(got.Order))
	}
}

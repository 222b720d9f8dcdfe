package avro

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"holdfast/schemas"
)

// A plan allocates nothing once the event has the room it needs, whatever the kind; AllocsPerRun rounds down what the arena
// takes once in hundreds of records.
func TestDecodingAllocatesNothing(t *testing.T) {
	en := newTestEncoder(t, nil)
	for selector := range uint8(schemas.KindReceipt) {
		kind := kindFor(selector)
		value, err := en.AppendEvent(nil, fullEvent(kind))
		if err != nil {
			t.Fatal(err)
		}
		// The attributes of binary mode, and a writer of other types, do not change that.
		rec := input(kind, string(value), "ce_specversion", "1.0", "ce_id", "c1", "ce_time", "2026-03-08T09:00:00Z", "content-type", "application/avro")
		de, ev := newTestDecoder(t, nil), new(schemas.Event)
		allocs := testing.AllocsPerRun(100, func() {
			if err := de.Decode(rec, ev); err != nil {
				t.Fatal(err)
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations", kind, allocs)
		}
	}
}

// foreignAction has a field of every type that a foreign writer may have, and no id.
const foreignAction = `{"type":"record","name":"Click","namespace":"acme","fields":[
	{"name":"feature","type":{"type":"enum","name":"Feature","symbols":["export","share"]}},
	{"name":"type","type":["string","null"]},{"name":"account_id","type":"string"},{"name":"count","type":"int"},
	{"name":"occurred_at","type":{"type":"long","logicalType":"timestamp-micros"}},
	{"name":"day","type":{"type":"int","logicalType":"date"}},{"name":"load","type":"float"},
	{"name":"raw","type":{"type":"map","values":{"type":"array","items":["Feature",{"type":"fixed","name":"Hash","size":2}]}}},
	{"name":"blob","type":"bytes"},{"name":"ok","type":"boolean"},
	{"name":"properties","type":{"type":"map","values":["double","string",{"type":"long","logicalType":"timestamp-millis"}]}}]}`

func foreignDatum() []byte {
	datum := []byte{2, 0, 2, 't', 4, 'a', '1', 6}
	datum = binary.AppendVarint(datum, at*1000+999)
	datum = binary.AppendVarint(datum, 20520)
	datum = append(datum, 0, 0, 0, 0x3f)
	datum = append(datum, 3, 22, 2, 'x', 2, 0, 2, 2, 2, 'h', 'h', 0, 2, 'y', 0, 0) // the last map entry has an empty list
	datum = append(datum, 2, 'b', 1)
	return append(datum, 4, 2, 'z', 2, 2, 's', 2, 'c', 4, 14, 0)
}

func TestForeignWriterAllocatesNothing(t *testing.T) {
	de, ev := newTestDecoder(t, nil, foreignAction), new(schemas.Event)
	rec := input(schemas.KindUserAction, framed(t, foreignAction, foreignDatum()...))
	allocs := testing.AllocsPerRun(100, func() {
		if err := de.Decode(rec, ev); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	sameEvent(t, ev, &schemas.Event{Kind: schemas.KindUserAction, Topic: "telemetry.user-actions", Partition: 2, Offset: 41,
		ID: "telemetry.user-actions-2-41", IDIsPosition: true, Source: "telemetry.user-actions", Type: "t", Account: "a1", OccurredAt: at, At: at, Count: 3,
		Own:   []schemas.Field{str("feature", "share")},
		Props: []schemas.Field{num("c", schemas.Long, 7), str("day", "2026-03-08"), dbl("load", 0.5), num("ok", schemas.Bool, 1), str("z", "s")}})
}

// Texts that were made for one event stay as they are when the decoder goes on and the event is reused, also those that
// are larger than the room that is made for many.
func TestWhatWasMadeStays(t *testing.T) {
	de, ev := newTestDecoder(t, nil), new(schemas.Event)
	var got, want []string
	for i := range 3000 {
		account := fmt.Sprintf("a%d", i)
		if i%1000 == 7 {
			account += strings.Repeat("x", arenaBytes)
		}
		if err := de.Decode(input(schemas.KindProfile, fmt.Sprintf(`{"account_id":%q,"changed_at":%d}`, account, i)), ev); err != nil {
			t.Fatal(err)
		}
		got, want = append(got, ev.ID), append(want, fmt.Sprintf("%s/@%d", account, i))
	}
	if !slices.Equal(got, want) {
		t.Error("an id has changed")
	}
}

// Every way in which bytes can be no datum has its words, and names the field.
func TestFaultsOfADatum(t *testing.T) {
	long := func(num int64) []byte { return binary.AppendVarint(nil, num) }
	text := func(text string) []byte { return append(long(int64(len(text))), text...) }
	for _, tc := range []struct {
		typ   string
		datum []byte
		want  string
	}{
		{`"long"`, nil, "at byte 0 of 0: it ends within a value"},
		{`"double"`, make([]byte, 7), "at byte 0 of 7: it ends within a value"},
		{`"string"`, long(-1), "at byte 1 of 1: a length is negative or larger than what follows"},
		{`"bytes"`, append(long(3), "ab"...), "at byte 1 of 3: a length is negative or larger than what follows"},
		{`"long"`, append(make([]byte, 0, 11), 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0), "a number has more bits than its type"},
		{`"long"`, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}, "a number has more bits than its type"},
		{`"int"`, long(1 << 31), "a number has more bits than its type"},
		{`"boolean"`, []byte{2}, "a boolean is neither 0 nor 1"},
		{`["null","int"]`, long(2), "the union has no such branch"},
		{`{"type":"enum","name":"E","symbols":["A"]}`, long(1), "the enum has no such symbol"},
		{`{"type":"array","items":"int"}`, long(maxBlockItems + 1), "a block announces too many items"},
		{`{"type":"map","values":"int"}`, append(long(-1<<63), 0), "a block announces too many items"},
		{`{"type":"map","values":"int"}`, append(append(append(long(2), append(text("k"), 0)...), append(text("k"), 0)...), 0), "a map has one key twice"},
	} {
		t.Run(tc.want+" "+tc.typ, func(t *testing.T) {
			for _, name := range []string{"properties", "feature", "other"} {
				schema := strings.Replace(oneField(tc.typ), "properties", name, 1)
				err := newTestDecoder(t, nil, schema).Decode(input(schemas.KindUserAction, framed(t, schema, tc.datum...)), new(schemas.Event))
				wantError(t, err, StageDecode, CodeMalformedAvro, "the datum does not fit its writer schema Foreign, or was cut off: field "+name+", ")
				wantError(t, err, StageDecode, CodeMalformedAvro, tc.want)
			}
		})
	}
}

// A map that is passed over may have many keys: they are compared all the same, and the room for them is given back.
func TestManyKeys(t *testing.T) {
	schema := oneField(`{"type":"map","values":{"type":"map","values":"null"}}`)
	wr, err := newWriter(strings.Replace(schema, "properties", "other", 1))
	if err != nil {
		t.Fatal(err)
	}
	datum := func(last int) []byte {
		inner := binary.AppendVarint(nil, maxBlockItems)
		for i := range maxBlockItems {
			key := fmt.Sprintf("k%d", i)
			if i == maxBlockItems-1 {
				key = fmt.Sprintf("k%d", last)
			}
			inner = append(binary.AppendVarint(inner, int64(len(key))), key...)
		}
		return append(append([]byte{4, 2, 'x', 0, 2, 'y'}, inner...), 0, 0)
	}
	rec := input(schemas.KindUserAction, "")
	if code := judge(t, wr, rec, datum(7)); code != CodeMalformedAvro {
		t.Errorf("a key that stands twice: %q", code)
	}
	if code := judge(t, wr, rec, datum(maxBlockItems)); code != CodeMissingField { // it has no type
		t.Errorf("keys that differ: %q", code)
	}
	var cu cursor
	cu.keys = make([]string, 0, keptKeys+1)
	if cu.reset(nil); cu.keys != nil {
		t.Error("the room for keys is kept")
	}
}

// Records of records without bytes must not take time for no bytes: 40^6 of them would.
func TestRecordsWithoutBytesTakeNoTime(t *testing.T) {
	inner := `{"type":"record","name":"R0","fields":[]}`
	for level := range 6 {
		fields := []string{`{"name":"f0","type":` + inner + `}`}
		for i := range 39 {
			fields = append(fields, fmt.Sprintf(`{"name":"f%d","type":"R%d"}`, i+1, level))
		}
		inner = fmt.Sprintf(`{"type":"record","name":"R%d","fields":[%s]}`, level+1, strings.Join(fields, ","))
	}
	wr, err := newWriter(inner)
	if err != nil {
		t.Fatal(err)
	}
	var cu cursor
	bu := new(builder)
	bu.reset(input(schemas.KindUserAction, ""), new(schemas.Event))
	cu.reset(nil)
	if accepted, err := wr.plan(schemas.KindUserAction).read(&cu, bu); !accepted || err != nil {
		t.Errorf("accepted %t, %v", accepted, err)
	}
}

// What goavro reads in a way of its own has no plan, and goavro reads it.
func TestSchemasWithoutAPlan(t *testing.T) {
	const head = `{"type":"record","name":"acme.W","fields":[{"name":"type","type":"string"},{"name":"account_id","type":"string"},`
	for name, tc := range map[string]struct {
		schema string
		datum  []byte
		props  []schemas.Field
	}{
		"union within a union": {head + `{"name":"more","type":["null",["string","int"]]}]}`, []byte{2, 2, 14}, nil},
		"name without the namespace around it": {head + `{"name":"more","type":["null",{"type":"enum","name":"E","namespace":"","symbols":["A"]}]}]}`, []byte{2, 0},
			[]schemas.Field{{Name: "more"}}},
		"field with a dot": {head + `{"name":"a.b","type":"int"}]}`, []byte{14}, []schemas.Field{{Name: "a.b"}}},
	} {
		wr, err := newWriter(tc.schema)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if wr.plan(schemas.KindUserAction) != nil {
			t.Errorf("%s has a plan", name)
		}
		got := decoded(t, newTestDecoder(t, nil, tc.schema), input(schemas.KindUserAction, framed(t, tc.schema, append([]byte{2, 't', 2, 'a'}, tc.datum...)...)))
		if got.Type != "t" || got.Account != "a" || !slices.Equal(got.Props, tc.props) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The receipt that tells what became of an intent has all its fields, from both forms.
func TestReceiptHasAllItsFields(t *testing.T) {
	want := &schemas.Event{Kind: schemas.KindReceipt, Topic: "holdfast.receipts", Partition: 2, Offset: 41, ID: "e1", Source: "holdfast.receipts",
		Type: "v-status", Account: "a1", User: "u1", OccurredAt: at, At: at, Count: 1, Own: []schemas.Field{num("hard", schemas.Bool, 1)}}
	text := `{"id":"e1","account_id":"a1","user_id":"u1","occurred_at":1772960400000,"hard":true`
	for _, name := range []string{"intent_id", "status", "channel", "reason", "provider_ref", "playbook", "step", "episode_id", "key", "template", "link", "reference"} {
		want.Own = append(want.Own, str(name, "v-"+name))
		text += `,"` + name + `":"v-` + name + `"`
	}
	byName(want.Own)
	value, err := newTestEncoder(t, nil).AppendEvent(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	de := newTestDecoder(t, nil)
	sameEvent(t, decoded(t, de, input(schemas.KindReceipt, text+"}")), want)
	sameEvent(t, decoded(t, de, input(schemas.KindReceipt, string(value))), want)
}

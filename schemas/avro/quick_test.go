package avro

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"holdfast/schemas"
)

// quickly says whether the quick way reads a datum of one of our schemas to its end.
func quickly(t *testing.T, wr *writer, kind schemas.Kind, datum []byte) bool {
	t.Helper()
	var cu cursor
	bu := new(builder)
	bu.reset(input(kind, ""), new(schemas.Event))
	return wr.plan(kind).readQuick(append(make([]byte, singleHeaderBytes), datum...), singleHeaderBytes, &cu, bu)
}

// What our own encoder writes is read on the quick way, of every kind, as soon as the names of its properties are known.
func TestTheQuickWayIsTaken(t *testing.T) {
	en := newTestEncoder(t, nil)
	for selector := range uint8(schemas.KindReceipt) {
		ev := fullEvent(kindFor(selector))
		value, err := en.AppendEvent(nil, ev)
		if err != nil {
			t.Fatal(err)
		}
		text, err := schemas.Avsc(ev.Kind.RecordName())
		if err != nil {
			t.Fatal(err)
		}
		wr, err := newWriter(text)
		if err != nil {
			t.Fatal(err)
		}
		tries := 0
		for !quickly(t, wr, ev.Kind, value[singleHeaderBytes:]) {
			if tries++; tries > len(ev.Props) {
				t.Fatalf("%s: the quick way is not taken", ev.Kind)
			}
		}
	}
}

const propsOnly = `{"type":"record","name":"P","fields":[{"name":"type","type":"string"},{"name":"account_id","type":"string"},
	{"name":"properties","type":{"type":"map","values":["null","boolean","long","double","string"]}}]}`

func appendTextOf(dst []byte, text string) []byte {
	return append(binary.AppendVarint(dst, int64(len(text))), text...)
}

// propsDatum has a number as the value of each name, in the order given.
func propsDatum(names ...string) []byte {
	datum := binary.AppendVarint([]byte{2, 't', 2, 'a'}, int64(len(names)))
	for i, name := range names {
		datum = binary.AppendVarint(append(appendTextOf(datum, name), 4), int64(i))
	}
	return append(datum, 0)
}

// Names of properties are learned in any order, as many as have a bit; what does not fit is read all the same.
func TestMoreNamesThanCanBeLearned(t *testing.T) {
	wr, err := newWriter(propsOnly)
	if err != nil {
		t.Fatal(err)
	}
	rec := input(schemas.KindUserAction, "")
	var all []string
	for i := range 3 * mostRanked {
		name := fmt.Sprintf("%s_%d", strings.Repeat("n", i%20), i*7919%191)
		all = append(all, name)
		for _, some := range [][]string{{name}, {name, "", all[i/2] + "x", name + "Ünïcode"}, all[max(0, i-5):]} {
			if code := judge(t, wr, rec, propsDatum(some...)); code != "" {
				t.Fatalf("properties %q: %s", some, code)
			}
		}
		if code := judge(t, wr, rec, propsDatum(name, "other", name)); code != CodeMalformedAvro {
			t.Fatalf("%s stands twice: %q", name, code)
		}
	}
	if learned := wr.plan(rec.Kind).quick[2].names.sorted; len(learned) != mostRanked {
		t.Errorf("%d names are known", len(learned))
	}
}

// Each type that a property can have, alone on the quick way, is what the plan makes of it, and refused as the plan does.
func TestPropertiesOfEveryType(t *testing.T) {
	number := func(num int64) []byte { return binary.AppendVarint(nil, num) }
	double := func(num float64) []byte { return binary.LittleEndian.AppendUint64(nil, math.Float64bits(num)) }
	for _, tc := range []struct {
		typ, code string
		value     []byte
		want      schemas.Field
	}{
		{`"int"`, "", number(-7), num("a", schemas.Long, -7)},
		{`"int"`, CodeMalformedAvro, number(1 << 31), schemas.Field{}},
		{`"long"`, "", number(1 << 31), num("a", schemas.Long, 1<<31)},
		{`{"type":"long","logicalType":"timestamp-millis"}`, "", number(at), num("a", schemas.Long, at)},
		{`{"type":"int","logicalType":"date"}`, "", number(20520), str("a", "2026-03-08")},
		{`"boolean"`, "", []byte{1}, num("a", schemas.Bool, 1)},
		{`"boolean"`, CodeMalformedAvro, []byte{2}, schemas.Field{}},
		{`"double"`, "", double(0.5), dbl("a", 0.5)},
		{`"double"`, CodeWrongValue, double(math.Inf(1)), schemas.Field{}},
		{`"float"`, "", []byte{0, 0, 0, 0x3f}, dbl("a", 0.5)},
		{`"null"`, "", nil, schemas.Field{Name: "a"}},
		{`"string"`, "", appendTextOf(nil, "Zürich"), str("a", "Zürich")},
		{`"string"`, CodeInvalidUTF8, appendTextOf(nil, "Z\xfcrich"), schemas.Field{}},
	} {
		wr, err := newWriter(strings.Replace(propsOnly, `["null","boolean","long","double","string"]`, tc.typ, 1))
		if err != nil {
			t.Fatal(err)
		}
		datum := append(append([]byte{2, 't', 2, 'a', 2, 2, 'a'}, tc.value...), 0)
		if code := judge(t, wr, input(schemas.KindUserAction, ""), datum); code != tc.code {
			t.Errorf("%s: %q", tc.typ, code)
		}
		de, ev := &decoder{writers: &writers{byID: map[uint32]*writer{1: wr}}}, new(schemas.Event)
		err = de.Decode(input(schemas.KindUserAction, "\x00\x00\x00\x00\x01"+string(datum)), ev)
		if verdict(err) != tc.code || err == nil && !slices.Equal(ev.Props, []schemas.Field{tc.want}) {
			t.Errorf("%s: %v, %+v", tc.typ, err, ev.Props)
		}
	}
}

// A name that is no text is refused however often it comes.
func TestNamesThatAreNoText(t *testing.T) {
	wr, err := newWriter(propsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if code := judge(t, wr, input(schemas.KindUserAction, ""), propsDatum("a", "Z\xfcrich")); code != CodeInvalidUTF8 {
			t.Errorf("%q", code)
		}
	}
}

// Nothing of one record is left for the next: neither its writer schema nor its headers.
func TestRecordsByTurns(t *testing.T) {
	one, err := newWriter(propsOnly)
	if err != nil {
		t.Fatal(err)
	}
	other, err := newWriter(foreignAction)
	if err != nil {
		t.Fatal(err)
	}
	de := &decoder{writers: &writers{byID: map[uint32]*writer{1: one, 2: other}}}
	for range 2 {
		ev := decoded(t, de, input(schemas.KindUserAction, "\x00\x00\x00\x00\x01"+string(propsDatum("n")), "ce_id", "c1", "ce_source", "s", "ce_traceparent", "00-1"))
		if ev.ID != "c1" || ev.Source != "s" || ev.TraceParent != "00-1" || len(ev.Props) != 1 {
			t.Errorf("%+v", ev)
		}
		ev = decoded(t, de, input(schemas.KindUserAction, "\x00\x00\x00\x00\x02"+string(foreignDatum())))
		if !ev.IDIsPosition || ev.Source != "telemetry.user-actions" || ev.TraceParent != "" || len(ev.Props) != 5 {
			t.Errorf("%+v", ev)
		}
	}
}

// A text is found, and found to be UTF-8, as the usual functions have it, wherever it lies and whatever is around it.
func TestTextAtAgreesWithTheCursor(t *testing.T) {
	check := func(before, text, after []byte) bool {
		by := slices.Concat(before, appendTextOf(nil, string(text)), after)
		cu := cursor{bytes: by, at: len(before)}
		want := cu.text()
		from, next := textAt(by, len(before))
		if !validUTF8(want) {
			return next == noPlace
		}
		return next == cu.at && string(by[from:next]) == want
	}
	for size := range 40 {
		for high := range size + 1 { // no high bit, or one at each place
			text := slices.Repeat([]byte("a"), size)
			if high < size {
				text[high] = 0xC3
			}
			for _, before := range []int{0, 1, 7, 8, 20} {
				if !check(slices.Repeat([]byte{0xff}, before), text, []byte{0xff}) || !check(slices.Repeat([]byte{0xff}, before), text, nil) {
					t.Fatalf("%q after %d bytes", text, before)
				}
			}
		}
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

// Where a text ends early, or its length is none, there is no place.
func TestTextsThatAreCutOff(t *testing.T) {
	for _, by := range [][]byte{{}, {2}, {4, 'a'}, {1}, {0x80}, {0x80, 1}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}} {
		if _, next := textAt(by, 0); next != noPlace {
			t.Errorf("%x: %d", by, next)
		}
	}
}

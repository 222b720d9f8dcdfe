package avro

import (
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"holdfast/schemas"
)

// framed puts a datum behind the single-object header of a schema that the decoder is told.
func framed(t testing.TB, schema string, datum ...byte) string {
	t.Helper()
	wr, err := newWriter(schema)
	if err != nil {
		t.Fatal(err)
	}
	return string(append(binary.LittleEndian.AppendUint64([]byte{magicSingle0, magicSingle1}, wr.fingerprint), datum...))
}

func oneField(typ string) string {
	return `{"type":"record","name":"Foreign","fields":[{"name":"properties","type":` + typ + `}]}`
}

// allocated returns the bytes that a call allocates.
func allocated(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Four bytes that announce millions of elements, or a text of gigabytes, must not allocate them.
func TestBombsDoNotAllocate(t *testing.T) {
	million := binary.AppendVarint(nil, 20_000_000)
	atLimit := binary.AppendVarint(nil, maxBlockItems)
	for _, tc := range []struct {
		name, typ string
		datum     []byte
	}{
		{"map", `{"type":"map","values":"string"}`, million},
		{"map of a believable size", `{"type":"map","values":"string"}`, binary.AppendVarint(nil, 1<<18)},
		{"one above the limit", `{"type":"array","items":"long"}`, binary.AppendVarint(nil, maxBlockItems+1)},
		{"array", `{"type":"array","items":"long"}`, million},
		{"map with negative count", `{"type":"map","values":"string"}`, append(binary.AppendVarint(nil, -20_000_000), 2)},
		{"smallest count", `{"type":"map","values":"string"}`, binary.AppendVarint(nil, -1<<63)},
		{"string", `"string"`, binary.AppendVarint(nil, 1<<40)},
		{"bytes", `"bytes"`, binary.AppendVarint(nil, 1<<40)},
		{"negative length", `"string"`, binary.AppendVarint(nil, -5)},
		{"nested at the limit", `{"type":"map","values":{"type":"map","values":{"type":"map","values":"int"}}}`,
			append(append(append(append(atLimit, 2, 'a'), atLimit...), 2, 'b'), atLimit...)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, name := range []string{"properties", "passed_over"} {
				schema := strings.Replace(oneField(tc.typ), "properties", name, 1)
				de := newTestDecoder(t, nil, schema)
				rec, ev := input(schemas.KindUserAction, framed(t, schema, tc.datum...)), new(schemas.Event)
				err := de.Decode(rec, ev) // compiles the schema
				if bytes := allocated(func() { err = de.Decode(rec, ev) }); bytes > 4<<10 {
					t.Errorf("%d bytes allocated for a message of %d, most for the words of its dead letter", bytes, len(rec.Value))
				}
				wantError(t, err, StageDecode, CodeMalformedAvro, "the datum does not fit its writer schema Foreign, or was cut off")
			}
		})
	}
}

func TestAvroThatIsNotWhatItSaysBecomesADeadLetter(t *testing.T) {
	en, de := newTestEncoder(t, nil), newTestDecoder(t, nil)
	good, err := en.AppendEvent(nil, &schemas.Event{Kind: schemas.KindUserAction, Type: "x", ID: "i", Account: "a1", OccurredAt: at, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	bad, err := en.AppendEvent(nil, &schemas.Event{Kind: schemas.KindUserAction, Type: "x", ID: "i", Account: "a?1", OccurredAt: at, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	invalid := strings.Replace(string(bad), "a?1", "a\xff1", 1)
	for _, tc := range []struct {
		name, value, code, want string
	}{
		{"trailing bytes", string(good) + "xy", CodeTrailingBytes, "2 bytes follow the datum of writer schema holdfast.v1.UserAction"},
		{"invalid account", invalid, CodeInvalidUTF8, `field account_id is not valid UTF-8: "a\xff1"`},
	} {
		err := de.Decode(input(schemas.KindUserAction, tc.value), new(schemas.Event))
		wantError(t, err, StageDecode, tc.code, tc.want)
	}
	for cut := singleHeaderBytes; cut < len(good); cut++ {
		err := de.Decode(input(schemas.KindUserAction, string(good[:cut])), new(schemas.Event))
		wantError(t, err, StageDecode, CodeMalformedAvro, "cut off")
	}
}

func TestAvroShapesThatAreRefused(t *testing.T) {
	const head = `{"type":"record","name":"Foreign","fields":[{"name":"type","type":"string"},`
	for _, tc := range []struct {
		name, schema string
		datum        []byte
		code, want   string
	}{
		{"no record", `"string"`, []byte{2, 'x'}, CodeWrongType, "the writer schema is string: want a record with the fields of UserAction"},
		{"properties as a list", oneField(`{"type":"array","items":"int"}`), []byte{0}, CodeWrongType, "field properties is of Avro type array"},
		{"properties as text", oneField(`"string"`), []byte{2, 'x'}, CodeWrongType, "field properties is of Avro type string"},
		{"property of bytes", oneField(`{"type":"map","values":"bytes"}`), []byte{2, 2, 'a', 2, 'x', 0}, CodeWrongType, "field properties.a is of Avro type bytes: want a scalar"},
		{"known field as bytes", head + `{"name":"account_id","type":"bytes"}]}`, []byte{2, 'x', 2, 'a'}, CodeWrongType, "field account_id is of Avro type bytes: want a scalar as in UserAction.avsc"},
		{"own field as a list", head + `{"name":"feature","type":{"type":"array","items":"int"}}]}`, []byte{2, 'x', 0}, CodeWrongType, "field feature is of Avro type array"},
		{"not a number", head + `{"name":"load","type":"double"}]}`, []byte{2, 'x', 0, 0, 0, 0, 0, 0, 0xf8, 0x7f}, CodeWrongValue, "field load is not a finite number"},
		{"no type", `{"type":"record","name":"Foreign","fields":[{"name":"account_id","type":"string"}]}`, []byte{2, 'a'}, CodeMissingField, "the record has no type"},
	} {
		de := newTestDecoder(t, nil, tc.schema)
		err := de.Decode(input(schemas.KindUserAction, framed(t, tc.schema, tc.datum...)), new(schemas.Event))
		t.Run(tc.name, func(t *testing.T) { wantError(t, err, StageSchema, tc.code, tc.want) })
	}
	roles := `{"type":"record","name":"Foreign","fields":[{"name":"roles","type":{"type":"map","values":"string"}}]}`
	err := newTestDecoder(t, nil, roles).Decode(input(schemas.KindProfile, framed(t, roles, 0)), new(schemas.Event))
	wantError(t, err, StageSchema, CodeWrongType, "field roles is of Avro type map")
}

func TestFurtherSchemasThatAreWrongAreNamed(t *testing.T) {
	if _, err := NewDecoder(DecoderOptions{Schemas: []string{`"int"`, `"integer"`}}); err == nil || !strings.HasPrefix(err.Error(), "further schema 2: ") {
		t.Errorf("error %v", err)
	}
}

// Of several faults always the same one is reported: dead letters of a replay are equal bit for bit.
func TestTheFirstOfSeveralFaultsIsStable(t *testing.T) {
	schema := oneField(`{"type":"map","values":"bytes"}`)
	de := newTestDecoder(t, nil, schema)
	datum := []byte{16}
	for name := byte('a'); name < 'i'; name++ {
		datum = append(datum, 2, name, 0)
	}
	rec := input(schemas.KindUserAction, framed(t, schema, append(datum, 0)...))
	for range 50 {
		wantError(t, de.Decode(rec, new(schemas.Event)), StageSchema, CodeWrongType, "field properties.a is of Avro type bytes")
	}
}

// A large record whose elements are all refused costs the words for one of them, beside what goavro needs to find them.
func TestManyRefusedElementsStaySmall(t *testing.T) {
	text, _ := schemas.Avsc("SubjectProfile")
	wr, err := newWriter(text)
	if err != nil {
		t.Fatal(err)
	}
	const elements = 4000
	datum := []byte{14, 'a', 'c', 'c', 'o', 'u', 'n', 't', 2, 'a', 0, 2, 0, 0, 0, 0}
	datum = binary.AppendVarint(datum, elements)
	for i := range elements {
		datum = append(datum, 6, byte('a'+i/676), byte('a'+i/26%26), byte('a'+i%26), 4, 'n', 'o')
	}
	datum = append(datum, 0, 0, 0, 0)
	bu, cu := new(builder), new(cursor)
	rec := input(schemas.KindProfile, "")
	bu.reset(rec, new(schemas.Event))
	pl := wr.plan(rec.Kind)
	cu.reset(datum)
	bytes := allocated(func() {
		if accepted, err := pl.read(cu, bu); accepted || err != nil {
			t.Errorf("accepted %t, %v", accepted, err)
		}
	})
	if bytes > 4<<10 {
		t.Errorf("%d bytes allocated for %d refused elements", bytes, elements)
	}
	if code := judge(t, wr, rec, datum); code != CodeWrongValue {
		t.Errorf("code %q", code)
	}
}

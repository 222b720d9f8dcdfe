package avro

import (
	"testing"

	"github.com/linkedin/goavro/v2"

	"holdfast/schemas"
)

// written encodes a datum with goavro, as a foreign producer would, and frames it.
func written(t *testing.T, schema string, native map[string]any) string {
	t.Helper()
	codec, err := goavro.NewCodec(schema)
	if err != nil {
		t.Fatal(err)
	}
	datum, err := codec.BinaryFromNative(nil, native)
	if err != nil {
		t.Fatal(err)
	}
	return framed(t, schema, datum...)
}

// A producer whose schema has other fields, in another order, of other types, is understood as far as the fields go.
func TestForeignWriterSchema(t *testing.T) {
	const schema = `{"type":"record","name":"Click","namespace":"acme","fields":[
		{"name":"feature","type":{"type":"enum","name":"Feature","symbols":["export","share"]}},
		{"name":"type","type":"string"},
		{"name":"count","type":"int"},
		{"name":"weight","type":"float"},
		{"name":"occurred_at","type":"string"},
		{"name":"seen_at","type":{"type":"long","logicalType":"timestamp-micros"}},
		{"name":"day","type":{"type":"int","logicalType":"date"}},
		{"name":"account_id","type":["string","null"]},
		{"name":"nested","type":{"type":"record","name":"Nested","fields":[{"name":"again","type":["null","Feature"]}]}},
		{"name":"tags","type":{"type":"array","items":"string"}},
		{"name":"raw","type":"bytes"},
		{"name":"plan","type":["null","string","int"]},
		{"name":"properties","type":["null",{"type":"map","values":"int"}]}]}`
	native := map[string]any{
		"feature": "share", "type": "clicked", "count": 3, "weight": float32(0.5), "occurred_at": "2026-03-08T09:00:00Z",
		"seen_at": int64(-1), "day": int32(20520), "account_id": goavro.Union("string", "a1"),
		"nested": map[string]any{"again": nil}, "tags": []any{"x"}, "raw": []byte{1}, "plan": goavro.Union("int", 7),
		"properties": goavro.Union("map", map[string]any{"n": 1}),
	}
	schemaOfLongs := replaceLogical(schema)
	got := decoded(t, newTestDecoder(t, nil, schema), input(schemas.KindUserAction, written(t, schemaOfLongs, native)))
	sameEvent(t, got, &schemas.Event{Kind: schemas.KindUserAction, Topic: "telemetry.user-actions", Partition: 2, Offset: 41,
		ID: "telemetry.user-actions-2-41", IDIsPosition: true, Source: "telemetry.user-actions", Type: "clicked", Account: "a1", OccurredAt: at, At: at, Count: 3,
		Own: []schemas.Field{str("feature", "share")},
		Props: []schemas.Field{str("day", "2026-03-08"), num("n", schemas.Long, 1), num("plan", schemas.Long, 7),
			num("seen_at", schemas.Long, -1), dbl("weight", 0.5)}})
}

// replaceLogical gives the schema without logical types: goavro would want time.Time for them.
func replaceLogical(schema string) string {
	no, err := parseSchema(schema)
	if err != nil {
		return ""
	}
	return no.canonical()
}

// Records of an older version of our own schema lack fields; those of a newer one have more.
func TestOutputsOfOtherVersionsAreReadable(t *testing.T) {
	const older = `{"type":"record","name":"Decision","namespace":"holdfast.v1","fields":[{"name":"outcome","type":"string"},
		{"name":"new_thing","type":["null","string"]},{"name":"account_id","type":"string"}]}`
	re, err := NewReader(DecoderOptions{Schemas: []string{older}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := re.DecodeDecision([]byte(framed(t, older, 2, 'x', 2, 2, 'n', 4, 'a', '1')))
	if err != nil || got != (schemas.Decision{AccountID: "a1", Outcome: "x"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

package avro

import (
	"strings"
	"testing"

	"github.com/linkedin/goavro/v2"

	"holdfast/schemas"
)

// Fingerprints of primitive types as the Avro specification's own test suite lists them (share/test/data/schema-tests).
func TestFingerprintsAreThoseOfTheSpecification(t *testing.T) {
	for schema, want := range map[string]uint64{
		`"null"`: 0x63dd24e7cc258f8a, `"boolean"`: 0x9f42fc78a4d4f764, `"int"`: 0x7275d51a3f395c8f, `"long"`: 0xd054e14493f41db7,
		`"float"`: 0x4d7c02cb3ea8d790, `"bytes"`: 0x4fc016dac3201965, `"string"`: 0x8f014872634503c7,
		`{"type": "int", "logicalType": "date"}`: 0x7275d51a3f395c8f,
	} {
		wr, err := newWriter(schema)
		if err != nil {
			t.Fatalf("%s: %v", schema, err)
		}
		if wr.fingerprint != want {
			t.Errorf("%s: fingerprint %016x, want %016x", schema, wr.fingerprint, want)
		}
	}
}

func TestCanonicalForm(t *testing.T) {
	for _, tc := range []struct{ schema, want string }{
		{`{"type":"record","name":"R","namespace":"n","doc":"d","fields":[{"name":"a","default":null,"type":["null",{"type":"long","logicalType":"timestamp-millis"}]}]}`,
			`{"name":"n.R","type":"record","fields":[{"name":"a","type":["null","long"]}]}`},
		{`{"type":"enum","name":"x.E","symbols":["A","B"],"default":"A"}`, `{"name":"x.E","type":"enum","symbols":["A","B"]}`},
		{`{"name":"F","size":16,"type":"fixed","aliases":["G"]}`, `{"name":"F","type":"fixed","size":16}`},
		{`{"type":"array","items":{"type":"map","values":"int"}}`, `{"type":"array","items":{"type":"map","values":"int"}}`},
		{`{"type":"record","name":"n.R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":"F"},{"name":"c","type":"n.F"}]}`,
			`{"name":"n.R","type":"record","fields":[{"name":"a","type":{"name":"n.F","type":"fixed","size":2}},{"name":"b","type":"n.F"},{"name":"c","type":"n.F"}]}`},
	} {
		no, err := parseSchema(tc.schema)
		if err != nil {
			t.Fatalf("%s: %v", tc.schema, err)
		}
		if got := no.canonical(); got != tc.want {
			t.Errorf("canonical form of %s\n is   %s\n want %s", tc.schema, got, tc.want)
		}
		if _, err := goavro.NewCodec(tc.want); err != nil {
			t.Errorf("goavro refuses %s: %v", tc.want, err)
		}
	}
}

func TestSchemasThatAreRefused(t *testing.T) {
	deep := nest(9, `"int"`)
	// Five types deep, and five more by the name of the first five.
	byReference := `{"type":"record","name":"R","fields":[
		{"name":"a","type":{"type":"record","name":"Five","fields":[{"name":"f","type":` + nest(4, `"int"`) + `}]}},
		{"name":"b","type":` + nest(4, `"Five"`) + `}]}`
	for _, tc := range []struct{ schema, want string }{
		{`{`, "parse schema: unexpected EOF"},
		{`7`, "a type is a name, a list or an object"},
		{`"integer"`, `type "integer" is not defined`},
		{`{"type":"record","name":"Tree","fields":[{"name":"left","type":["null","Tree"]}]}`,
			`field Tree.left: parse schema: type "Tree" contains itself; recursive schemas are not accepted`},
		{deep, "nests deeper than 8 types"},
		{byReference, "nests deeper than 8 types"},
		{`{"type":"array","items":"null"}`, "an array of items without bytes is not accepted"},
		{`{"type":"array","items":{"type":"record","name":"E","fields":[]}}`, "an array of items without bytes"},
		{`{"type":"array","items":{"type":"fixed","name":"E","size":0}}`, "an array of items without bytes"},
		{`{"type":"fixed","name":"F","size":99999999999}`, `fixed "F" has size 99999999999`},
		{`{"type":"enum","name":"E","symbols":[1]}`, "a symbol that is no string"},
		{`{"type":"record","name":"R"}`, `record "R" has no list of fields`},
		{`{"type":"record","name":"R","fields":[{"type":"int"}]}`, "a field without a name"},
		{`{"type":"record","fields":[]}`, "has no name or is defined twice"},
		{`{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"enum","name":"R","symbols":["x"]}}]}`, "defined twice"},
		{`{"type":"record","name":"R-1","fields":[]}`, "compile schema"},
	} {
		if _, err := newWriter(tc.schema); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%.60s: error %v, want %q in it", tc.schema, err, tc.want)
		}
	}
}

func TestEveryEmbeddedSchemaCompiles(t *testing.T) {
	all, err := Schemas()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint64]string{}
	for _, li := range all {
		if other, ok := seen[li.Fingerprint]; ok {
			t.Errorf("%s and %s have one fingerprint", li.Record, other)
		}
		seen[li.Fingerprint] = li.Record
		if _, err := goavro.NewCodec(li.Avsc); err != nil {
			t.Errorf("%s: %v", li.Record, err)
		}
	}
	if len(all) != len(schemas.RecordNames()) {
		t.Errorf("%d schemas listed", len(all))
	}
}

// nest puts a type into that many arrays.
func nest(arrays int, typ string) string {
	return strings.Repeat(`{"type":"array","items":`, arrays) + typ + strings.Repeat("}", arrays)
}

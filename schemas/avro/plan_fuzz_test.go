package avro

import (
	"math/rand/v2"
	"testing"

	"holdfast/schemas"
)

// tryPlan draws a writer schema and data of it, whole and damaged, and has each judged. It returns how many came to
// which end.
func tryPlan(t testing.TB, selector uint8, drawn []byte) map[string]int {
	kind, ch := kindFor(selector), &choices{bytes: drawn}
	schema := ch.writerSchema(kind)
	wr, err := newWriter(schema)
	if err != nil {
		t.Fatalf("schema %s: %v", schema, err)
	}
	ends := map[string]int{}
	for range 4 {
		datum := ch.appendDatum(nil, wr.root, "")
		ends[judge(t, wr, input(kind, ""), datum)]++
		ends[judge(t, wr, input(kind, ""), ch.damaged(datum))]++
	}
	return ends
}

// Whatever the writer's schema makes of the reader's, plan and goavro read the same.
func TestPlanAgreesWithGoavro(t *testing.T) {
	ends := map[string]int{}
	for seed := range uint64(1000) {
		drawn := make([]byte, 1500)
		random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
		if _, err := random.Read(drawn); err != nil {
			t.Fatal(err)
		}
		for code, n := range tryPlan(t, uint8(seed), drawn) {
			ends[code] += n
		}
	}
	// The test is worth as much as it has seen.
	for _, code := range []string{"", CodeMalformedAvro, CodeTrailingBytes, CodeInvalidUTF8, CodeWrongType, CodeWrongValue, CodeUnreadableTime, CodeMissingField, CodeDuplicateField, CodeBefore1970} {
		if ends[code] == 0 {
			t.Errorf("no datum came to the end %q: %v", code, ends)
		}
	}
}

// FuzzPlan is the same with the fuzzer's bytes.
func FuzzPlan(f *testing.F) {
	f.Add(uint8(0), []byte{})
	f.Add(uint8(3), []byte("a writer that has other fields in another order and of other types"))
	f.Fuzz(func(t *testing.T, selector uint8, drawn []byte) { tryPlan(t, selector, drawn) })
}

// FuzzPlanDatum fuzzes the bytes of a datum of our own schemas.
func FuzzPlanDatum(f *testing.F) {
	en := newTestEncoder(f, nil)
	var writers [schemas.KindReceipt]*writer
	for selector := range uint8(schemas.KindReceipt) {
		kind := kindFor(selector)
		value, err := en.AppendEvent(nil, fullEvent(kind))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(selector, value[singleHeaderBytes:])
		text, _ := schemas.Avsc(kind.RecordName())
		if writers[selector], err = newWriter(text); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, selector uint8, datum []byte) {
		selector %= uint8(schemas.KindReceipt)
		judge(t, writers[selector], input(kindFor(selector), ""), datum)
	})
}

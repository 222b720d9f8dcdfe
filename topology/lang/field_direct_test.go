package lang

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"holdfast/schemas"
	"holdfast/topology/value"
)

// anyWire is a value as a record may have it, whatever its field is said to be.
func anyWire(t *rapid.T) schemas.Value {
	va := schemas.Value{Kind: rapid.SampledFrom([]schemas.ValueKind{schemas.Null, schemas.Bool, schemas.Long, schemas.Double, schemas.String, schemas.Date, schemas.TimeMillis}).Draw(t, "kind")}
	switch va.Kind {
	case schemas.Null:
	case schemas.Bool:
		va.Num = rapid.Int64Range(0, 1).Draw(t, "flag")
	case schemas.Double:
		va.Float = rapid.SampledFrom([]float64{0, 1, -2.5, 1e300, math.MaxInt64}).Draw(t, "double")
	case schemas.String:
		va.Text = rapid.SampledFrom([]string{"", "true", "7", "2026-03-01", "2026-03-01T09:00:00Z", "pro"}).Draw(t, "text")
	default:
		va.Num = rapid.Int64().Draw(t, "number")
	}
	return va
}

// What is read without a Value is what Read gives, of every field of every input and of every declared one, whatever
// the record has in its place.
func TestDirectWaysGiveWhatReadGives(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]schemas.Kind{schemas.KindUserAction, schemas.KindBilling, schemas.KindSupport}).Draw(t, "input")
		fields := RecordFields(kind)
		ev := &schemas.Event{Kind: kind, At: 5, Count: 3, ID: rapid.SampledFrom([]string{"", "e1"}).Draw(t, "id"), Account: "a1"}
		for _, own := range ownFields[kind] {
			for _, declared := range []value.Kind{value.Text, value.Int, value.Time, value.Bool, value.Decimal} {
				fields = append(fields, DeclaredField("f", declared, own.name, kind))
			}
			if rapid.Bool().Draw(t, "own") {
				ev.Own = append(ev.Own, schemas.Field{Name: own.name, Value: anyWire(t)})
			}
			if rapid.Bool().Draw(t, "property") {
				ev.Props = append(ev.Props, schemas.Field{Name: own.name, Value: anyWire(t)})
			}
		}
		fr := &Frame{Event: ev}
		for _, field := range fields {
			if field.zoned {
				continue // it has no other way
			}
			want := field.Read(fr)
			if field.text != nil {
				text, ok := field.text(fr)
				seen["text"]++
				if ok != want.Known() || ok && text != want.Text {
					t.Fatalf("%s of %+v: %q, %t; Read gives %v", field.canonical, ev, text, ok, want)
				}
			}
			if field.number != nil {
				num, ma := field.number(fr)
				seen["number"]++
				if wantNum, wantMark := plain(want); ma != wantMark || num != wantNum {
					t.Fatalf("%s of %+v: %d, %v; Read gives %v", field.canonical, ev, num, ma, want)
				}
			}
		}
	})
	if seen["text"] == 0 || seen["number"] == 0 {
		t.Errorf("nothing was compared: %v", seen)
	}
}

// BenchmarkField is a condition of an event on one of its fields: an own one and a property, the case of every narrowed event.
func BenchmarkField(b *testing.B) {
	own, _ := fieldNamed(RecordFields(schemas.KindUserAction), "feature")
	conditions := map[string]*term{"own": sameText(own, "export_csv"), "property": sameText(DeclaredField("plan", value.Text, "plan", schemas.KindUserAction), "free")}
	for _, name := range []string{"own", "property"} {
		b.Run(name, func(b *testing.B) {
			condition := compileCondition(conditions[name])
			fr := &Frame{Event: &schemas.Event{Kind: schemas.KindUserAction, Own: []schemas.Field{str("feature", "api_call"), str("locale", "de-DE")},
				Props: []schemas.Field{str("country", "DE"), str("page", "/app"), str("plan", "growth")}}}
			b.ReportAllocs()
			for b.Loop() {
				if condition(fr) != value.No {
					b.Fatal("it holds")
				}
			}
		})
	}
}

func fieldNamed(fields []FieldDef, name string) (FieldDef, bool) {
	return (&EventDef{Fields: fields}).Field(name)
}

func sameText(field FieldDef, text string) *term {
	read := &term{op: opField, kind: value.Text, field: field}
	return &term{op: opCompare, kind: value.Bool, cmp: value.Eq, kids: []*term{read, {op: opLiteral, kind: value.Text, literal: value.OfText(text)}}}
}

package schemas

import (
	"encoding/json"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
)

type avscField struct {
	Name string
	Type any
}

func fieldsOf(t *testing.T, record string) []avscField {
	t.Helper()
	text, err := Avsc(record)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Name, Namespace string
		Fields          []avscField
	}
	if err := json.Unmarshal([]byte(text), &schema); err != nil {
		t.Fatalf("%s: %v", record, err)
	}
	if schema.Name != record || schema.Namespace != "holdfast.v1" {
		t.Errorf("%s.avsc defines %s.%s", record, schema.Namespace, schema.Name)
	}
	return schema.Fields
}

func TestEveryAvscFileIsListed(t *testing.T) {
	files, err := fs.Glob(avscFiles, "avsc/*.avsc")
	if err != nil || len(files) != len(RecordNames()) {
		t.Fatalf("%d files, %d names, %v", len(files), len(RecordNames()), err)
	}
	if _, err := Avsc("Nothing"); err == nil || !strings.Contains(err.Error(), `"Nothing"`) {
		t.Errorf("error for an unknown record: %v", err)
	}
}

// The Go types of the outputs have the fields of their .avsc, in its order; a Has flag belongs to the field before it.
func TestOutputTypesHaveTheFieldsOfTheirAvsc(t *testing.T) {
	for record, typ := range map[string]reflect.Type{
		"MessageIntent": reflect.TypeFor[MessageIntent](), "Decision": reflect.TypeFor[Decision](),
		"Signal": reflect.TypeFor[Signal](), "Manifest": reflect.TypeFor[Manifest](), "DeadLetter": reflect.TypeFor[DeadLetter](),
		"Erasure": reflect.TypeFor[Erasure](), "Control": reflect.TypeFor[Control](),
	} {
		var goNames, avscNames []string
		for i := range typ.NumField() {
			if name := typ.Field(i).Name; !strings.HasPrefix(name, "Has") {
				goNames = append(goNames, snake(name))
			}
		}
		for _, fi := range fieldsOf(t, record) {
			avscNames = append(avscNames, fi.Name)
		}
		slices.Sort(goNames)
		slices.Sort(avscNames)
		if !slices.Equal(goNames, avscNames) {
			t.Errorf("%s: Go type has\n%v\n.avsc has\n%v", record, goNames, avscNames)
		}
	}
}

func snake(name string) string {
	name = strings.NewReplacer("ID", "Id", "JSON", "Json").Replace(name)
	var sb strings.Builder
	for i, ru := range name {
		if unicode.IsUpper(ru) && i > 0 {
			sb.WriteByte('_')
		}
		sb.WriteRune(unicode.ToLower(ru))
	}
	return sb.String()
}

// elsewhere are the fields of the inputs that Event has a place for, or that nothing may depend on.
var elsewhere = map[Kind][]string{
	KindUserAction: {"id", "source", "type", "occurred_at", "received_at", "account_id", "user_id", "backfill", "test", "trace_parent", "properties", "count"},
	KindBilling:    {"id", "source", "type", "occurred_at", "received_at", "account_id", "user_id", "backfill", "test", "trace_parent", "properties"},
	KindSupport:    {"id", "source", "type", "occurred_at", "received_at", "account_id", "user_id", "backfill", "test", "trace_parent", "properties"},
	KindProfile:    {"kind", "account_id", "user_id", "changed_at", "roles", "traits", "consents", "channels", "deleted", "created_at"},
	KindReceipt:    {"id", "account_id", "user_id", "occurred_at"},
}

func TestOwnFieldsAreThoseOfTheAvsc(t *testing.T) {
	for ki, envelope := range elsewhere {
		var want []OwnField
		for _, fi := range fieldsOf(t, ki.RecordName()) {
			if !slices.Contains(envelope, fi.Name) {
				want = append(want, OwnField{fi.Name, kindOfAvro(t, fi.Type)})
			}
		}
		if !slices.Equal(OwnFields(ki), want) {
			t.Errorf("%s: own fields are\n%v\n.avsc has\n%v", ki, OwnFields(ki), want)
		}
	}
	if OwnFields(KindNone) != nil || KindNone.RecordName() != "" {
		t.Error("KindNone has fields")
	}
}

func kindOfAvro(t *testing.T, typ any) ValueKind {
	switch form := typ.(type) {
	case []any:
		return kindOfAvro(t, form[1]) // [null, T]
	case map[string]any:
		switch form["logicalType"] {
		case "timestamp-millis":
			return TimeMillis
		case "date":
			return Date
		}
		return kindOfAvro(t, form["type"])
	case string:
		if ki, ok := map[string]ValueKind{"string": String, "long": Long, "int": Long, "double": Double, "boolean": Bool}[form]; ok {
			return ki
		}
	}
	t.Fatalf("no value kind for Avro type %v", typ)
	return Null
}

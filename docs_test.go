package holdfast_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"holdfast/schemas"
)

// docs/FORMATS.md against package schemas: topics and fields.

func formatsText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("docs/FORMATS.md")
	if err != nil {
		t.Fatalf("read the page of formats: %v", err)
	}
	return string(text)
}

// row is a line of a Markdown table.
type row []string

// tableRows are the rows of all tables of a text, without their heads.
func tableRows(text string) []row {
	var rows []row
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		isHead := i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|---")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || isHead {
			continue
		}
		var cells row
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	return rows
}

// section is a text from a heading to the next one of its level or above.
func section(text, heading string) string {
	_, after, found := strings.Cut("\n"+text, "\n"+heading+"\n")
	if !found {
		return ""
	}
	level := strings.Count(heading, "#")
	lines := strings.Split(after, "\n")
	for i, line := range lines {
		marks := len(line) - len(strings.TrimLeft(line, "#"))
		if marks > 0 && marks <= level && strings.HasPrefix(line[marks:], " ") {
			return strings.Join(lines[:i], "\n")
		}
	}
	return after
}

func TestFormatsListsTheTopics(t *testing.T) {
	documented := map[string]row{}
	for _, cells := range tableRows(section(formatsText(t), "## Topics")) {
		if len(cells) == 5 {
			documented[strings.Trim(cells[0], "`")] = cells
		}
	}
	for _, to := range schemas.Topics() {
		cells, ok := documented[to.Name]
		if !ok {
			t.Errorf("topic %s has no row", to.Name)
			continue
		}
		var settings []string
		for _, se := range to.Config {
			settings = append(settings, "`"+se.Key+"="+se.Value+"`")
		}
		if want := strings.Join(settings, " "); cells[3] != want {
			t.Errorf("topic %s: settings %s, want %s", to.Name, cells[3], want)
		}
		if to.Record != "" && cells[1] != to.Record {
			t.Errorf("topic %s: value %s, want %s", to.Name, cells[1], to.Record)
		}
		if to.Input != schemas.KindNone && cells[2] != to.Input.String() {
			t.Errorf("topic %s: read as %s, want %s", to.Name, cells[2], to.Input)
		}
	}
	if len(documented) != len(schemas.Topics()) {
		t.Errorf("%d rows, %d topics", len(documented), len(schemas.Topics()))
	}
}

// Every field of every record stands in its section, those of the record itself with their type; no other field does.
func TestFormatsListsTheFields(t *testing.T) {
	formats := formatsText(t)
	common := section(formats, "### Common fields of events")
	for _, record := range schemas.RecordNames() {
		text := section(formats, "### "+record)
		if slices.Contains([]string{"UserAction", "BillingEvent", "SupportEvent"}, record) {
			text = common + text
		}
		fields, nested := avscFields(t, record)
		documented := map[string]string{}
		for _, cells := range tableRows(text) {
			documented[strings.Trim(cells[0], "`")] = cells[1]
		}
		for name, typ := range fields {
			if documented[name] != typ {
				t.Errorf("%s.%s: type %q, want %q", record, name, documented[name], typ)
			}
		}
		for name := range documented {
			if fields[name] == "" {
				t.Errorf("%s.%s: no such field", record, name)
			}
		}
		for name, typ := range nested {
			if want := "`" + name + "` " + typ; !strings.Contains(text, want) {
				t.Errorf("%s: its parts lack %s", record, want)
			}
		}
	}
}

// avscFields are the fields of a record with their types, and those of the records within it.
func avscFields(t *testing.T, record string) (fields, nested map[string]string) {
	t.Helper()
	text, err := schemas.Avsc(record)
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal([]byte(text), &schema); err != nil {
		t.Fatalf("%s: %v", record, err)
	}
	fields, nested = map[string]string{}, map[string]string{}
	for _, each := range schema["fields"].([]any) {
		field := each.(map[string]any)
		fields[field["name"].(string)] = avroType(field["type"], nested)
	}
	return fields, nested
}

// avroType is a type as FORMATS.md writes it; the fields of records within it go into nested.
func avroType(typ any, nested map[string]string) string {
	switch form := typ.(type) {
	case string:
		return form
	case []any:
		if len(form) == 2 && form[0] == "null" {
			return avroType(form[1], nested) + "?"
		}
		return "scalar"
	case map[string]any:
		return avroComplex(form, nested)
	}
	return fmt.Sprint(typ)
}

func avroComplex(form map[string]any, nested map[string]string) string {
	switch form["type"] {
	case "array":
		return "list of " + avroType(form["items"], nested)
	case "map":
		return "map of " + avroType(form["values"], nested)
	case "record":
		for _, each := range form["fields"].([]any) {
			field := each.(map[string]any)
			nested[field["name"].(string)] = avroType(field["type"], nested)
		}
		return form["name"].(string)
	}
	switch form["logicalType"] {
	case "timestamp-millis":
		return "time"
	case "date":
		return "date"
	}
	return avroType(form["type"], nested)
}

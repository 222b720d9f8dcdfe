package playbook

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Schema is the JSON Schema (draft 2020-12) of the files of a bundle, for editors: which keys there are and what they
// mean. What an expression says only Load can check.
func Schema() []byte {
	definitions := map[string]any{}
	plain := scalarForms()
	for _, name := range sortedKeys(plain) {
		definitions[name] = plain[name]
	}
	var documents []any
	for _, ma := range documentMappings() {
		definitions[ma.what] = ma.schema()
		documents = append(documents, reference(ma.what))
	}
	for _, ma := range partMappings() {
		definitions[ma.what] = ma.schema()
	}
	text, err := json.MarshalIndent(map[string]any{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "Holdfast playbooks",
		"description": "A file of a bundle: one or more documents, the first key of each says what it is.",
		"oneOf":       documents,
		"$defs":       definitions,
	}, "", "  ")
	if err != nil {
		panic(fmt.Errorf("write the schema: %w", err)) // it is made of maps, lists and texts only
	}
	return append(text, '\n')
}

// schema is one kind of mapping. Requires: every form is known.
func (ma mapping) schema() map[string]any {
	properties, needed := map[string]any{}, []string{}
	for _, ke := range ma.keys {
		property := forms(ke.form)
		property["description"] = ke.about
		properties[ke.name] = property
		if ke.need {
			needed = append(needed, ke.name)
		}
	}
	schema := map[string]any{"type": "object", "description": ma.about, "properties": properties, "additionalProperties": false}
	if ma.what == givenMapping().what {
		schema["additionalProperties"] = reference("subjects") // EVENT: subject
	}
	if len(needed) > 0 {
		schema["required"] = needed
	}
	var one []any
	for _, keys := range ma.exactly {
		one = append(one, map[string]any{"required": keys})
	}
	if len(one) > 0 {
		schema["oneOf"] = one
	}
	return schema
}

func reference(name string) map[string]any {
	return map[string]any{"$ref": "#/$defs/" + pointer.Replace(name)}
}

// pointer writes a name as a part of a JSON pointer in a URL.
var pointer = strings.NewReplacer("~", "~0", "/", "~1", " ", "%20", "{", "%7B", "}", "%7D")

// forms is the schema of a form: several are joined by " or ".
func forms(form string) map[string]any {
	parts := strings.Split(form, " or ")
	if len(parts) == 1 {
		return formOf(form)
	}
	var either []any
	for _, part := range parts {
		either = append(either, formOf(part))
	}
	return map[string]any{"anyOf": either}
}

func formOf(form string) map[string]any {
	if words, ok := strings.CutPrefix(form, "one of "); ok {
		return map[string]any{"enum": strings.Split(words, "|")}
	}
	if item, ok := strings.CutPrefix(form, "list of "); ok {
		return map[string]any{"type": "array", "items": formOf(item)}
	}
	if item, ok := strings.CutPrefix(form, "names of "); ok {
		return map[string]any{"type": "object", "propertyNames": reference("name"), "additionalProperties": formOf(item)}
	}
	return reference(form)
}

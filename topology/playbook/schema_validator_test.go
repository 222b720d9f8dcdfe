package playbook

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// validator checks nodes of YAML against the part of JSON Schema that Schema uses; a word that it does not know fails.
type validator struct {
	t           *testing.T
	root        map[string]any
	definitions map[string]any
}

func newValidator(t *testing.T) *validator {
	va := &validator{t: t}
	if err := json.Unmarshal(Schema(), &va.root); err != nil {
		t.Fatal(err)
	}
	va.definitions = va.root["$defs"].(map[string]any)
	return va
}

// file lists what is wrong with the documents of a file.
func (va *validator) file(name, text string) (problems []string) {
	documents, broken := parseDocuments(name, []byte(text))
	if broken != nil {
		va.t.Fatal(broken)
	}
	for _, body := range documents {
		if why := va.check(map[string]any{"oneOf": va.root["oneOf"]}, body); why != "" {
			kind := body.entries[0].key
			for _, ma := range documentMappings() {
				if ma.keys[0].name == kind { // the reason that matters
					why = va.check(map[string]any(reference(ma.what)), body)
				}
			}
			problems = append(problems, fmt.Sprintf("%s:%d: %s", name, body.line, why))
		}
	}
	return problems
}

// check gives the first thing that is wrong, "" for nothing.
func (va *validator) check(schema map[string]any, no *node) string {
	for _, word := range sortedKeys(schema) {
		if why := va.word(schema, word, no); why != "" {
			return why
		}
	}
	return ""
}

func (va *validator) word(schema map[string]any, word string, no *node) string {
	switch want := schema[word]; word {
	case "description", "additionalProperties":
		return ""
	case "$ref":
		return va.check(va.resolve(want.(string)), no)
	case "type":
		return wrongType(want, no)
	case "enum":
		return notOf(want.([]any), no)
	case "pattern":
		if !regexp.MustCompile(want.(string)).MatchString(no.text) {
			return fmt.Sprintf("line %d: %q is not like %s", no.line, no.text, want)
		}
	case "required":
		for _, key := range want.([]any) {
			if no.shape == shapeMapping && no.entry(key.(string)) == nil {
				return fmt.Sprintf("line %d: %s is missing", no.line, key)
			}
		}
	case "items":
		for _, item := range no.items {
			if why := va.check(want.(map[string]any), item); why != "" {
				return why
			}
		}
	case "properties":
		return va.properties(schema, no)
	case "propertyNames":
		for _, en := range no.entries {
			if why := va.check(want.(map[string]any), &node{shape: shapeScalar, text: en.key, quoted: true, line: en.line}); why != "" {
				return why
			}
		}
		return va.properties(schema, no)
	case "anyOf", "oneOf":
		return va.some(word, want.([]any), no)
	default:
		va.t.Fatalf("the schema has the word %s", word)
	}
	return ""
}

func (va *validator) resolve(to string) map[string]any {
	name, err := url.PathUnescape(strings.TrimPrefix(to, "#/$defs/"))
	found, ok := va.definitions[name].(map[string]any)
	if err != nil || !ok {
		va.t.Fatalf("nothing at %s: %v", to, err)
	}
	return found
}

func (va *validator) properties(schema map[string]any, no *node) string {
	properties, _ := schema["properties"].(map[string]any)
	for _, en := range no.entries {
		property, has := properties[en.key].(map[string]any)
		if !has {
			rest, isSchema := schema["additionalProperties"].(map[string]any)
			if !isSchema {
				return fmt.Sprintf("line %d: no key %s", en.line, en.key)
			}
			property = rest
		}
		if why := va.check(property, en.value); why != "" {
			return why
		}
	}
	return ""
}

func (va *validator) some(word string, schemas []any, no *node) string {
	fits, last := 0, ""
	for _, schema := range schemas {
		if why := va.check(schema.(map[string]any), no); why == "" {
			fits++
		} else {
			last = why
		}
	}
	if fits == 0 || word == "oneOf" && fits > 1 {
		return fmt.Sprintf("line %d: %d of %s fit; %s", no.line, fits, word, last)
	}
	return ""
}

// wrongType compares a node with the types of a schema.
func wrongType(want any, no *node) string {
	var types []string
	switch want := want.(type) {
	case string:
		types = []string{want}
	case []any:
		for _, one := range want {
			types = append(types, one.(string))
		}
	}
	for _, one := range typesOf(no) {
		if slices.Contains(types, one) {
			return ""
		}
	}
	return fmt.Sprintf("line %d: %q is %v, not %v", no.line, no.text, typesOf(no), types)
}

func typesOf(no *node) []string {
	switch no.shape {
	case shapeMapping:
		return []string{"object"}
	case shapeSequence:
		return []string{"array"}
	case shapeEmpty:
		return []string{"null"}
	}
	if _, err := strconv.ParseInt(no.text, 10, 64); err == nil && !no.quoted {
		return []string{"integer", "number"}
	}
	if _, err := strconv.ParseFloat(no.text, 64); err == nil && !no.quoted {
		return []string{"number"}
	}
	if (no.text == "true" || no.text == "false") && !no.quoted {
		return []string{"boolean"}
	}
	return []string{"string"}
}

func notOf(words []any, no *node) string {
	for _, word := range words {
		if fmt.Sprint(word) == no.text && no.shape == shapeScalar {
			return ""
		}
	}
	return fmt.Sprintf("line %d: %q is none of %v", no.line, no.text, words)
}

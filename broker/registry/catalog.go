// Package registry is a small Schema Registry with the HTTP interface of Confluent's, kept in one file. It knows what
// serializers need: register, look up, read by id and by version. It judges no compatibility (every answer is yes),
// deletes nothing and takes no schema references; each of these is refused by name where a client asks for it.
package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Schema is one registered text. Equal texts share an id, whatever their subjects.
type Schema struct {
	ID   int    `json:"id"`
	Type string `json:"type"` // AVRO or JSON
	Text string `json:"schema"`
}

// Version is a schema's place in a subject. Versions of a subject count from 1 without gaps.
type Version struct {
	Subject string
	Number  int
	Schema  Schema
}

// catalog is everything the registry knows. It is what the file holds, so its fields are a format.
//
// Invariant: Schemas[i].ID == i+1; Subjects[s][v-1] is the schema id of version v.
type catalog struct {
	Format        int               `json:"format"`
	Schemas       []Schema          `json:"schemas"`
	Subjects      map[string][]int  `json:"subjects"`
	Compatibility map[string]string `json:"compatibility"` // by subject; "" = for all
}

const catalogFormat = 1

func newCatalog() *catalog {
	return &catalog{Format: catalogFormat, Subjects: map[string][]int{}, Compatibility: map[string]string{}}
}

// clone copies the catalog so far that register and setting a level leave the original alone.
func (ca *catalog) clone() *catalog {
	next := newCatalog()
	next.Schemas = slices.Clone(ca.Schemas)
	for subject, ids := range ca.Subjects {
		next.Subjects[subject] = slices.Clone(ids)
	}
	for subject, level := range ca.Compatibility {
		next.Compatibility[subject] = level
	}
	return next
}

// check says what is wrong with a catalog read from a file.
func (ca *catalog) check() error {
	if ca.Format != catalogFormat {
		return fmt.Errorf("format %d is not known, this version writes %d", ca.Format, catalogFormat)
	}
	for i, schema := range ca.Schemas {
		if schema.ID != i+1 {
			return fmt.Errorf("schema number %d has the id %d", i+1, schema.ID)
		}
	}
	for subject, ids := range ca.Subjects {
		for _, id := range ids {
			if id < 1 || id > len(ca.Schemas) {
				return fmt.Errorf("subject %q names the schema id %d, which is not there", subject, id)
			}
		}
	}
	return nil
}

func (ca *catalog) subjects() []string {
	names := make([]string, 0, len(ca.Subjects))
	for name := range ca.Subjects {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (ca *catalog) schema(id int) (Schema, bool) {
	if id < 1 || id > len(ca.Schemas) {
		return Schema{}, false
	}
	return ca.Schemas[id-1], true
}

// version gives version number of a subject; 0 is the newest.
func (ca *catalog) version(subject string, number int) (Version, bool) {
	ids := ca.Subjects[subject]
	if number == 0 {
		number = len(ids)
	}
	if number < 1 || number > len(ids) {
		return Version{}, false
	}
	return Version{Subject: subject, Number: number, Schema: ca.Schemas[ids[number-1]-1]}, true
}

// find looks a schema up under a subject.
func (ca *catalog) find(subject, kind, text string) (Version, bool) {
	for i, id := range ca.Subjects[subject] {
		if schema := ca.Schemas[id-1]; schema.Type == kind && schema.Text == text {
			return Version{Subject: subject, Number: i + 1, Schema: schema}, true
		}
	}
	return Version{}, false
}

// usages lists where a schema is registered, by subject.
func (ca *catalog) usages(id int) []Version {
	var found []Version
	for _, subject := range ca.subjects() {
		if at := slices.Index(ca.Subjects[subject], id); at >= 0 {
			found = append(found, Version{Subject: subject, Number: at + 1, Schema: ca.Schemas[id-1]})
		}
	}
	return found
}

// register adds a schema to a subject, with a new id unless the text has one.
// Requires: the subject does not have it yet.
func (ca *catalog) register(subject, kind, text string) Version {
	at := slices.IndexFunc(ca.Schemas, func(sc Schema) bool { return sc.Type == kind && sc.Text == text })
	if at < 0 {
		at = len(ca.Schemas)
		ca.Schemas = append(ca.Schemas, Schema{ID: at + 1, Type: kind, Text: text})
	}
	ca.Subjects[subject] = append(ca.Subjects[subject], at+1)
	return Version{Subject: subject, Number: len(ca.Subjects[subject]), Schema: ca.Schemas[at]}
}

// canonical brings a schema to the form in which texts are compared: JSON without blanks.
func canonical(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", fmt.Errorf("the schema is empty")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return "", fmt.Errorf("the schema is not JSON: %w", err)
	}
	return compact.String(), nil
}

package registry

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// server holds the answers, one method per request of Confluent's interface.
type server struct{ store *Store }

// versionJSON is the object form of a version. AVRO is the default type and is left out, as old clients expect.
type versionJSON struct {
	Subject string `json:"subject,omitempty"`
	Version int    `json:"version,omitempty"`
	ID      int    `json:"id,omitempty"`
	Type    string `json:"schemaType,omitempty"`
	Schema  string `json:"schema"`
}

func (ve Version) json() versionJSON {
	out := schemaJSON(ve.Schema)
	out.Subject, out.Version, out.ID = ve.Subject, ve.Number, ve.Schema.ID
	return out
}

func schemaJSON(sc Schema) versionJSON {
	out := versionJSON{Schema: sc.Text}
	if sc.Type != "AVRO" {
		out.Type = sc.Type
	}
	return out
}

func (sv server) allSchemas(*http.Request) (any, error) {
	all := []versionJSON{}
	known := sv.store.read()
	for _, subject := range known.subjects() {
		for number := range known.Subjects[subject] {
			ve, _ := known.version(subject, number+1)
			all = append(all, ve.json())
		}
	}
	return all, nil
}

func (sv server) byID(req *http.Request) (Schema, error) {
	id, err := strconv.Atoi(req.PathValue("id"))
	if err != nil {
		return Schema{}, faultf(404, 40403, "the schema id %q is not a number", req.PathValue("id"))
	}
	schema, ok := sv.store.read().schema(id)
	if !ok {
		return Schema{}, faultf(404, 40403, "schema %d not found", id)
	}
	return schema, nil
}

func (sv server) schemaByID(req *http.Request) (any, error) {
	schema, err := sv.byID(req)
	return schemaJSON(schema), err
}

func (sv server) textByID(req *http.Request) (any, error) {
	schema, err := sv.byID(req)
	return json.RawMessage(schema.Text), err
}

func (sv server) usages(req *http.Request, show func(Version) any) (any, error) {
	schema, err := sv.byID(req)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, ve := range sv.store.read().usages(schema.ID) {
		list = append(list, show(ve))
	}
	return list, nil
}

func (sv server) versions(req *http.Request) (any, error) {
	subject := req.PathValue("subject")
	ids, ok := sv.store.read().Subjects[subject]
	if !ok {
		return nil, noSubject(subject)
	}
	numbers := make([]int, len(ids))
	for i := range numbers {
		numbers[i] = i + 1
	}
	return numbers, nil
}

func (sv server) one(req *http.Request) (Version, error) {
	subject, known := req.PathValue("subject"), sv.store.read()
	number, err := versionNumber(req)
	if err != nil {
		return Version{}, err
	}
	if _, ok := known.Subjects[subject]; !ok {
		return Version{}, noSubject(subject)
	}
	found, ok := known.version(subject, number)
	if !ok {
		return Version{}, faultf(404, 40402, "version %d of subject %q not found", number, subject)
	}
	return found, nil
}

func (sv server) version(req *http.Request) (any, error) {
	found, err := sv.one(req)
	return found.json(), err
}

func (sv server) versionText(req *http.Request) (any, error) {
	found, err := sv.one(req)
	return json.RawMessage(found.Schema.Text), err
}

func (sv server) lookup(req *http.Request) (any, error) {
	subject, known := req.PathValue("subject"), sv.store.read()
	posted, err := readBody(req)
	if err != nil {
		return nil, err
	}
	if _, ok := known.Subjects[subject]; !ok {
		return nil, noSubject(subject)
	}
	found, ok := known.find(subject, posted.Type, posted.Schema)
	if !ok {
		return nil, faultf(404, 40403, "that schema is not registered under %q", subject)
	}
	return found.json(), nil
}

func (sv server) register(req *http.Request) (any, error) {
	subject := req.PathValue("subject")
	posted, err := readBody(req)
	if err != nil {
		return nil, err
	}
	if known, ok := sv.store.read().find(subject, posted.Type, posted.Schema); posted.ID > 0 && (!ok || known.Schema.ID != posted.ID) {
		return nil, faultf(422, 42205, "the embedded registry numbers schemas itself: register without an id")
	}
	added, err := sv.store.Register(subject, posted.Type, posted.Schema)
	return map[string]int{"id": added.Schema.ID}, err
}

// compatible says yes to whatever is a schema: this registry serves one machine, where the writer is the reader.
func (sv server) compatible(req *http.Request) (any, error) {
	if _, err := readBody(req); err != nil {
		return nil, err
	}
	return map[string]bool{"is_compatible": true}, nil
}

var levels = []string{"NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"}

func (sv server) level(req *http.Request) (any, error) {
	subject, known := req.PathValue("subject"), sv.store.read()
	level, ok := known.Compatibility[subject]
	if !ok && subject != "" && req.URL.Query().Get("defaultToGlobal") != "true" {
		return nil, faultf(404, 40408, "subject %q has no compatibility level of its own", subject)
	}
	if !ok {
		level = known.Compatibility[""]
	}
	if level == "" {
		level = "NONE"
	}
	return map[string]string{"compatibilityLevel": level}, nil
}

// setLevel remembers a level for clients that read it back. Nothing is judged by it.
func (sv server) setLevel(req *http.Request) (any, error) {
	var posted struct {
		Level string `json:"compatibility"`
	}
	if err := json.NewDecoder(req.Body).Decode(&posted); err != nil || !slices.Contains(levels, posted.Level) {
		return nil, faultf(422, 42203, "the compatibility level %q is not one of %v", posted.Level, levels)
	}
	err := sv.store.change(func(next *catalog) { next.Compatibility[req.PathValue("subject")] = posted.Level })
	return map[string]string{"compatibility": posted.Level}, err
}

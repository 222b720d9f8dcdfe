package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

const contentType = "application/vnd.schemaregistry.v1+json"

// maxBodyBytes bounds a request; a schema is a few kilobytes.
const maxBodyBytes = 4 << 20

// fault is an error with the codes of Confluent's interface; clients act on them.
type fault struct {
	Status int    `json:"-"`
	Code   int    `json:"error_code"`
	Text   string `json:"message"`
}

// Error implements error.
func (fa *fault) Error() string { return fa.Text }

func faultf(status, code int, format string, args ...any) *fault {
	return &fault{Status: status, Code: code, Text: fmt.Sprintf(format, args...)}
}

func noSubject(subject string) error { return faultf(404, 40401, "subject %q not found", subject) }

// route answers one kind of request: a value that becomes JSON, or an error.
type route func(req *http.Request) (any, error)

// NewHandler serves a store.
func NewHandler(store *Store) http.Handler {
	mux := http.NewServeMux()
	for pattern, answer := range routes(store) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
			req.Body = http.MaxBytesReader(w, req.Body, maxBodyBytes)
			value, err := answer(req)
			write(w, value, err)
		})
	}
	return mux
}

func routes(store *Store) map[string]route {
	sv := server{store: store}
	return map[string]route{
		"GET /{$}":                     func(*http.Request) (any, error) { return struct{}{}, nil },
		"GET /schemas/types":           func(*http.Request) (any, error) { return schemaTypes, nil },
		"GET /schemas":                 sv.allSchemas,
		"GET /schemas/ids/{id}":        sv.schemaByID,
		"GET /schemas/ids/{id}/schema": sv.textByID,
		"GET /schemas/ids/{id}/versions": func(req *http.Request) (any, error) {
			return sv.usages(req, func(ve Version) any { return map[string]any{"subject": ve.Subject, "version": ve.Number} })
		},
		"GET /schemas/ids/{id}/subjects": func(req *http.Request) (any, error) {
			return sv.usages(req, func(ve Version) any { return ve.Subject })
		},
		"GET /subjects":                                       func(*http.Request) (any, error) { return store.read().subjects(), nil },
		"POST /subjects/{subject}":                            sv.lookup,
		"GET /subjects/{subject}/versions":                    sv.versions,
		"POST /subjects/{subject}/versions":                   sv.register,
		"GET /subjects/{subject}/versions/{v}":                sv.version,
		"GET /subjects/{subject}/versions/{v}/schema":         sv.versionText,
		"POST /compatibility/subjects/{subject}/versions":     sv.compatible,
		"POST /compatibility/subjects/{subject}/versions/{v}": sv.compatible,
		"GET /config":           sv.level,
		"PUT /config":           sv.setLevel,
		"GET /config/{subject}": sv.level,
		"PUT /config/{subject}": sv.setLevel,
		"GET /mode":             func(*http.Request) (any, error) { return map[string]string{"mode": "READWRITE"}, nil },
		"/":                     unknown,
	}
}

func unknown(req *http.Request) (any, error) {
	if req.Method == http.MethodDelete {
		return nil, faultf(422, 42205, "the embedded registry deletes nothing: remove registry.json from the broker's directory to begin anew")
	}
	return nil, faultf(404, 404, "the embedded registry does not know %s %s", req.Method, req.URL.Path)
}

func write(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", contentType)
	if err != nil {
		var known *fault
		if !errors.As(err, &known) {
			known = faultf(500, 50001, "%v", err)
		}
		w.WriteHeader(known.Status)
		value = known
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // the client is gone: nobody to tell
}

// body is what clients post: a schema, sometimes with the place they want for it.
type body struct {
	Schema     string            `json:"schema"`
	Type       string            `json:"schemaType"`
	References []json.RawMessage `json:"references"`
	ID         int               `json:"id"`
}

var schemaTypes = []string{"AVRO", "JSON"}

// readBody gives the posted schema in canonical form.
func readBody(req *http.Request) (body, error) {
	var posted body
	if err := json.NewDecoder(req.Body).Decode(&posted); err != nil {
		return body{}, faultf(422, 42201, "the request is not JSON of a schema: %v", err)
	}
	if posted.Type == "" {
		posted.Type = "AVRO"
	}
	if !slices.Contains(schemaTypes, posted.Type) {
		return body{}, faultf(422, 42201, "schemaType %q is not one of %v", posted.Type, schemaTypes)
	}
	if len(posted.References) > 0 {
		return body{}, faultf(422, 42201, "the embedded registry takes no schema references: write the schema in one piece")
	}
	text, err := canonical(posted.Schema)
	if err != nil {
		return body{}, faultf(422, 42201, "%v", err)
	}
	posted.Schema = text
	return posted, nil
}

// versionNumber reads the {v} of a path: a number, "latest" or -1. 0 stands for the newest.
func versionNumber(req *http.Request) (int, error) {
	text := req.PathValue("v")
	if text == "latest" || text == "-1" {
		return 0, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 {
		return 0, faultf(422, 42202, "the version %q is neither a number from 1 nor latest", text)
	}
	return number, nil
}

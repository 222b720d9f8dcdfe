package registry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/sr"
)

const (
	loginText = `{"type":"record","name":"Login","fields":[{"name":"id","type":"string"}]}`
	ticket    = `{"type":"record","name":"Ticket","fields":[{"name":"id","type":"long"}]}`
)

// serve gives the URL of a registry over store and a client for it.
func serve(t *testing.T, store *Store) (string, *sr.Client) {
	t.Helper()
	server := httptest.NewServer(NewHandler(store))
	t.Cleanup(server.Close)
	client, err := sr.NewClient(sr.URLs(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	return server.URL, client
}

func mustCreate(t *testing.T, client *sr.Client, subject, text string) sr.SubjectSchema {
	t.Helper()
	made, err := client.CreateSchema(t.Context(), subject, sr.Schema{Schema: text})
	if err != nil {
		t.Fatalf("register under %s: %v", subject, err)
	}
	return made
}

func TestASerializerFindsWhatItRegistered(t *testing.T) {
	_, client := serve(t, NewStore())
	ctx := t.Context()
	first := mustCreate(t, client, "logins-value", loginText)
	if first.ID != 1 || first.Version != 1 {
		t.Fatalf("first schema: id %d version %d, want 1 and 1", first.ID, first.Version)
	}
	if again := mustCreate(t, client, "logins-value", "\n "+strings.ReplaceAll(loginText, ":", " : ")); again.ID != 1 || again.Version != 1 {
		t.Errorf("the same schema with other blanks: id %d version %d, want 1 and 1", again.ID, again.Version)
	}
	if other := mustCreate(t, client, "archive-value", loginText); other.ID != 1 {
		t.Errorf("the same schema in another subject: id %d, want 1", other.ID)
	}
	if second := mustCreate(t, client, "logins-value", ticket); second.ID != 2 || second.Version != 2 {
		t.Errorf("another schema: id %d version %d, want 2 and 2", second.ID, second.Version)
	}
	byID, err := client.SchemaByID(ctx, 1)
	if err != nil || byID.Schema != loginText || byID.Type != sr.TypeAvro {
		t.Errorf("schema 1 = %+v, %v", byID, err)
	}
	if text, err := client.SchemaTextByID(ctx, 2); err != nil || strings.TrimSpace(text) != ticket {
		t.Errorf("text of schema 2 = %q, %v", text, err)
	}
	latest, err := client.SchemaByVersion(ctx, "logins-value", -1)
	if err != nil || latest.Version != 2 || latest.Schema.Schema != ticket {
		t.Errorf("latest = %+v, %v", latest, err)
	}
	found, err := client.LookupSchema(ctx, "logins-value", sr.Schema{Schema: loginText})
	if err != nil || found.ID != 1 || found.Version != 1 {
		t.Errorf("lookup = %+v, %v", found, err)
	}
	if subjects, err := client.Subjects(ctx); err != nil || strings.Join(subjects, " ") != "archive-value logins-value" {
		t.Errorf("subjects = %v, %v", subjects, err)
	}
	if numbers, err := client.SubjectVersions(ctx, "logins-value"); err != nil || len(numbers) != 2 || numbers[1] != 2 {
		t.Errorf("versions = %v, %v", numbers, err)
	}
	if usages, err := client.SchemaUsagesByID(ctx, 1); err != nil || len(usages) != 2 {
		t.Errorf("usages of schema 1 = %v, %v", usages, err)
	}
	if subjects, err := client.SubjectsByID(ctx, 1); err != nil || len(subjects) != 2 {
		t.Errorf("subjects of schema 1 = %v, %v", subjects, err)
	}
	if all, err := client.AllSchemas(ctx); err != nil || len(all) != 3 {
		t.Errorf("all = %v, %v", all, err)
	}
	if text, err := client.SchemaTextByVersion(ctx, "logins-value", 1); err != nil || strings.TrimSpace(text) != loginText {
		t.Errorf("text of version 1 = %q, %v", text, err)
	}
	if types, err := client.SupportedTypes(ctx); err != nil || len(types) != 2 {
		t.Errorf("types = %v, %v", types, err)
	}
}

func TestSubjectNamesMayHoldSlashes(t *testing.T) {
	_, client := serve(t, NewStore())
	if made := mustCreate(t, client, "a/b c-value", loginText); made.Subject != "a/b c-value" {
		t.Errorf("subject = %q", made.Subject)
	}
}

func TestCompatibilityIsRememberedAndAlwaysGranted(t *testing.T) {
	_, client := serve(t, NewStore())
	ctx := t.Context()
	if got := client.Compatibility(ctx)[0]; got.Err != nil || got.Level != sr.CompatNone {
		t.Errorf("level at first = %v, %v; want NONE, the truth", got.Level, got.Err)
	}
	if got := client.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatFull}, "", "x-value"); got[0].Err != nil || got[1].Err != nil {
		t.Errorf("set: %v", got)
	}
	if got := client.Compatibility(ctx, "", "x-value"); got[0].Level != sr.CompatFull || got[1].Level != sr.CompatFull {
		t.Errorf("levels = %v", got)
	}
	if got := client.Compatibility(ctx, "y-value")[0]; codeOf(got.Err) != sr.ErrSubjectLevelCompatibilityNotConfigured.Code {
		t.Errorf("level of an unknown subject: %v", got.Err)
	}
	if got := client.Compatibility(sr.WithParams(ctx, sr.DefaultToGlobal), "y-value")[0]; got.Level != sr.CompatFull {
		t.Errorf("level with defaultToGlobal = %v, %v", got.Level, got.Err)
	}
	mustCreate(t, client, "x-value", loginText)
	if got, err := client.CheckCompatibility(ctx, "x-value", -1, sr.Schema{Schema: ticket}); err != nil || !got.Is {
		t.Errorf("compatibility = %+v, %v", got, err)
	}
	if got := client.Mode(ctx)[0]; got.Err != nil || got.Mode != sr.ModeReadWrite {
		t.Errorf("mode = %+v", got)
	}
}

func TestClientsGetConfluentsErrorCodes(t *testing.T) {
	_, client := serve(t, NewStore())
	ctx := t.Context()
	mustCreate(t, client, "x-value", loginText)
	f := func(name string, want *sr.Error, text string, call func(context.Context) error) {
		t.Helper()
		err := call(ctx)
		if codeOf(err) != want.Code || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v; want %s with %q", name, err, want.Name, text)
		}
	}
	f("unknown id", sr.ErrSchemaNotFound, "schema 9 not found", func(ctx context.Context) error { _, err := client.SchemaByID(ctx, 9); return err })
	f("unknown id, text", sr.ErrSchemaNotFound, "schema 9", func(ctx context.Context) error { _, err := client.SchemaTextByID(ctx, 9); return err })
	f("unknown id, usages", sr.ErrSchemaNotFound, "schema 9", func(ctx context.Context) error { _, err := client.SubjectsByID(ctx, 9); return err })
	f("unknown subject", sr.ErrSubjectNotFound, `"y-value"`, func(ctx context.Context) error { _, err := client.SchemaByVersion(ctx, "y-value", 1); return err })
	f("unknown subject, versions", sr.ErrSubjectNotFound, `"y-value"`, func(ctx context.Context) error { _, err := client.SubjectVersions(ctx, "y-value"); return err })
	f("unknown version", sr.ErrVersionNotFound, "version 7", func(ctx context.Context) error { _, err := client.SchemaByVersion(ctx, "x-value", 7); return err })
	f("version text", sr.ErrVersionNotFound, "version 7", func(ctx context.Context) error { _, err := client.SchemaTextByVersion(ctx, "x-value", 7); return err })
	f("lookup, unknown subject", sr.ErrSubjectNotFound, `"y-value"`, func(ctx context.Context) error {
		_, err := client.LookupSchema(ctx, "y-value", sr.Schema{Schema: ticket})
		return err
	})
	f("lookup, unknown schema", sr.ErrSchemaNotFound, "not registered", func(ctx context.Context) error {
		_, err := client.LookupSchema(ctx, "x-value", sr.Schema{Schema: ticket})
		return err
	})
	register := func(ss sr.Schema, id int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := client.RegisterSchema(ctx, "x-value", ss, id, -1)
			return err
		}
	}
	f("broken schema", sr.ErrInvalidSchema, "the schema is not JSON", register(sr.Schema{Schema: `{"type"`}, -1))
	f("empty schema", sr.ErrInvalidSchema, "the schema is empty", register(sr.Schema{}, -1))
	f("protobuf", sr.ErrInvalidSchema, "PROTOBUF", register(sr.Schema{Schema: "message A {}", Type: sr.TypeProtobuf}, -1))
	f("references", sr.ErrInvalidSchema, "no schema references", register(sr.Schema{Schema: ticket, References: []sr.SchemaReference{{Name: "a"}}}, -1))
	f("own id", sr.ErrOperationNotPermitted, "register without an id", register(sr.Schema{Schema: ticket}, 77))
	f("delete", sr.ErrOperationNotPermitted, "deletes nothing", func(ctx context.Context) error {
		_, err := client.DeleteSubject(ctx, "x-value", sr.SoftDelete)
		return err
	})
	f("compatibility of nonsense", sr.ErrInvalidSchema, "not JSON", func(ctx context.Context) error {
		_, err := client.CheckCompatibility(ctx, "x-value", -1, sr.Schema{Schema: "{"})
		return err
	})
}

func TestRawRequestsGetCleanAnswers(t *testing.T) {
	url, _ := serve(t, NewStore())
	f := func(method, path, body string, status int, want string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != status || !strings.Contains(string(text), want) || resp.Header.Get("Content-Type") != contentType {
			t.Errorf("%s %s: %d %s %s; want %d with %s", method, path, resp.StatusCode, resp.Header.Get("Content-Type"), text, status, want)
		}
	}
	f("GET", "/", "", 200, "{}")
	f("GET", "/nothing", "", 404, `the embedded registry does not know GET /nothing`)
	f("GET", "/schemas/ids/x", "", 404, `the schema id \"x\" is not a number`)
	f("GET", "/subjects/a/versions/x", "", 422, `neither a number from 1 nor latest`)
	f("POST", "/subjects/a/versions", "hello", 422, "the request is not JSON of a schema")
	f("PUT", "/config", `{"compatibility":"SOMETIMES"}`, 422, `\"SOMETIMES\" is not one of`)
	f("PUT", "/config/a", "", 422, "is not one of")
	f("POST", "/subjects/a/versions", strings.Repeat(" ", maxBodyBytes+1), 422, "too large")
}

func TestSchemasOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.json")
	store := mustOpen(t, path)
	for _, text := range []string{loginText, ticket} {
		if _, err := store.Register("x-value", "AVRO", text); err != nil {
			t.Fatal(err)
		}
	}
	again := mustOpen(t, path)
	found, ok := again.read().version("x-value", 0)
	if !ok || found.Number != 2 || found.Schema.ID != 2 || found.Schema.Text != ticket {
		t.Fatalf("latest after reopening = %+v, %v", found, ok)
	}
	added, err := again.Register("y-value", "AVRO", loginText)
	if err != nil || added.Schema.ID != 1 {
		t.Errorf("known schema after reopening: %+v, %v", added, err)
	}
}

func TestAHalfWrittenFileIsNotTheRegistry(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.json")
	if _, err := mustOpen(t, path).Register("x-value", "AVRO", loginText); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", []byte(`{"format":1,"sch`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := mustOpen(t, path).read().version("x-value", 1); !ok {
		t.Error("the registry of before the crash is gone")
	}
}

func TestAnIDIsNotGivenOutWhenItCannotBeKept(t *testing.T) {
	store := mustOpen(t, filepath.Join(t.TempDir(), "gone", "registry.json"))
	if _, err := store.Register("x-value", "AVRO", loginText); err == nil || !strings.Contains(err.Error(), "write the registry") {
		t.Fatalf("error = %v", err)
	}
	if _, ok := store.read().find("x-value", "AVRO", loginText); ok {
		t.Error("the schema is shown though it is not on disk")
	}
	_, client := serve(t, store)
	if _, err := client.RegisterSchema(t.Context(), "x-value", sr.Schema{Schema: loginText}, -1, -1); codeOf(err) != sr.ErrStoreError.Code {
		t.Errorf("the client sees %v", err)
	}
}

func TestADamagedFileIsNamed(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "registry.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v; want %q and the path", text, err, want)
		}
	}
	f(`{"format":1,`, "not the JSON that was written")
	f(`{"format":2}`, "format 2 is not known")
	f(`{"format":1,"schemas":[{"id":5}]}`, "schema number 1 has the id 5")
	f(`{"format":1,"subjects":{"a":[3]}}`, `subject "a" names the schema id 3`)
}

func mustOpen(t *testing.T, path string) *Store {
	t.Helper()
	store, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// codeOf gives the code of Confluent's interface that a client was told.
func codeOf(err error) int {
	var answer *sr.ResponseError
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.ErrorCode
}

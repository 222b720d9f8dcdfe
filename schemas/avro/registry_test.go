package avro

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"holdfast/schemas"
)

func newFakeRegistry(t *testing.T) (*srfake.Registry, *Registry) {
	t.Helper()
	fake := srfake.New()
	t.Cleanup(fake.Close)
	return fake, newClient(t, fake.URL())
}

func newClient(t *testing.T, url string) *Registry {
	t.Helper()
	registry, err := NewRegistry(RegistryOptions{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	return registry
}

// confluent is a value that names a schema id.
func confluent(id int, datum string) string {
	return string(binary.BigEndian.AppendUint32([]byte{0}, uint32(id))) + datum
}

func TestWithARegistryValuesAreInConfluentFraming(t *testing.T) {
	fake, registry := newFakeRegistry(t)
	en := newTestEncoder(t, registry)
	for _, to := range schemas.Topics() {
		if fake.SubjectExists(to.Name+"-value") != (to.Record != "") {
			t.Errorf("subject of topic %s with record %q", to.Name, to.Record)
		}
	}
	value, err := en.AppendIntent(nil, &schemas.MessageIntent{IntentID: "i1"})
	if err != nil || value[0] != magicConfluent {
		t.Fatalf("%x, %v", value, err)
	}
	// Another process, with a client of its own, reads it back; so does it an event.
	re := newTestReader(t, newClient(t, fake.URL()))
	if got, err := re.DecodeIntent(value); err != nil || got.IntentID != "i1" {
		t.Errorf("%+v, %v", got, err)
	}
	value, err = en.AppendEvent(nil, &schemas.Event{Kind: schemas.KindSupport, ID: "e1", Type: "ticket_opened", Account: "a1", Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got := decoded(t, newTestDecoder(t, newClient(t, fake.URL())), input(schemas.KindSupport, string(value))); got.ID != "e1" {
		t.Errorf("%+v", got)
	}
}

func TestRegisteringAgainKeepsTheID(t *testing.T) {
	_, registry := newFakeRegistry(t)
	ids := [2]int{}
	for i := range ids {
		id, err := registry.Register(context.Background(), Subject("t"), `"string"`)
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = id
	}
	if ids[0] != ids[1] {
		t.Errorf("ids %v", ids)
	}
}

func TestSchemaIDsThatCannotBeUsed(t *testing.T) {
	fake, registry := newFakeRegistry(t)
	fake.SeedSchema("recursive", 1, 21, sr.Schema{Schema: `{"type":"record","name":"T","fields":[{"name":"t","type":["null","T"]}]}`})
	fake.SeedSchema("json", 1, 22, sr.Schema{Schema: `{}`, Type: sr.TypeJSON})
	fake.SeedSchema("parts", 1, 23, sr.Schema{Schema: `"string"`})
	fake.SeedSchema("whole", 1, 24, sr.Schema{Schema: `"string"`, References: []sr.SchemaReference{{Name: "p", Subject: "parts", Version: 1}}})
	de := newTestDecoder(t, registry)
	for _, tc := range []struct {
		id         int
		code, want string
	}{
		{77, CodeUnknownSchema, "schema id 77 is not in the registry at " + fake.URL() + ": was the record produced against another registry?"},
		{21, CodeUnusableSchema, "schema id 21 of the registry at " + fake.URL() + ` cannot be used: field T.t: parse schema: type "T" contains itself`},
		{22, CodeUnusableSchema, "schema id 22 of the registry at " + fake.URL() + " cannot be used: not a self-contained Avro schema: it is JSON"},
		{24, CodeUnusableSchema, "it has references; register it with its types inline"},
	} {
		err := de.Decode(input(schemas.KindUserAction, confluent(tc.id, "x")), new(schemas.Event))
		wantError(t, err, StageDecode, tc.code, tc.want)
	}
}

func TestAnOutageIsNotTheRecordsFault(t *testing.T) {
	var down atomic.Bool
	fake := srfake.New()
	defer fake.Close()
	fake.SeedSchema("s", 1, 5, sr.Schema{Schema: `{"type":"record","name":"R","fields":[{"name":"type","type":"string"}]}`})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, re *http.Request) {
		if down.Load() {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fake.Handler().ServeHTTP(rw, re)
	}))
	de := newTestDecoder(t, newClient(t, server.URL))
	rec, ev := input(schemas.KindUserAction, confluent(5, "\x02x")), new(schemas.Event)

	down.Store(true)
	if err := de.Decode(rec, ev); !errors.Is(err, ErrRegistryUnavailable) || !strings.Contains(err.Error(), "fetch schema id 5: schema registry unavailable at "+server.URL) {
		t.Fatalf("answering 503: %v", err)
	}
	down.Store(false)
	if err := de.Decode(rec, ev); err != nil || ev.Type != "x" {
		t.Fatalf("back again: %v", err)
	}
	server.Close()
	if err := de.Decode(rec, ev); err != nil {
		t.Fatalf("a schema that was seen needs no registry: %v", err)
	}
	err := newTestDecoder(t, newClient(t, server.URL)).Decode(rec, ev)
	var dead *DecodeError
	if !errors.Is(err, ErrRegistryUnavailable) || errors.As(err, &dead) {
		t.Fatalf("not reachable: %v", err)
	}
	if _, err := NewEncoder(context.Background(), EncoderOptions{Registry: newClient(t, server.URL), Topics: schemas.DefaultTopicNames()}); !errors.Is(err, ErrRegistryUnavailable) {
		t.Fatalf("registering: %v", err)
	}
}

func TestASchemaTheRegistryRefusesIsNoOutage(t *testing.T) {
	_, registry := newFakeRegistry(t)
	_, err := registry.Register(context.Background(), "", "")
	if err == nil || errors.Is(err, ErrRegistryUnavailable) || !strings.HasPrefix(err.Error(), "register schema for subject ") {
		t.Errorf("error %v", err)
	}
}

// A topic that is renamed has its schema under the new name; a busy registry is worth another try.
func TestSubjectsFollowTheTopicNames(t *testing.T) {
	fake, registry := newFakeRegistry(t)
	names := schemas.DefaultTopicNames()
	names.Intents = "acme.messages"
	if _, err := NewEncoder(context.Background(), EncoderOptions{Registry: registry, Topics: names}); err != nil {
		t.Fatal(err)
	}
	if !fake.SubjectExists("acme.messages-value") || fake.SubjectExists("holdfast.intents-value") {
		t.Error("the schema of intents is under the wrong subject")
	}
	fake.Intercept(func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	if _, err := registry.Register(context.Background(), "t-value", `"int"`); !errors.Is(err, ErrRegistryUnavailable) {
		t.Errorf("answering 429: %v", err)
	}
}

// A stream of records with an unknown id must not become a stream of requests.
func TestUnknownIDsAreAskedForRarely(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		rw.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	de, ev := newTestDecoder(t, newClient(t, server.URL)), new(schemas.Event)
	rec := input(schemas.KindUserAction, confluent(9, "x"))
	for range unknownRest + 2 {
		wantError(t, de.Decode(rec, ev), StageDecode, CodeUnknownSchema, "schema id 9 is not in the registry")
	}
	if asked.Load() != 2 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestRegistryWithoutURL(t *testing.T) {
	if _, err := NewRegistry(RegistryOptions{}); err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:8081") {
		t.Errorf("error %v", err)
	}
}

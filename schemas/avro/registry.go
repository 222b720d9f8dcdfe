package avro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
)

// errUnknownSchema: the registry answered that it has no such id. errNotAvro: it has, but no Avro schema that stands
// alone.
var (
	errUnknownSchema = errors.New("schema id unknown to the registry")
	errNotAvro       = errors.New("not a self-contained Avro schema")
)

// unknownRest is how many records in a row may name an unknown id before the registry is asked again: a stream of
// poison must not become a stream of requests.
const unknownRest = 1000

// RegistryOptions configures a Registry.
type RegistryOptions struct {
	URL     string        // http://127.0.0.1:8081
	Timeout time.Duration // of one request; 0 = 5 s
	Client  *http.Client  // nil = one with Timeout
}

// Registry is a client of a Schema Registry that remembers every schema it has seen. It is safe for concurrent use.
type Registry struct {
	url    string
	client *sr.Client

	mu      sync.Mutex
	schemas map[int]string
	unknown map[int]int // id -> records that may still fail without asking
}

// NewRegistry makes a client; it does not connect.
func NewRegistry(opts RegistryOptions) (*Registry, error) {
	if opts.URL == "" {
		return nil, errors.New("registry URL is empty: want something like http://127.0.0.1:8081")
	}
	if opts.Timeout == 0 {
		opts.Timeout = 5 * time.Second
	}
	if opts.Client == nil {
		opts.Client = &http.Client{Timeout: opts.Timeout}
	}
	client, err := sr.NewClient(sr.URLs(opts.URL), sr.HTTPClient(opts.Client))
	if err != nil {
		return nil, fmt.Errorf("make registry client for %s: %w", opts.URL, err)
	}
	return &Registry{url: opts.URL, client: client, schemas: map[int]string{}, unknown: map[int]int{}}, nil
}

// URL returns the address it was made with.
func (re *Registry) URL() string { return re.url }

// SchemaByID returns the Avro schema of an id, from memory if it was seen before.
func (re *Registry) SchemaByID(ctx context.Context, id int) (string, error) {
	re.mu.Lock()
	defer re.mu.Unlock()
	if text, ok := re.schemas[id]; ok {
		return text, nil
	}
	if re.unknown[id] > 0 {
		re.unknown[id]--
		return "", errUnknownSchema
	}
	schema, err := re.client.SchemaByID(ctx, id)
	if err != nil {
		return "", re.schemaFault(id, err)
	}
	if schema.Type != sr.TypeAvro {
		return "", fmt.Errorf("%w: it is %s", errNotAvro, schema.Type)
	}
	if len(schema.References) > 0 {
		return "", fmt.Errorf("%w: it has references; register it with its types inline", errNotAvro)
	}
	re.schemas[id] = schema.Schema
	return schema.Schema, nil
}

// schemaFault tells "there is no such schema" from "ask again later".
func (re *Registry) schemaFault(id int, err error) error {
	var answer *sr.ResponseError
	if errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound {
		if len(re.unknown) > 10_000 {
			clear(re.unknown) // bounded: ids come from the wire
		}
		re.unknown[id] = unknownRest
		return errUnknownSchema
	}
	return fmt.Errorf("%w at %s: %v", ErrRegistryUnavailable, re.url, err)
}

// Register makes the registry know a schema under a subject and returns its id; the same schema keeps its id.
func (re *Registry) Register(ctx context.Context, subject, schema string) (int, error) {
	id, err := re.client.RegisterSchema(ctx, subject, sr.Schema{Schema: schema}, -1, -1)
	if refused(err) {
		return 0, fmt.Errorf("register schema for subject %s at %s: %w", subject, re.url, err)
	}
	if err != nil {
		return 0, fmt.Errorf("register schema for subject %s: %w at %s: %v", subject, ErrRegistryUnavailable, re.url, err)
	}
	re.mu.Lock()
	defer re.mu.Unlock()
	re.schemas[id] = schema
	return id, nil
}

// refused says whether the registry understood and said no: asking again would not help.
func refused(err error) bool {
	var answer *sr.ResponseError
	return errors.As(err, &answer) && answer.StatusCode >= 400 && answer.StatusCode < 500 && answer.StatusCode != http.StatusTooManyRequests
}

// Subject names the subject of a topic's values (TopicNameStrategy).
func Subject(topic string) string { return topic + "-value" }

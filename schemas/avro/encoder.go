package avro

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"

	"holdfast/schemas"
)

// EncoderOptions configures an Encoder.
type EncoderOptions struct {
	Registry *Registry          // nil: single-object encoding
	Topics   schemas.TopicNames // zero = the default names; schemas are registered under topic-value
	Source   string             // ce_source of the outputs; "" = "holdfast"
}

// Encoder makes the values and headers of records. With a registry its values are in Confluent framing, without one in
// Avro single-object encoding (design.md 10). It keeps no state between calls and is safe for concurrent use.
type Encoder struct {
	forms  map[string]form // by record name
	source []byte
}

// form is what all records of a name share.
type form struct {
	frame     []byte // what the values start with
	eventType []byte // ce_type
}

// NewEncoder registers the schema of every topic, when there is a registry. An error that wraps ErrRegistryUnavailable
// is worth another try.
func NewEncoder(ctx context.Context, opts EncoderOptions) (*Encoder, error) {
	en := &Encoder{forms: map[string]form{}, source: []byte(cmp.Or(opts.Source, "holdfast"))}
	for _, record := range schemas.RecordNames() {
		if err := en.frameSingle(record); err != nil {
			return nil, err
		}
	}
	if opts.Registry == nil {
		return en, nil
	}
	if opts.Topics == (schemas.TopicNames{}) {
		opts.Topics = schemas.DefaultTopicNames()
	}
	for _, to := range opts.Topics.Topics() {
		if to.Record == "" {
			continue
		}
		if err := en.frameConfluent(ctx, opts.Registry, to); err != nil {
			return nil, err
		}
	}
	return en, nil
}

func (en *Encoder) frameSingle(record string) error {
	text, err := schemas.Avsc(record)
	if err != nil {
		return err
	}
	wr, err := newWriter(text)
	if err != nil {
		return fmt.Errorf("embedded schema %s: %w", record, err)
	}
	en.frame(record, binary.LittleEndian.AppendUint64([]byte{magicSingle0, magicSingle1}, wr.fingerprint))
	return nil
}

func (en *Encoder) frameConfluent(ctx context.Context, registry *Registry, to schemas.Topic) error {
	text, err := schemas.Avsc(to.Record)
	if err != nil {
		return err
	}
	id, err := registry.Register(ctx, Subject(to.Name), text)
	if err != nil {
		return err
	}
	en.frame(to.Record, binary.BigEndian.AppendUint32([]byte{magicConfluent}, uint32(id)))
	return nil
}

func (en *Encoder) frame(record string, frame []byte) {
	en.forms[record] = form{frame: frame, eventType: []byte("holdfast.v1." + record)}
}

// begin starts the value of a record at the end of dst.
func (en *Encoder) begin(dst []byte, record string) *out {
	return &out{b: append(dst, en.forms[record].frame...)}
}

func (ou *out) end(record string) ([]byte, error) {
	if ou.err != nil {
		return nil, fmt.Errorf("encode %s: %w", record, ou.err)
	}
	return ou.b, nil
}

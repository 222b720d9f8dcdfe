package avro

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"holdfast/schemas"
)

// The two framings that name the writer schema of a datum.
const (
	magicConfluent = 0x00 // then the registry's id, 4 bytes, big-endian
	magicSingle0   = 0xC3 // single-object encoding: C3 01, then the fingerprint, 8 bytes, little-endian
	magicSingle1   = 0x01

	confluentHeaderBytes = 5
	singleHeaderBytes    = 10
)

// writers finds the writer schema that a framed value names. It is used by one goroutine; the registry behind it may
// be shared.
type writers struct {
	registry      *Registry // nil: Confluent framing cannot be read
	byID          map[uint32]*writer
	byFingerprint map[uint64]*writer

	last       *writer // of Confluent framing: most records have that of the one before
	lastID     uint32
	lastSingle *writer // of single-object encoding, likewise
}

// newWriters knows the embedded schemas and the further ones by fingerprint.
func newWriters(registry *Registry, further []string) (*writers, error) {
	ws := &writers{registry: registry, byID: map[uint32]*writer{}, byFingerprint: map[uint64]*writer{}}
	for _, record := range schemas.RecordNames() {
		text, err := schemas.Avsc(record)
		if err != nil {
			return nil, err
		}
		if err := ws.add(text); err != nil {
			return nil, fmt.Errorf("embedded schema %s: %w", record, err)
		}
	}
	for i, text := range further {
		if err := ws.add(text); err != nil {
			return nil, fmt.Errorf("further schema %d: %w", i+1, err)
		}
	}
	return ws, nil
}

func (ws *writers) add(schema string) error {
	wr, err := newWriter(schema)
	if err == nil {
		ws.byFingerprint[wr.fingerprint] = wr
	}
	return err
}

// isAvro says whether the first byte announces one of the two framings.
func isAvro(value []byte) bool {
	return len(value) > 0 && (value[0] == magicConfluent || value[0] == magicSingle0)
}

// unframe returns the writer schema and the datum of a framed value. Requires: isAvro(value).
func (ws *writers) unframe(value []byte) (*writer, []byte, error) {
	if value[0] == magicConfluent {
		return ws.unframeConfluent(value)
	}
	return ws.unframeSingle(value)
}

func (ws *writers) unframeConfluent(value []byte) (*writer, []byte, error) {
	if len(value) < confluentHeaderBytes {
		return nil, nil, undecodable(CodeTruncated, "the value ends in its Confluent header (%d of 5 bytes): it was cut off, publish it again", len(value))
	}
	if id := binary.BigEndian.Uint32(value[1:]); ws.last == nil || id != ws.lastID {
		wr, err := ws.find(id)
		if err != nil {
			return nil, nil, err
		}
		ws.last, ws.lastID = wr, id
	}
	return ws.last, value[confluentHeaderBytes:], nil
}

// find returns the writer schema of that id, which it asks the registry for once.
func (ws *writers) find(id uint32) (*writer, error) {
	if wr, ok := ws.byID[id]; ok {
		return wr, nil
	}
	wr, err := ws.fetch(id)
	if err != nil {
		return nil, err
	}
	ws.byID[id] = wr
	ws.byFingerprint[wr.fingerprint] = wr
	return wr, nil
}

func (ws *writers) fetch(id uint32) (*writer, error) {
	if ws.registry == nil {
		return nil, undecodable(CodeNoRegistry, "the value names schema id %d of a registry, but no registry is configured: start with --registry URL", id)
	}
	text, err := ws.registry.SchemaByID(context.Background(), int(id))
	switch {
	case errors.Is(err, errUnknownSchema):
		return nil, undecodable(CodeUnknownSchema, "schema id %d is not in the registry at %s: was the record produced against another registry?", id, ws.registry.URL())
	case errors.Is(err, errNotAvro):
		return nil, undecodable(CodeUnusableSchema, "schema id %d of the registry at %s cannot be used: %v", id, ws.registry.URL(), err)
	case err != nil:
		return nil, fmt.Errorf("fetch schema id %d: %w", id, err)
	}
	wr, err := newWriter(text)
	if err != nil {
		return nil, undecodable(CodeUnusableSchema, "schema id %d of the registry at %s cannot be used: %v", id, ws.registry.URL(), err)
	}
	return wr, nil
}

func (ws *writers) unframeSingle(value []byte) (*writer, []byte, error) {
	if len(value) < singleHeaderBytes || value[1] != magicSingle1 {
		return nil, nil, undecodable(CodeTruncated, "the value starts with 0xC3 but is no Avro single-object encoding (C3 01 and 8 bytes of fingerprint)")
	}
	if fingerprint := binary.LittleEndian.Uint64(value[2:]); ws.lastSingle == nil || fingerprint != ws.lastSingle.fingerprint {
		wr, ok := ws.byFingerprint[fingerprint]
		if !ok {
			return nil, nil, undecodable(CodeUnknownSchema, "fingerprint %016x is of no known schema: use one of `holdfast schemas`, or Confluent framing with a registry", fingerprint)
		}
		ws.lastSingle = wr
	}
	return ws.lastSingle, value[singleHeaderBytes:], nil
}

// native reads the whole datum with goavro.
func (wr *writer) native(datum []byte) (any, error) {
	native, rest, err := wr.codec.NativeFromBinary(datum)
	if err != nil {
		return nil, undecodable(CodeMalformedAvro, "the datum does not fit its writer schema %s, or was cut off: %v", wr.root.name, err)
	}
	if len(rest) > 0 {
		return nil, trailing(len(rest), wr.root.name)
	}
	return native, nil
}

func trailing(bytes int, record string) error {
	return undecodable(CodeTrailingBytes, "%d bytes follow the datum of writer schema %s: the schema is not the one it was written with", bytes, record)
}

// plan returns how this schema is read as an event of that kind; nil if goavro has to do it.
func (wr *writer) plan(kind schemas.Kind) *plan {
	if !wr.planned[kind] {
		wr.plans[kind], _ = newPlan(wr.root, kind)
		wr.planned[kind] = true
	}
	return wr.plans[kind]
}

package avro

import (
	"bytes"
	"fmt"

	"holdfast/schemas"
)

// Record is an input record as the processor polled it. The decoder may keep nothing of it, but strings of the Event
// may alias its bytes.
type Record struct {
	Topic             string
	Kind              schemas.Kind // of the topic
	Partition         int32
	Offset, Timestamp int64 // Timestamp in ms since the epoch
	Key, Value        []byte
	Headers           []schemas.Header
}

// Decoder makes events of records. It is the one seam of the hot path: what is behind it may change, what a record
// means may not.
//
// Decode fills a reused Event. Its error is a *DecodeError (the record can never become an event: dead letter), or
// wraps ErrRegistryUnavailable (try the same record again). A Decoder is used by one goroutine.
type Decoder interface {
	Decode(rec *Record, ev *schemas.Event) error
}

// DecoderOptions configures a Decoder.
type DecoderOptions struct {
	Registry *Registry // nil: Confluent framing is a dead letter that says so
	Schemas  []string  // further writer schemas for single-object encoding, beside the embedded ones
}

// NewDecoder makes the decoder of all input formats.
func NewDecoder(opts DecoderOptions) (Decoder, error) {
	ws, err := newWriters(opts.Registry, opts.Schemas)
	if err != nil {
		return nil, err
	}
	return &decoder{writers: ws}, nil
}

// decoder tells the formats apart. It never guesses: the first byte and the content-type header decide, and what they
// announce must then be there.
type decoder struct {
	writers *writers
	build   builder
	cursor  cursor
}

// Decode implements Decoder.
func (de *decoder) Decode(rec *Record, ev *schemas.Event) error {
	bu := &de.build
	bu.reset(rec, ev)
	if err := de.fields(rec, bu); err != nil {
		return err
	}
	return bu.finish()
}

func (de *decoder) fields(rec *Record, bu *builder) error {
	if rec.Kind.RecordName() == "" {
		return undecodable(CodeUnknownTopic, "topic %s is not one of the inputs: name it in the configuration or do not publish to it", rec.Topic)
	}
	if len(rec.Value) == 0 {
		return undecodable(CodeEmptyValue, "the record has no value: inputs have no tombstones, publish an event (or an erasure request)")
	}
	structured, err := bu.attrs.read(rec.Headers)
	if err != nil {
		return err
	}
	if isAvro(rec.Value) && !structured {
		return de.avroFields(rec.Value, bu)
	}
	text := bytes.TrimLeft(rec.Value, " \t\r\n")
	switch {
	case structured:
		return decodeStructured(text, bu)
	case len(text) > 0 && text[0] == '{':
		return decodeJSON(text, bu)
	}
	return undecodable(CodeUnknownFormat, "the value starts with byte 0x%02X: want 00 (Confluent wire format), C3 01 (Avro single-object) or { (JSON)", rec.Value[0])
}

// avroFields reads a datum by the plan of its writer schema, the quick way if that goes. goavro reads those of schemas
// without a plan, and those that can be read but not accepted: to say why.
func (de *decoder) avroFields(value []byte, bu *builder) error {
	wr, datum, err := de.writers.unframe(value)
	if err != nil {
		return err
	}
	if pl := wr.plan(bu.rec.Kind); pl != nil {
		if pl.readQuick(value, len(value)-len(datum), &de.cursor, bu) {
			return nil
		}
		bu.restart()
		de.cursor.reset(datum)
		if accepted, err := pl.read(&de.cursor, bu); accepted || err != nil {
			return err
		}
		bu.restart()
	}
	return genericFields(wr, datum, bu)
}

// genericFields reads a datum with goavro.
func genericFields(wr *writer, datum []byte, bu *builder) error {
	native, err := wr.native(datum)
	if err != nil {
		return err
	}
	return projectRecord(wr.root, native, bu)
}

// CheckPartition refuses an event that does not lie in the partition of its account: its producer uses another
// partitioner, and two tasks would own the account.
func CheckPartition(ev *schemas.Event, partitions int32) error {
	want := schemas.PartitionOf(ev.Account, partitions)
	if want == ev.Partition {
		return nil
	}
	return &DecodeError{Stage: StageKey, Code: CodeWrongPartition, Text: fmt.Sprintf(
		"account %q belongs into partition %d but the record lies in partition %d: key records by account with the murmur2 partitioner (librdkafka: partitioner=murmur2_random)",
		ev.Account, want, ev.Partition)}
}

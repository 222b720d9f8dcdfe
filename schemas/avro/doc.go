// Package avro turns bytes into records and records into bytes: the decoder of the inputs (Avro in both framings, JSON
// plain and as CloudEvents), the encoder of the outputs, the reader for tools, and the client of the schema registry.
//
// It is the only package that knows an Avro library. What comes in is hostile until proven otherwise: every length is
// bounded before anything is allocated, and whatever is wrong with a record becomes a DecodeError, which the processor
// turns into a dead letter. Only an unreachable registry is not the record's fault: ErrRegistryUnavailable means that
// the caller must try the same record again.
//
// The way of an input record: decoder.go tells the format apart; framing.go finds the writer schema; datum.go or
// json.go hands the fields to a builder (build.go), which knows what an event needs and what a missing field means.
package avro

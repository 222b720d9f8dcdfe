// Package avro turns bytes into records and records into bytes: the decoder of the inputs (Avro in both framings, JSON
// plain and as CloudEvents), the encoder of the outputs, the reader for tools, and the client of the schema registry.
//
// It is the only package that knows an Avro library. What comes in is hostile until proven otherwise: every length is
// bounded before anything is allocated, and whatever is wrong with a record becomes a DecodeError, which the processor
// turns into a dead letter. Only an unreachable registry is not the record's fault: ErrRegistryUnavailable means that
// the caller must try the same record again.
//
// The way of an input record: decoder.go tells the format apart and framing.go finds the writer schema. An Avro datum is
// read by the plan of its schema (plan.go and plan_step.go: a step per field; shape.go and skip.go: the types; cursor.go:
// the bytes), and before that on the quick way, which knows what almost every record is like and gives up at the rest
// (quick.go, quick_value.go, quick_props.go). JSON is read by json.go. All hand the fields to a builder (build.go,
// structure.go, convert.go, finish.go), which knows what an event needs and what a missing field means. goavro reads the
// data of the few schemas that have no plan, and those whose fields are refused, to say why (datum.go); it checks every
// schema, reads for tools, and is the judge of the plans in the tests.
package avro

package avro

import "holdfast/schemas"

// Said is what the headers of one record say, beside what those of all records of its kind do. The bytes become part of
// the headers.
type Said struct {
	ID      []byte // unique per source
	Subject []byte // the account
	Time    []byte // the event time, of AppendTime
}

// Headers appends the CloudEvents headers (binary mode) of an output record. It allocates nothing when dst has room.
func (en *Encoder) Headers(dst []schemas.Header, record string, said Said) []schemas.Header {
	return append(dst,
		schemas.Header{Key: "ce_specversion", Value: specVersion},
		schemas.Header{Key: "ce_id", Value: said.ID},
		schemas.Header{Key: "ce_source", Value: en.source},
		schemas.Header{Key: "ce_type", Value: en.forms[record].eventType},
		schemas.Header{Key: "ce_time", Value: said.Time},
		schemas.Header{Key: "ce_subject", Value: said.Subject},
		schemas.Header{Key: "content-type", Value: contentType})
}

// What is the same in every record; nobody writes into it.
var (
	specVersion = []byte("1.0")
	contentType = []byte("application/avro")
)

// IntentHeaders appends the headers of an intent: those of CloudEvents with its intent_id, and what a consumer may want
// to filter by without decoding the value.
func (en *Encoder) IntentHeaders(dst []schemas.Header, said Said, playbook, step, sequence []byte) []schemas.Header {
	return append(en.Headers(dst, "MessageIntent", said),
		schemas.Header{Key: "playbook", Value: playbook},
		schemas.Header{Key: "step", Value: step},
		schemas.Header{Key: "sequence", Value: sequence})
}

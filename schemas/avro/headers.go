package avro

import (
	"strconv"
	"time"

	"holdfast/schemas"
)

// Headers appends the CloudEvents headers (binary mode) of an output record: id unique per source, subject the
// account, at the event time in milliseconds.
func (en *Encoder) Headers(dst []schemas.Header, record, id, subject string, at int64) []schemas.Header {
	if dst == nil {
		dst = make([]schemas.Header, 0, headerCount)
	}
	return append(dst,
		schemas.Header{Key: "ce_specversion", Value: specVersion},
		header("ce_id", id),
		header("ce_source", en.source),
		header("ce_type", "holdfast.v1."+record),
		schemas.Header{Key: "ce_time", Value: appendTime(nil, at)},
		header("ce_subject", subject),
		schemas.Header{Key: "content-type", Value: contentType})
}

// headerCount has room for those of an intent.
const headerCount = 10

// What is the same in every record; nobody writes into it.
var (
	specVersion = []byte("1.0")
	contentType = []byte("application/avro")
)

// IntentHeaders appends the headers of an intent: those of CloudEvents with its intent_id, and what a consumer may want
// to filter by without decoding the value.
func (en *Encoder) IntentHeaders(dst []schemas.Header, mi *schemas.MessageIntent, sequence int64) []schemas.Header {
	return append(en.Headers(dst, "MessageIntent", mi.IntentID, mi.AccountID, mi.DecidedAt),
		header("playbook", mi.Playbook),
		header("step", mi.Step),
		header("sequence", strconv.FormatInt(sequence, 10)))
}

func header(key, value string) schemas.Header { return schemas.Header{Key: key, Value: []byte(value)} }

// lastMillis is the end of year 9999: RFC 3339 has no later one.
const lastMillis = 253402300799999

// appendTime is RFC 3339 in UTC, or bare milliseconds for what it cannot say.
func appendTime(dst []byte, ms int64) []byte {
	if ms < 0 || ms > lastMillis {
		return strconv.AppendInt(dst, ms, 10)
	}
	return time.UnixMilli(ms).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z07:00")
}

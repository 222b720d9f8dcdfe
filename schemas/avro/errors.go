package avro

import (
	"errors"
	"fmt"
)

// Stages of a DecodeError: the words that DeadLetter.Stage uses.
const (
	StageDecode = "decode" // the bytes cannot be read
	StageSchema = "schema" // they can, but say the wrong thing
	StageKey    = "key"    // the record lies in the wrong partition
)

// Codes of a DecodeError. They are stable: alerts and tools may match on them.
const (
	CodeEmptyValue        = "empty_value"
	CodeUnknownFormat     = "unknown_format"
	CodeTruncated         = "truncated"
	CodeMalformedAvro     = "malformed_avro"
	CodeTrailingBytes     = "trailing_bytes"
	CodeMalformedJSON     = "malformed_json"
	CodeInvalidUTF8       = "invalid_utf8"
	CodeNoRegistry        = "no_registry"
	CodeUnknownSchema     = "unknown_schema"
	CodeUnusableSchema    = "unusable_schema"
	CodeMalformedEnvelope = "malformed_envelope"
	CodeUnknownTopic      = "unknown_topic"
	CodeUnknownField      = "unknown_field"
	CodeDuplicateField    = "duplicate_field"
	CodeWrongType         = "wrong_type"
	CodeWrongValue        = "wrong_value"
	CodeUnreadableTime    = "unreadable_time"
	CodeBefore1970        = "before_1970"
	CodeMissingAccount    = "missing_account"
	CodeMissingField      = "missing_field"
	CodeWrongPartition    = "wrong_partition"
)

// ErrRegistryUnavailable says that a schema could not be asked for. It is no fault of the record: the caller keeps its
// position and tries again; the record must not become a dead letter.
var ErrRegistryUnavailable = errors.New("schema registry unavailable")

// DecodeError says why a record cannot become an event. Its parts are those of a dead letter.
type DecodeError struct {
	Stage string // decode | schema | key
	Code  string // stable, one of the Code constants
	Text  string // one sentence with the place and the fix
}

// Error returns the sentence after its stage and code.
func (de *DecodeError) Error() string { return de.Stage + " " + de.Code + ": " + de.Text }

func undecodable(code, format string, args ...any) *DecodeError {
	return &DecodeError{Stage: StageDecode, Code: code, Text: fmt.Sprintf(format, args...)}
}

func unacceptable(code, format string, args ...any) *DecodeError {
	return &DecodeError{Stage: StageSchema, Code: code, Text: fmt.Sprintf(format, args...)}
}

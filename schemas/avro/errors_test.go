package avro

import (
	"strings"
	"testing"

	"holdfast/schemas"
)

// Every way in which a record in JSON, or of no format, can be wrong, with the words that a user sees.
func TestRecordsThatBecomeDeadLetters(t *testing.T) {
	const structured = "application/cloudevents+json"
	action, profile, receipt := schemas.KindUserAction, schemas.KindProfile, schemas.KindReceipt
	for _, tc := range []struct {
		name              string
		rec               *Record
		stage, code, want string
	}{
		{"tombstone", input(action, ""), StageDecode, CodeEmptyValue, "the record has no value"},
		{"text", input(action, "hello"), StageDecode, CodeUnknownFormat, "starts with byte 0x68: want 00 (Confluent wire format), C3 01 (Avro single-object) or { (JSON)"},
		{"list", input(action, "[]"), StageDecode, CodeUnknownFormat, "byte 0x5B"},
		{"blank", input(action, "  "), StageDecode, CodeUnknownFormat, "byte 0x20"},
		{"no input", &Record{Topic: "x", Value: []byte("{}")}, StageDecode, CodeUnknownTopic, "topic x is not one of the inputs"},

		{"cut off", input(action, `{"type":"signed_in","user_id":"u`), StageDecode, CodeTruncated, "the JSON text ends at byte 32 before its object does"},
		{"cut off after a name", input(action, `{"type"`), StageDecode, CodeTruncated, "cut off"},
		{"broken", input(action, `{"type":signed_in}`), StageDecode, CodeMalformedJSON, "malformed at byte 9: found 's', want a value"},
		{"trailing", input(action, `{"type":"x"} {"type":"y"}`), StageDecode, CodeTrailingBytes, "text follows the JSON object"},
		{"trailing comma", input(action, `{"type":"x",}`), StageDecode, CodeMalformedJSON, "malformed at byte 13: found '}', want a name in quotes"},
		{"missing comma", input(action, `{"type":"x" "a":1}`), StageDecode, CodeMalformedJSON, "malformed at byte 13: found '\"', want , or }"},
		{"missing colon", input(action, `{"type" "x"}`), StageDecode, CodeMalformedJSON, "want :"},
		{"leading zero", input(action, `{"n":01}`), StageDecode, CodeMalformedJSON, "malformed at byte 7: found '1', want , or }"},
		{"sign alone", input(action, `{"n":-}`), StageDecode, CodeMalformedJSON, "found '}', want a digit"},
		{"point alone", input(action, `{"n":1.}`), StageDecode, CodeMalformedJSON, "found '}', want a digit"},
		{"exponent alone", input(action, `{"n":1e+}`), StageDecode, CodeMalformedJSON, "found '}', want a digit"},
		{"control character", input(action, "{\"n\":\"a\nb\"}"), StageDecode, CodeMalformedJSON, "no bare control character"},
		{"control after escape", input(action, "{\"n\":\"\\t\nb\"}"), StageDecode, CodeMalformedJSON, "no bare control character"},
		{"escape", input(action, `{"n":"\x"}`), StageDecode, CodeMalformedJSON, "found 'x', want an escape"},
		{"half escape", input(action, `{"n":"\`), StageDecode, CodeTruncated, "cut off"},
		{"cut off after escape", input(action, `{"n":"\n`), StageDecode, CodeTruncated, "cut off"},
		{"cut off in a word", input(action, `{"n":tru`), StageDecode, CodeTruncated, "cut off"},
		{"hex", input(action, `{"n":"\u00g0"}`), StageDecode, CodeMalformedJSON, "want four hex digits"},
		{"half hex", input(action, `{"n":"\u0`), StageDecode, CodeTruncated, "cut off"},
		{"lone surrogate", input(action, `{"account_id":"\ud800x","type":"x"}`), StageDecode, CodeMalformedJSON, "want the second half of a surrogate pair"},
		{"wrong surrogates", input(action, `{"account_id":"\ud800\ud800","type":"x"}`), StageDecode, CodeMalformedJSON, "want the second half of a surrogate pair"},
		{"properties twice", input(action, `{"type":"x","properties":{},"properties":{}}`), StageSchema, CodeDuplicateField, "field properties is given twice"},
		{"bytes", input(action, "{\"type\":\"\xff\"}"), StageDecode, CodeInvalidUTF8, "not valid UTF-8"},

		{"no account", func() *Record { re := input(action, `{"type":"x"}`); re.Key = nil; return re }(), StageSchema, CodeMissingAccount, "give account_id, the header ce_subject or the record's key"},
		{"key of bytes", func() *Record { re := input(action, `{"type":"x"}`); re.Key = []byte{0xff}; return re }(), StageSchema, CodeInvalidUTF8, "its key is not valid UTF-8"},
		{"no type", input(action, `{}`), StageSchema, CodeMissingField, "give type (for example signed_in) or the header ce_type"},
		{"time", input(action, `{"type":"x","occurred_at":"yesterday"}`), StageSchema, CodeUnreadableTime, `field occurred_at is the string "yesterday": want RFC 3339 (2026-03-01T09:00:00Z) or epoch milliseconds`},
		{"time with fraction", input(action, `{"type":"x","occurred_at":1.5}`), StageSchema, CodeUnreadableTime, "field occurred_at is the number 1.5"},
		{"received", input(action, `{"type":"x","received_at":true}`), StageSchema, CodeUnreadableTime, "field received_at is true"},
		{"ancient", input(action, `{"type":"x","occurred_at":"1969-12-31T23:59:59Z"}`), StageSchema, CodeBefore1970, "the event time is -1000 ms, before 1970"},
		{"no time at all", func() *Record { re := input(action, `{"type":"x"}`); re.Timestamp = -1; return re }(), StageSchema, CodeBefore1970, "-1 ms"},
		{"wrong type", input(action, `{"type":7}`), StageSchema, CodeWrongType, "field type is the number 7: want a string"},
		{"flag", input(action, `{"type":"x","test":"yes"}`), StageSchema, CodeWrongType, `field test is the string "yes": want true or false`},
		{"count", input(action, `{"type":"x","count":0}`), StageSchema, CodeWrongValue, "field count is 0: want 1 or more"},
		{"long", input(schemas.KindBilling, `{"type":"x","amount_minor":49.5}`), StageSchema, CodeWrongType, "field amount_minor is the number 49.5: want a whole number"},
		{"long beyond exactness", input(schemas.KindBilling, `{"type":"x","amount_minor":1e17}`), StageSchema, CodeWrongType, "field amount_minor is the number 1e+17: want a whole number"},
		{"double", input(schemas.KindSupport, `{"type":"x","sentiment":"good"}`), StageSchema, CodeWrongType, `field sentiment is the string "good": want a number`},
		{"date", input(schemas.KindBilling, `{"type":"x","contract_ends_on":"31.12.2026"}`), StageSchema, CodeWrongType, `field contract_ends_on is the string "31.12.2026": want a date (2026-03-01)`},
		{"endless", input(action, `{"type":"x","n":1e999}`), StageSchema, CodeWrongValue, "the number 1e999 is beyond all limits"},
		{"unknown object", input(action, `{"type":"x","geo":{"lat":1}}`), StageSchema, CodeUnknownField, "field geo is an object or a list and UserAction has no such field"},
		{"unknown list", input(action, `{"type":"x","tags":["a"]}`), StageSchema, CodeUnknownField, "field tags"},
		{"traits of an event", input(action, `{"type":"x","traits":{}}`), StageSchema, CodeUnknownField, "field traits"},
		{"nested property", input(action, `{"type":"x","properties":{"cart":[1]}}`), StageSchema, CodeUnknownField, "field properties.cart is an object or a list: properties holds scalars only"},
		{"list of properties", input(action, `{"type":"x","properties":[]}`), StageSchema, CodeWrongType, "field properties is the wrong kind of structure"},
		{"twice", input(action, `{"type":"x","type":"y"}`), StageSchema, CodeDuplicateField, "field type is given twice"},
		{"own twice", input(action, `{"type":"x","feature":null,"feature":"y"}`), StageSchema, CodeDuplicateField, "field feature is given twice"},
		{"property twice", input(action, `{"type":"x","n":1,"properties":{"n":2}}`), StageSchema, CodeDuplicateField, "field n is given twice"},

		{"kind", input(profile, `{"kind":"user"}`), StageSchema, CodeWrongValue, `field kind is "user" but user_id is ""`},
		{"kind of nothing", input(profile, `{"kind":"team","user_id":"u"}`), StageSchema, CodeWrongValue, `field kind is "team" but user_id is "u"`},
		{"roles", input(profile, `{"roles":"admin"}`), StageSchema, CodeWrongType, `field roles is the string "admin": want a list for roles`},
		{"roles object", input(profile, `{"roles":{}}`), StageSchema, CodeWrongType, "roles is a list"},
		{"role", input(profile, `{"roles":["a",7]}`), StageSchema, CodeWrongType, "field roles is the number 7: want a list of strings"},
		{"nested role", input(profile, `{"roles":[["a"]]}`), StageSchema, CodeWrongType, "field roles holds an object or a list"},
		{"consent", input(profile, `{"consents":{"offers":"no"}}`), StageSchema, CodeWrongValue, `field consents.offers is "no": want granted, denied or unknown`},
		{"consent flag", input(profile, `{"consents":{"offers":false}}`), StageSchema, CodeWrongType, "field consents.offers is false: want granted, denied or unknown"},
		{"channel", input(profile, `{"channels":{"email":null}}`), StageSchema, CodeWrongType, "field channels.email is null: want ok, bounced, complained or missing"},

		{"receipt", input(receipt, `{"status":"sent"}`), StageSchema, CodeMissingField, "the receipt has no intent_id"},
		{"receipt of what", input(receipt, `{"intent_id":"i"}`), StageSchema, CodeMissingField, "the receipt has no status"},

		{"structured without header", input(action, `{"specversion":"1.0","data":{}}`), StageSchema, CodeUnknownField, "set the header content-type: application/cloudevents+json"},
		{"structured text", input(action, "x", "content-type", structured), StageDecode, CodeMalformedJSON, "no JSON object"},
		{"structured without data", input(action, `{"specversion":"1.0"}`, "content-type", structured), StageDecode, CodeMalformedEnvelope, "no specversion or no data"},
		{"structured without version", input(action, `{"data":{}}`, "content-type", structured), StageDecode, CodeMalformedEnvelope, "no specversion or no data"},
		{"structured version", input(action, `{"specversion":"0.3"}`, "content-type", structured), StageDecode, CodeMalformedEnvelope, `attribute specversion is "0.3": only CloudEvents 1.x`},
		{"structured bytes", input(action, `{"data_base64":"AA=="}`, "content-type", structured), StageDecode, CodeMalformedEnvelope, "data_base64 is no JSON object"},
		{"structured data text", input(action, `{"data":"x"}`, "content-type", structured), StageDecode, CodeMalformedEnvelope, "data is no JSON object"},
		{"structured data twice", input(action, `{"data":{},"data":{}}`, "content-type", structured), StageSchema, CodeDuplicateField, "field data is given twice"},
		{"structured attribute", input(action, `{"id":{}}`, "content-type", structured), StageDecode, CodeMalformedEnvelope, "attribute id is an object or a list"},
		{"binary version", input(action, `{}`, "ce_specversion", "2.0"), StageDecode, CodeMalformedEnvelope, `header ce_specversion is "2.0"`},
		{"binary time", input(action, `{"type":"x"}`, "ce_time", "noon"), StageSchema, CodeUnreadableTime, `CloudEvents time "noon" cannot be read: want RFC 3339`},
		{"binary bytes", input(action, `{}`, "ce_id", "\xff"), StageDecode, CodeInvalidUTF8, "header ce_id is not valid UTF-8"},

		{"confluent header", input(action, "\x00\x00\x00"), StageDecode, CodeTruncated, "Confluent header (3 of 5 bytes)"},
		{"no registry", input(action, "\x00\x00\x00\x00\x07x"), StageDecode, CodeNoRegistry, "schema id 7 of a registry, but no registry is configured: start with --registry URL"},
		{"half a single object", input(action, "\xC3\x02xxxxxxxxxxx"), StageDecode, CodeTruncated, "is no Avro single-object encoding"},
		{"unknown fingerprint", input(action, "\xC3\x01\x01\x02\x03\x04\x05\x06\x07\x08x"), StageDecode, CodeUnknownSchema, "fingerprint 0807060504030201 is of no known schema"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := newTestDecoder(t, nil).Decode(tc.rec, new(schemas.Event))
			wantError(t, err, tc.stage, tc.code, tc.want)
		})
	}
}

func TestDecodeErrorPrintsStageCodeAndSentence(t *testing.T) {
	err := newTestDecoder(t, nil).Decode(input(schemas.KindUserAction, ""), new(schemas.Event))
	if want := "decode empty_value: the record has no value"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s...", err, want)
	}
}

func TestWrongPartitionNamesThePartitioner(t *testing.T) {
	ev := &schemas.Event{Account: "abc", Partition: 11}
	if err := CheckPartition(ev, 16); err != nil {
		t.Fatal(err)
	}
	ev.Partition = 3
	wantError(t, CheckPartition(ev, 16), StageKey, CodeWrongPartition,
		`account "abc" belongs into partition 11 but the record lies in partition 3: key records by account with the murmur2 partitioner (librdkafka: partitioner=murmur2_random)`)
}

func TestLongTextsAreClipped(t *testing.T) {
	err := newTestDecoder(t, nil).Decode(input(schemas.KindUserAction, `{"type":"x","occurred_at":"`+strings.Repeat("y", 5000)+`"}`), new(schemas.Event))
	if len(err.Error()) > 300 {
		t.Errorf("the error has %d bytes", len(err.Error()))
	}
}

package avro

import (
	"strings"
	"unicode/utf8"

	"holdfast/schemas"
)

// attributes are those of CloudEvents, from headers (binary mode) or from the envelope (structured mode). They fill
// what the body lacks.
type attributes struct {
	id, source, typ, time, subject, traceParent string

	given bool // any of them
}

// read takes the ce_ headers and says whether the value is a structured CloudEvent.
func (at *attributes) read(headers []schemas.Header) (structured bool, err error) {
	for _, he := range headers {
		switch {
		case strings.EqualFold(he.Key, "content-type"):
			structured = isStructured(alias(he.Value))
		case strings.HasPrefix(he.Key, "ce_"):
			if err := at.set("header ce_", he.Key[len("ce_"):], alias(he.Value)); err != nil {
				return false, err
			}
		}
	}
	return structured, nil
}

func isStructured(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), "application/cloudevents+json")
}

// set takes one attribute. Those that Holdfast has no place for are let pass: CloudEvents has many extensions.
// Its place is the name after a word for what holds it.
func (at *attributes) set(holder, name, value string) error {
	if !utf8.ValidString(value) {
		return undecodable(CodeInvalidUTF8, "%s%s is not valid UTF-8", holder, name)
	}
	at.given = true
	switch name {
	case "id":
		at.id = value
	case "source":
		at.source = value
	case "type":
		at.typ = value
	case "time":
		at.time = value
	case "subject":
		at.subject = value
	case "traceparent":
		at.traceParent = value
	case "specversion":
		if !strings.HasPrefix(value, "1.") {
			return undecodable(CodeMalformedEnvelope, "%s%s is %q: only CloudEvents 1.x can be read", holder, name, value)
		}
	}
	return nil
}

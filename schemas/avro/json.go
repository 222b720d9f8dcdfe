package avro

import (
	"unicode/utf8"

	"holdfast/schemas"
)

// jsonReader reads the JSON form of an input (retention.md 3): one object with the record's field names.
type jsonReader struct {
	scanner
	bu *builder
}

// decodeJSON reads the fields of the one object of a text.
func decodeJSON(text []byte, bu *builder) error {
	jr := jsonReader{scanner: scanner{text: text}, bu: bu}
	if err := jr.open(); err != nil {
		return err
	}
	if err := jr.record(); err != nil {
		return err
	}
	return jr.close()
}

// decodeStructured reads a CloudEvent in structured mode: the attributes beside data, which holds the JSON form.
func decodeStructured(text []byte, bu *builder) error {
	jr := jsonReader{scanner: scanner{text: text}, bu: bu}
	if err := jr.open(); err != nil {
		return err
	}
	if err := jr.envelope(); err != nil {
		return err
	}
	return jr.close()
}

func (jr *jsonReader) open() error {
	if !utf8.Valid(jr.text) {
		return undecodable(CodeInvalidUTF8, "the JSON text is not valid UTF-8")
	}
	if jr.peek() != '{' {
		return undecodable(CodeMalformedJSON, "the value is no JSON object: want one object per record")
	}
	jr.at++
	return nil
}

func (jr *jsonReader) close() error {
	if jr.peek(); jr.at < len(jr.text) {
		return undecodable(CodeTrailingBytes, "text follows the JSON object at byte %d: publish one object per record", jr.at+1)
	}
	return nil
}

// record reads the fields up to the closing brace.
func (jr *jsonReader) record() error {
	for first := true; ; first = false {
		name, more, err := jr.member(first)
		if err != nil || !more {
			return err
		}
		open, va, err := jr.value()
		switch {
		case err != nil:
			return err
		case open == openScalar:
			err = jr.bu.scalar(name, va)
		default:
			err = jr.nested(name, open)
		}
		if err != nil {
			return err
		}
	}
}

// nested reads a top-level object or list: those that the record has.
func (jr *jsonReader) nested(name string, open opening) error {
	st := jr.bu.structure(name)
	want := openObject
	if st == structureRoles {
		want = openList
	}
	switch {
	case st == structureNone && name == "data":
		return unacceptable(CodeUnknownField, "field data is an object: for a CloudEvent in structured mode set the header content-type: application/cloudevents+json")
	case st == structureNone:
		return unacceptable(CodeUnknownField, "field %s is an object or a list and %s has no such field: put scalars into properties, nested data as JSON text", name, jr.bu.rec.Kind.RecordName())
	case open != want:
		return unacceptable(CodeWrongType, "field %s is the wrong kind of structure: roles is a list, the others are objects", name)
	}
	if err := jr.bu.enter(st, name); err != nil {
		return err
	}
	if st == structureRoles {
		return jr.roles()
	}
	return jr.object(name, st)
}

func (jr *jsonReader) roles() error {
	for first := true; ; first = false {
		if more, err := jr.more(first, ']'); err != nil || !more {
			return err
		}
		open, va, err := jr.value()
		switch {
		case err != nil:
			return err
		case open != openScalar:
			return unacceptable(CodeWrongType, "field roles holds an object or a list: want a list of strings")
		}
		if err := jr.bu.role(va); err != nil {
			return err
		}
	}
}

func (jr *jsonReader) object(parent string, st structure) error {
	for first := true; ; first = false {
		name, more, err := jr.member(first)
		if err != nil || !more {
			return err
		}
		open, va, err := jr.value()
		switch {
		case err != nil:
			return err
		case open != openScalar:
			return unacceptable(CodeUnknownField, "field %s.%s is an object or a list: %s holds scalars only, nested data goes in as JSON text", parent, name, parent)
		}
		if err := jr.bu.element(st, name, va); err != nil {
			return err
		}
	}
}

// envelope reads the attributes of a structured CloudEvent.
func (jr *jsonReader) envelope() error {
	hasData, hasVersion := false, false
	for first := true; ; first = false {
		name, more, err := jr.member(first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		open, va, err := jr.value()
		switch {
		case err != nil:
		case name == "data" && hasData:
			err = duplicate(name)
		case name == "data" && open == openObject:
			hasData = true
			err = jr.record()
		default:
			hasVersion = hasVersion || name == "specversion"
			err = jr.attribute(name, open, va)
		}
		if err != nil {
			return err
		}
	}
	if !hasData || !hasVersion {
		return undecodable(CodeMalformedEnvelope, "the CloudEvent has no specversion or no data: want {\"specversion\":\"1.0\", ..., \"data\":{...}}")
	}
	return nil
}

func (jr *jsonReader) attribute(name string, open opening, va schemas.Value) error {
	switch {
	case name == "data" || name == "data_base64":
		return undecodable(CodeMalformedEnvelope, "the CloudEvent's %s is no JSON object: want the record as an object in data", name)
	case open != openScalar:
		return undecodable(CodeMalformedEnvelope, "the CloudEvent's attribute %s is an object or a list: attributes are scalars", name)
	case va.Kind == schemas.String:
		return jr.bu.attrs.set("attribute ", name, va.Text)
	}
	return nil
}

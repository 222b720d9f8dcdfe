package avro

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"holdfast/schemas"
)

// jsonReader reads the JSON form of an input (retention.md 3): one object with the record's field names.
type jsonReader struct {
	dec *json.Decoder
	bu  *builder
}

func decodeJSON(text []byte, bu *builder) error {
	return readObject(text, func(jr *jsonReader) error { return jr.record() }, bu)
}

// decodeStructured reads a CloudEvent in structured mode: the attributes beside data, which holds the JSON form.
func decodeStructured(text []byte, bu *builder) error {
	return readObject(text, func(jr *jsonReader) error { return jr.envelope() }, bu)
}

func readObject(text []byte, read func(*jsonReader) error, bu *builder) error {
	if !utf8.Valid(text) {
		// encoding/json would replace the bytes silently, and two accounts could become one.
		return undecodable(CodeInvalidUTF8, "the JSON text is not valid UTF-8")
	}
	jr := &jsonReader{dec: json.NewDecoder(bytes.NewReader(text)), bu: bu}
	jr.dec.UseNumber()
	if first, err := jr.dec.Token(); err != nil || first != json.Delim('{') {
		return undecodable(CodeMalformedJSON, "the value is no JSON object: want one object per record")
	}
	if err := read(jr); err != nil {
		return err
	}
	if _, err := jr.dec.Token(); !errors.Is(err, io.EOF) {
		return undecodable(CodeTrailingBytes, "text follows the JSON object at byte %d: publish one object per record", jr.dec.InputOffset())
	}
	return nil
}

// record reads the fields up to the closing brace.
func (jr *jsonReader) record() error {
	for jr.dec.More() {
		name, token, err := jr.member()
		if err != nil {
			return err
		}
		if _, nested := token.(json.Delim); nested {
			err = jr.nested(name, token)
		} else {
			err = jr.scalar(name, token, jr.bu.scalar)
		}
		if err != nil {
			return err
		}
	}
	_, err := jr.token()
	return err
}

// nested reads a top-level object or list: those that the record has.
func (jr *jsonReader) nested(name string, open json.Token) error {
	st := jr.bu.structure(name)
	want := json.Delim('{')
	if st == structureRoles {
		want = '['
		jr.bu.ev.Profile.HasRoles = true
	}
	switch {
	case st == structureNone && name == "data":
		return unacceptable(CodeUnknownField, "field data is an object: for a CloudEvent in structured mode set the header content-type: application/cloudevents+json")
	case st == structureNone:
		return unacceptable(CodeUnknownField, "field %s is an object or a list and %s has no such field: put scalars into properties, nested data as JSON text", name, jr.bu.rec.Kind.RecordName())
	case open != want:
		return unacceptable(CodeWrongType, "field %s is the wrong kind of structure: roles is a list, the others are objects", name)
	case st == structureRoles:
		return jr.list(name)
	}
	return jr.object(name, st)
}

func (jr *jsonReader) list(name string) error {
	for jr.dec.More() {
		token, err := jr.token()
		if err != nil {
			return err
		}
		if err := jr.scalar(name, token, func(_ string, va schemas.Value) error { return jr.bu.role(va) }); err != nil {
			return err
		}
	}
	_, err := jr.token()
	return err
}

func (jr *jsonReader) object(parent string, st structure) error {
	for jr.dec.More() {
		name, token, err := jr.member()
		if err != nil {
			return err
		}
		if _, nested := token.(json.Delim); nested {
			return unacceptable(CodeUnknownField, "field %s.%s is an object or a list: %s holds scalars only, nested data goes in as JSON text", parent, name, parent)
		}
		take := func(name string, va schemas.Value) error { return jr.bu.element(st, name, va) }
		if err := jr.scalar(name, token, take); err != nil {
			return err
		}
	}
	_, err := jr.token()
	return err
}

// envelope reads the attributes of a structured CloudEvent.
func (jr *jsonReader) envelope() error {
	hasData, hasVersion := false, false
	for jr.dec.More() {
		name, token, err := jr.member()
		switch {
		case err != nil:
		case name == "data" && hasData:
			err = duplicate("data")
		case name == "data" && token == json.Delim('{'):
			hasData = true
			err = jr.record()
		default:
			hasVersion = hasVersion || name == "specversion"
			err = jr.attribute(name, token)
		}
		if err != nil {
			return err
		}
	}
	if _, err := jr.token(); err != nil {
		return err
	}
	if !hasData || !hasVersion {
		return undecodable(CodeMalformedEnvelope, "the CloudEvent has no specversion or no data: want {\"specversion\":\"1.0\", ..., \"data\":{...}}")
	}
	return nil
}

func (jr *jsonReader) attribute(name string, token json.Token) error {
	if name == "data" || name == "data_base64" {
		return undecodable(CodeMalformedEnvelope, "the CloudEvent's %s is no JSON object: want the record as an object in data", name)
	}
	switch value := token.(type) {
	case json.Delim:
		return undecodable(CodeMalformedEnvelope, "the CloudEvent's attribute %s is an object or a list: attributes are scalars", name)
	case string:
		return jr.bu.attrs.set(name, value, "attribute "+name)
	}
	return nil
}

// member reads a name and the first token of its value.
func (jr *jsonReader) member() (string, json.Token, error) {
	token, err := jr.token()
	if err != nil {
		return "", nil, err
	}
	name, _ := token.(string) // within an object the decoder gives strings here
	token, err = jr.token()
	return name, token, err
}

func (jr *jsonReader) token() (json.Token, error) {
	token, err := jr.dec.Token()
	if err == nil {
		return token, nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, undecodable(CodeTruncated, "the JSON text ends at byte %d before its object does: it was cut off, publish it again", jr.dec.InputOffset())
	}
	return nil, undecodable(CodeMalformedJSON, "the JSON text is malformed near byte %d: %v", jr.dec.InputOffset(), err)
}

// scalar hands the value of a token to take.
func (jr *jsonReader) scalar(name string, token json.Token, take func(string, schemas.Value) error) error {
	switch form := token.(type) {
	case nil:
		return take(name, schemas.Value{})
	case bool:
		va := schemas.Value{Kind: schemas.Bool}
		if form {
			va.Num = 1
		}
		return take(name, va)
	case string:
		return take(name, schemas.Value{Kind: schemas.String, Text: form})
	case json.Number:
		va, ok := numberValue(form.String())
		if !ok {
			return unacceptable(CodeWrongValue, "field %s is the number %s, beyond all limits", name, clip(form.String()))
		}
		return take(name, va)
	}
	return unacceptable(CodeWrongType, "field %s holds an object or a list: want a list of strings", name)
}

// numberValue keeps whole numbers whole: a number is a long unless it is written with a fraction or an exponent.
func numberValue(text string) (schemas.Value, bool) {
	if !strings.ContainsAny(text, ".eE") {
		if num, err := strconv.ParseInt(text, 10, 64); err == nil {
			return schemas.Value{Kind: schemas.Long, Num: num}, true
		}
	}
	float, err := strconv.ParseFloat(text, 64)
	return schemas.Value{Kind: schemas.Double, Float: float}, err == nil && !math.IsInf(float, 0)
}

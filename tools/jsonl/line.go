// Package jsonl reads events from lines of JSON: one event a line, with the topic it belongs to in kafka_topic.
package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// TopicField is the one field of a line that is for us and not part of the event.
const TopicField = "kafka_topic"

// Line is one parsed line of a file.
type Line struct {
	Topic      string // "" if the line names none
	Value      []byte // the event's JSON without TopicField
	Structured bool   // a CloudEvent in structured mode: it says specversion
}

// Parse splits a line into its topic and its event. It cuts the topic out of the text and leaves the rest byte by
// byte as it was written: decoding and encoding again would touch numbers and the order of fields.
func Parse(text []byte) (Line, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if open, err := dec.Token(); err != nil {
		return Line{}, brokenJSON(err, dec)
	} else if open != json.Delim('{') {
		return Line{}, errors.New("not a JSON object: want one event a line, {\"kafka_topic\": …, \"account_id\": …, \"type\": …}")
	}
	ln := Line{Value: text}
	for first := true; dec.More(); first = false {
		begin := dec.InputOffset()
		name, value, err := member(dec)
		if err != nil {
			return Line{}, brokenJSON(err, dec)
		}
		switch name {
		case "specversion":
			ln.Structured = true
		case TopicField:
			if ln.Topic != "" {
				return Line{}, fmt.Errorf("%s is given twice: give it once", TopicField)
			}
			if err := json.Unmarshal(value, &ln.Topic); err != nil || ln.Topic == "" {
				return Line{}, fmt.Errorf("%s is %s: want the name of a topic as text", TopicField, value)
			}
			ln.Value = cut(text, int(begin), int(dec.InputOffset()), first)
		}
	}
	return ln, rest(dec)
}

// member reads one name and its value.
func member(dec *json.Decoder) (string, json.RawMessage, error) {
	name, err := dec.Token()
	if err != nil {
		return "", nil, err
	}
	var value json.RawMessage
	err = dec.Decode(&value)
	text, _ := name.(string) // the decoder lets nothing else stand in this place
	return text, value, err
}

// rest wants the end of the object and nothing behind it.
func rest(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return brokenJSON(err, dec)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("there is more after the JSON object, from byte %d on: want one event a line", dec.InputOffset())
	}
	return nil
}

// cut removes the member text[begin:end] and the one comma that it leaves behind: that before it (which begin includes),
// or for the first member that after it.
func cut(text []byte, begin, end int, first bool) []byte {
	if first {
		for end < len(text) && bytes.IndexByte([]byte(" \t\r\n"), text[end]) >= 0 {
			end++
		}
		if end < len(text) && text[end] == ',' {
			end++
		}
	}
	return append(append(make([]byte, 0, len(text)), text[:begin]...), text[end:]...)
}

func brokenJSON(err error, dec *json.Decoder) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("broken JSON: the line ends in the middle of the object")
	}
	return fmt.Errorf("broken JSON near byte %d: %w", dec.InputOffset(), err)
}

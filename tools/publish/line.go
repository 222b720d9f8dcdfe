package publish

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// topicField is the one field of a line that is for us and not part of the event.
const topicField = "kafka_topic"

// line is one parsed line of a file.
type line struct {
	topic      string // "" if the line names none
	value      []byte // the event's JSON without topicField
	structured bool   // a CloudEvent in structured mode: it says specversion
}

// parseLine splits a line into its topic and its event. It cuts the topic out of the text and leaves the rest byte by
// byte as it was written: decoding and encoding again would touch numbers and the order of fields.
func parseLine(text []byte) (line, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if open, err := dec.Token(); err != nil {
		return line{}, brokenJSON(err, dec)
	} else if open != json.Delim('{') {
		return line{}, errors.New("not a JSON object: want one event a line, {\"kafka_topic\": …, \"account_id\": …, \"type\": …}")
	}
	ln := line{value: text}
	for first := true; dec.More(); first = false {
		begin := dec.InputOffset()
		name, value, err := member(dec)
		if err != nil {
			return line{}, brokenJSON(err, dec)
		}
		switch name {
		case "specversion":
			ln.structured = true
		case topicField:
			if ln.topic != "" {
				return line{}, fmt.Errorf("%s is given twice: give it once", topicField)
			}
			if err := json.Unmarshal(value, &ln.topic); err != nil || ln.topic == "" {
				return line{}, fmt.Errorf("%s is %s: want the name of a topic as text", topicField, value)
			}
			ln.value = cut(text, int(begin), int(dec.InputOffset()), first)
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

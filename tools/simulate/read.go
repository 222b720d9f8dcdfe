package simulate

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/tools/cli"
	"holdfast/tools/jsonl"
	"holdfast/topology/timeline"
)

// reading turns lines of JSON into the records of a task, with the decoder that the processor uses.
type reading struct {
	names   schemas.TopicNames
	topic   string
	wrong   func(number int64, reason string)
	refused int64
	decoder avro.Decoder
	offsets map[string]int64
}

// all reads every line; a wrong one is named and the others go on.
func (rd *reading) all(in io.Reader) (lines []timeline.Line, err error) {
	if rd.decoder, err = avro.NewDecoder(avro.DecoderOptions{}); err != nil {
		return nil, fmt.Errorf("make the decoder: %w", err)
	}
	rd.offsets = map[string]int64{}
	text := jsonl.NewLines(in)
	for {
		raw, err := text.Next()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read line %d: %w", text.Number+1, err)
		}
		if len(raw) == 0 {
			continue
		}
		ev, err := rd.one(text, raw)
		if err != nil {
			rd.refused++
			rd.wrong(text.Number, reason(err))
			continue
		}
		lines = append(lines, timeline.Line{Arrives: ev.At, Event: *ev})
	}
}

func (rd *reading) one(text *jsonl.Lines, raw []byte) (*schemas.Event, error) {
	if text.TooLong {
		return nil, fmt.Errorf("longer than %d bytes, which brokers refuse", jsonl.MaxLineBytes)
	}
	ln, err := jsonl.Parse(slices.Clone(raw)) // the events keep their texts
	if err != nil {
		return nil, err
	}
	if ln.Topic == "" {
		ln.Topic = rd.topic
	}
	if rd.names.InputKind(ln.Topic) == schemas.KindNone {
		if ln.Topic == "" {
			return nil, fmt.Errorf("no %s: add one to the line, or give all such lines one with --topic %s", jsonl.TopicField, rd.names.UserActions)
		}
		return nil, cli.NoInput("topic "+ln.Topic, rd.names)
	}
	return rd.decode(ln)
}

// decode reads the event; its event time is what it says, for nothing here knows another clock.
func (rd *reading) decode(ln jsonl.Line) (*schemas.Event, error) {
	rec := avro.Record{Topic: ln.Topic, Kind: rd.names.InputKind(ln.Topic), Offset: rd.offsets[ln.Topic], Value: ln.Value}
	if ln.Structured {
		rec.Headers = []schemas.Header{{Key: "content-type", Value: []byte("application/cloudevents+json")}}
	}
	ev := &schemas.Event{}
	if err := rd.decoder.Decode(&rec, ev); err != nil {
		return nil, err
	}
	if ev.OccurredAt == 0 {
		return nil, errors.New("no occurred_at: a simulation needs the time of every event")
	}
	ev.At = ev.OccurredAt
	rd.offsets[ln.Topic]++
	return ev, nil
}

// reason drops the stage and code of a decoder's error: they are for alerts, a person needs the sentence.
func reason(err error) string {
	var decode *avro.DecodeError
	if errors.As(err, &decode) {
		return decode.Text
	}
	return err.Error()
}

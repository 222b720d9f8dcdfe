package operator

import (
	"encoding/binary"
	"math"
	"strings"

	"holdfast/schemas"
)

// An event that is kept in a life: one that settles, or that made a step due whose expressions read it.
//
//	event = kind topic partition offset id source type user occurred_at at-occurred_at flags trace count fields fields
//	        fields = count (name kind [number | 8 bytes | text])...   the own fields, then the properties
//
// It has what expressions and the reason of an intent read: the account is that of the subject, there is no profile.

// keepEvent makes a copy that aliases nothing.
func keepEvent(ev *schemas.Event) *schemas.Event {
	kept := &schemas.Event{
		Kind: ev.Kind, Topic: strings.Clone(ev.Topic), Partition: ev.Partition, Offset: ev.Offset, ID: strings.Clone(ev.ID),
		Source: strings.Clone(ev.Source), Type: strings.Clone(ev.Type), Account: strings.Clone(ev.Account), User: strings.Clone(ev.User),
		OccurredAt: ev.OccurredAt, At: ev.At, Test: ev.Test, TraceParent: strings.Clone(ev.TraceParent), Count: ev.Count,
	}
	kept.Own, kept.Props = keepFields(ev.Own), keepFields(ev.Props)
	return kept
}

func keepFields(fields []schemas.Field) []schemas.Field {
	if len(fields) == 0 {
		return nil
	}
	kept := make([]schemas.Field, len(fields))
	for i, fi := range fields {
		fi.Name, fi.Value.Text = strings.Clone(fi.Name), strings.Clone(fi.Value.Text)
		kept[i] = fi
	}
	return kept
}

func appendEvent(dst []byte, ev *schemas.Event) []byte {
	dst = append(dst, byte(ev.Kind))
	dst = appendText(dst, ev.Topic)
	dst = binary.AppendVarint(dst, int64(ev.Partition))
	dst = binary.AppendVarint(dst, ev.Offset)
	for _, text := range []string{ev.ID, ev.Source, ev.Type, ev.User} {
		dst = appendText(dst, text)
	}
	dst = binary.AppendVarint(dst, ev.OccurredAt)
	dst = binary.AppendVarint(dst, ev.At-ev.OccurredAt)
	dst = append(dst, flags(ev.Test))
	dst = appendText(dst, ev.TraceParent)
	dst = binary.AppendVarint(dst, ev.Count)
	return appendFields(appendFields(dst, ev.Own), ev.Props)
}

func appendFields(dst []byte, fields []schemas.Field) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(fields)))
	for _, fi := range fields {
		dst = append(appendText(dst, fi.Name), byte(fi.Value.Kind))
		switch fi.Value.Kind {
		case schemas.Null:
		case schemas.Double:
			dst = binary.BigEndian.AppendUint64(dst, math.Float64bits(fi.Value.Float))
		case schemas.String:
			dst = appendText(dst, fi.Value.Text)
		default:
			dst = binary.AppendVarint(dst, fi.Value.Num)
		}
	}
	return dst
}

func (re *reader) event() *schemas.Event {
	ev := &schemas.Event{Kind: schemas.Kind(re.byte())}
	if ev.Kind > schemas.KindEngine {
		re.fail()
	}
	ev.Topic, ev.Partition, ev.Offset = re.text(), re.int32(), re.varint()
	ev.ID, ev.Source, ev.Type, ev.User = re.text(), re.text(), re.text(), re.text()
	ev.OccurredAt = re.varint()
	ev.At = ev.OccurredAt + re.varint()
	ev.Test = re.flags(1) != 0
	ev.TraceParent = re.text()
	ev.Count = re.varint()
	ev.Own, ev.Props = re.fields(), re.fields()
	return ev
}

func (re *reader) fields() (list []schemas.Field) {
	for n := re.count(); n > 0 && re.err == nil; n-- {
		fi := schemas.Field{Name: re.text()}
		fi.Value.Kind = schemas.ValueKind(re.byte())
		switch {
		case fi.Value.Kind > schemas.TimeMillis:
			re.fail()
		case fi.Value.Kind == schemas.Null:
		case fi.Value.Kind == schemas.Double:
			fi.Value.Float = re.float()
		case fi.Value.Kind == schemas.String:
			fi.Value.Text = re.text()
		default:
			fi.Value.Num = re.varint()
		}
		list = append(list, fi)
	}
	return list
}

func (re *reader) float() float64 {
	if len(re.rest) < 8 {
		re.fail()
		return 0
	}
	bits := binary.BigEndian.Uint64(re.rest)
	re.rest = re.rest[8:]
	return math.Float64frombits(bits)
}

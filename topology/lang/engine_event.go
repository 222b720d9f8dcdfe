package lang

import (
	"time"

	"holdfast/schemas"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// The events that the engine makes out of what it derives (language.md 2). They come as schemas.KindEngine with these
// types, and are folded and matched like any other event.
const (
	TierChanged    = "tier_changed"
	ScoreChanged   = "score_changed"
	SegmentEntered = "segment_entered"
	SegmentLeft    = "segment_left"
	SignalRaised   = "signal_raised"
	SignalCleared  = "signal_cleared"
	StageChanged   = "stage_changed"
	EvidenceAdded  = "evidence_added"
	UserAdded      = "user_added"   // a profile appeared: beside the user action of that name
	UserRemoved    = "user_removed" // a profile is deleted
)

// EngineSource is the source of engine events.
const EngineSource = "holdfast"

// EngineField is an own field of an engine event. On the wire (Event.Own) a decimal is a Long in units of value.Scale,
// a list a String with the bytes of window.AppendList, a text a String. A field that is not there is unknown.
type EngineField struct {
	Name string
	Kind value.Kind
}

// EngineFields are the own fields of an engine event, sorted by name; nil when there is no such event.
func EngineFields(event string) []EngineField {
	switch event {
	case TierChanged:
		return []EngineField{
			{"direction", value.Text}, {"driver", value.Text}, {"drivers", value.List}, {"from", value.Text},
			{"health", value.Text}, {"score", value.Decimal}, {"to", value.Text}, {"was", value.Decimal},
		}
	case ScoreChanged:
		return []EngineField{
			{"direction", value.Text}, {"driver", value.Text}, {"drivers", value.List},
			{"health", value.Text}, {"score", value.Decimal}, {"was", value.Decimal},
		}
	case SegmentEntered, SegmentLeft:
		return []EngineField{{"segment", value.Text}}
	case SignalRaised, SignalCleared:
		return []EngineField{{"kind", value.Text}, {"signal", value.Text}}
	case StageChanged:
		return []EngineField{{"from", value.Text}, {"to", value.Text}}
	case EvidenceAdded:
		return []EngineField{
			{"goal", value.Text}, {"record", value.Text}, {"text", value.Text}, {"total", value.Decimal},
			{"total_90d", value.Decimal}, {"unit", value.Text}, {"value", value.Decimal},
		}
	case UserAdded, UserRemoved:
		return []EngineField{}
	}
	return nil
}

// EngineRecord are the fields of an engine event as expressions read them: the common ones and its own.
func EngineRecord(event string) []FieldDef {
	fields := commonFields()
	for _, own := range EngineFields(event) {
		fields = append(fields, newField(own.Name, own.Name, own.Kind, engineReader(own)))
	}
	return fields
}

func engineReader(own EngineField) reader {
	return func(ev *schemas.Event, _ *time.Location) value.Value {
		in, ok := ev.OwnField(own.Name)
		switch {
		case !ok || in.Kind == schemas.Null:
			return value.Missing("no " + own.Name)
		case own.Kind == value.Text && in.Kind == schemas.String:
			return value.OfText(in.Text)
		case own.Kind == value.Decimal && in.Kind == schemas.Long:
			return value.OfDecimal(in.Num)
		case own.Kind == value.List && in.Kind == schemas.String:
			return value.OfList(window.DecodeList([]byte(in.Text)))
		}
		return value.Missing("not of type " + own.Kind.String())
	}
}

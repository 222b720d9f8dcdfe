package lang

import (
	"holdfast/schemas"
	"holdfast/topology/value"
)

// A field of the event is compared for every event and every condition on it. The ways below take a text or a number of the
// record without the detour over a Value; they give what Read gives (field_direct_test.go), and are nil where they would
// save nothing.

// ofRecord finds the value of a field in the record; nil if it is not there.
type ofRecord func(ev *schemas.Event) *schemas.Value

// direct sets the ways of a field that is a value of the record.
func (fd *FieldDef) direct(find ofRecord) {
	kind := fd.Type
	switch {
	case find == nil:
	case kind == value.Text:
		fd.text = func(f *Frame) (string, bool) { return wireText(find(f.Event)) }
	case kind == value.Int || kind == value.Time || kind == value.Bool:
		fd.number = func(f *Frame) (int64, mark) { return wireNumber(find(f.Event), kind) }
	}
}

func wireText(in *schemas.Value) (string, bool) {
	switch {
	case in == nil:
		return "", false
	case in.Kind == schemas.String:
		return in.Text, true
	}
	va := value.FromWire(*in, value.Text)
	return va.Text, va.Known()
}

func wireNumber(in *schemas.Value, kind value.Kind) (int64, mark) {
	switch {
	case in == nil:
		return 0, missing
	case in.Kind == schemas.Long && kind == value.Int:
		return in.Num, value.Exact
	}
	return plain(value.FromWire(*in, kind))
}

// ownValue finds an own field; nil for those that are computed of others.
func ownValue(name string) ofRecord {
	switch name {
	case "count", "amount", "arr":
		return nil
	}
	return func(ev *schemas.Event) *schemas.Value { return schemas.FindField(ev.Own, name) }
}

// propValue finds a property, or else the own field of that name, if own finds it.
func propValue(name string, own ofRecord) ofRecord {
	return func(ev *schemas.Event) *schemas.Value {
		if in := schemas.FindField(ev.Props, name); in != nil || own == nil {
			return in
		}
		return own(ev)
	}
}

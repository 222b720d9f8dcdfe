package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// The records of holdfast.signals: what is derived of an account or a user right now.

// signal sends the record of something derived. Requires: its texts do not alias a cell or a record.
func (ta *Task) signal(pa *party, si *schemas.Signal) {
	si.AccountID, si.UserID = strings.Clone(pa.ref.Account), strings.Clone(pa.user())
	si.BundleVersion = ta.bundle.Hash
	ta.counts.Signals++
	ta.sink.Signal(si)
}

// filledText is the value of a text with expressions in it, "" when there is none or one of them is unknown.
func (ta *Task) filledText(pr *lang.Program, fr *lang.Frame) string {
	if pr == nil {
		return ""
	}
	va := pr.Eval(fr)
	if va.Kind != value.Text {
		return ""
	}
	return strings.Clone(va.Text)
}

// points are millionths as a record has them.
func points(micros int64) float64 { return float64(micros) / value.Scale }

func textField(name, text string) schemas.Field {
	return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.String, Text: text}}
}

func microsField(name string, micros int64) schemas.Field {
	return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.Long, Num: micros}}
}

// truthText is a membership as a record has it.
func truthText(is bool) string {
	if is {
		return "true"
	}
	return "false"
}

package timeline

import (
	"fmt"
	"strconv"
	"strings"

	"holdfast/schemas"
)

// signal compares the record of something derived: the newest one, or the newest as of `at`. `is` is the number, the text,
// true or false, or unknown; without it any record will do. `why` is a part of its reasons.
func (ex Expectation) signal(wo *World) string {
	asOf, err := instantOr(ex.At, -1)
	if err != nil {
		return err.Error()
	}
	var newest *schemas.Signal
	for _, si := range wo.Signals {
		if si.Name == ex.Signal && si.AccountID == ex.accountOf(wo, si) && si.UserID == ex.User && (asOf < 0 || si.ChangedAt <= asOf) {
			newest = si
		}
	}
	switch {
	case newest == nil && textOf(ex.Is) == unknownValue:
		return ""
	case newest == nil && ex.Is == nil:
		return "there is none"
	case newest == nil:
		return fmt.Sprintf("there is none, want %v", ex.Is)
	case ex.Is != nil && valueOf(newest) != textOf(ex.Is):
		return fmt.Sprintf("it is %s, want %v", signalLine(newest), ex.Is)
	case !strings.Contains(signalLine(newest), ex.Why):
		return fmt.Sprintf("it is %s, and does not say %q", signalLine(newest), ex.Why)
	}
	return ""
}

// accountOf is the account that is named, or that of the user: any.
func (ex Expectation) accountOf(wo *World, si *schemas.Signal) string {
	if ex.Account != "" {
		return ex.Account
	}
	return si.AccountID
}

// valueOf is the value of a record as a test writes it.
func valueOf(si *schemas.Signal) string {
	switch {
	case si.Text != "" && !strings.HasPrefix(si.Name, "evidence"):
		return si.Text
	case si.HasNumber:
		return strconv.FormatFloat(si.Number, 'f', -1, 64)
	}
	return unknownValue
}

// unknownValue is the value of a record without one, and of something that has no record yet.
const unknownValue = "unknown"

// signalLine is a record with its reasons, for people: "40 (was 65) since 2026-03-01T00:00Z: recency 10 (was 40), last login 7d ago".
func signalLine(si *schemas.Signal) string {
	line := valueOf(si)
	if si.Previous != "" {
		line += " (was " + si.Previous + ")"
	}
	line += " since " + stamp(si.Since)
	for i, dr := range si.Drivers {
		line += [...]string{": ", "; "}[min(i, 1)] + fmt.Sprintf("%s %s (was %s)", dr.Measure, number(dr.Points), number(dr.Was))
		if dr.Text != "" {
			line += ", " + dr.Text
		}
	}
	for _, column := range si.Columns {
		line += fmt.Sprintf(" %s=%s", column.Name, scalar([]schemas.Field{column}, column.Name))
	}
	return line
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

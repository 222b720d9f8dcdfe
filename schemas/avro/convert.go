package avro

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
	"unsafe"

	"holdfast/schemas"
)

// convert makes the value that a field wants of the one that was given. It never guesses: text is not parsed as a
// number, and a number is a time only where a time is wanted.
func convert(name string, va schemas.Value, want schemas.ValueKind) (schemas.Value, error) {
	if va.Kind == want && want != schemas.Double {
		return va, nil
	}
	switch want {
	case schemas.Long:
		if ms, ok := wholeNumber(va); ok {
			return schemas.Value{Kind: want, Num: ms}, nil
		}
	case schemas.Double:
		return convertDouble(name, va)
	case schemas.TimeMillis:
		return convertTime(name, va)
	case schemas.Date:
		if days, ok := parseDate(va); ok {
			return schemas.Value{Kind: want, Num: days}, nil
		}
	}
	return va, wrongType(name, va, wanted(want))
}

func convertDouble(name string, va schemas.Value) (schemas.Value, error) {
	switch {
	case va.Kind == schemas.Long:
		return schemas.Value{Kind: schemas.Double, Float: float64(va.Num)}, nil
	case va.Kind != schemas.Double:
		return va, wrongType(name, va, wanted(schemas.Double))
	case math.IsNaN(va.Float) || math.IsInf(va.Float, 0):
		return va, notFinite(name)
	}
	return va, nil
}

func convertTime(name string, va schemas.Value) (schemas.Value, error) {
	ms, ok := wholeNumber(va)
	if va.Kind == schemas.String {
		ms, ok = parseTime(va.Text)
	}
	if !ok {
		return va, unacceptable(CodeUnreadableTime, "field %s is %s: want RFC 3339 (2026-03-01T09:00:00Z) or epoch milliseconds", name, describe(va))
	}
	return schemas.Value{Kind: schemas.TimeMillis, Num: ms}, nil
}

// maxExact is the last of the whole numbers that a float64 has all of.
const maxExact = 1 << 53

func wholeNumber(va schemas.Value) (int64, bool) {
	switch va.Kind {
	case schemas.Long:
		return va.Num, true
	case schemas.Double:
		return int64(va.Float), va.Float == math.Trunc(va.Float) && math.Abs(va.Float) <= maxExact
	}
	return 0, false
}

// parseTime reads RFC 3339 with any fraction; what is finer than a millisecond is cut off.
func parseTime(text string) (int64, bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	return at.UnixMilli(), err == nil
}

const secondsPerDay = 24 * 60 * 60

func parseDate(va schemas.Value) (days int64, ok bool) {
	if va.Kind != schemas.String {
		return 0, false
	}
	day, err := time.Parse(time.DateOnly, va.Text)
	return floorDiv(day.Unix(), secondsPerDay), err == nil
}

// dateText is the inverse of parseDate.
func dateText(days int64) string { return string(appendDate(nil, days)) }

// dateBytes is more than any date has: 2^31 days are less than six million years.
const dateBytes = 16

func appendDate(dst []byte, days int64) []byte {
	return time.Unix(days*secondsPerDay, 0).UTC().AppendFormat(dst, time.DateOnly)
}

func floorDiv(num, by int64) int64 {
	quotient := num / by
	if num%by < 0 {
		quotient--
	}
	return quotient
}

// propertyValue brings a value to the property union (null, boolean, long, double, string), so that a property is the
// same in every format: a time becomes its milliseconds, a date its ISO text.
func propertyValue(name string, va schemas.Value) (schemas.Value, error) {
	switch va.Kind {
	case schemas.TimeMillis:
		return schemas.Value{Kind: schemas.Long, Num: va.Num}, nil
	case schemas.Date:
		return schemas.Value{Kind: schemas.String, Text: dateText(va.Num)}, nil
	case schemas.Double:
		if math.IsNaN(va.Float) || math.IsInf(va.Float, 0) {
			return va, notFinite(name)
		}
	}
	return va, nil
}

// validText checks the name and the text of a field; parent is the structure it is in, with a dot.
func validText(parent, name string, va schemas.Value) error {
	if !validUTF8(name) {
		return undecodable(CodeInvalidUTF8, "the field name %q is not valid UTF-8", parent+name)
	}
	if va.Kind == schemas.String && !validUTF8(va.Text) {
		return undecodable(CodeInvalidUTF8, "field %s%s is not valid UTF-8: %q", parent, name, clip(va.Text))
	}
	return nil
}

// validUTF8 is utf8.ValidString for texts that are short and mostly ASCII: eight bytes at a time, the last ones twice.
func validUTF8(text string) bool {
	const high = 0x8080808080808080
	by := unsafe.Slice(unsafe.StringData(text), len(text))
	if len(by) < 8 {
		var all byte
		for _, each := range by {
			all |= each
		}
		return all < utf8.RuneSelf || utf8.ValidString(text)
	}
	all := binary.LittleEndian.Uint64(by[len(by)-8:])
	for ; len(by) >= 8; by = by[8:] {
		all |= binary.LittleEndian.Uint64(by)
	}
	return all&high == 0 || utf8.ValidString(text)
}

func wrongType(name string, va schemas.Value, want string) error {
	return unacceptable(CodeWrongType, "field %s is %s: want %s", name, describe(va), want)
}

func notFinite(name string) error {
	return unacceptable(CodeWrongValue, "field %s is not a finite number: leave it out when it is not known", name)
}

func wanted(want schemas.ValueKind) string {
	switch want {
	case schemas.Bool:
		return "true or false"
	case schemas.Long:
		return "a whole number"
	case schemas.Double:
		return "a number"
	case schemas.Date:
		return "a date (2026-03-01)"
	}
	return "a string"
}

func describe(va schemas.Value) string {
	switch va.Kind {
	case schemas.Bool:
		return strconv.FormatBool(va.Num != 0)
	case schemas.Long, schemas.TimeMillis:
		return "the number " + strconv.FormatInt(va.Num, 10)
	case schemas.Double:
		return "the number " + strconv.FormatFloat(va.Float, 'g', -1, 64)
	case schemas.String:
		return "the string " + strconv.Quote(clip(va.Text))
	case schemas.Date:
		return "the date " + dateText(va.Num)
	}
	return "null"
}

// clip keeps what an error quotes short: the original is in the dead letter anyway.
func clip(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return text[:most] + "..."
}

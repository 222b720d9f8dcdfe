package value

import (
	"math"
	"strconv"

	"holdfast/schemas"
)

// FromWire converts a scalar of a record to the declared kind; what does not convert is unknown.
func FromWire(in schemas.Value, kind Kind) Value {
	if in.Kind == schemas.Null {
		return Missing("null")
	}
	out, ok := Value{}, false
	switch kind {
	case Bool:
		out, ok = wireBool(in)
	case Int:
		out, ok = wireInt(in)
	case Decimal:
		out, ok = wireDecimal(in)
	case Text:
		out, ok = wireText(in)
	case Time:
		out, ok = wireTime(in)
	case Date:
		out, ok = wireDate(in)
	case Duration:
		out, ok = wireDuration(in)
	}
	if !ok {
		return Missing("not of type " + kind.String())
	}
	return out
}

func wireBool(in schemas.Value) (Value, bool) {
	switch {
	case in.Kind == schemas.Bool:
		return OfBool(in.Num != 0), true
	case in.Kind == schemas.String && (in.Text == "true" || in.Text == "false"):
		return OfBool(in.Text == "true"), true
	}
	return Value{}, false
}

func wireInt(in schemas.Value) (Value, bool) {
	switch in.Kind {
	case schemas.Long:
		return OfInt(in.Num), true
	case schemas.Double:
		whole := in.Float == math.Trunc(in.Float) && math.Abs(in.Float) < 1<<53
		return OfInt(int64(in.Float)), whole
	case schemas.String:
		n, err := strconv.ParseInt(in.Text, 10, 64)
		return OfInt(n), err == nil
	}
	return Value{}, false
}

func wireDecimal(in schemas.Value) (Value, bool) {
	switch in.Kind {
	case schemas.Long:
		n, ok := MulInt(in.Num, Scale)
		return OfDecimal(n), ok
	case schemas.Double:
		return decimalOf(in.Float)
	case schemas.String:
		n, ok := ParseDecimal(in.Text)
		return OfDecimal(n), ok
	}
	return Value{}, false
}

// decimalOf goes through the shortest text of the float, so that 0.1 is 0.1 and not what 64 bits make of it.
func decimalOf(f float64) (Value, bool) {
	if math.IsNaN(f) || math.Abs(f) >= math.MaxInt64/Scale {
		return Value{}, false
	}
	n, ok := ParseDecimal(strconv.FormatFloat(f, 'f', -1, 64))
	return OfDecimal(n), ok
}

func wireText(in schemas.Value) (Value, bool) {
	switch in.Kind {
	case schemas.String:
		return OfText(in.Text), true
	case schemas.Long:
		return OfText(strconv.FormatInt(in.Num, 10)), true
	case schemas.Double:
		return OfText(strconv.FormatFloat(in.Float, 'f', -1, 64)), true
	case schemas.Bool:
		return OfText(strconv.FormatBool(in.Num != 0)), true
	}
	return Value{}, false
}

func wireTime(in schemas.Value) (Value, bool) {
	switch in.Kind {
	case schemas.TimeMillis, schemas.Long:
		return OfTime(in.Num), true
	case schemas.String:
		n, ok := ParseTime(in.Text)
		return OfTime(n), ok
	}
	return Value{}, false
}

func wireDate(in schemas.Value) (Value, bool) {
	switch in.Kind {
	case schemas.Date:
		return OfDate(in.Num), true
	case schemas.String:
		n, ok := ParseDate(in.Text)
		return OfDate(n), ok
	}
	return Value{}, false
}

func wireDuration(in schemas.Value) (Value, bool) {
	if in.Kind != schemas.String {
		return Value{}, false
	}
	n, ok := ParseDuration(in.Text)
	return OfDuration(n), ok
}

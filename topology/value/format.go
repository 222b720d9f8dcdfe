package value

import (
	"strconv"
	"strings"
	"time"
)

// String renders a value as people read it: "7d 2h", "3", "active", "unknown (never seen)", "at least 3".
func (va Value) String() string {
	text := va.plain()
	switch {
	case va.Kind == Unknown || va.Bound == Exact:
		return text
	}
	return va.Bound.String() + " " + text
}

func (va Value) plain() string {
	switch va.Kind {
	case Bool:
		return strconv.FormatBool(va.Num != 0)
	case Int:
		return strconv.FormatInt(va.Num, 10)
	case Decimal:
		return FormatDecimal(va.Num)
	case Text:
		return va.Text
	case Time:
		return time.UnixMilli(va.Num).UTC().Format(timeLayout(va.Num))
	case Date:
		return time.Unix(va.Num*86400, 0).UTC().Format(time.DateOnly)
	case Duration:
		return FormatDuration(va.Num, " ")
	case List:
		return strings.Join(va.List, ", ")
	}
	if va.Text == "" {
		return "unknown"
	}
	return "unknown (" + va.Text + ")"
}

func timeLayout(millis int64) string {
	if millis%1000 != 0 {
		return "2006-01-02T15:04:05.000Z"
	}
	return "2006-01-02T15:04:05Z"
}

// FormatDecimal prints millionths in the shortest form: 1.5, -0.25, 3.
func FormatDecimal(micros int64) string {
	prefix := ""
	if micros < 0 {
		prefix = "-"
	}
	n := abs(micros)
	whole := prefix + strconv.FormatUint(n/Scale, 10)
	if n%Scale == 0 {
		return whole
	}
	fraction := strconv.FormatUint(n%Scale+Scale, 10)[1:]
	return whole + "." + strings.TrimRight(fraction, "0")
}

// FormatDuration prints milliseconds in days, hours, minutes and seconds, the parts joined by sep: "7d 2h". It is
// exact to the millisecond.
func FormatDuration(millis int64, sep string) string {
	if millis == 0 {
		return "0s"
	}
	var parts []string
	rest := abs(millis)
	for _, unit := range units[1:] {
		if n := rest / uint64(unit.millis); n > 0 {
			parts = append(parts, strconv.FormatUint(n, 10)+string(unit.letter))
		}
		rest %= uint64(unit.millis)
	}
	if rest > 0 {
		parts = append(parts, strconv.FormatUint(rest, 10)+"ms")
	}
	text := strings.Join(parts, sep)
	if millis < 0 {
		return "-" + text
	}
	return text
}

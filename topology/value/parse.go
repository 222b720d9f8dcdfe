package value

import (
	"strconv"
	"strings"
	"time"
)

// units are those of a duration in milliseconds, in the order in which they are printed.
var units = [...]struct {
	letter byte
	millis int64
}{{'w', 7 * DayMillis}, {'d', DayMillis}, {'h', 3_600_000}, {'m', 60_000}, {'s', 1000}}

// ParseDuration reads "7d", "1d12h", "90s" as milliseconds.
func ParseDuration(text string) (millis int64, ok bool) {
	if text == "" {
		return 0, false
	}
	for text != "" {
		digits := leadingDigits(text)
		if digits == 0 || digits == len(text) {
			return 0, false
		}
		n, err := strconv.ParseInt(text[:digits], 10, 64)
		unit, known := unitMillis(text[digits])
		part, fits := MulInt(n, unit)
		if err != nil || !known || !fits {
			return 0, false
		}
		if millis, ok = AddInt(millis, part); !ok {
			return 0, false
		}
		text = text[digits+1:]
	}
	return millis, true
}

func leadingDigits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

func unitMillis(letter byte) (int64, bool) {
	for _, unit := range units {
		if unit.letter == letter {
			return unit.millis, true
		}
	}
	return 0, false
}

// ParseDecimal reads "12", "-0.5" as millionths; more than six digits after the point are rounded half away from zero.
func ParseDecimal(text string) (micros int64, ok bool) {
	negative := strings.HasPrefix(text, "-")
	text = strings.TrimPrefix(text, "-")
	whole, fraction, point := strings.Cut(text, ".")
	if leadingDigits(whole) != len(whole) || leadingDigits(fraction) != len(fraction) || whole == "" || point && fraction == "" {
		return 0, false
	}
	roundUp := len(fraction) > 6 && fraction[6] >= '5'
	n, err := strconv.ParseInt(whole, 10, 64)
	part, _ := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	micros, ok = MulInt(n, Scale)
	if err != nil || !ok {
		return 0, false
	}
	if roundUp {
		part++
	}
	if micros, ok = AddInt(micros, part); !ok {
		return 0, false
	}
	if negative {
		micros = -micros
	}
	return micros, true
}

// ParseTime reads an RFC 3339 time, with or without seconds, as milliseconds since the epoch.
func ParseTime(text string) (millis int64, ok bool) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UnixMilli(), true
		}
	}
	return 0, false
}

// ParseDate reads YYYY-MM-DD as days since the epoch.
func ParseDate(text string) (days int64, ok bool) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, false
	}
	return floorDiv(at.Unix(), 86400), true
}

func floorDiv(n, by int64) int64 {
	q := n / by
	if n%by < 0 {
		q--
	}
	return q
}

package value

import "time"

// aroundTransition is far enough from a local midnight to be in the zone's offset before or after a clock change at it.
const aroundTransition = 18 * 3600

// ValidDate says that the days since the epoch make a date that clocks and calendars can handle: years 1 to 9999.
func ValidDate(days int64) bool { return days >= -719162 && days <= 2932896 }

// lateEvening is the local time (s) from which a clock that was put back may show the day before once more.
const lateEvening = 22 * 3600

// DayOf is the local date of an instant. A day that has begun is not left any more: where a clock is put back over
// midnight (00:01 to 23:01 in Newfoundland until 2011), the hour that comes twice is of the new day. So days partition
// time, each is [Midnight(day), Midnight(day+1)).
func DayOf(millis int64, zone *time.Location) int64 {
	seconds := floorDiv(millis, 1000)
	local := seconds + offsetAt(seconds, zone)
	day := floorDiv(local, 86400)
	if local-day*86400 >= lateEvening && zone != time.UTC && millis >= Midnight(day+1, zone) {
		return day + 1
	}
	return day
}

// Midnight is the first instant of a local day. Where the clock skips midnight it is the first instant after the gap;
// where midnight comes twice it is the first.
func Midnight(days int64, zone *time.Location) int64 {
	utc := days * 86400
	before, after := offsetAt(utc-aroundTransition, zone), offsetAt(utc+aroundTransition, zone)
	for _, offset := range [...]int64{max(before, after), min(before, after)} { // the larger offset is the earlier instant
		if at := utc - offset; offsetAt(at, zone) == offset {
			return at * 1000
		}
	}
	_, gapEnd := time.Unix(utc-aroundTransition, 0).In(zone).ZoneBounds()
	return gapEnd.UnixMilli()
}

func offsetAt(seconds int64, zone *time.Location) int64 {
	_, offset := time.Unix(seconds, 0).In(zone).Zone()
	return int64(offset)
}

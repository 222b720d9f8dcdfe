package value

import "time"

// LocalInstant is the instant of a local minute of a day. A local time that the clock skips is the first instant after
// the gap, one that comes twice is the first.
func LocalInstant(days, minute int64, zone *time.Location) int64 {
	utc := days*86400 + minute*60
	before, after := offsetAt(utc-aroundTransition, zone), offsetAt(utc+aroundTransition, zone)
	for _, offset := range [...]int64{max(before, after), min(before, after)} {
		if at := utc - offset; offsetAt(at, zone) == offset {
			return at * 1000
		}
	}
	_, gapEnd := time.Unix(utc-aroundTransition, 0).In(zone).ZoneBounds()
	return gapEnd.UnixMilli()
}

// AtClock is the first instant at or after at (ms) whose local time is that minute of the day; false where calendars end.
//
// It begins a day early, because a time that is missing on one day may come after the midnight that follows.
func AtClock(at, minute int64, zone *time.Location) (int64, bool) {
	if !ValidDate(floorDiv(at, DayMillis)) {
		return 0, false
	}
	for day := DayOf(at, zone) - 1; ; day++ {
		if local := LocalInstant(day, minute, zone); local >= at {
			return local, ValidDate(floorDiv(local, DayMillis))
		}
	}
}

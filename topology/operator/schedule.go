package operator

import (
	"fmt"
	"math"
	"time"

	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// Starts by the calendar of the subject's zone. A subject's first occurrence comes strictly after its first record.

// scheduleDue is the next occurrence after what was judged. Who entered for good is not woken any more.
func (ta *Task) scheduleDue(pa *party, ru *rule, li *life, ed edges) (int64, bool) {
	if ru.Start.Schedule == nil || ru.once() && li.Entered {
		return 0, false
	}
	since, seen := pa.sub.Int(observedKey)
	if !seen {
		return 0, false
	}
	if ed.cursor != 0 {
		since = max(since, ed.cursor)
	}
	return nextOccurrence(ru.Start.Schedule, since, lang.Zone(ta.see(pa, since)))
}

// isScheduled says that an instant is the next occurrence.
func (ta *Task) isScheduled(pa *party, ru *rule, li *life, ed edges, due int64) bool {
	at, ok := ta.scheduleDue(pa, ru, li, ed)
	return ok && at == due
}

// nextOccurrence is the first instant of a calendar strictly after another.
func nextOccurrence(sc *playbook.Schedule, after int64, zone *time.Location) (int64, bool) {
	if after > math.MaxInt64/2 || after < math.MinInt64/2 {
		return 0, false
	}
	first := periodStart(sc.Each, value.DayOf(after, zone))
	for range 3 { // the period of `after`, and the two after it
		if at := occurrence(sc, first, zone); at > after {
			return at, true
		}
		first = nextPeriod(sc.Each, first)
	}
	return 0, false
}

// occurrence is the instant of the schedule in the period that a day is in.
func occurrence(sc *playbook.Schedule, day int64, zone *time.Location) int64 {
	return value.LocalInstant(dayIn(sc, periodStart(sc.Each, day)), sc.Minute, zone)
}

// periodStart is the first day of the period that a day is in.
func periodStart(each playbook.Period, day int64) int64 {
	year, month, dayOfMonth := dateOf(day)
	switch each {
	case playbook.PeriodWeek:
		return day - weekday(day)
	case playbook.PeriodMonth:
		return day - int64(dayOfMonth-1)
	case playbook.PeriodQuarter:
		return daysOf(year, (month-1)/3*3+1, 1)
	}
	return day
}

// nextPeriod is the first day of the period after that which begins at a day.
func nextPeriod(each playbook.Period, first int64) int64 {
	year, month, _ := dateOf(first)
	switch each {
	case playbook.PeriodWeek:
		return first + 7
	case playbook.PeriodMonth:
		return daysOf(year, month+1, 1)
	case playbook.PeriodQuarter:
		return daysOf(year, month+3, 1)
	}
	return first + 1
}

// dayIn is the day of the schedule within the period that begins at a day.
func dayIn(sc *playbook.Schedule, first int64) int64 {
	switch {
	case sc.Each == playbook.PeriodDay:
		return first
	case sc.Each == playbook.PeriodWeek:
		return first + int64(sc.Day)
	case sc.Day == playbook.LastDay:
		return nextPeriod(sc.Each, first) - 1
	}
	return first + int64(sc.Day) - 1
}

// periodOf names the period that an occurrence is of: 2026-03-01, 2026-W10, 2026-03, 2026-Q1. Where the clock skips the end
// of a day, that day's occurrence is the first instant of the next one; it is of its own day all the same, or the next
// day's would have the same name.
func periodOf(sc *playbook.Schedule, at int64, zone *time.Location) string {
	day := value.DayOf(at, zone)
	if occurrence(sc, day, zone) != at && occurrence(sc, day-1, zone) == at {
		day--
	}
	date := time.Unix(day*24*60*60, 0).UTC()
	switch sc.Each {
	case playbook.PeriodWeek:
		year, week := date.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case playbook.PeriodMonth:
		return date.Format("2006-01")
	case playbook.PeriodQuarter:
		return fmt.Sprintf("%04d-Q%d", date.Year(), (int(date.Month())-1)/3+1)
	}
	return date.Format(time.DateOnly)
}

// weekday counts from Monday.
func weekday(day int64) int64 { return ((day+3)%7 + 7) % 7 } // 1970-01-01 was a Thursday

func dateOf(day int64) (year, month, dayOfMonth int) {
	y, m, d := time.Unix(day*24*60*60, 0).UTC().Date()
	return y, int(m), d
}

func daysOf(year, month, day int) int64 {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
}

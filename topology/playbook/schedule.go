package playbook

import (
	"strconv"
	"strings"
)

var periods = map[string]Period{"day": PeriodDay, "week": PeriodWeek, "month": PeriodMonth, "quarter": PeriodQuarter}

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// schedule reads {each: month, day: 1, at: "09:00"}.
func (ld *loader) schedule(no *node) *Schedule {
	ke := ld.read(no, "schedule")
	if ke == nil {
		return nil
	}
	sc := &Schedule{Each: PeriodDay}
	if each := ke.need("each", "{each: month, day: 1, at: \"09:00\"}"); each != nil {
		word, _ := ld.oneOf(each, "each", "day", "week", "month", "quarter")
		sc.Each = periods[word]
	}
	ld.scheduleDay(ke, sc)
	if at := ke.need("at", "at: \"09:00\""); at != nil {
		var ok bool
		if sc.Minute, ok = minuteOf(at.text); !ok || at.shape != shapeScalar {
			ld.fail(at, "at is a time of the day, HH:MM, in quotes: at: \"09:00\"; found %q", at.text)
		}
	}
	ke.done()
	return sc
}

func (ld *loader) scheduleDay(ke *keys, sc *Schedule) {
	if sc.Each == PeriodMonth || sc.Each == PeriodQuarter {
		sc.Day = 1
	}
	day := ke.take("day")
	if day == nil {
		return
	}
	text, ok := ld.text(day, "day")
	n, err := strconv.Atoi(text)
	switch {
	case !ok:
	case sc.Each == PeriodDay:
		ld.fail(day, "a schedule for each day has no day; take it out")
	case sc.Each == PeriodWeek:
		word, _ := ld.oneOf(day, "day of a week", weekdays...)
		sc.Day = max(0, indexOf(weekdays, word))
	case text == "last":
		sc.Day = LastDay
	case err != nil || n < 1 || n > 28:
		ld.fail(day, "day is 1 to 28, or last; found %q", text)
	default:
		sc.Day = n
	}
}

func indexOf(list []string, word string) int {
	for i, other := range list {
		if other == word {
			return i
		}
	}
	return -1
}

// minuteOf reads HH:MM as the minute of the day.
func minuteOf(text string) (minute int64, ok bool) {
	hour, rest, found := strings.Cut(text, ":")
	h, err := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(rest)
	ok = found && len(hour) == 2 && len(rest) == 2 && err == nil && err2 == nil && h >= 0 && h < 24 && m >= 0 && m < 60
	return int64(h*60 + m), ok
}

package oracle

import "time"

// paneSpan is how long the panes of a window are.
func paneSpan(window Span) Span { return min(max(window/60, Minute), Day) }

// lastOfPane is the youngest instant of the pane that holds an event: panes are aligned to the epoch, those of a day to
// the local midnight.
func lastOfPane(at Instant, window Span, zone *time.Location) Instant {
	pane := paneSpan(window)
	if pane >= Day {
		return dayStart(at, 1, zone) - 1
	}
	return at - at%Instant(pane) + Instant(pane) - 1
}

// dayStart is the local midnight, days later, of the day that holds the instant.
func dayStart(at Instant, days int, zone *time.Location) Instant {
	local := at.utc().In(zone)
	return wall(local.Year(), local.Month(), local.Day()+days, 0, zone)
}

// monthStart is the beginning of the local month of the instant, months later.
func monthStart(at Instant, months int, zone *time.Location) Instant {
	local := at.utc().In(zone)
	return wall(local.Year(), local.Month()+time.Month(months), 1, 0, zone)
}

// wall is the instant at which the clock on the wall shows a minute of a day: the first if it does so twice, the first
// after the gap if it never does. It tries the instants from three hours before a guess on: no zone that is used here
// moves its clock by more.
func wall(year int, month time.Month, day, minute int, zone *time.Location) Instant {
	want := time.Date(year, month, day, minute/60, minute%60, 0, 0, time.UTC)
	guess := time.Date(year, month, day, minute/60, minute%60, 0, 0, zone)
	step := 15 * time.Minute
	for try := guess.Add(-3 * time.Hour); ; try = try.Add(step) {
		if asUTC(try, zone).Before(want) {
			continue
		}
		if step == time.Minute {
			return Instant(try.UnixMilli())
		}
		try, step = try.Add(-step-time.Minute), time.Minute
	}
}

// asUTC reads the local clock as if it were UTC, so that clocks can be compared.
func asUTC(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC)
}

// localClock is the first instant at or after one at which the local clock shows the minute.
func localClock(at Instant, minute int, zone *time.Location) Instant {
	local := at.utc().In(zone)
	for day := local.Day(); ; day++ {
		if found := wall(local.Year(), local.Month(), day, minute, zone); found >= at {
			return found
		}
	}
}

package oracle

import "time"

// scheduled is the first instant of the schedule strictly after another.
func (ru *rule) scheduled(wo *world, after Instant) Instant {
	zone := ru.su.zone
	for days := 0; ; days++ {
		noon := dayStart(after, days, zone).plus(12 * Hour)
		local := noon.utc().In(zone)
		if !ru.pb.Start.falls(local) {
			continue
		}
		if at := wall(local.Year(), local.Month(), local.Day(), ru.pb.Start.At, zone); at > after {
			return at
		}
	}
}

// falls says whether the schedule has an instant on the local day.
func (st Start) falls(day time.Time) bool {
	switch st.Each {
	case "week":
		return day.Weekday() == map[string]time.Weekday{"mon": time.Monday, "wed": time.Wednesday, "fri": time.Friday}[st.On]
	case "month":
		if st.On == "last" {
			return day.AddDate(0, 0, 1).Day() == 1
		}
		return scalar(st.On).n/million == int64(day.Day())
	}
	return true
}

// period names what the schedule's instant stands for, in the subject's zone.
func (ru *rule) period(at Instant) string {
	local := at.utc().In(ru.su.zone)
	switch ru.pb.Start.Each {
	case "week":
		year, week := local.ISOWeek()
		return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006") + "-W" + twoDigits(week)
	case "month":
		return local.Format("2006-01")
	}
	return local.Format("2006-01-02")
}

func twoDigits(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }

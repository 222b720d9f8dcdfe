package operator

import (
	"fmt"
	"testing"
	"time"

	"holdfast/topology/playbook"
	"holdfast/topology/value"
	"holdfast/topology/value/zonetest"
)

// Schedules over every zone of the database and every clock change of 1970 to 2037, of both kinds: around each, every day
// that is meant has its occurrence, in order, no two have the same period, and none comes from nowhere.

// calendar is a schedule, and the plain question whether it means a day.
type calendar struct {
	schedule playbook.Schedule
	means    func(day time.Time) bool
	period   func(day time.Time) string
}

func calendars(minute int64) []calendar {
	lastOfMonth := func(day time.Time) bool { return day.AddDate(0, 0, 1).Day() == 1 }
	return []calendar{
		{playbook.Schedule{Each: playbook.PeriodDay, Minute: minute}, func(time.Time) bool { return true },
			func(day time.Time) string { return day.Format(time.DateOnly) }},
		{playbook.Schedule{Each: playbook.PeriodWeek, Day: 6, Minute: minute}, func(day time.Time) bool { return day.Weekday() == time.Sunday },
			func(day time.Time) string {
				year, week := day.ISOWeek()
				return fmt.Sprintf("%04d-W%02d", year, week)
			}},
		{playbook.Schedule{Each: playbook.PeriodMonth, Day: playbook.LastDay, Minute: minute}, lastOfMonth,
			func(day time.Time) string { return day.Format("2006-01") }},
		{playbook.Schedule{Each: playbook.PeriodMonth, Day: 1, Minute: minute}, func(day time.Time) bool { return day.Day() == 1 },
			func(day time.Time) string { return day.Format("2006-01") }},
		{playbook.Schedule{Each: playbook.PeriodQuarter, Day: playbook.LastDay, Minute: minute},
			func(day time.Time) bool { return lastOfMonth(day) && day.Month()%3 == 0 },
			func(day time.Time) string { return fmt.Sprintf("%d-Q%d", day.Year(), (int(day.Month())+2)/3) }},
	}
}

func TestSchedulesInEveryZone(t *testing.T) {
	zones, err := zonetest.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, zo := range zones {
		for _, tu := range zo.Turns() {
			skipped := (tu.At + (tu.Before+tu.After)/2) / 60 % 1440
			for _, minute := range []int64{0, 540, (skipped + 1440) % 1440, 1439} {
				for _, ca := range calendars(minute) {
					checkOccurrences(t, zo, tu, ca)
				}
			}
		}
	}
}

// checkOccurrences compares the occurrences of the days around a clock change with those that a calendar on the wall and
// the clock below it give.
func checkOccurrences(t *testing.T, zo *zonetest.Zone, tu zonetest.Turn, ca calendar) {
	around := time.Unix(tu.At+tu.Before, 0).UTC().Truncate(24 * time.Hour)
	at := zo.Reaches(around.AddDate(0, 0, -2).Unix())*1000 - 1
	for day := around.AddDate(0, 0, -2); day.Before(around.AddDate(0, 0, 4)); day = day.AddDate(0, 0, 1) {
		want := zo.Reaches(day.Unix()+ca.schedule.Minute*60) * 1000
		if !ca.means(day) || want <= at { // at the instant of the day before: there never was such a day
			continue
		}
		got, ok := nextOccurrence(&ca.schedule, at, zo.Location)
		if !ok || got != want {
			t.Fatalf("%s, %v: after %s a schedule %+v comes %s, want %s", zo.Name, tu, value.OfTime(at), ca.schedule, value.OfTime(got), value.OfTime(want))
		}
		existed := time.Unix(zo.Local(zo.Reaches(day.Unix())), 0).UTC().Day() == day.Day()
		if is := periodOf(&ca.schedule, got, zo.Location); existed && is != ca.period(day) {
			t.Fatalf("%s, %v: the occurrence %s of %s is of the period %s, want %s", zo.Name, tu, value.OfTime(got), day.Format(time.DateOnly), is, ca.period(day))
		}
		at = got
	}
}

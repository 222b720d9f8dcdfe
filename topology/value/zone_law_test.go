package value

import (
	"testing"
	"time"

	"holdfast/topology/value/zonetest"
)

// The laws of local time, over every zone of the database and every clock change of 1970 to 2037, of both kinds: some
// instants and some wall clocks around each. What is right is worked out by zonetest, from change to change.

func everyTurn(t *testing.T, check func(t *testing.T, zo *zonetest.Zone, tu zonetest.Turn)) {
	zones, err := zonetest.All()
	if err != nil {
		t.Fatal(err)
	}
	gaps, overlaps := 0, 0
	for _, zo := range zones {
		for _, tu := range zo.Turns() {
			if tu.IsGap() {
				gaps++
			} else {
				overlaps++
			}
			check(t, zo, tu)
			if t.Failed() {
				return
			}
		}
	}
	if gaps < 8_000 || overlaps < 8_000 {
		t.Errorf("%d zones with %d gaps and %d overlaps: the database is not all there", len(zones), gaps, overlaps)
	}
}

// minutesAround are the minutes of a day that a clock change can matter to: those it skips or repeats, and a few others.
func minutesAround(tu zonetest.Turn) []int64 {
	minutes := []int64{0, 1, 540, 1439}
	for _, local := range []int64{tu.At + tu.Before, tu.At + tu.After, tu.At + (tu.Before+tu.After)/2} {
		for off := int64(-1); off <= 1; off++ {
			minutes = append(minutes, ((floorDiv(local, 60)+off)%1440+1440)%1440)
		}
	}
	return minutes
}

// Days partition time: each is the stretch from its midnight to the next one's, every instant is in one.
func TestDaysPartitionTimeInEveryZone(t *testing.T) {
	everyTurn(t, func(t *testing.T, zo *zonetest.Zone, tu zonetest.Turn) {
		for _, off := range []int64{-90_000, -86_400, -3_601, -3_600, -1_801, -61, -1, 0, 1, 59, 60, 1_799, 1_800, 3_599, 3_600, 7_200, 43_200, 86_400, 90_000} {
			for _, millis := range []int64{(tu.At + off) * 1000, (tu.At+off)*1000 - 1} {
				day := DayOf(millis, zo.Location)
				if first, next := Midnight(day, zo.Location), Midnight(day+1, zo.Location); millis < first || millis >= next {
					t.Fatalf("%s, %v: %s is of %s, which is [%s, %s)", zo.Name, tu, OfTime(millis), OfDate(day), OfTime(first), OfTime(next))
				}
			}
		}
	})
}

// A midnight is the first instant at which the wall clock shows the day or a later one; it is of its day, if there is one.
func TestMidnightIsTheFirstInstantOfItsDayInEveryZone(t *testing.T) {
	everyTurn(t, func(t *testing.T, zo *zonetest.Zone, tu zonetest.Turn) {
		around := floorDiv(tu.At+tu.Before, 86_400)
		for day := around - 2; day <= around+3; day++ {
			first := Midnight(day, zo.Location)
			if want := zo.Reaches(day*86_400) * 1000; first != want {
				t.Fatalf("%s, %v: %s begins %s, want %s", zo.Name, tu, OfDate(day), OfTime(first), OfTime(want))
			}
			exists := floorDiv(zo.Local(first/1000), 86_400) == day
			if is := DayOf(first, zo.Location); exists && is != day || is < day || DayOf(first-1, zo.Location) >= day {
				t.Fatalf("%s, %v: the first instant of %s is of %s", zo.Name, tu, OfDate(day), OfDate(is))
			}
		}
	})
}

// A local time is the first instant at which the clock shows it, or the first after the gap that skips it. Each day that
// there is has one, in order, no two at the same instant.
func TestLocalInstantInEveryZone(t *testing.T) {
	everyTurn(t, func(t *testing.T, zo *zonetest.Zone, tu zonetest.Turn) {
		around := floorDiv(tu.At+tu.Before, 86_400)
		for _, minute := range minutesAround(tu) {
			for day, last := around-1, int64(-1<<62); day <= around+2; day++ {
				at := LocalInstant(day, minute, zo.Location)
				if want := zo.Reaches(day*86_400+minute*60) * 1000; at != want {
					t.Fatalf("%s, %v: %02d:%02d of %s is %s, want %s", zo.Name, tu, minute/60, minute%60, OfDate(day), OfTime(at), OfTime(want))
				}
				skipped := floorDiv(zo.Local(zo.Reaches(day*86_400)), 86_400) != day
				if at < last || at == last && !skipped && minute != 0 {
					t.Fatalf("%s, %v: %02d:%02d of %s is not after that of the day before", zo.Name, tu, minute/60, minute%60, OfDate(day))
				}
				last = at
			}
		}
	})
}

// X at HH:MM is the earliest of the days' instants at or after X, and of the instants of all days none is left out.
func TestAtClockInEveryZone(t *testing.T) {
	everyTurn(t, func(t *testing.T, zo *zonetest.Zone, tu zonetest.Turn) {
		around := floorDiv(tu.At+tu.Before, 86_400)
		for _, minute := range minutesAround(tu) {
			var all []int64
			for day := around - 3; day <= around+5; day++ {
				all = append(all, zo.Reaches(day*86_400+minute*60)*1000)
			}
			for _, off := range []int64{-86_400, -1, 0, 1, 1_800, 86_400} {
				from := (tu.At + off) * 1000
				got, ok := AtClock(from, minute, zo.Location)
				if want := firstFrom(all, from); !ok || got != want {
					t.Fatalf("%s, %v: %s at %02d:%02d is %s, want %s", zo.Name, tu, OfTime(from), minute/60, minute%60, OfTime(got), OfTime(want))
				}
			}
		}
	})
}

func firstFrom(all []int64, from int64) int64 {
	for _, at := range all {
		if at >= from {
			return at
		}
	}
	return -1
}

// The odd ones by name: half an hour, midnight skipped and midnight twice, a clock that goes back over midnight, and days
// that there never were.
func TestOddClocks(t *testing.T) {
	for _, tc := range []struct{ what, zone, day, first, hours string }{
		{"half an hour less", "Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", "23h30m0s"},
		{"half an hour more", "Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "24h30m0s"},
		{"no midnight", "America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "23h0m0s"},
		{"an hour more before midnight", "America/Santiago", "2026-04-04", "2026-04-04T03:00:00Z", "25h0m0s"},
		{"no midnight", "Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z", "23h0m0s"},
		{"no midnight, but an hour", "America/Havana", "2026-03-08", "2026-03-08T05:00:00Z", "23h0m0s"},
		{"midnight twice", "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "25h0m0s"},
		{"one minute past midnight back to the day before", "America/St_Johns", "2009-11-01", "2009-11-01T02:30:00Z", "25h0m0s"},
		{"and that day ended at the first midnight", "America/St_Johns", "2009-10-31", "2009-10-31T02:30:00Z", "24h0m0s"},
		{"the last hour skipped", "America/Nuuk", "2026-03-28", "2026-03-28T02:00:00Z", "23h0m0s"},
		{"a day that there never was", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "0s"},
		{"a day that there never was", "Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z", "0s"},
		{"a day that there never was", "Pacific/Kiritimati", "1994-12-31", "1994-12-31T10:00:00Z", "0s"},
	} {
		zone := zoneNamed(t, tc.zone)
		day, _ := ParseDate(tc.day)
		first := Midnight(day, zone)
		hours := time.Duration(Midnight(day+1, zone)-first) * time.Millisecond
		if OfTime(first).String() != tc.first || hours.String() != tc.hours {
			t.Errorf("%s: %s in %s begins %s and lasts %v, want %s and %s", tc.what, tc.day, tc.zone, OfTime(first), hours, tc.first, tc.hours)
		}
	}
}

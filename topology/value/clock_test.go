package value

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/topology/value/iana"
)

func zoneNamed(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := iana.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestAtClock(t *testing.T) {
	for _, tc := range []struct {
		what, zone, at string
		minute         int64
		want           string
	}{
		{"later that day", "Europe/Berlin", "2026-03-02T07:59:59Z", 540, "2026-03-02T08:00:00Z"},
		{"that very instant", "Europe/Berlin", "2026-03-02T08:00:00Z", 540, "2026-03-02T08:00:00Z"},
		{"the next day", "Europe/Berlin", "2026-03-02T08:00:00.001Z", 540, "2026-03-03T08:00:00Z"},
		{"a skipped time is the first instant after the gap", "Europe/Berlin", "2026-03-28T23:00:00Z", 150, "2026-03-29T01:00:00Z"},
		{"before the gap", "Europe/Berlin", "2026-03-29T00:59:59Z", 150, "2026-03-29T01:00:00Z"},
		{"after the gap", "Europe/Berlin", "2026-03-29T01:00:00.001Z", 150, "2026-03-30T00:30:00Z"},
		{"a doubled time is the first", "Europe/Berlin", "2026-10-24T22:00:00Z", 150, "2026-10-25T00:30:00Z"},
		{"between the two", "Europe/Berlin", "2026-10-25T01:00:00Z", 150, "2026-10-26T01:30:00Z"},
		{"a day that does not exist", "Pacific/Apia", "2011-12-30T09:59:00Z", 540, "2011-12-30T10:00:00Z"},
		{"the instant at which that day would have been", "Pacific/Apia", "2011-12-30T10:00:00Z", 540, "2011-12-30T10:00:00Z"},
		{"far east", "Pacific/Kiritimati", "2026-03-01T18:00:00Z", 540, "2026-03-01T19:00:00Z"},
		{"midnight", "America/New_York", "2026-03-02T05:00:00Z", 0, "2026-03-02T05:00:00Z"},
	} {
		at, _ := time.Parse(time.RFC3339Nano, tc.at)
		got, ok := AtClock(at.UnixMilli(), tc.minute, zoneNamed(t, tc.zone))
		if text := time.UnixMilli(got).UTC().Format(time.RFC3339); !ok || text != tc.want {
			t.Errorf("%s: %s, want %s", tc.what, text, tc.want)
		}
	}
	if _, ok := AtClock(1<<62, 0, time.UTC); ok {
		t.Error("an instant beyond all calendars has a clock")
	}
}

// The slow way: minute by minute, the first whose local time is asked for; a gap that holds it ends the search.
func TestAtClockAgreesWithSteppingThroughTheMinutes(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Casablanca"}
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneNamed(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		at := rapid.Int64Range(0, 2_000_000_000/60).Draw(t, "minute") * 60_000
		minute := rapid.Int64Range(0, 1439).Draw(t, "clock")
		got, ok := AtClock(at, minute, zone)
		if want := stepped(at, minute, zone); !ok || got != want {
			t.Fatalf("%s at %s: %s, want %s", time.UnixMilli(at).In(zone), time.UnixMilli(minute*60_000).UTC().Format("15:04"), time.UnixMilli(got).In(zone), time.UnixMilli(want).In(zone))
		}
	})
}

func stepped(at, minute int64, zone *time.Location) int64 {
	seen := map[int64]bool{} // days whose time came before
	for from := at - 2*DayMillis; ; from += 60_000 {
		local := time.UnixMilli(from).In(zone)
		before := time.UnixMilli(from - 60_000).In(zone)
		now, then := int64(local.Hour()*60+local.Minute()), int64(before.Hour()*60+before.Minute())
		day := DayOf(from, zone)
		reached := now == minute
		_, east := local.Zone()
		_, was := before.Zone()
		if east > was && !reached { // a gap: it holds the times between
			if gap := (now - then + 1440) % 1440; gap > 1 && (minute-then+1440)%1440 < gap && (minute-then+1440)%1440 > 0 {
				reached = true
				if minute > now {
					day--
				}
			}
		}
		if !reached || seen[day] {
			continue
		}
		seen[day] = true
		if from >= at {
			return from
		}
	}
}

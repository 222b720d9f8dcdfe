package window

import (
	"testing"
	"time"

	"holdfast/topology/value"
	"holdfast/topology/value/zonetest"
)

// Calendar months and panes of a day over every zone of the database and every clock change of 1970 to 2037. Where a month
// begins and ends is worked out by zonetest, from change to change.

func everyZone(t *testing.T) []*zonetest.Zone {
	zones, err := zonetest.All()
	if err != nil {
		t.Fatal(err)
	}
	return zones
}

// monthBegins is the first instant (ms) of the month that is so many after that of a local time (s).
func monthBegins(zo *zonetest.Zone, local int64, after int) int64 {
	date := time.Unix(local, 0).UTC()
	return zo.Reaches(time.Date(date.Year(), date.Month()+time.Month(after), 1, 0, 0, 0, 0, time.UTC).Unix()) * 1000
}

var aroundTurn = []int64{-86_400, -3_601, -1_800, -1, 0, 1, 1_800, 3_599, 3_600, 86_400}

// The month of an instant turns when the next one begins, and at no other instant in between.
func TestMonthsTurnWhenTheNextOneBeginsInEveryZone(t *testing.T) {
	month := Window{Month: 1}
	for _, zo := range everyZone(t) {
		for _, tu := range zo.Turns() {
			for _, off := range aroundTurn {
				now := (tu.At + off) * 1000
				turns := month.next(now, zo.Location, nil)
				want := monthBegins(zo, tu.At+tu.Before, 0)
				for after := 1; want <= now; after++ {
					want = monthBegins(zo, tu.At+tu.Before, after)
				}
				from, _ := month.Panes(now, zo.Location)
				before, _ := month.Panes(turns-1, zo.Location)
				then, _ := month.Panes(turns, zo.Location)
				if turns != want || before != from || then <= from {
					t.Fatalf("%s, %v: the month of %s ends %s, want %s (panes from %d, then %d, then %d)", zo.Name, tu, value.OfTime(now), value.OfTime(turns), value.OfTime(want), from, before, then)
				}
			}
		}
	}
}

// An event is counted in one month, that which has begun and not ended, whenever it is asked for; checked where a clock
// changes within two days of the edge of a month.
func TestEventsAreCountedInOneMonthInEveryZone(t *testing.T) {
	windows := []Window{{Month: 1}, {Month: 2}, {Month: 3}}
	sl, turns := paned(OpPaneCount, 0, windows...), 0
	for _, zo := range everyZone(t) {
		for _, tu := range zo.Turns() {
			if day := time.Unix(tu.At+tu.Before, 0).UTC().Day(); day > 2 && day < 28 {
				continue
			}
			turns++
			for _, off := range aroundTurn {
				at := (tu.At + off) * 1000
				sub := newMemory()
				sl.Fold(sub, happening{at: at, weight: 1}.event(), at, zo.Location, &Scratch{})
				for _, later := range []int64{0, value.DayMillis, 20 * value.DayMillis, 40 * value.DayMillis} {
					now := at + later
					for _, wi := range windows {
						ago := 1 - wi.Month
						from, until := monthOf(zo, now, ago)
						want := int64(0)
						if from <= at && at < until {
							want = 1
						}
						if got := sl.Within(sub, wi, now, zo.Location).N; got != want {
							t.Fatalf("%s, %v: an event at %s counts %d at %s in the month [%s, %s)", zo.Name, tu, value.OfTime(at), got, value.OfTime(now), value.OfTime(from), value.OfTime(until))
						}
					}
				}
			}
		}
	}
	if turns < 500 {
		t.Errorf("%d clock changes at the edge of a month: the database is not all there", turns)
	}
}

// monthOf is the month that holds an instant, or one before it.
func monthOf(zo *zonetest.Zone, now int64, ago int) (from, until int64) {
	for after := 2; ; after-- {
		if monthBegins(zo, now/1000, after) <= now {
			return monthBegins(zo, now/1000, after+ago), monthBegins(zo, now/1000, after+ago+1)
		}
	}
}

// Panes of a day hold every instant once: each is in the pane that has begun and not ended.
func TestDayPanesPartitionTimeInEveryZone(t *testing.T) {
	for _, zo := range everyZone(t) {
		for _, tu := range zo.Turns() {
			for _, off := range aroundTurn {
				at := (tu.At+off)*1000 + 999
				pane := paneAt(maxPaneMillis, at, zo.Location)
				if from, until := paneStart(maxPaneMillis, pane, zo.Location), paneStart(maxPaneMillis, pane+1, zo.Location); at < from || at >= until {
					t.Fatalf("%s, %v: %s is in pane %d, which is [%s, %s)", zo.Name, tu, value.OfTime(at), pane, value.OfTime(from), value.OfTime(until))
				}
			}
		}
	}
}

package window

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"testing"
	"time"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"

	"pgregory.net/rapid"
)

// happening is an event of the naive list.
type happening struct {
	at, n, weight int64
	missing       bool
}

func (ha happening) event() *schemas.Event {
	ev := &schemas.Event{Kind: schemas.KindUserAction, At: ha.at, Count: ha.weight}
	if !ha.missing {
		ev.Props = []schemas.Field{{Name: "n", Value: schemas.Value{Kind: schemas.Long, Num: ha.n}}}
	}
	return ev
}

// paned makes the slot of an operation with the windows that are read from it.
func paned(op Op, slack int64, windows ...Window) *Slot {
	sl := slot(op, value.Int)
	sl.Slack, sl.Width = slack, windows[0].PaneMillis()
	for _, wi := range windows {
		sl.Reach = max(sl.Reach, wi.Reach())
		sl.Lists = sl.Lists || wi.Bounded()
	}
	return sl
}

var zoneNames = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "America/Sao_Paulo"}

func zoned(t *rapid.T) *time.Location {
	zone, err := time.LoadLocation(rapid.SampledFrom(zoneNames).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// inWindow says the obvious: the pane of the event has an instant in the window. edge is its youngest one.
func inWindow(wi Window, at, now int64, zone *time.Location) bool {
	if wi.Month > 0 {
		then, today := time.UnixMilli(at).In(zone), time.UnixMilli(now).In(zone)
		months := (today.Year()-then.Year())*12 + int(today.Month()) - int(then.Month())
		return months == wi.Month-1 || wi.Month == 1 && months < 0
	}
	edge := youngest(wi.PaneMillis(), at, zone)
	return edge > now-wi.Before-wi.Length && (wi.Before == 0 || edge <= now-wi.Before)
}

func youngest(width, at int64, zone *time.Location) int64 {
	if width < value.DayMillis {
		return at - at%width + width - 1
	}
	return value.Midnight(value.DayOf(at, zone)+1, zone) - 1
}

var windows = []Window{
	{Length: 600_000}, {Length: value.DayMillis}, {Length: 7 * value.DayMillis}, {Length: 7 * value.DayMillis, Before: 7 * value.DayMillis},
	{Length: 28 * value.DayMillis, Before: 7 * value.DayMillis}, {Length: 90 * value.DayMillis}, {Length: 60 * value.DayMillis, Before: 60 * value.DayMillis},
	{Month: 1}, {Month: 2}, {Month: 3}, {Length: 3_601_000}, {Length: value.DayMillis, Before: 3_600_000},
}

// 2026-03-08 09:00, the day of a clock change in New York and Havana.
const someDay = 1772960400000

// instants near the edges of panes and windows, and anywhere.
func drawInstant(t *rapid.T, wi Window) int64 {
	reach := wi.Reach()
	at := someDay + rapid.Int64Range(-reach, reach).Draw(t, "at")
	width := wi.PaneMillis()
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		at -= at % width
		at += rapid.Int64Range(-1, 1).Draw(t, "edge")
	case 1:
		at = someDay + rapid.Int64Range(-2, 2).Draw(t, "windows")*max(wi.Length, wi.Before, value.DayMillis) + rapid.Int64Range(-1, 1).Draw(t, "edge")
	}
	return at
}

// Every aggregate over a window is what the list of events gives, for events that come in any order and instants that lie
// back by a lateness at most.
func TestWindowsAgreeWithTheList(t *testing.T) {
	ops := []Op{OpPaneCount, OpPaneSum, OpPaneValues, OpPaneMin, OpPaneMax, OpSeen, OpTop}
	rapid.Check(t, func(t *rapid.T) {
		wi, zone := rapid.SampledFrom(windows).Draw(t, "window"), zoned(t)
		slack := rapid.SampledFrom([]int64{0, 600_000, 3 * value.DayMillis}).Draw(t, "slack")
		sl := paned(rapid.SampledFrom(ops).Draw(t, "op"), slack, wi)
		sub, sc, newest := newMemory(), &Scratch{}, int64(math.MinInt64)
		var list []happening
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			ha := happening{at: drawInstant(t, wi), n: rapid.Int64Range(-9, 40).Draw(t, "n"), weight: rapid.Int64Range(0, 20).Draw(t, "weight"), missing: rapid.IntRange(0, 5).Draw(t, "missing") == 0}
			list = append(list, ha)
			sl.Fold(sub, ha.event(), ha.at, zone, sc)
			newest = max(newest, ha.at)
			now := max(drawInstant(t, wi), newest-slack)
			got, want := readBack(sl, sub, wi, now, zone), naive(sl.Op, wi, list, now, zone)
			if got != want {
				t.Fatalf("op %d %+v at %d of %+v: got %s, want %s", sl.Op, wi, now, list, got, want)
			}
		}
	})
}

func readBack(sl *Slot, sub topology.Cells, wi Window, now int64, zone *time.Location) string {
	if sl.Op == OpTop {
		return strings.Join(DecodeList(sl.Top(sub, wi, now, zone, &Scratch{})), " ")
	}
	ta := sl.Within(sub, wi, now, zone)
	if !ta.Any {
		return "none"
	}
	return fmt.Sprint(ta.N)
}

func naive(op Op, wi Window, list []happening, now int64, zone *time.Location) string {
	n, any := int64(0), false
	distinct := map[int64]int64{}
	for _, ha := range list {
		if !inWindow(wi, ha.at, now, zone) || ha.missing && op != OpPaneCount || op == OpPaneCount && ha.weight == 0 {
			continue
		}
		switch op {
		case OpPaneCount:
			n += ha.weight
		case OpPaneSum:
			n += ha.n
		case OpPaneValues:
			n++
		case OpPaneMin:
			if !any || ha.n < n {
				n = ha.n
			}
		case OpPaneMax:
			if !any || ha.n > n {
				n = ha.n
			}
		}
		distinct[ha.n]++
		any = true
	}
	switch {
	case op == OpTop:
		return naiveTop(distinct)
	case !any:
		return "none"
	case op == OpSeen:
		return fmt.Sprint(len(distinct))
	}
	return fmt.Sprint(n)
}

func naiveTop(counts map[int64]int64) string {
	var texts []string
	for n := range counts {
		texts = append(texts, fmt.Sprint(n))
	}
	sort.Strings(texts)
	sort.SliceStable(texts, func(i, j int) bool { return counts[number(texts[i])] > counts[number(texts[j])] })
	return strings.Join(texts[:min(len(texts), TopValues)], " ")
}

func number(text string) (n int64) {
	fmt.Sscan(text, &n)
	return n
}

// A ring settles every comparison with what it was made for, to the millisecond.
func TestRingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wi := Window{Length: rapid.Int64Range(1, 50).Draw(t, "window")}
		sl := slot(OpRing, value.Int)
		sl.Most = rapid.IntRange(1, 6).Draw(t, "most")
		sub, sc := newMemory(), &Scratch{}
		var list []happening
		for range rapid.IntRange(0, 15).Draw(t, "events") {
			ha := happening{at: rapid.Int64Range(0, 60).Draw(t, "at"), weight: rapid.SampledFrom([]int64{1, 1, 1, 0, 3, -2}).Draw(t, "weight")}
			list = append(list, ha)
			sl.Fold(sub, ha.event(), ha.at, nil, sc)
		}
		now := rapid.Int64Range(0, 120).Draw(t, "now")
		want := int64(0)
		for _, ha := range list {
			if ha.at > now-wi.Length {
				want += max(ha.weight, 0)
			}
		}
		got := sl.Within(sub, wi, now, nil).N
		if min(got, int64(sl.Most)) != min(want, int64(sl.Most)) {
			t.Fatalf("%d of %+v: got %d, want %d, up to %d", now, list, got, want, sl.Most)
		}
	})
}

// A ring of values settles every comparison of their number with what it was made for.
func TestRingOfValuesIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wi := Window{Length: rapid.Int64Range(1, 50).Draw(t, "window")}
		sl := slot(OpNewest, value.Int)
		sl.Width, sl.Most = 1, rapid.IntRange(1, 5).Draw(t, "most")
		sub, sc, last := newMemory(), &Scratch{}, map[int64]int64{}
		for range rapid.IntRange(0, 25).Draw(t, "events") {
			ha := happening{at: rapid.Int64Range(1, 40).Draw(t, "at"), n: rapid.Int64Range(0, 9).Draw(t, "n")}
			last[ha.n] = max(last[ha.n], ha.at)
			sl.Fold(sub, ha.event(), ha.at, nil, sc)
			now, want := rapid.Int64Range(0, 100).Draw(t, "now"), 0
			for _, at := range last {
				if at > now-wi.Length {
					want++
				}
			}
			if got := sl.Within(sub, wi, now, nil).N; min(got, int64(sl.Most)) != int64(min(want, sl.Most)) {
				t.Fatalf("%d at %d, want %d, up to %d: %v", got, now, want, sl.Most, last)
			}
			if n := len(openAll(sub.bytes[sl.Key])); n > sl.Most {
				t.Fatalf("%d values kept, %d are enough", n, sl.Most)
			}
		}
	})
}

func openAll(cell []byte) (list []seenValue) {
	for cells := openSeen(cell); ; {
		va, ok := cells.next()
		if !ok {
			return list
		}
		list = append(list, va)
	}
}

// Between two instants that NextWithin names nothing changes, and at an exact W an event is out.
func TestNextWithinMissesNoChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wi, zone := rapid.SampledFrom(windows).Draw(t, "window"), zoned(t)
		op := rapid.SampledFrom([]Op{OpPaneCount, OpPaneSum, OpPaneMax, OpSeen, OpTop, OpRing, OpNewest}).Draw(t, "op")
		if op == OpRing || op == OpNewest {
			wi = Window{Length: 7 * value.DayMillis}
		}
		sl := paned(op, 0, wi)
		if op == OpNewest {
			sl.Width = 1
		}
		sl.Most = 3
		sub, sc, now := newMemory(), &Scratch{}, int64(0)
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			ha := happening{at: drawInstant(t, wi), n: rapid.Int64Range(1, 5).Draw(t, "n"), weight: 1}
			sl.Fold(sub, ha.event(), ha.at, zone, sc)
			now = max(now, ha.at)
		}
		now = max(now, someDay)
		for range 6 {
			before, next := readBack(sl, sub, wi, now, zone), sl.NextWithin(sub, wi, now, zone)
			if next <= now {
				t.Fatalf("next %d is not after %d", next, now)
			}
			last := min(next-1, now+400*value.DayMillis)
			for _, at := range []int64{now + (last-now)/2, last, rapid.Int64Range(now, last).Draw(t, "between")} {
				if got := readBack(sl, sub, wi, at, zone); got != before {
					t.Fatalf("op %d %+v: %s at %d, %s at %d, next is %d", op, wi, before, now, got, at, next)
				}
			}
			if next == Open {
				return
			}
			now = next
		}
	})
}

func TestEventExactlyAWindowOldIsOut(t *testing.T) {
	wi := Window{Length: 7 * value.DayMillis}
	sl, sub := slot(OpRing, value.Int), newMemory()
	sl.Most = 4
	sl.Fold(sub, happening{at: someDay, weight: 1}.event(), someDay, nil, &Scratch{})
	out := someDay + wi.Length
	if n := sl.Within(sub, wi, out-1, nil).N; n != 1 {
		t.Errorf("a millisecond before: %d", n)
	}
	if n := sl.Within(sub, wi, out, nil).N; n != 0 {
		t.Errorf("exactly a window old: %d", n)
	}
	if next := sl.NextWithin(sub, wi, someDay, nil); next != out {
		t.Errorf("leaves at %d, want %d", next, out)
	}
}

// What a slot forgets is older than any window looks, so its cell does not grow with the life of a subject.
func TestPanesAreForgotten(t *testing.T) {
	for _, op := range []Op{OpPaneCount, OpPaneMin, OpSeen, OpTop} {
		wi := Window{Length: 30 * value.DayMillis}
		sl, sub, sc, size := paned(op, 600_000, wi), newMemory(), &Scratch{}, 0
		for i := range int64(4000) {
			at := someDay + i*6*3_600_000
			sl.Fold(sub, happening{at: at, n: i % 7, weight: 1}.event(), at, time.UTC, sc)
			size = max(size, len(sub.bytes[sl.Key]))
		}
		if limit := map[Op]int{OpPaneCount: 90, OpPaneMin: 90, OpSeen: 80, OpTop: 400}[op]; size > limit {
			t.Errorf("op %d: %d bytes, at most %d wanted", op, size, limit)
		}
	}
}

// A sum that leaves 64 bits is unknown while it does, and known again when the large values have left.
func TestSumOfHugeValues(t *testing.T) {
	wi := Window{Length: 60 * 60_000}
	sl, sub, sc := paned(OpPaneSum, 0, wi), newMemory(), &Scratch{}
	huge := int64(math.MaxInt64 - 5)
	for i, n := range []int64{huge, huge, -huge, 7} {
		at := someDay + int64(i)*60_000
		sl.Fold(sub, happening{at: at, n: n}.event(), at, nil, sc)
	}
	at := func(minute int64) Tally { return sl.Within(sub, wi, someDay+minute*60_000, nil) }
	if ta := at(3); !ta.Lost {
		t.Errorf("all four, two more than fits: %+v", ta)
	}
	if ta := at(61); ta.Lost || ta.N != 7 {
		t.Errorf("without the first: %+v", ta)
	}
	if ta := at(62); ta.Lost || ta.N != 7-huge {
		t.Errorf("the last two: %+v", ta)
	}
	sl.Fold(sub, happening{at: someDay, n: huge}.event(), someDay, nil, sc)
	if ta := at(3); !ta.Lost {
		t.Errorf("a pane whose own sum left 64 bits: %+v", ta)
	}
}

// Beyond MaxSeen the count is an estimate with the stated error.
func TestManyDistinctValuesAreEstimated(t *testing.T) {
	wi := Window{Length: 30 * value.DayMillis}
	for _, values := range []int64{256, MaxSeen, 2000, 20000} {
		sl, sub, sc := paned(OpSeen, 0, wi), newMemory(), &Scratch{}
		for n := range values {
			at := someDay + n*value.DayMillis/values
			sl.Fold(sub, happening{at: at, n: n * 7919}.event(), at, nil, sc)
		}
		got := sl.Within(sub, wi, someDay+value.DayMillis, nil).N
		if off := math.Abs(float64(got-values)) / float64(values); values <= MaxSeen && off > 0 || off > 4*0.062 {
			t.Errorf("%d values: counted %d", values, got)
		}
		if size := len(sub.bytes[sl.Key]); size > 4200 {
			t.Errorf("%d values: %d bytes", values, size)
		}
	}
}

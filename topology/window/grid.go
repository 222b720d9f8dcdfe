package window

import (
	"math"
	"time"

	"holdfast/topology/value"
)

// A window slides: it is (t-W, t]. What an event adds is kept in panes, stretches of time that enter and leave a window
// as a whole. A pane counts as long as any instant of it lies in the window, so a window is never shorter than it says
// and at most one pane longer; of two adjoining windows (`before`) each pane belongs to exactly one.
const (
	panesOfWindow = 60
	minPaneMillis = 60_000
	maxPaneMillis = value.DayMillis
)

// PaneMillis is the width of the panes of a window: W/60 within a minute and a day. Panes of a day are local days of the
// account, the others begin at multiples of their width since the epoch.
func PaneMillis(lengthMillis int64) int64 {
	return min(max(lengthMillis/panesOfWindow, minPaneMillis), maxPaneMillis)
}

// Open is the end of a range of panes that has none: what is folded counts, however new it is.
const Open = math.MaxInt64

// paneAt is the pane in which an instant lies.
func paneAt(widthMillis, at int64, zone *time.Location) int64 {
	if widthMillis != maxPaneMillis {
		return floorDiv(at, widthMillis)
	}
	if zone == time.UTC {
		return floorDiv(at, value.DayMillis)
	}
	return value.DayOf(at, zone)
}

// paneStart is the first instant of a pane.
func paneStart(widthMillis, pane int64, zone *time.Location) int64 {
	if widthMillis != maxPaneMillis {
		return pane * widthMillis
	}
	return value.Midnight(pane, zone)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Window is a stretch of time relative to the instant that is judged.
type Window struct {
	Length int64 // ms; 0 of a month
	Before int64 // ms: how far back it is shifted
	Month  int   // 0: none; 1: this month; 2: last month; and so on back
	Most   int   // of a ring: the weight that settles what is asked of it, whatever else is kept; 0: all
}

// monthMillis and the day more are what a month can take, with a clock change in it.
const monthMillis = 31 * value.DayMillis

// PaneMillis is the width of the panes that the window is read from.
func (wi Window) PaneMillis() int64 {
	if wi.Month > 0 {
		return maxPaneMillis
	}
	return PaneMillis(wi.Length)
}

// Reach is how far back the window looks: what has to be observed before it is exact, and how long panes are kept.
func (wi Window) Reach() int64 {
	if wi.Month > 0 {
		return int64(max(wi.Month, 2)) * monthMillis
	}
	return wi.Length + wi.Before
}

// Earlier is the window of the same length that ends where this one begins.
func (wi Window) Earlier() Window {
	if wi.Month > 0 {
		return Window{Month: wi.Month + 1}
	}
	return Window{Length: wi.Length, Before: wi.Before + wi.Length}
}

// Bounded says that the window ends before the instant that is judged.
func (wi Window) Bounded() bool { return wi.Before > 0 || wi.Month > 1 }

// Panes gives the range [from, until) of panes that are in the window at an instant. The zone matters to local days.
func (wi Window) Panes(now int64, zone *time.Location) (from, until int64) {
	width := wi.PaneMillis()
	if wi.Month > 0 {
		return wi.monthPanes(now, zone)
	}
	from, until = paneAt(width, now-wi.Length-wi.Before+1, zone), Open
	if wi.Before > 0 {
		until = paneAt(width, now-wi.Before+1, zone)
	}
	return from, until
}

func (wi Window) monthPanes(now int64, zone *time.Location) (from, until int64) {
	year, month, _ := civil(value.DayOf(now, zone))
	from, until = firstOfMonth(year, month, 1-wi.Month), Open
	if wi.Month > 1 {
		until = firstOfMonth(year, month, 2-wi.Month)
	}
	return from, until
}

func civil(day int64) (year int, month time.Month, dayOfMonth int) {
	return time.Unix(day*86400, 0).UTC().Date()
}

// firstOfMonth is the first day of the month that is so many months after the given one.
func firstOfMonth(year int, month time.Month, after int) int64 {
	return time.Date(year, month+time.Month(after), 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// Next is the first instant after now at which the window's panes may be others: a pane with something in it enters or
// leaves, or the month begins. firstFrom gives the first pane at or after one that has something in it. Open: never.
func (wi Window) next(now int64, zone *time.Location, firstFrom func(pane int64) (int64, bool)) int64 {
	if wi.Month > 0 {
		year, month, _ := civil(value.DayOf(now, zone))
		return value.Midnight(firstOfMonth(year, month, 1), zone)
	}
	next := wi.crossing(now, wi.Before+wi.Length, zone, firstFrom)
	if wi.Before > 0 {
		next = min(next, wi.crossing(now, wi.Before, zone, firstFrom))
	}
	return next
}

// crossing is the first instant after now at which a pane is wholly older than an age.
func (wi Window) crossing(now, age int64, zone *time.Location, firstFrom func(pane int64) (int64, bool)) int64 {
	width := wi.PaneMillis()
	pane, ok := firstFrom(paneAt(width, now-age+1, zone))
	if !ok {
		return Open
	}
	return paneStart(width, pane+1, zone) - 1 + age
}

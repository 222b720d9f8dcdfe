package window

import (
	"time"

	"holdfast/topology"
)

// Tally is what a slot holds of a window.
type Tally struct {
	N        int64 // the number; of a mean the sum
	Any      bool  // something is in the window
	Lost     bool  // the sum left 64 bits
	Negative bool  // a negative value was seen: the sum of what was seen is no lower bound
}

// Within reads a number over a window. The zone matters to local days and months.
func (sl *Slot) Within(cells topology.Cells, wi Window, now int64, zone *time.Location) Tally {
	switch sl.Op {
	case OpRing:
		return numbered(sl.countAfter(cells, sl.Key, now-wi.Length))
	case OpActive:
		return numbered(sl.activeAt(cells, now))
	case OpNewest:
		return numbered(sl.countSeen(cells, now-wi.Length+1, Open))
	}
	if sl.Op == OpSeen {
		from, until := wi.Panes(now, zone)
		return numbered(sl.countSeen(cells, from, until))
	}
	return sl.numbersWithin(cells, wi, now, zone)
}

// numbersWithin has a short way for what most reads are: a window up to now with all panes in it.
func (sl *Slot) numbersWithin(cells topology.Cells, wi Window, now int64, zone *time.Location) Tally {
	var se series
	cell, ok := cells.Bytes(sl.Key)
	if !ok || !se.open(sl, cell) {
		return Tally{}
	}
	plain := wi.Before == 0 && wi.Month == 0 && sl.Width < maxPaneMillis && se.flags&flagHuge == 0
	if plain && (se.newest-se.span+1)*sl.Width > now-wi.Length+1 {
		return Tally{N: se.overall, Any: true, Negative: se.flags&flagNegative != 0}
	}
	from, until := wi.Panes(now, zone)
	ta := sl.over(&se, from, until)
	return Tally{N: ta.n, Any: ta.any, Lost: ta.lost, Negative: ta.negative}
}

func numbered(n int64) Tally { return Tally{N: n, Any: n > 0} }

// NextWithin is the first instant after now at which time alone may change what the slot holds of the window; Open: never.
func (sl *Slot) NextWithin(cells topology.Cells, wi Window, now int64, zone *time.Location) int64 {
	switch sl.Op {
	case OpRing:
		if oldest, ok := sl.oldestAfter(cells, sl.Key, now-wi.Length, wi.Most); ok {
			return oldest + wi.Length
		}
		return Open
	case OpNewest:
		if oldest, ok := sl.seenFrom(cells, now-wi.Length+1); ok {
			return oldest + wi.Length
		}
		return Open
	case OpActive:
		if oldest, ok := sl.oldestAfter(cells, sl.AuxKey, now, 0); ok {
			return oldest
		}
		return Open
	}
	return wi.next(now, zone, func(pane int64) (int64, bool) { return sl.firstFrom(cells, pane) })
}

// firstFrom is the first pane at or after one that has something in it.
func (sl *Slot) firstFrom(cells topology.Cells, pane int64) (int64, bool) {
	switch sl.Op {
	case OpSeen:
		return sl.seenFrom(cells, pane)
	case OpTop:
		return sl.topFrom(cells, pane)
	}
	return sl.seriesFrom(cells, pane)
}

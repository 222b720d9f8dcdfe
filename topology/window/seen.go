package window

import (
	"time"

	"holdfast/topology"
	"holdfast/topology/value"
)

// The distinct values of a window: each value with the panes in which it was seen, so that any window over the panes is a
// union and a late value lands where it belongs. Where every window reaches up to now, the newest pane of a value says it
// all and only that is kept. The cell, by rising value:
//
//	formNewest | level | base pane | (value less the one before, newest pane - base)...
//	formLists  | level | base pane | (value less the one before, panes - 1, oldest pane - base, gaps between panes...)...
//
// A value is 40 bits of its hash; a day is itself. Up to MaxSeen values the count is exact (but for two values with one
// hash: once in ten million cells). Beyond it the cell becomes a sample of the values whose hash ends in `level` zero
// bits, each standing for 2^level: between MaxSeen/2 and MaxSeen of them, a standard error of 4.4 to 6.2 %. It does not
// fall back: once a cell was a sample it stays one until it is empty.
//
// A count that is compared with a small constant needs only the values that were seen last, one more than the constant,
// with the instants instead of panes: that is exact to the millisecond, like a ring of events, and small (OpNewest).
//
// Rejected: a HyperLogLog per pane. Sixty of them are 120 KiB; a sample of values with their panes answers for any range.
const (
	formNewest = 7
	formLists  = 8
)

// MaxSeen is the number of distinct values of a window up to which it counts exactly.
const MaxSeen = 512

const (
	seenBits = 40
	maxLevel = 32
	dayBias  = 1 << 21 // makes days of any date that ValidDate admits positive
)

// seenValue is one value of a cell.
type seenValue struct {
	id             uint64
	oldest, newest int64  // panes
	gaps           []byte // formLists: the uvarints between them
}

// seenCell walks over the values of a cell.
type seenCell struct {
	cursor
	form, level byte
	base        int64
	id          uint64
}

func openSeen(cell []byte) seenCell {
	sc := seenCell{cursor: cursor{rest: cell}}
	if len(cell) == 0 || cell[0] != formNewest && cell[0] != formLists {
		sc.rest = nil
		return sc
	}
	sc.form, sc.level = sc.byte(), min(sc.byte(), maxLevel)
	sc.base = sc.varint()
	return sc
}

func (se *seenCell) next() (va seenValue, ok bool) {
	if len(se.rest) == 0 {
		return seenValue{}, false
	}
	se.id += se.uvarint()
	va.id = se.id
	if se.form == formNewest {
		va.newest = se.base + int64(se.uvarint())
		va.oldest = va.newest
		return va, !se.bad
	}
	more := se.uvarint()
	va.oldest = se.base + int64(se.uvarint())
	va.newest = va.oldest
	gaps := se.rest
	for ; more > 0 && !se.bad; more-- {
		va.newest += int64(se.uvarint())
	}
	va.gaps = gaps[:len(gaps)-len(se.rest)]
	return va, !se.bad
}

// first is the first pane of the value at or after one.
func (va *seenValue) first(from int64) (int64, bool) {
	if va.newest < from {
		return 0, false
	}
	at, gaps := va.oldest, cursor{rest: va.gaps}
	for at < from {
		if len(gaps.rest) == 0 {
			return va.newest, true
		}
		at += int64(gaps.uvarint())
	}
	return at, true
}

// identify makes the number under which a value is kept.
func (sl *Slot) identify(va value.Value) uint64 {
	if sl.Days {
		return uint64(va.Num + dayBias)
	}
	return hashValue(va) >> (64 - seenBits)
}

// foldSeen adds a value at an instant.
func (sl *Slot) foldSeen(sub topology.Subject, va value.Value, at int64, zone *time.Location, sc *Scratch) {
	cell, _ := sub.Bytes(sl.Key)
	id, pane := sl.identify(va), paneAt(sl.Width, at, zone)
	cells := openSeen(cell)
	if sampledOut(id, cells.level) || sl.hasSeen(cells, id, pane) {
		return
	}
	rw := seenWriter{lists: sl.Lists, level: cells.level, id: id, pane: pane, panes: sc.panes[:0], kept: -Open}
	if sl.Op == OpNewest {
		rw.least, rw.full = rw.surplus(cells, sl.Most)
	} else {
		rw.kept = sl.oldestKept(rw.newestOf(cells), zone)
	}
	if pane < rw.kept || rw.full && rw.least == id {
		return
	}
	rw.survey(cells)
	for !sl.Days && rw.count(cells) > MaxSeen && rw.level < maxLevel {
		rw.level++
	}
	sc.cell = rw.write(sc.cell[:0], cells)
	sc.panes = rw.panes
	sub.SetBytes(sl.Key, sc.cell)
}

func sampledOut(id uint64, level byte) bool { return id&(1<<level-1) != 0 }

// hasSeen says that the value needs no writing: it has the pane, or a newer one where only the newest counts.
func (sl *Slot) hasSeen(cells seenCell, id uint64, pane int64) bool {
	for {
		va, ok := cells.next()
		switch {
		case !ok || va.id > id:
			return false
		case va.id < id:
			continue
		case cells.form == formNewest && sl.Lists:
			return va.newest == pane
		case cells.form == formNewest:
			return va.newest >= pane
		}
		at, ok := va.first(pane)
		return ok && at == pane
	}
}

// countSeen is the number of distinct values in the panes [from, until).
func (sl *Slot) countSeen(cells topology.Cells, from, until int64) int64 {
	cell, ok := cells.Bytes(sl.Key)
	if !ok {
		return 0
	}
	seen, n := openSeen(cell), int64(0)
	for {
		va, ok := seen.next()
		if !ok {
			return n << seen.level
		}
		if at, ok := va.first(from); ok && at < until {
			n++
		}
	}
}

// seenFrom is the first pane at or after one at whose end the count may change.
func (sl *Slot) seenFrom(cells topology.Cells, from int64) (first int64, ok bool) {
	cell, _ := cells.Bytes(sl.Key)
	seen := openSeen(cell)
	for {
		va, more := seen.next()
		if !more {
			return first, ok
		}
		if at, in := va.first(from); in && (!ok || at < first) {
			first, ok = at, true
		}
	}
}

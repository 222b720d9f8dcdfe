package window

import (
	"encoding/binary"

	"holdfast/schemas"
	"holdfast/topology"
)

// A ring keeps the instants of the newest events, up to a weight of Slot.Most, which makes every comparison of their
// number with something below that exact to the millisecond, whatever the window: the number of events after t-W is that
// of the ring, or both are beyond it. The cell, the newest event first:
//
//	form | instant of the newest, ms | (how much older than the one before it << 1 | heavy, [weight])...
//
// An event has its weight only if that is not 1.
const formRing = 6

// MaxRing is the largest constant that makes a window a ring.
const MaxRing = 64

// instants walks over a ring.
type instants struct {
	cursor
	at, weight int64
}

func openInstants(cell []byte) instants {
	in := instants{cursor: cursor{rest: cell}}
	if len(cell) > 0 && in.byte() == formRing {
		in.at = in.varint()
		return in
	}
	in.rest = nil
	return in
}

// next steps to the next older event.
func (in *instants) next() bool {
	if len(in.rest) == 0 {
		return false
	}
	x := in.uvarint()
	in.at -= int64(x >> 1)
	in.weight = 1
	if x&1 != 0 {
		in.weight = int64(in.uvarint())
	}
	return !in.bad
}

// ringWriter writes a ring from the newest event on, until it has the weight that is wanted.
type ringWriter struct {
	cell         []byte
	last         int64
	weight, most int64
	floor        int64 // ms: nothing at or before it is kept
}

func (rw *ringWriter) add(at, weight int64) {
	if rw.weight >= rw.most || weight <= 0 || at <= rw.floor {
		return
	}
	if len(rw.cell) == 0 {
		rw.cell = binary.AppendVarint(append(rw.cell, formRing), at)
		rw.last = at
	}
	heavy := uint64(0)
	if weight != 1 {
		heavy = 1
	}
	rw.cell = binary.AppendUvarint(rw.cell, uint64(rw.last-at)<<1|heavy)
	if heavy != 0 {
		rw.cell = binary.AppendUvarint(rw.cell, uint64(weight))
	}
	rw.last = at
	rw.weight += weight
}

// merge writes the events of a cell and one more; a negative weight takes from what is there.
func (rw *ringWriter) merge(cell []byte, at, weight int64) {
	in, placed := openInstants(cell), false
	for in.next() {
		switch {
		case placed || in.at > at:
			rw.add(in.at, in.weight)
		case in.at == at:
			placed = true
			rw.add(at, in.weight+weight)
		default:
			placed = true
			rw.add(at, weight)
			rw.add(in.at, in.weight)
		}
	}
	if !placed {
		rw.add(at, weight)
	}
}

func (sl *Slot) foldRing(sub topology.Subject, ev *schemas.Event, at int64, sc *Scratch) {
	weight := min(ev.Count, maxWeight)
	if weight <= 0 {
		return
	}
	cell, _ := sub.Bytes(sl.Key)
	rw := ringWriter{cell: sc.cell[:0], most: int64(sl.Most), floor: -Open}
	rw.merge(cell, at, weight)
	sc.cell = rw.cell
	sub.SetBytes(sl.Key, rw.cell)
}

// countAfter is the weight of the events after an instant.
func (sl *Slot) countAfter(cells topology.Cells, key uint32, after int64) int64 {
	cell, ok := cells.Bytes(key)
	if !ok {
		return 0
	}
	in, n := openInstants(cell), int64(0)
	for in.next() && in.at > after {
		n += in.weight
	}
	return n
}

// oldestAfter is the oldest event after an instant.
func (sl *Slot) oldestAfter(cells topology.Cells, key uint32, after int64) (oldest int64, ok bool) {
	cell, _ := cells.Bytes(key)
	in := openInstants(cell)
	for in.next() && in.at > after {
		oldest, ok = in.at, true
	}
	return oldest, ok
}

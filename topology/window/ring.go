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
//	form | instant of the newest, ms | how much older the oldest is | weight of all | (how much older than the one before it << 1 | heavy, [weight])...
//
// An event has its weight only if that is not 1. What most events do is put one entry in front of the others, which stay
// as they are; what most reads want is in the header. So a ring may hold somewhat more than Slot.Most (slackOf): only then
// it is written anew.
const formRing = 10

// formPlainRing is that of rings without the age of the oldest and the weight of all, which are still read.
const formPlainRing = 6

// MaxRing is the largest constant that makes a window a ring.
const MaxRing = 64

// slackOf is how much more than `most` a ring may weigh before it is cut.
func slackOf(most int64) int64 { return 4 + most/2 }

// instants walks over a ring.
type instants struct {
	cursor
	at, weight   int64
	newest, span int64 // of the header
	all          int64
}

func openInstants(cell []byte) instants {
	in := instants{cursor: cursor{rest: cell}}
	if len(cell) == 0 {
		return in
	}
	switch in.byte() {
	case formRing:
		in.newest, in.span, in.all = in.varint(), int64(in.uvarint()), int64(in.uvarint())
	case formPlainRing:
		in.newest = in.varint()
		in.at = in.newest
		in.measure()
	default:
		in.rest = nil
	}
	in.at = in.newest
	return in
}

// measure finds what the header of a plain ring does not say.
func (in *instants) measure() {
	walk := *in
	for walk.next() {
		in.all += walk.weight
	}
	in.span = in.newest - walk.at
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
	body         []byte
	newest, last int64
	weight, most int64
	floor        int64 // ms: nothing at or before it is kept
}

func (rw *ringWriter) add(at, weight int64) {
	if rw.weight >= rw.most || weight <= 0 || at <= rw.floor {
		return
	}
	if len(rw.body) == 0 {
		rw.newest, rw.last = at, at
	}
	rw.body = appendInstant(rw.body, rw.last-at, weight)
	rw.last = at
	rw.weight += weight
}

func appendInstant(dst []byte, gap, weight int64) []byte {
	if weight == 1 {
		return binary.AppendUvarint(dst, uint64(gap)<<1)
	}
	return binary.AppendUvarint(binary.AppendUvarint(dst, uint64(gap)<<1|1), uint64(weight))
}

func appendRingHeader(dst []byte, newest, span, weight int64) []byte {
	dst = binary.AppendVarint(append(dst, formRing), newest)
	return binary.AppendUvarint(binary.AppendUvarint(dst, uint64(span)), uint64(weight))
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

// mergeRing is merge into the memory at hand; nothing is left of a ring without events.
func (sc *Scratch) mergeRing(cell []byte, at, weight, most, floor int64) []byte {
	rw := ringWriter{body: sc.body[:0], most: most, floor: floor}
	rw.merge(cell, at, weight)
	sc.body = rw.body
	if len(rw.body) == 0 {
		return nil
	}
	sc.cell = append(appendRingHeader(sc.cell[:0], rw.newest, rw.newest-rw.last, rw.weight), rw.body...)
	return sc.cell
}

func (sl *Slot) foldRing(sub topology.Subject, ev *schemas.Event, at int64, sc *Scratch) {
	weight := min(ev.Count, maxWeight)
	if weight <= 0 {
		return
	}
	cell, _ := sub.Bytes(sl.Key)
	if grown := sl.inFront(cell, at, weight, sc); grown != nil {
		sub.SetBytes(sl.Key, grown)
		return
	}
	sub.SetBytes(sl.Key, sc.mergeRing(cell, at, weight, int64(sl.Most), -Open))
}

// inFront puts an event that is the newest in front of the others; nil where that will not do.
func (sl *Slot) inFront(cell []byte, at, weight int64, sc *Scratch) []byte {
	in := openInstants(cell)
	if in.bad || len(in.rest) == 0 || at <= in.newest || in.all+weight > int64(sl.Most)+slackOf(int64(sl.Most)) {
		return nil
	}
	grown := appendRingHeader(sc.cell[:0], at, at-in.newest+in.span, in.all+weight)
	grown = appendInstant(grown, 0, weight)
	if !in.next() {
		return nil
	}
	sc.cell = append(appendInstant(grown, at-in.newest, in.weight), in.rest...)
	return sc.cell
}

// countAfter is the weight of the events after an instant.
func (sl *Slot) countAfter(cells topology.Cells, key uint32, after int64) int64 {
	cell, ok := cells.Bytes(key)
	if !ok {
		return 0
	}
	in, n := openInstants(cell), int64(0)
	if in.newest-in.span > after {
		return in.all
	}
	for in.next() && in.at > after {
		n += in.weight
	}
	return n
}

// oldestAfter is the oldest event after an instant, of the newest that have a weight; 0: of all. What is older settles
// nothing, and is there only where another condition needs it.
func (sl *Slot) oldestAfter(cells topology.Cells, key uint32, after int64, most int) (oldest int64, ok bool) {
	cell, _ := cells.Bytes(key)
	in, weight := openInstants(cell), int64(0)
	all := most == 0 || sl.Most <= most
	if all && len(in.rest) > 0 && in.newest-in.span > after {
		return in.newest - in.span, true
	}
	for (all || weight < int64(most)) && in.next() && in.at > after {
		oldest, ok = in.at, true
		weight += in.weight
	}
	return oldest, ok
}

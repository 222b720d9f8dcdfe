package window

import (
	"encoding/binary"
	"math/bits"

	"holdfast/topology"
	"holdfast/topology/value"
)

// A series is one number per pane, for the panes that have any, in one cell:
//
//	form | [flags] | newest pane | panes from the oldest to it | its number | aggregate of all | older panes, the oldest first
//
// An older pane is its number and the gap to the next one, in a byte for small ones. What most events do is then cheap:
// the newest pane is in the header, a new one is appended at the end, what leaves is cut off the front. And most reads
// are a look at the aggregate of all, less the few panes at the front that have left since.
const (
	formPanes = 4 // counts, minima, maxima
	formSums  = 5 // sums, with flags as of a lifetime sum
)

const (
	inlineCode = 15      // numbers below it share a byte with the gap
	hugeNumber = 1 << 50 // beyond it sums of panes may leave 64 bits and are added up with care
	flagHuge   = 4       // in the flags: some pane is that large
	maxWeight  = 1 << 40 // of one event in a count
)

// series is the header of a cell and what follows it.
type series struct {
	flags         byte
	newest, span  int64
	last, overall int64
	older         []byte
}

// open reads the header; false for what is no cell of the slot.
func (se *series) open(sl *Slot, cell []byte) bool {
	cu := cursor{rest: cell}
	switch form := cu.byte(); {
	case form == formSums && sl.Op == OpPaneSum:
		se.flags = cu.byte()
	case form != formPanes || sl.Op == OpPaneSum:
		return false
	}
	se.newest, se.span = cu.varint(), int64(cu.uvarint())
	se.last, se.overall = cu.varint(), cu.varint()
	se.older = cu.rest
	return !cu.bad && se.span >= 0
}

func (sl *Slot) appendHeader(dst []byte, se *series) []byte {
	if sl.Op == OpPaneSum {
		dst = append(dst, formSums, se.flags)
	} else {
		dst = append(dst, formPanes)
	}
	dst = binary.AppendVarint(dst, se.newest)
	dst = binary.AppendUvarint(dst, uint64(se.span))
	dst = binary.AppendVarint(dst, se.last)
	return binary.AppendVarint(dst, se.overall)
}

// signed says that the numbers may be negative; counts may not, so their small ones are twice as many.
func (sl *Slot) signed() bool { return sl.Op != OpPaneCount && sl.Op != OpPaneValues }

func (sl *Slot) additive() bool {
	return sl.Op == OpPaneCount || sl.Op == OpPaneValues || sl.Op == OpPaneSum
}

func (sl *Slot) appendOlder(dst []byte, n, gap int64) []byte {
	code := uint64(n)
	if sl.signed() {
		code = zigzag(n)
	}
	if code < inlineCode {
		return binary.AppendUvarint(dst, uint64(gap-1)<<4|code)
	}
	dst = binary.AppendUvarint(dst, uint64(gap-1)<<4|inlineCode)
	return binary.AppendUvarint(dst, code-inlineCode)
}

// nextOlder reads an older pane. A cursor that is at its end gives a gap of zero.
func (sl *Slot) nextOlder(cu *cursor) (n, gap int64) {
	if len(cu.rest) == 0 {
		return 0, 0
	}
	if x := cu.rest[0]; x < 0x80 && x&15 < inlineCode {
		cu.rest = cu.rest[1:]
		if sl.signed() {
			return unzigzag(uint64(x & 15)), int64(x>>4) + 1
		}
		return int64(x & 15), int64(x>>4) + 1
	}
	return sl.longOlder(cu)
}

func (sl *Slot) longOlder(cu *cursor) (n, gap int64) {
	x := cu.uvarint()
	code := x & 15
	if code == inlineCode {
		code += cu.uvarint()
	}
	if cu.bad {
		return 0, 0
	}
	n = int64(code)
	if sl.signed() {
		n = unzigzag(code)
	}
	return n, int64(x>>4) + 1
}

// join puts two numbers of one pane together.
func (sl *Slot) join(a, b int64) int64 {
	switch sl.Op {
	case OpPaneMin:
		return min(a, b)
	case OpPaneMax:
		return max(a, b)
	case OpPaneSum:
		sum, ok := value.AddInt(a, b)
		if !ok {
			return lostSum
		}
		return sum
	}
	return min(a+b, hugeNumber)
}

// lostSum stands for a sum of one pane that left 64 bits.
const lostSum = 1<<63 - 1

// overallWith is the aggregate of all with one more number; sums go round, which a difference undoes.
func (sl *Slot) overallWith(overall, n int64) int64 {
	if sl.additive() {
		return overall + n
	}
	return sl.join(overall, n)
}

// tally is what a series holds of a range of panes.
type tally struct {
	n              int64
	any            bool // some pane of the range has something
	lost, negative bool // the sum left 64 bits; a negative value was seen, ever
}

// over aggregates the panes [from, until).
func (sl *Slot) over(se *series, from, until int64) tally {
	oldest := se.newest - se.span
	ta := tally{negative: se.flags&flagNegative != 0}
	switch {
	case se.newest < from || oldest >= until:
		return ta
	case se.flags&flagHuge != 0:
		return sl.careful(se, from, until)
	case until <= se.newest || !sl.additive() && oldest < from:
		sum := sl.scan(se, from, until)
		sum.negative = ta.negative
		return sum
	}
	ta.n, ta.any = se.overall, true
	cu := cursor{rest: se.older}
	for oldest < from {
		left, gap := sl.nextOlder(&cu)
		if gap == 0 {
			break
		}
		ta.n -= left
		oldest += gap
	}
	return ta
}

// scan goes over all panes.
func (sl *Slot) scan(se *series, from, until int64) (ta tally) {
	add := func(pane, n int64) {
		switch {
		case pane < from || pane >= until:
		case !ta.any:
			ta.n, ta.any = n, true
		case sl.additive():
			ta.n += n
		default:
			ta.n = sl.join(ta.n, n)
		}
	}
	cu, at := cursor{rest: se.older}, se.newest-se.span
	for {
		n, gap := sl.nextOlder(&cu)
		if gap == 0 {
			break
		}
		add(at, n)
		at += gap
	}
	add(se.newest, se.last)
	return ta
}

// careful adds up sums that may leave 64 bits, in 128.
func (sl *Slot) careful(se *series, from, until int64) tally {
	ta := tally{negative: se.flags&flagNegative != 0}
	high, low := int64(0), uint64(0)
	add := func(pane, n int64) {
		if pane < from || pane >= until {
			return
		}
		var carry uint64
		low, carry = bits.Add64(low, uint64(n), 0)
		high += n>>63 + int64(carry)
		ta.any, ta.lost = true, ta.lost || n == lostSum
	}
	cu, at := cursor{rest: se.older}, se.newest-se.span
	for {
		n, gap := sl.nextOlder(&cu)
		if gap == 0 {
			break
		}
		add(at, n)
		at += gap
	}
	add(se.newest, se.last)
	ta.n = int64(low)
	ta.lost = ta.lost || high != ta.n>>63
	return ta
}

// seriesFrom is the first pane at or after one that has something.
func (sl *Slot) seriesFrom(cells topology.Cells, from int64) (int64, bool) {
	cell, _ := cells.Bytes(sl.Key)
	var se series
	if !se.open(sl, cell) || se.newest < from {
		return 0, false
	}
	cu, at := cursor{rest: se.older}, se.newest-se.span
	for at < from {
		_, gap := sl.nextOlder(&cu)
		if gap == 0 {
			return se.newest, true
		}
		at += gap
	}
	return at, true
}

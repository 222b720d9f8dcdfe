package window

import "encoding/binary"

// cursor reads the numbers of a cell one after another. The first failure sticks: everything after it is zero.
type cursor struct {
	rest []byte
	bad  bool
}

func (cu *cursor) fail() { cu.rest, cu.bad = nil, true }

func (cu *cursor) byte() byte {
	if len(cu.rest) == 0 {
		cu.fail()
		return 0
	}
	b := cu.rest[0]
	cu.rest = cu.rest[1:]
	return b
}

func (cu *cursor) uvarint() uint64 {
	if rest := cu.rest; len(rest) > 0 && rest[0] < 0x80 {
		cu.rest = rest[1:]
		return uint64(rest[0])
	}
	return cu.long()
}

// long reads a number of more than a byte; apart, so that the usual case is inlined.
func (cu *cursor) long() uint64 {
	if rest := cu.rest; len(rest) > 2 && rest[2] < 0x80 { // two bytes, or three: most panes
		if rest[1] < 0x80 {
			cu.rest = rest[2:]
			return uint64(rest[0]&0x7f) | uint64(rest[1])<<7
		}
		cu.rest = rest[3:]
		return uint64(rest[0]&0x7f) | uint64(rest[1]&0x7f)<<7 | uint64(rest[2])<<14
	}
	n, size := binary.Uvarint(cu.rest)
	if size <= 0 {
		cu.fail()
		return 0
	}
	cu.rest = cu.rest[size:]
	return n
}

func (cu *cursor) varint() int64 { return unzigzag(cu.uvarint()) }

func (cu *cursor) text(size uint64) []byte {
	if size > uint64(len(cu.rest)) {
		cu.fail()
		return nil
	}
	text := cu.rest[:size]
	cu.rest = cu.rest[size:]
	return text
}

func zigzag(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }

func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }

// Scratch is the memory in which cells are written before they are stored. One is reused by all folds of a task.
type Scratch struct {
	cell, body []byte
	panes      []int64
	tallies    []tallied
	counts     []paneCount
}

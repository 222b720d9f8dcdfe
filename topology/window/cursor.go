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
	if len(cu.rest) > 0 && cu.rest[0] < 0x80 {
		n := uint64(cu.rest[0])
		cu.rest = cu.rest[1:]
		return n
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

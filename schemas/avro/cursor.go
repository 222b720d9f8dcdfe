package avro

import (
	"encoding/binary"
	"math"
)

// cursor reads Avro binary without copying. A fault sticks: the first one is kept with its place, the cursor jumps to
// the end, and whatever is read after it is zero; so a caller may read a whole value and look once.
type cursor struct {
	bytes []byte
	at    int
	size  int // of the datum: bytes ends earlier after a fault
	fault fault
	keys  []string // of the maps that are being passed over, innermost last
}

// fault is what can be wrong with the bytes of a datum. Most are what goavro refuses too; faultOverlong it accepts,
// and makes another number of it.
type fault uint8

const (
	faultNone fault = iota
	faultShort
	faultOverlong
	faultLength
	faultItems
	faultBranch
	faultSymbol
	faultFlag
	faultKeyTwice
)

// String completes the sentence "at byte 7: ...".
func (fa fault) String() string {
	switch fa {
	case faultShort:
		return "it ends within a value"
	case faultOverlong:
		return "a number has more bits than its type"
	case faultLength:
		return "a length is negative or larger than what follows"
	case faultItems:
		return "a block announces too many items"
	case faultBranch:
		return "the union has no such branch"
	case faultSymbol:
		return "the enum has no such symbol"
	case faultFlag:
		return "a boolean is neither 0 nor 1"
	case faultKeyTwice:
		return "a map has one key twice"
	}
	return "nothing is wrong"
}

// keptKeys bounds what a cursor keeps of the room that one large map took.
const keptKeys = 1 << 12

// reset begins a datum.
func (cu *cursor) reset(datum []byte) {
	cu.bytes, cu.at, cu.size, cu.fault = datum, 0, len(datum), faultNone
	if cap(cu.keys) > keptKeys {
		cu.keys = nil
	}
}

// fail keeps the first fault and its place: the rest of the datum is out of reach from now on.
func (cu *cursor) fail(fa fault) {
	if cu.fault == faultNone {
		cu.fault = fa
		cu.bytes = cu.bytes[:cu.at]
	}
}

// long reads an int or a long of one byte at once: most are lengths, branches and counts.
func (cu *cursor) long() int64 {
	if cu.at < len(cu.bytes) {
		if by := cu.bytes[cu.at]; by < 0x80 {
			cu.at++
			return int64(by>>1) ^ -int64(by&1)
		}
	}
	return cu.varint()
}

// varint reads a number of up to ten bytes, low bits first, the sign in the lowest.
func (cu *cursor) varint() int64 {
	value, size := binary.Uvarint(cu.bytes[cu.at:])
	switch {
	case size == 0:
		cu.fail(faultShort)
		return 0
	case size < 0:
		cu.fail(faultOverlong)
		return 0
	}
	cu.at += size
	return int64(value>>1) ^ -int64(value&1)
}

// int reads a number of 32 bits.
func (cu *cursor) int() int64 {
	num := cu.long()
	if num != int64(int32(num)) {
		cu.fail(faultOverlong)
		return 0
	}
	return num
}

func (cu *cursor) flag() int64 {
	by := cu.take(1)
	switch {
	case by == nil:
		return 0
	case by[0] > 1:
		cu.fail(faultFlag)
		return 0
	}
	return int64(by[0])
}

func (cu *cursor) float() float64 {
	if by := cu.take(4); by != nil {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(by)))
	}
	return 0
}

func (cu *cursor) double() float64 {
	if by := cu.take(8); by != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(by))
	}
	return 0
}

// take returns the next size bytes; nil if there are fewer.
func (cu *cursor) take(size int) []byte {
	if size > len(cu.bytes)-cu.at {
		cu.fail(faultShort)
		return nil
	}
	by := cu.bytes[cu.at : cu.at+size]
	cu.at += size
	return by
}

// text reads a string or bytes; short ones, which most are, at once. It aliases the datum and may be no UTF-8.
func (cu *cursor) text() string {
	if cu.at < len(cu.bytes) {
		from := cu.at + 1
		to := from + int(cu.bytes[cu.at]>>1)
		if cu.bytes[cu.at]&0x81 == 0 && to <= len(cu.bytes) {
			cu.at = to
			return alias(cu.bytes[from:to])
		}
	}
	size := cu.long()
	rest := cu.bytes[cu.at:]
	if uint64(size) > uint64(len(rest)) {
		cu.fail(faultLength)
		return ""
	}
	cu.at += int(size)
	return alias(rest[:size])
}

// block reads the head of the next block of an array or map and returns the number of its items, 0 after the last.
// A negative count is followed by the size of the block in bytes, which nobody needs here.
func (cu *cursor) block() int {
	items := cu.long()
	if items < 0 {
		cu.long()
		items = -items
	}
	// The smallest number has no positive one.
	if items < 0 || items > maxBlockItems {
		cu.fail(faultItems)
		return 0
	}
	if cu.fault != faultNone {
		return 0
	}
	return int(items)
}

package avro

import (
	"encoding/binary"
	"math"

	"holdfast/schemas"
)

// noPlace is where a reader of the quick way is when it gives up.
const noPlace = -1

// shortAt finds the text of less than 64 bytes that begins at a place: its bytes are those from from to next. It gives up
// at longer ones, and is small enough to be inlined.
func shortAt(by []byte, at int) (from, next int) {
	if at < len(by) && by[at]&0x81 == 0 {
		if from, next = at+1, at+1+int(by[at]>>1); next <= len(by) {
			return from, next
		}
	}
	return 0, noPlace
}

// textAt finds a text of valid UTF-8. Most are short and ASCII, which is seen a word at a time: the last word of a text
// overlaps the one before, and the bytes before a text that is shorter are there to be read and shifted away.
func textAt(by []byte, at int) (from, next int) {
	from, next = shortAt(by, at)
	if next < 8 {
		return anyTextAt(by, at)
	}
	all := binary.LittleEndian.Uint64(by[next-8:])
	if size := next - from; size < 8 {
		all >>= 8 * (8 - size)
	}
	for ; from < next-8; from += 8 {
		all |= binary.LittleEndian.Uint64(by[from:])
	}
	if all&0x8080808080808080 != 0 {
		return anyTextAt(by, at)
	}
	return at + 1, next
}

func anyTextAt(by []byte, at int) (from, next int) {
	size, from := numberAt(by, at)
	if from < 0 || uint64(size) > uint64(len(by)-from) {
		return 0, noPlace
	}
	next = from + int(size)
	if !validUTF8(alias(by[from:next])) {
		return 0, noPlace
	}
	return from, next
}

// numberAt reads an int or a long.
func numberAt(by []byte, at int) (num int64, next int) {
	if at < len(by) && by[at] < 0x80 {
		return int64(by[at]>>1) ^ -int64(by[at]&1), at + 1
	}
	return longNumberAt(by, at)
}

func longNumberAt(by []byte, at int) (num int64, next int) {
	value, size := binary.Uvarint(by[at:])
	if size <= 0 {
		return 0, noPlace
	}
	return int64(value>>1) ^ -int64(value&1), at + size
}

// numberOf reads a number, time or flag.
func numberOf(co code, by []byte, at int) (num int64, next int) {
	if co == codeBool { // one byte, 0 or 1
		if at < len(by) && by[at] <= 1 {
			return int64(by[at]), at + 1
		}
		return 0, noPlace
	}
	num, next = numberAt(by, at)
	if (co == codeInt || co == codeDate) && num != int64(int32(num)) {
		return 0, noPlace
	}
	return num, next
}

// valueOf reads a value of a type of quickKinds.
func valueOf(co code, by []byte, at int, va *schemas.Value) (next int) {
	if co == codeString {
		from, next := textAt(by, at)
		if next < 0 {
			return noPlace
		}
		*va = schemas.Value{Kind: schemas.String, Text: alias(by[from:next])}
		return next
	}
	num, next := numberOf(co, by, at)
	*va = schemas.Value{Kind: quickKinds[co], Num: num}
	return next
}

// doubleAt reads the bits of a double that is a finite number.
func doubleAt(by []byte, at int) (number uint64, next int) {
	if len(by)-at < 8 {
		return 0, noPlace
	}
	number = binary.LittleEndian.Uint64(by[at:])
	if num := math.Float64frombits(number); math.IsNaN(num) || math.IsInf(num, 0) {
		return 0, noPlace
	}
	return number, at + 8
}

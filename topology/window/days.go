package window

import (
	"encoding/binary"

	"holdfast/topology"
)

// The bitmap of days: form byte, first day of the bitmap (a multiple of 8, signed 32 bit), then one bit a day.
// A daily visitor costs 46 bytes a year.
const daysHeader = 5

// foldDay sets the bit of a day. Requires: the day is that of an event time, so the span is decades at most.
func (sl *Slot) foldDay(sub topology.Subject, day int64) {
	cell, _ := sub.Bytes(sl.Key)
	base := day &^ 7
	if len(cell) >= daysHeader {
		base = int64(int32(binary.BigEndian.Uint32(cell[1:])))
		if day >= base && hasDay(cell[daysHeader:], day-base) {
			return
		}
	}
	grown := growDays(cell, base, day)
	bit := day - min(base, day&^7)
	grown[daysHeader+bit/8] |= 1 << (bit % 8)
	sub.SetBytes(sl.Key, grown)
	seen, _ := sub.Int(sl.AuxKey)
	sub.SetInt(sl.AuxKey, seen+1)
}

func hasDay(bitmap []byte, bit int64) bool {
	return bit/8 < int64(len(bitmap)) && bitmap[bit/8]>>(bit%8)&1 == 1
}

// growDays copies the bitmap with room for the day, at either end.
func growDays(cell []byte, base, day int64) []byte {
	first := min(base, day&^7)
	var old []byte
	if len(cell) >= daysHeader {
		old = cell[daysHeader:]
	}
	shift := (base - first) / 8
	length := max(shift+int64(len(old)), (day-first)/8+1)
	grown := make([]byte, daysHeader+length)
	grown[0] = formDays
	binary.BigEndian.PutUint32(grown[1:], uint32(int32(first)))
	copy(grown[daysHeader+shift:], old)
	return grown
}

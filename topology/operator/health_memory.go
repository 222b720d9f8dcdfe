package operator

import (
	"encoding/binary"
	"slices"

	"holdfast/topology/value"
)

// healthMemory is what a health document remembers of a subject beside the score and the tier: the points of every measure
// now, at the newest score and at the newest tier, a change of tier that has to last, and the day of the newest record.
//
//	memory = version(1) layout(4) flags day [pending pending_since] point(now)... difference(scored-now)... difference(tiered-now)...
//
// Points are varints: twice the number if it is whole, else twice the millionths and one. Differences are mostly zero.
type healthMemory struct {
	Now, Scored, Tiered []int64 // in units of value.Scale
	Day                 int64   // local date of the newest score record
	Pending             int     // the tier that the change is to; noTier: none
	PendingSince        int64   // ms
}

const healthVersion = 1

// noTier is the index of no tier.
const noTier = -1

// decode reads a cell into the memory, whose lists are used again. false: there is none, or it is of other measures.
func (me *healthMemory) decode(cell []byte, layout uint32, measures int) bool {
	for _, list := range []*[]int64{&me.Now, &me.Scored, &me.Tiered} {
		*list = slices.Grow((*list)[:0], measures)[:measures]
		clear(*list)
	}
	me.Day, me.Pending, me.PendingSince = 0, noTier, 0
	if len(cell) < 6 || cell[0] != healthVersion || binary.BigEndian.Uint32(cell[1:]) != layout {
		return false
	}
	re := reader{rest: cell[5:]}
	pending := re.flags(1) != 0
	me.Day = re.varint()
	if pending {
		me.Pending = int(re.int32())
		me.PendingSince = re.varint()
	}
	for i := range me.Now {
		me.Now[i] = re.points()
	}
	for _, list := range [][]int64{me.Scored, me.Tiered} {
		for i := range list {
			list[i] = me.Now[i] + re.points()
		}
	}
	return re.end() == nil
}

func (re *reader) points() int64 {
	v := re.varint()
	if v&1 != 0 {
		return v >> 1
	}
	return (v >> 1) * value.Scale
}

func appendPoints(dst []byte, n int64) []byte {
	if n%value.Scale == 0 {
		return binary.AppendVarint(dst, n/value.Scale<<1)
	}
	return binary.AppendVarint(dst, n<<1|1)
}

func (me *healthMemory) append(dst []byte, layout uint32) []byte {
	dst = binary.BigEndian.AppendUint32(append(dst, healthVersion), layout)
	dst = append(dst, flags(me.Pending != noTier))
	dst = binary.AppendVarint(dst, me.Day)
	if me.Pending != noTier {
		dst = binary.AppendVarint(dst, int64(me.Pending))
		dst = binary.AppendVarint(dst, me.PendingSince)
	}
	for _, n := range me.Now {
		dst = appendPoints(dst, n)
	}
	for _, list := range [][]int64{me.Scored, me.Tiered} {
		for i, n := range list {
			dst = appendPoints(dst, n-me.Now[i])
		}
	}
	return dst
}

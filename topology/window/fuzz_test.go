package window

import (
	"testing"
	"time"

	"holdfast/topology/value"
)

// No cell makes a fold or a read fall over, nor does what a fold makes of it.
func FuzzCells(f *testing.F) {
	ops := []Op{OpPaneCount, OpPaneSum, OpPaneMin, OpSeen, OpTop, OpRing}
	wi := Window{Length: 30 * value.DayMillis, Before: value.DayMillis}
	for i, op := range ops {
		sl, sub := paned(op, 0, wi), newMemory()
		sl.Most = 5
		for n := range int64(40) {
			at := someDay + n*5*3_600_000
			sl.Fold(sub, happening{at: at, n: n % 20, weight: 1 + n%3}.event(), at, time.UTC, &Scratch{})
		}
		f.Add(uint8(i), sub.bytes[sl.Key], int64(0))
	}
	f.Add(uint8(3), []byte{formLists, 3, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1}, int64(5))
	f.Add(uint8(4), []byte{formTop, 0, 0xff, 0xff, 0xff, 0x7f}, int64(7))
	f.Fuzz(func(t *testing.T, which uint8, cell []byte, late int64) {
		sl := paned(ops[int(which)%len(ops)], 0, wi)
		sl.Most, sl.Lists = 5, which%2 == 0
		sub, sc := newMemory(), &Scratch{}
		sub.bytes[sl.Key] = cell
		now := int64(someDay + 40*value.DayMillis)
		look := func() {
			sl.NextWithin(sub, wi, now, time.UTC)
			if sl.Op == OpTop {
				DecodeList(sl.Top(sub, wi, now, time.UTC, sc))
				return
			}
			sl.Within(sub, wi, now, time.UTC)
		}
		look()
		at := now - late%(50*value.DayMillis)
		sl.Fold(sub, happening{at: at, n: 3, weight: 1}.event(), at, time.UTC, sc)
		look()
		sl.Fold(sub, happening{at: now, n: 3, weight: 1}.event(), now, time.UTC, sc)
		look()
	})
}

package window

import (
	"testing"

	"holdfast/topology/value"
)

// TestARingNamesWhatSettlesTheQuestion: a ring that keeps more for another condition is asked about the newest events that
// settle this one, so what a condition waits for does not depend on what stands beside it in the bundle.
func TestARingNamesWhatSettlesTheQuestion(t *testing.T) {
	sl, sub := slot(OpRing, value.Int), newMemory()
	sl.Most = 10
	for i, weight := range []int64{1, 1, 2, 1} {
		at := someDay + int64(i)
		sl.Fold(sub, happening{at: at, weight: weight}.event(), at, nil, &Scratch{})
	}
	for _, one := range []struct {
		most   int
		oldest int64
	}{{0, someDay}, {1, someDay + 3}, {2, someDay + 2}, {3, someDay + 2}, {4, someDay + 1}, {9, someDay}} {
		wi := Window{Length: value.DayMillis, Most: one.most}
		if next := sl.NextWithin(sub, wi, someDay+10, nil); next != one.oldest+wi.Length {
			t.Errorf("of %d: the first to leave is %d after the first, want %d", one.most, next-wi.Length-someDay, one.oldest-someDay)
		}
	}
}

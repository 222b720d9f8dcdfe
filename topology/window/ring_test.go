package window

import (
	"encoding/binary"
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

// TestAPlainRingIsRead: rings of the form before say the same, and become rings of this form with the next event.
func TestAPlainRingIsRead(t *testing.T) {
	sl, sub := slot(OpRing, value.Int), newMemory()
	sl.Most = 4
	plain := binary.AppendVarint([]byte{formPlainRing}, someDay)
	plain = append(plain, 0, 3<<1|1, 2) // one at someDay, two 3 ms before it
	sub.SetBytes(sl.Key, plain)
	wi := Window{Length: value.DayMillis}
	check := func(when string, want, leaves int64) {
		t.Helper()
		if got := sl.Within(sub, wi, someDay+10, nil).N; got != want {
			t.Errorf("%s: %d in the window, want %d", when, got, want)
		}
		if next := sl.NextWithin(sub, wi, someDay+10, nil); next != leaves+wi.Length {
			t.Errorf("%s: the first to leave is %d after the newest, want %d", when, next-wi.Length-someDay, leaves-someDay)
		}
	}
	check("as it was written", 3, someDay-3)
	if after := sl.Within(sub, wi, someDay+wi.Length-2, nil).N; after != 1 {
		t.Errorf("a day later %d are left, want 1", after)
	}
	sl.Fold(sub, happening{at: someDay + 5, weight: 1}.event(), someDay+5, nil, &Scratch{})
	if cell, _ := sub.Bytes(sl.Key); cell[0] != formRing {
		t.Errorf("its form is %d after an event", cell[0])
	}
	check("with one more", 4, someDay-3)
}

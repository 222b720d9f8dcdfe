package operator

import (
	"encoding/hex"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"holdfast/topology/value"
)

// TestHealthMemoryIsWhatFormatsShows: the example of docs/FORMATS.md, which is never rewritten.
func TestHealthMemoryIsWhatFormatsShows(t *testing.T) {
	me := healthMemory{
		Now: []int64{10 * value.Scale, 25 * value.Scale, -7_500_000}, Scored: []int64{40 * value.Scale, 25 * value.Scale, -7_500_000},
		Tiered: []int64{40 * value.Scale, 0, 0}, Day: 20520, Pending: 1, PendingSince: 1_772_960_400_000,
	}
	const want = "010a0b0c0d01d0c00202" + "808ae6ca9967" + "2864fd86a70e" + "780000" + "78638287a70e"
	got := hex.EncodeToString(me.append(nil, 0x0a0b0c0d))
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestHealthMemoryComesBack: what was written is read again, and is worth nothing under another layout or cut short.
func TestHealthMemoryComesBack(t *testing.T) {
	list := func(n int) *rapid.Generator[[]int64] {
		return rapid.SliceOfN(rapid.OneOf(rapid.Map(rapid.Int64Range(-200, 200), func(n int64) int64 { return n * value.Scale }), rapid.Int64Range(-1<<40, 1<<40)), n, n)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "measures")
		me := healthMemory{Now: list(n).Draw(t, "now"), Scored: list(n).Draw(t, "scored"), Tiered: list(n).Draw(t, "tiered"), Day: rapid.Int64Range(-9, 1<<20).Draw(t, "day"), Pending: noTier}
		if rapid.Bool().Draw(t, "pending") {
			me.Pending, me.PendingSince = rapid.IntRange(0, 5).Draw(t, "tier"), rapid.Int64().Draw(t, "since")
		}
		cell := me.append(nil, 7)
		var back healthMemory
		if !back.decode(cell, 7, n) || !slices.Equal(back.Now, me.Now) || !slices.Equal(back.Scored, me.Scored) || !slices.Equal(back.Tiered, me.Tiered) ||
			back.Day != me.Day || back.Pending != me.Pending || back.PendingSince != me.PendingSince {
			t.Fatalf("wrote %+v, read %+v", me, back)
		}
		if back.decode(cell, 8, n) || back.decode(cell, 7, n+1) || back.decode(cell[:len(cell)-1], 7, n) || back.decode(append(cell, 0), 7, n) {
			t.Fatal("a memory of something else was read")
		}
	})
}

// FuzzHealthMemory: no bytes make the decoder fail or read a number that is not there.
func FuzzHealthMemory(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 7, 0, 2, 4, 4, 4})
	f.Fuzz(func(t *testing.T, cell []byte) {
		var me healthMemory
		if me.decode(cell, 7, 1); len(me.Now) != 1 || len(me.Scored) != 1 || len(me.Tiered) != 1 {
			t.Fatal("another number of measures")
		}
	})
}

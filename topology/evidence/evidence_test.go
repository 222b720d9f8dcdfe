package evidence

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// memory is a subject of byte cells.
type memory map[uint32][]byte

func (me memory) Int(uint32) (int64, bool)        { return 0, false }
func (me memory) Bytes(key uint32) ([]byte, bool) { b, ok := me[key]; return b, ok }
func (me memory) SetInt(uint32, int64)            {}
func (me memory) SetBytes(key uint32, b []byte)   { me[key] = slices.Clone(b) }
func (me memory) Delete(key uint32)               { delete(me, key) }
func (me memory) Wake() topology.Wake             { return topology.NoWake }
func (me memory) SetWake(topology.Wake)           {}
func (me memory) Empty() bool                     { return len(me) == 0 }

const start = 1_772_323_200_000 // 2026-03-01

// TestNumbersAgainstAList: counts, sums and texts are those of a plain list of the items, over the life, and over windows
// as long as the log reaches back; beyond that at most one more day is counted.
func TestNumbersAgainstAList(t *testing.T) {
	byDays := 0
	rapid.Check(t, func(t *rapid.T) {
		me, keep := memory{}, rapid.IntRange(1, 8).Draw(t, "keep")
		var list []Item
		for i := range rapid.IntRange(10, 40).Draw(t, "items") {
			it := Item{
				Record: "r", Source: "s", ID: fmt.Sprint(i), At: start + rapid.Int64Range(0, 60*dayMillis).Draw(t, "at"), HasValue: true,
				Value: rapid.Int64Range(-5, 50).Draw(t, "value") * value.Scale, Goal: rapid.SampledFrom([]string{"g", "h", ""}).Draw(t, "goal"), Text: fmt.Sprint("t", i),
			}
			if !Add(me, it, keep) || inLog(me, it) && Add(me, it, keep) {
				t.Fatal("an item is added once")
			}
			list = append(list, it)
		}
		now := start + 60*dayMillis + rapid.Int64Range(0, 3*dayMillis).Draw(t, "later")
		qu := Query{Goal: "g", ByGoal: rapid.Bool().Draw(t, "by goal"), Window: rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(dayMillis, 70*dayMillis)).Draw(t, "window")}
		low, lowSum := naive(list, qu, now, 0)
		high, _ := naive(list, qu, now, dayMillis)
		count := Count(me, qu, now)
		if count < low || count > high || exact(me, now-qu.Window) && count != low || qu.Window == 0 && count != int64(low) {
			t.Fatalf("%+v at %d: count %d, want %d to %d", qu, now, count, low, high)
		}
		if count == low && (low == high) && Sum(me, qu, now) != lowSum {
			t.Fatalf("%+v: sum %d, want %d", qu, Sum(me, qu, now), lowSum)
		}
		if qu.Window > 0 && !exact(me, now-qu.Window) {
			byDays++
		}
		sameTexts(t, me, list, keep)
	})
	if byDays == 0 {
		t.Error("no window was longer than its log")
	}
}

// inLog says that the log reaches back to the item: as far it knows what it has.
func inLog(me memory, it Item) bool {
	return slices.ContainsFunc(Items(me), func(other Item) bool { return other.ID == it.ID })
}

func naive(list []Item, qu Query, now, more int64) (count, sum int64) {
	for _, it := range list {
		if (!qu.ByGoal || it.Goal == qu.Goal) && (qu.Window == 0 || it.At > now-qu.Window-more) {
			count, sum = count+1, sum+it.Value
		}
	}
	return count, sum
}

func sameTexts(t *rapid.T, me memory, list []Item, keep int) {
	newest := slices.Clone(list)
	slices.SortStableFunc(newest, func(a, b Item) int { return int(b.At - a.At) })
	var want []string
	for i, it := range newest[:min(keep, len(newest))] {
		if i > 0 && it.At == newest[i-1].At {
			return // which of two at one instant is newer is the order of their coming
		}
		if it.Goal == "g" && len(want) < 2 {
			want = append(want, it.Text)
		}
	}
	got := window.DecodeList(Texts(me, Choice{Goal: "g", ByGoal: true, Since: math.MinInt64, Top: 2}, nil))
	if len(newest) > keep && newest[keep].At == newest[keep-1].At {
		return
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		t.Fatalf("texts %v, want %v", got, want)
	}
}

// TestNextIsWhenANumberChanges: between now and Next no number changes by itself.
func TestNextIsWhenANumberChanges(t *testing.T) {
	changes := 0
	rapid.Check(t, func(t *rapid.T) {
		me, keep := memory{}, rapid.IntRange(1, 6).Draw(t, "keep")
		for i := range rapid.IntRange(1, 15).Draw(t, "items") {
			Add(me, Item{Record: "r", ID: fmt.Sprint(i), At: start + rapid.Int64Range(0, 9*dayMillis).Draw(t, "at"), Goal: "g"}, keep)
		}
		qu, now := Query{Window: rapid.Int64Range(1, 5*dayMillis).Draw(t, "window")}, int64(start+9*dayMillis)
		for next := Next(me, qu, now); next != never; next = Next(me, qu, now) {
			if next <= now || Count(me, qu, next-1) != Count(me, qu, now) {
				t.Fatalf("next %d after %d: %d, then %d", next, now, Count(me, qu, now), Count(me, qu, next-1))
			}
			if Count(me, qu, next) != Count(me, qu, now) {
				changes++
			}
			now = next
		}
		if n := Count(me, qu, now+6*dayMillis); n != Count(me, qu, now) || n != 0 {
			t.Fatalf("%d are left when nothing changes any more", n)
		}
	})
	if changes == 0 {
		t.Error("nothing ever changed")
	}
}

// TestBytesAreThoseOfFormats: the examples of docs/FORMATS.md, which are never rewritten.
func TestBytesAreThoseOfFormats(t *testing.T) {
	me := memory{}
	Add(me, Item{Record: "r", Source: "s", ID: "1", At: 1_772_960_400_000, HasValue: true, Value: 2_500_000, Unit: "h", Goal: "g", Text: "ok"}, 20)
	for name, want := range map[string]string{
		LogName:            "0101" + "0e5f0e38aee250d5" + "808ae6ca9967" + "0172" + "0131" + "0168" + "0167" + "026f6b" + "c096b102",
		TotalName:          "0102c096b102" + "d0c002" + "02" + "c096b102",
		"evidence.total/g": "0102c096b102" + "d0c002" + "02" + "c096b102",
	} {
		if got := hex.EncodeToString(me[topology.Key(name)]); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// FuzzCells: no bytes make a reader fail.
func FuzzCells(f *testing.F) {
	f.Add([]byte{1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 2})
	f.Fuzz(func(t *testing.T, cell []byte) {
		me := memory{logKey: cell, totalKey: cell, totalsKey("g", true): cell}
		for _, qu := range []Query{{}, {Window: 5}, {Goal: "g", ByGoal: true, Window: dayMillis}} {
			Count(me, qu, start)
			Next(me, qu, start)
		}
		Texts(me, Choice{Top: 3}, nil)
		Add(me, Item{ID: "x", At: start}, 3)
		if n := Count(me, Query{}, start); n == 0 {
			t.Fatal("what is added counts")
		}
	})
}

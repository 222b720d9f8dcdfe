package lang

import (
	"encoding/hex"
	"fmt"
	"sort"
	"strings"
	"testing"

	"holdfast/topology/value"

	"pgregory.net/rapid"
)

// said is one word about an element of a set.
type said struct {
	name   string
	at     int64
	inside bool
}

// A set holds of each element what is newest, in whatever order it is said, and its size is the number of those inside.
// What was removed is forgotten after its time, so nothing here is older than that.
func TestSetHoldsTheNewestWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var words []said
		for i := range rapid.IntRange(0, 12).Draw(t, "words") {
			words = append(words, said{rapid.SampledFrom([]string{"", "a", "b", "ab", "ü"}).Draw(t, "name"), int64(i) * day, rapid.Bool().Draw(t, "inside")})
		}
		shuffled := rapid.Permutation(words).Draw(t, "order")
		set, sub := NewSet("s"), newMemory()
		for _, word := range shuffled {
			set.set(sub, word.name, word.at, word.inside)
		}
		newest := map[string]said{}
		for _, word := range words {
			newest[word.name] = word
		}
		size, cell := int64(0), sub.bytes[set.key]
		for name, word := range newest {
			if inSet(cell, name) != word.inside {
				t.Fatalf("%q is inside: %v, after %+v", name, !word.inside, shuffled)
			}
			if word.inside {
				size++
			}
		}
		if got, _ := setSize(cell); got != size {
			t.Fatalf("size %d, want %d", got, size)
		}
	})
}

func TestSetForgetsRemovedElements(t *testing.T) {
	set, sub := NewSet("s"), newMemory()
	set.set(sub, "gone", 10*day, false)
	set.set(sub, "here", 10*day, true)
	set.set(sub, "late", 42*day, true)
	if _, entries := setSize(sub.bytes[set.key]); !strings.Contains(string(entries), "gone") {
		t.Error("a removal of 32 days ago is forgotten")
	}
	set.set(sub, "gone", 9*day, true)
	if inSet(sub.bytes[set.key], "gone") {
		t.Error("an addition that is older than the removal let it in")
	}
	set.set(sub, "late", 42*day+1, true)
	if _, entries := setSize(sub.bytes[set.key]); strings.Contains(string(entries), "gone") {
		t.Error("a removal is kept for ever")
	}
	if !inSet(sub.bytes[set.key], "here") {
		t.Error("an element that is inside is forgotten")
	}
}

// At one instant the last word holds, so that a set is never of two minds.
func TestSetAtOneInstant(t *testing.T) {
	set, sub := NewSet("s"), newMemory()
	set.set(sub, "a", day, true)
	set.set(sub, "a", day, false)
	if inSet(sub.bytes[set.key], "a") {
		t.Error("the later of two words of one instant is lost")
	}
}

// The bytes of a set are those of docs/FORMATS.md.
func TestSetBytes(t *testing.T) {
	set, sub := NewSet("tickets"), newMemory()
	set.set(sub, "t2", 1_772_960_400_000, true)
	set.set(sub, "t1", 1_772_960_400_000, false)
	if got := hex.EncodeToString(sub.bytes[set.key]); got != "01"+"027431808ae6ca996700"+"027432808ae6ca996701" {
		t.Errorf("%s", got)
	}
	if _, fresh := sub.ints[set.key]; fresh {
		t.Error("a set is bytes")
	}
}

// FuzzSet: damaged bytes of a set are a shorter set, never a panic, and can be written to.
func FuzzSet(f *testing.F) {
	f.Add([]byte{1, 2, 't', '1', 0, 1}, "t1")
	f.Fuzz(func(t *testing.T, cell []byte, name string) {
		set, sub := NewSet("s"), newMemory()
		sub.bytes[set.key] = cell
		before := inSet(cell, name)
		set.set(sub, name, value.DayMillis, true)
		if !inSet(sub.bytes[set.key], name) && !before {
			if _, entries := setSize(cell); !newerThan(entries, name, value.DayMillis) {
				t.Fatalf("%q did not enter", name)
			}
		}
	})
}

// newerThan says that the entries hold a newer word about the name.
func newerThan(entries []byte, name string, at int64) bool {
	for el, rest, ok := nextElement(entries); ok; el, rest, ok = nextElement(rest) {
		if string(el.name) == name && el.at > at {
			return true
		}
	}
	return false
}

// Elements stand in bytewise order, so that equal sets have equal bytes.
func TestSetIsSorted(t *testing.T) {
	set, sub := NewSet("s"), newMemory()
	for i := range 20 {
		set.set(sub, fmt.Sprint(i*7%20), day, true)
	}
	var names []string
	_, entries := setSize(sub.bytes[set.key])
	for el, rest, ok := nextElement(entries); ok; el, rest, ok = nextElement(rest) {
		names = append(names, string(el.name))
	}
	if len(names) != 20 || !sort.StringsAreSorted(names) {
		t.Errorf("%v", names)
	}
}

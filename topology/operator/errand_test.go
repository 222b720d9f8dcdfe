package operator

import (
	"encoding/hex"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestErrandsAreWhatFormatsSays: the bytes of the layout, which are never rewritten.
func TestErrandsAreWhatFormatsSays(t *testing.T) {
	list := []errand{{hashIntent("a60c0780-4994-5dac-9c3a-202195441a60"), 1_772_960_400_000, "u1"}, {1, 0, "é"}}
	const want = "01" + "91e98a76dc6b5d48" + "808ae6ca9967" + "027531" + "0000000000000001" + "00" + "02c3a9"
	if got := hex.EncodeToString(appendErrands(nil, list)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestErrandsComeBack: what was written is read again, and a cell that is cut short or of another version remembers nothing.
func TestErrandsComeBack(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) errand {
		return errand{rapid.Uint64().Draw(t, "intent"), rapid.Int64().Draw(t, "until"), rapid.String().Draw(t, "user")}
	})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(one, 1, 5).Draw(t, "errands")
		cell := appendErrands(nil, list)
		if back := decodeErrands(cell); !slices.Equal(back, list) {
			t.Fatalf("wrote %v, read %v", list, back)
		}
		if decodeErrands(cell[:len(cell)-1]) != nil || decodeErrands(append([]byte{9}, cell[1:]...)) != nil {
			t.Fatal("broken bytes were read")
		}
	})
}

// TestErrandsAreForgotten: those whose time is over, and the oldest where there are too many.
func TestErrandsAreForgotten(t *testing.T) {
	const later = 1_000
	list := []errand{{1, later - 1, "gone"}, {2, later, "kept"}}
	if kept := remembered(list, errand{3, later, "new"}, later); len(kept) != 2 || kept[0].user != "kept" || kept[1].user != "new" {
		t.Errorf("remembered %v", kept)
	}
	many := make([]errand, maxErrands)
	for i := range many {
		many[i] = errand{uint64(i), later, "u"}
	}
	kept := remembered(many, errand{9_999, later, "new"}, later)
	if len(kept) != maxErrands || kept[0].intent != 1 || kept[maxErrands-1].intent != 9_999 {
		t.Errorf("%d errands, from %v to %v", len(kept), kept[0], kept[len(kept)-1])
	}
}

// FuzzErrands: no bytes make the decoder fail, and what it reads is what it would write.
func FuzzErrands(f *testing.F) {
	f.Add(appendErrands(nil, []errand{{1, 2, "u1"}}))
	f.Fuzz(func(t *testing.T, cell []byte) {
		if list := decodeErrands(cell); list != nil && !slices.Equal(decodeErrands(appendErrands(nil, list)), list) {
			t.Fatalf("%v does not come back", list)
		}
	})
}

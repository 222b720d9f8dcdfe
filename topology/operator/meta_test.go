package operator

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology"
)

// fullMeta has something in every field.
func fullMeta() meta {
	return meta{
		Generation: 2, FirstClock: 1000, Sweeping: true, Cursor: topology.Ref{Account: "a1", Kind: topology.SubjectUser, ID: "u1"},
		Activations: []activation{{Name: "inactivity", At: 1000}, {Name: "milestone", Generation: 2, At: 2000, GoneAt: 3000}},
		Silences:    []Silence{{Input: schemas.KindBilling, Since: 5}, {Input: schemas.KindUserAction, Since: 7, Until: 9, Over: 60}},
		Edits: []edit{{Playbook: "inactivity", Generation: 2, At: 2000, What: editStops | editSteps, Added: []string{"d3"}, Moved: []string{"d7", "d14"}},
			{Playbook: "milestone", Generation: 2, At: 2000, What: editStart | editPinned, From: "c0ffee"}},
		Slots: []slotAge{{Key: 0x01020304, Since: 2000}},
		Pins:  []Pin{{Playbook: "milestone", Version: "c0ffee", Bundle: "ab12", Until: 9000}},
	}
}

// metaOfVersion2 is what the bytes of version 2 say.
func metaOfVersion2() meta {
	me := fullMeta()
	me.Edits, me.Pins = me.Edits[:1], nil
	return me
}

// metaOfVersion1 is what the bytes of version 1 say.
func metaOfVersion1() meta {
	me := fullMeta()
	me.Activations[1].GoneAt = 0
	me.Silences, me.Edits, me.Slots, me.Pins = nil, nil, nil, nil
	return me
}

// TestOldMetaStillDecodes reads what earlier versions wrote. A new version adds a file; the old ones never change.
func TestOldMetaStillDecodes(t *testing.T) {
	whole := fullMeta()
	for file, want := range map[string]meta{"meta.v1.hex": metaOfVersion1(), "meta.v2.hex": metaOfVersion2(), "meta.v3.hex": whole} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatalf("%v; the bytes of today are\n%x", err, whole.append(nil))
		}
		old, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeMeta(old)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v\nwant %+v", file, got, err, want)
		}
		if file == "meta.v3.hex" && !bytes.Equal(old, whole.append(nil)) {
			t.Errorf("the bytes changed: give them a new version\n%x", whole.append(nil))
		}
	}
}

func TestBrokenMetaIsRefused(t *testing.T) {
	whole := fullMeta()
	good := whole.append(nil)
	for cut := 1; cut < len(good); cut++ {
		if _, err := decodeMeta(good[:cut]); err == nil {
			t.Fatalf("cut at %d of %d is accepted", cut, len(good))
		}
	}
	if _, err := decodeMeta(append(good, 0)); err == nil {
		t.Error("a byte too many is accepted")
	}
	if _, err := decodeMeta([]byte{7}); err == nil || !strings.Contains(err.Error(), "version 7") {
		t.Errorf("unknown version: %v", err)
	}
}

func FuzzDecodeMeta(f *testing.F) {
	whole, old := fullMeta(), metaOfVersion1()
	f.Add(whole.append(nil))
	f.Add(old.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		me, err := decodeMeta(b)
		if err != nil || len(b) == 0 || b[0] != metaVersion {
			return
		}
		if again := me.append(nil); !bytes.Equal(again, b) {
			t.Fatalf("read %x, would write %x", b, again)
		}
	})
}

package operator

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
)

// fullLife has something in every part of the codec.
func fullLife() life {
	return life{Entered: true, Armed: true, EnteredAt: 1_772_960_400_000, Episodes: []episode{
		{
			ID: "e.telemetry.user-actions~17", StartAt: 1_772_960_400_000, JudgedTo: 1_772_960_460_000, ByEvent: true, Test: true,
			Trigger:  &schemas.EventRef{Topic: "telemetry.user-actions", Partition: 3, Offset: 17, ID: "17", Type: "invite_sent", OccurredAt: 1_772_960_399_000},
			Trace:    "00-ab-cd-01",
			Captures: []value.Value{value.OfText("bob"), value.OfInt(-3), {Kind: value.Int, Bound: value.AtLeast, Num: 7}, value.OfList([]string{"a", "b"}), value.Missing("null")},
			Steps: []stepState{
				{ID: "a", Phase: dropped},
				{ID: "b", Phase: held, DueAt: 10, DecidedAt: 20, Slot: 15},
				{ID: "c", Phase: published, DueAt: 10, DecidedAt: 9, Slot: 10, ExpiresAt: 99, To: []addressee{{"user", "u1"}, {"team", "csm"}}},
			},
		},
		{ID: "t.5", StartAt: 5, JudgedTo: 5, Over: true, Existing: true, Deaf: true},
	}}
}

func TestLifeKeepsEverything(t *testing.T) {
	want := fullLife()
	got, err := decodeLife(appendLife(nil, &want))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(appendLife(nil, &got), appendLife(nil, &want)) || len(got.Episodes) != 2 || got.Episodes[0].Trigger.ID != "17" ||
		got.Episodes[0].Captures[2].Bound != value.AtLeast || got.Episodes[0].Steps[2].To[1].Name != "csm" || !got.Episodes[1].Deaf {
		t.Fatalf("got %+v", got)
	}
}

// TestOldBytesStillDecode reads what earlier versions wrote. A new version adds a file; the old ones never change.
func TestOldBytesStillDecode(t *testing.T) {
	want, meta := fullLife(), fullMeta()
	for _, tc := range []struct {
		file string
		now  []byte
	}{{"life.v1.hex", appendLife(nil, &want)}, {"meta.v1.hex", meta.append(nil)}} {
		text, err := os.ReadFile(filepath.Join("testdata", tc.file))
		if err != nil {
			t.Fatalf("%v; the bytes of today are\n%s", err, hex.EncodeToString(tc.now))
		}
		old, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(old, tc.now) {
			t.Errorf("%s: the bytes changed: give them a new version\n%x", tc.file, tc.now)
		}
	}
}

func TestBrokenLivesAreRefused(t *testing.T) {
	whole := fullLife()
	good := appendLife(nil, &whole)
	for cut := range good {
		if _, err := decodeLife(good[:cut]); err == nil {
			t.Fatalf("cut at %d of %d is accepted", cut, len(good))
		}
	}
	if _, err := decodeLife(append(append([]byte{}, good...), 0)); err == nil {
		t.Error("a byte too many is accepted")
	}
	if _, err := decodeLife([]byte{9}); err == nil || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("unknown version: %v", err)
	}
	if _, err := decodeLife([]byte{1, 0, 0xff, 0xff, 0xff, 0x7f}); err == nil {
		t.Error("a count beyond the bytes is accepted")
	}
}

func FuzzDecodeLife(f *testing.F) {
	whole := fullLife()
	f.Add(appendLife(nil, &whole))
	f.Add([]byte{1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		li, err := decodeLife(b)
		if err != nil {
			return
		}
		if again := appendLife(nil, &li); !bytes.Equal(again, b) {
			t.Fatalf("read %x, would write %x", b, again)
		}
	})
}

func fullMeta() meta {
	return meta{Generation: 2, FirstClock: 1000, Sweeping: true, Cursor: topology.Ref{Account: "a1", Kind: topology.SubjectUser, ID: "u1"},
		Activations: []activation{{Playbook: "inactivity", At: 1000}, {Playbook: "milestone", Generation: 2, At: 2000}}}
}

func FuzzDecodeMeta(f *testing.F) {
	whole := fullMeta()
	f.Add(whole.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		me, err := decodeMeta(b)
		if err != nil || len(b) == 0 {
			return
		}
		if again := me.append(nil); !bytes.Equal(again, b) {
			t.Fatalf("read %x, would write %x", b, again)
		}
	})
}

func TestBrokenMetaIsRefused(t *testing.T) {
	whole := fullMeta()
	good := whole.append(nil)
	for cut := 1; cut < len(good); cut++ {
		if _, err := decodeMeta(good[:cut]); err == nil {
			t.Fatalf("cut at %d of %d is accepted", cut, len(good))
		}
	}
	if _, err := decodeMeta([]byte{7}); err == nil || !strings.Contains(err.Error(), "version 7") {
		t.Errorf("unknown version: %v", err)
	}
}

func TestRosterIsASortedSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sub, want := fakeCells{}, map[string]bool{}
		for range rapid.IntRange(0, 30).Draw(t, "changes") {
			id, on := rapid.StringMatching(`[a-d]{1,2}`).Draw(t, "id"), rapid.Bool().Draw(t, "on")
			change := setRoster(sub, id, on)
			if (change != 0) != (want[id] != on) {
				t.Fatalf("set %s %v: change %d", id, on, change)
			}
			want[id] = on
		}
		cell, _ := sub.Bytes(rosterKey)
		ids := decodeRoster(cell)
		for i, id := range ids {
			if !want[id] || i > 0 && ids[i-1] >= id {
				t.Fatalf("roster %v", ids)
			}
			delete(want, id)
		}
		for id, on := range want {
			if on {
				t.Fatalf("%s is missing", id)
			}
		}
	})
}

// fakeCells is a subject with one kind of cell.
type fakeCells map[uint32][]byte

func (fc fakeCells) Int(uint32) (int64, bool)        { return 0, false }
func (fc fakeCells) Bytes(key uint32) ([]byte, bool) { b, ok := fc[key]; return b, ok }
func (fc fakeCells) SetInt(uint32, int64)            {}
func (fc fakeCells) SetBytes(key uint32, b []byte)   { fc[key] = append([]byte(nil), b...) }
func (fc fakeCells) Delete(key uint32)               { delete(fc, key) }
func (fc fakeCells) Wake() topology.Wake             { return topology.NoWake }
func (fc fakeCells) SetWake(topology.Wake)           {}
func (fc fakeCells) Empty() bool                     { return len(fc) == 0 }

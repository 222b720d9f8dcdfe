package operator

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
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

// fullLifeOfToday has what version 2 added, too.
func fullLifeOfToday() life {
	li := fullLife()
	ep := &li.Episodes[0]
	ep.Closing, ep.Per, ep.Period, ep.State, ep.StateAt = true, "bob", "2026-03", "keyed", ep.StartAt+5
	ep.Steps[1].Event = fullEvent()
	ep.Steps[2].Marks = lang.MarkOpened | lang.MarkDone
	ep.Steps = append(ep.Steps, stepState{ID: "d", Phase: armed, DueAt: 77})
	li.Settling = []*schemas.Event{fullEvent()}
	li.Values = []valueMark{{Value: "at_risk", At: 7}, {Value: "critical", At: 9}}
	return li
}

func fullEvent() *schemas.Event {
	return &schemas.Event{
		Kind: schemas.KindBilling, Topic: "billing", Partition: 2, Offset: 9, ID: "b9", Source: "stripe", Type: "payment_failed", User: "u1",
		OccurredAt: 100, At: 90, Test: true, TraceParent: "00", Count: 1,
		Own:   []schemas.Field{{Name: "amount_minor", Value: schemas.Value{Kind: schemas.Long, Num: -4}}, {Name: "plan", Value: schemas.Value{Kind: schemas.Null}}},
		Props: []schemas.Field{{Name: "hours", Value: schemas.Value{Kind: schemas.Double, Float: 1.5}}, {Name: "why", Value: schemas.Value{Kind: schemas.String, Text: "x"}}},
	}
}

func TestLifeKeepsEverything(t *testing.T) {
	want := fullLifeOfToday()
	got, err := decodeLife(appendLife(nil, &want))
	if err != nil {
		t.Fatal(err)
	}
	got.was = load{}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	if !bytes.Equal(appendLife(nil, &got), appendLife(nil, &want)) || len(got.Episodes) != 2 || got.Episodes[0].Trigger.ID != "17" ||
		got.Episodes[0].Captures[2].Bound != value.AtLeast || got.Episodes[0].Steps[2].To[1].Name != "csm" || !got.Episodes[1].Deaf {
		t.Fatalf("got %+v", got)
	}
}

// TestTheBytesOfTodayAreKnown compares with the golden bytes of the versions that are written.
func TestTheBytesOfTodayAreKnown(t *testing.T) {
	want := fullLifeOfToday()
	now := appendLife(nil, &want)
	if old := goldenBytes(t, "life.v2.hex", now); !bytes.Equal(old, now) {
		t.Errorf("the bytes changed: give them a new version\n%x", now)
	}
}

// TestOldBytesStillDecode reads what earlier versions wrote. A new version adds a file; the old ones never change.
func TestOldBytesStillDecode(t *testing.T) {
	want := fullLife()
	got, err := decodeLife(goldenBytes(t, "life.v1.hex", nil))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func goldenBytes(t *testing.T, file string, now []byte) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatalf("%v; the bytes of today are\n%s", err, hex.EncodeToString(now))
	}
	old, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return old
}

func TestBrokenLivesAreRefused(t *testing.T) {
	whole := fullLifeOfToday()
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
	whole := fullLifeOfToday()
	f.Add(appendLife(nil, &whole))
	f.Add([]byte{1, 0, 0})
	f.Add([]byte{2, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		li, err := decodeLife(b)
		if err != nil {
			return
		}
		again := appendLife(nil, &li)
		if b[0] == lifeVersion && !bytes.Equal(again, b) {
			t.Fatalf("read %x, would write %x", b, again)
		}
		if _, err := decodeLife(again); err != nil {
			t.Fatalf("read %x, wrote %x: %v", b, again, err)
		}
	})
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

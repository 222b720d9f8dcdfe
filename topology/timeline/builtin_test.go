package timeline

import (
	"fmt"
	"os"
	"testing"

	"pgregory.net/rapid"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// TestTheBuiltInPlaybooksNeverFail feeds them random records of every event they declare: nothing is dead-lettered,
// every intent is complete, no id comes twice, and every published decision has its intent.
func TestTheBuiltInPlaybooksNeverFail(t *testing.T) {
	b, err := playbook.Load(os.DirFS("../../playbooks"))
	if err != nil {
		t.Fatal(err)
	}
	total := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		wo := play(t, b, drawRecords(t, b), begin+200*day)
		seen := map[string]bool{}
		for _, in := range wo.Intents {
			if seen[in.IntentID] {
				t.Fatalf("twice: %s", in.DedupeKey)
			}
			seen[in.IntentID] = true
			total[in.Playbook]++
			if in.Template == "" || in.Class == "" || in.Recipient.Type == "" || in.ExpiresAt <= in.NotBefore || in.Reason.Text == "" {
				t.Fatalf("incomplete: %+v", in)
			}
		}
		for _, de := range wo.Decisions {
			if de.Outcome == "published" && !seen[de.IntentID] {
				t.Fatalf("no intent for %+v", de)
			}
		}
	})
	if len(total) < 3 {
		t.Errorf("the records reach too little to prove anything: %v", total)
	}
	t.Log(total)
}

// drawRecords makes records of a few users in the order of their times, with fields that fit now and then.
func drawRecords(t *rapid.T, b *playbook.Bundle) (lines []Line) {
	var types []*lang.EventDef
	for _, def := range b.Events {
		if def.Type != "" && def.Kind <= schemas.KindReceipt {
			types = append(types, def)
		}
	}
	at := int64(begin)
	for i := range rapid.IntRange(1, 60).Draw(t, "records") {
		at += rapid.OneOf(rapid.Int64Range(0, 2*day), rapid.Int64Range(0, 40*day)).Draw(t, "gap")
		def := rapid.SampledFrom(types).Draw(t, "event")
		ev := schemas.Event{Kind: def.Kind, Type: def.Type, Topic: "t", Source: "t", ID: fmt.Sprint(i), Offset: int64(i), OccurredAt: at, At: at, Count: rapid.Int64Range(1, 700).Draw(t, "count")}
		ev.Account, ev.User = "a1", rapid.SampledFrom([]string{"", "u1", "u2"}).Draw(t, "user")
		ev.Backfill = rapid.IntRange(0, 9).Draw(t, "backfill") == 0
		if ev.User != "" && rapid.IntRange(0, 4).Draw(t, "profile") == 0 {
			ev.Kind, ev.Type = schemas.KindProfile, "user"
			ev.Profile = schemas.Profile{HasRoles: true, Roles: []string{rapid.SampledFrom([]string{"admin", "champion", "developer"}).Draw(t, "role")}, Deleted: rapid.IntRange(0, 5).Draw(t, "deleted") == 0}
		}
		lines = append(lines, Line{Arrives: at, Event: ev})
	}
	return lines
}

package holdfast_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/broker/registry"
	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/state"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// example is something that FORMATS.md shows: what it is, and how the code writes it today. The examples are golden
// bytes: a change of one is a change of a format, and needs a new version, not a new example.
type example struct{ what, text string }

// TestFormatsShowsWhatTheCodeWrites computes every worked example of FORMATS.md and looks for it there.
func TestFormatsShowsWhatTheCodeWrites(t *testing.T) {
	formats := formatsText(t)
	var all []example
	for _, group := range [][]example{identityExamples(), keyExamples(), recordExamples(), cellExamples(), distinctExamples(t),
		framingExamples(t), registryExample(t)} {
		all = append(all, group...)
	}
	for _, ex := range all {
		if !strings.Contains(formats, ex.text) {
			t.Errorf("%s is now\n%s\nand docs/FORMATS.md does not say so: is it meant to change, and how are old bytes read?", ex.what, ex.text)
		}
	}
}

func identityExamples() []example {
	const due = 1_772_960_400_000
	key := schemas.DedupeKey("inactivity", schemas.UserSubject("a1", "u1"), schemas.TimerEpisode(due), "d7", "send", "u1")
	odd := schemas.DedupeKey("thanks", schemas.AccountSubject("a/1"), schemas.EventEpisode("https://crm", "e 7"), "first", "notify", "channel:#ops")
	examples := []example{
		{"a dedupe key", key}, {"its intent id", schemas.IntentID(key)},
		{"an encoded dedupe key", odd}, {"its intent id", schemas.IntentID(odd)},
		{"the subject of a key", schemas.KeySubject("a1", "invoice", "in 1")},
		{"an episode by value", schemas.ValueEpisode("2026-03-01", "b")}, {"an episode of a schedule", schemas.PeriodEpisode("2026-W10")},
	}
	for _, account := range []string{"abc", "foobar"} {
		examples = append(examples, example{"the partition of an account", fmt.Sprintf("`%s` of 16 → %d", account, schemas.PartitionOf(account, 16))})
	}
	return examples
}

// keyExamples are the Pebble keys of partition 3 and what of them goes to the changelog.
func keyExamples() []example {
	var examples []example
	for _, key := range []state.SubjectKey{{Account: "a1", Kind: 'a'}, {Account: "a1", Kind: 'r', ID: "admin"}, {Account: "a1", Kind: 'u', ID: "u1"}, {Account: "a\x001", Kind: 'a'}} {
		examples = append(examples, example{"the subject key of " + key.String(), "73 " + spaced(key.Append(nil))})
	}
	return examples
}

func recordExamples() []example {
	var record state.Record
	record.SetInt(topology.Key("judged"), 1_772_960_400_000)
	record.SetBytes(topology.Key("fact.plan:text"), []byte("pro"))
	record.SetWake(int64(topology.TimerAt(1_773_565_200_000)))
	task := state.TaskRecord{Sequence: 7, Clock: 1_772_960_400_000, BundleHash: "ab", BundleRevision: 3,
		Positions: []state.Position{{Topic: "t", Offset: 42, HighestEventTime: 1_772_960_400_000}}, Meta: []byte{1, 2}}
	return []example{{"a subject's record", spaced(record.Append(nil))}, {"a task record", spaced(task.Append(nil))}}
}

// cellExamples are the cells that code outside of the bundle names, and two that a bundle makes.
func cellExamples() []example {
	var examples []example
	for _, name := range []string{"judged", "episodes.open", "generation", "member.at", "users", lang.ObservedSince, lang.MemberCount, lang.Member,
		"episode/inactivity", "rule/inactivity", "consent/offers", "fact.plan:text", "fact.plan:text@",
		"total(user_action.signed_in)", "distinct(user_action.signed_in#day)", "distinct(user_action.signed_in#day)+"} {
		examples = append(examples, example{"the cell key of " + name, fmt.Sprintf("`%s` | `%08x`", name, topology.Key(name))})
	}
	plan := lang.NewFact(lang.ScopeAccount, "plan", value.Text)
	if plan.ValueKey != topology.Key("fact.plan:text") || plan.TimeKey != topology.Key("fact.plan:text@") {
		examples = append(examples, example{"the cells of the fact plan", "named otherwise"})
	}
	for kind := value.Unknown; kind <= value.List; kind++ {
		examples = append(examples, example{"the number of a value kind", fmt.Sprintf("%d %s", kind, kind)})
	}
	return append(examples, example{"a list of texts", spaced(window.AppendList(nil, []string{"admin", "", "csm"}))})
}

// distinctExamples fold events into a set, a sketch and a bitmap of days.
func distinctExamples(t *testing.T) []example {
	t.Helper()
	slot := &window.Slot{Op: window.OpDistinct, Key: 1, AuxKey: 2, Type: value.Int, Folds: value.Int,
		Field: func(ev *schemas.Event, _ *time.Location) value.Value { return value.OfInt(ev.Count) }}
	days := &window.Slot{Op: window.OpDistinct, Days: true, Key: 3, AuxKey: 4, Type: value.Int, Folds: value.Date,
		Field: func(ev *schemas.Event, _ *time.Location) value.Value { return value.OfDate(ev.Count) }}
	sub := foldedSubject{cells: &state.Record{}}
	fold := func(sl *window.Slot, from, to int64) []byte {
		for n := from; n <= to; n++ {
			sl.Fold(sub, &schemas.Event{Count: n}, 0, time.UTC, &window.Scratch{})
		}
		cell, ok := sub.cells.Bytes(sl.Key)
		if !ok {
			t.Fatalf("folding made no cell")
		}
		return cell
	}
	examples := []example{{"the set of 1 and 2", spaced(fold(slot, 1, 2))}}
	sketch := fold(slot, 3, window.MaxExact+1)
	sum := sha256.Sum256(sketch)
	return append(examples,
		example{"the sketch of 1 to 257", fmt.Sprintf("%d bytes, SHA-256 `%s`", len(sketch), hex.EncodeToString(sum[:]))},
		example{"the days 20520 and 20521", spaced(fold(days, 20520, 20521))})
}

// foldedSubject is a record of state as a subject of topology.
type foldedSubject struct{ cells *state.Record }

func (fo foldedSubject) Int(key uint32) (int64, bool)    { return fo.cells.Int(key) }
func (fo foldedSubject) Bytes(key uint32) ([]byte, bool) { return fo.cells.Bytes(key) }
func (fo foldedSubject) SetInt(key uint32, v int64)      { fo.cells.SetInt(key, v) }
func (fo foldedSubject) SetBytes(key uint32, b []byte)   { fo.cells.SetBytes(key, b) }
func (fo foldedSubject) Delete(key uint32)               { fo.cells.Delete(key) }
func (fo foldedSubject) Wake() topology.Wake             { return topology.Wake(fo.cells.Wake()) }
func (fo foldedSubject) SetWake(wake topology.Wake)      { fo.cells.SetWake(int64(wake)) }
func (fo foldedSubject) Empty() bool                     { return fo.cells.Empty() }

// framingExamples are the fingerprints of single-object encoding and a whole value.
func framingExamples(t *testing.T) []example {
	t.Helper()
	listed, err := avro.Schemas()
	if err != nil {
		t.Fatal(err)
	}
	var examples []example
	for _, li := range listed {
		examples = append(examples, example{"the fingerprint of " + li.Record, fmt.Sprintf("`%s` | `%016x`", li.Record, li.Fingerprint)})
	}
	encoder, err := avro.NewEncoder(t.Context(), avro.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	erasure, err := encoder.AppendErasure(nil, &schemas.Erasure{RequestID: "r1", AccountID: "a1", RequestedAt: 1_772_960_400_000})
	if err != nil {
		t.Fatal(err)
	}
	return append(examples, example{"an Erasure in single-object encoding", spaced(erasure)})
}

func registryExample(t *testing.T) []example {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.json")
	store, err := registry.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Register("holdfast.control-value", "AVRO", `"string"`); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return []example{{"the file of the registry", string(text)}}
}

// spaced prints bytes as FORMATS.md does.
func spaced(b []byte) string { return fmt.Sprintf("% x", b) }

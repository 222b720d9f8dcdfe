package processor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// TestEveryBadRecordIsADeadLetterAndThePartitionGoesOn: the message that a user sees, the original bytes, and the events
// before and behind it are counted.
func TestEveryBadRecordIsADeadLetterAndThePartitionGoesOn(t *testing.T) {
	good := `{"id":"x","source":"app","type":"signed_in","account_id":"acme","user_id":"ann","occurred_at":%q}`
	for _, tc := range []struct {
		name        string
		value       string
		key         string
		stage, code string
		text        string
	}{
		{"broken JSON", `{"id":"x",`, "acme", "decode", "truncated", "cut off"},
		{"JSON with a slip", `{"id" "x"}`, "acme", "decode", "malformed_json", ""},
		{"nothing", "", "acme", "decode", "empty_value", ""},
		{"unknown schema id", "\x00\x00\x00\x03\xe7body", "acme", "decode", "unknown_schema", "999"},
		{"truncated Avro", "\x00\x00\x00", "acme", "decode", "truncated", ""},
		{"some other bytes", "\xff\xfe\xfd", "acme", "decode", "", ""},
		{"no account", `{"id":"x","source":"app","type":"signed_in","occurred_at":1}`, "", "schema", "missing_account", "account_id"},
		{"no type", `{"id":"x","source":"app","account_id":"acme","occurred_at":1}`, "acme", "schema", "missing_field", "type"},
		{"a time that is none", `{"id":"x","source":"app","type":"signed_in","account_id":"acme","occurred_at":"yesterday"}`, "acme", "schema", "unreadable_time", "yesterday"},
		{"before 1970", fmt.Sprintf(good, "1969-12-31T23:59:59Z"), "acme", "schema", "before_1970", "1970"},
		{"a field that is neither known nor a scalar", `{"id":"x","source":"app","type":"signed_in","account_id":"acme","occurred_at":1,"tags":["a"]}`, "acme", "schema", "", "tags"},
		{"the partition of another account", strings.Replace(fmt.Sprintf(good, "2026-03-02T10:00:00Z"), `"acme"`, `"bolt"`, 1), "bolt", "key", "wrong_partition", "murmur2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := newWorld(t, 16, testBundle)
			home := schemas.PartitionOf("acme", wo.partitions)
			before, after := login("1", "acme", "ann", day0), login("2", "acme", "ann", day0.Add(2*time.Hour))
			bad := &kgo.Record{Topic: wo.topics.UserActions, Partition: home, Value: []byte(tc.value), Headers: []kgo.RecordHeader{{Key: "origin", Value: []byte("test")}}}
			if tc.key != "" {
				bad.Key = []byte(tc.key)
			}
			wo.publish(before.record(wo), bad, after.record(wo))
			until := day0.AddDate(0, 0, 5)
			ru := wo.runToEnd(until)
			wo.wantKeys(expected([]event{before, after}, until))
			dead := wo.deadLetters()
			if len(dead) != 1 {
				t.Fatalf("%d dead letters, want 1: %+v", len(dead), dead)
			}
			de := dead[0]
			if de.Stage != tc.stage || tc.code != "" && de.Code != tc.code {
				t.Errorf("stage %s, code %s, want %s and %s: %s", de.Stage, de.Code, tc.stage, tc.code, de.Text)
			}
			wantText(t, de.Text, tc.text)
			if de.Topic != wo.topics.UserActions || de.Partition != home || de.Offset != 1 || string(de.Value) != tc.value || string(de.Key) != tc.key || len(de.Headers) != 1 {
				t.Errorf("the record is %s/%d@%d, key %q, value %q, headers %v", de.Topic, de.Partition, de.Offset, de.Key, de.Value, de.Headers)
			}
			if got := ru.metric("records_rejected_total", tc.stage); got != 1 {
				t.Errorf("rejected by stage %s: %v", tc.stage, got)
			}
			wo.wantSequences()
		})
	}
}

// TestAPoisonTooLargeForADeadLetter: bytes that would not fit are left where they are, and the text says where.
func TestAPoisonTooLargeForADeadLetter(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	first := login("1", "acme", "ann", day0)
	huge := &kgo.Record{Topic: wo.topics.UserActions, Key: []byte("acme"), Value: []byte(`{"broken":"` + strings.Repeat("x", maxValueBytes))}
	wo.publish(huge, first.record(wo))
	until := day0.AddDate(0, 0, 5)
	wo.runToEnd(until)
	wo.wantKeys(expected([]event{first}, until))
	dead := wo.deadLetters()
	if len(dead) != 1 || len(dead[0].Value) != 0 {
		t.Fatalf("%d dead letters, the first with %d bytes", len(dead), len(dead[0].Value))
	}
	wantText(t, dead[0].Text, "do not fit into a dead letter", "telemetry.user-actions/0 at offset 0")
}

// failing makes the playbooks of a process fail: judge sees the dedupe key of every intent and the episode of every
// decision before they are taken, and may panic.
func failing(judge func(string)) Option {
	return func(pr *Processor) {
		pr.rules = func(bundle *playbook.Bundle, store topology.Store, sink topology.Sink) *operator.Task {
			return operator.NewTask(bundle, store, judged{sink, judge})
		}
	}
}

type judged struct {
	topology.Sink
	judge func(string)
}

// Intent judges the intent first.
func (ju judged) Intent(intent *schemas.MessageIntent) {
	ju.judge(intent.DedupeKey)
	ju.Sink.Intent(intent)
}

// Decision judges the decision first.
func (ju judged) Decision(decision *schemas.Decision) {
	ju.judge(decision.EpisodeID)
	ju.Sink.Decision(decision)
}

// TestAPanickingTimerIsDisarmed: the timer of one subject panics. It is a dead letter with a stack, what it changed is
// taken back, the other subjects and the later events of the same one go on.
func TestAPanickingTimerIsDisarmed(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	bad, good := visits("acme", "ann", day0, 3*quietAfter, 2), visits("bolt", "bob", day0, 3*quietAfter, 2)
	events := inOrder(append(bad, good...))
	wo.publishEvents(events...)
	until := day0.AddDate(0, 0, 30)
	poison := quietKey(bad[0])
	ru := wo.runToEnd(until, failing(func(key string) {
		if key == poison {
			panic("the operator is broken")
		}
	}))
	var want []string
	for _, key := range expected(events, until) {
		if key != poison {
			want = append(want, key)
		}
	}
	wo.wantKeys(want)
	dead := wo.deadLetters()
	if len(dead) != 1 {
		t.Fatalf("%d dead letters: %+v", len(dead), dead)
	}
	de := dead[0]
	if de.Stage != "timer" || de.Code != "panic" || de.Playbook != "quiet" || de.Step != "tell" || de.AccountID != "acme" || de.UserID != "ann" {
		t.Errorf("dead letter: stage %s, code %s, playbook %s, step %s, of %s/%s", de.Stage, de.Code, de.Playbook, de.Step, de.AccountID, de.UserID)
	}
	wantText(t, de.Text, "the operator is broken")
	wantText(t, de.Stack, "deadletter_test.go")
	if got := ru.metric("timers_failed_total"); got != 1 {
		t.Errorf("timers failed: %v", got)
	}
	wo.wantSequences()
}

// TestAPanickingRuleTakesTheRecordBack: what the record changed so far is undone, and the next one is computed on the
// state before it.
func TestAPanickingRuleTakesTheRecordBack(t *testing.T) {
	wo := newWorld(t, 1, testBundle+`---
playbook: third
for: each user
class: lifecycle
start: {when: total(login) >= 3}
again: never
steps: [{id: tell, send: third_login}]
`)
	events := visits("acme", "ann", day0, time.Hour, 5)
	wo.publishEvents(events...)
	wo.runToEnd(day0.Add(6*time.Hour), failing(func(episode string) {
		if episode == schemas.EventEpisode("app", events[1].id) {
			panic("the operator is broken")
		}
	}))
	dead := wo.deadLetters()
	if len(dead) != 1 {
		t.Fatalf("%d dead letters: %+v", len(dead), dead)
	}
	if de := dead[0]; de.Stage != "rule" || de.Code != "panic" || de.Playbook != "hello" || de.Offset != 1 || string(de.Value) != string(events[1].value()) {
		t.Errorf("dead letter: stage %s, code %s, playbook %s, offset %d, value %q", de.Stage, de.Code, de.Playbook, de.Offset, de.Value)
	}
	var want []string
	for _, i := range []int{0, 2, 3, 4} { // the second sign-in never was
		want = append(want, helloKey(events[i]))
	}
	third := schemas.DedupeKey("third", schemas.UserSubject("acme", "ann"), schemas.EpisodeOnce, "tell", "send", "ann")
	wo.wantKeys(append(want, third))
	for _, intent := range wo.intents() {
		if intent.DedupeKey == third && (intent.Reason.Trigger == nil || intent.Reason.Trigger.Offset != 3) {
			t.Errorf("the third sign-in that counts is %+v, want that at offset 3", intent.Reason.Trigger)
		}
	}
	wo.wantSequences()
}

// TestAPanicOutsideOfAnyRuleIsOfTheFold: the record alone is to blame.
func TestAPanicOutsideOfAnyRuleIsOfTheFold(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	good, bad := login("1", "acme", "ann", day0), login("2", "acme", "zed", day0.Add(time.Hour))
	wo.publishEvents(bad, good)
	until := day0.AddDate(0, 0, 5)
	wo.runToEnd(until, func(pr *Processor) {
		pr.rules = func(bundle *playbook.Bundle, store topology.Store, sink topology.Sink) *operator.Task {
			return operator.NewTask(bundle, brittle{store}, sink)
		}
	})
	wo.wantKeys(expected([]event{good}, until))
	dead := wo.deadLetters()
	if len(dead) != 1 || dead[0].Stage != "fold" || dead[0].Code != "panic" || dead[0].AccountID != "acme" || dead[0].UserID != "zed" || dead[0].Offset != 0 {
		t.Errorf("dead letters: %+v", dead)
	}
}

// brittle is a store that cannot open one user.
type brittle struct{ topology.Store }

// Open panics for zed.
func (br brittle) Open(ref topology.Ref) topology.Subject {
	if ref.Kind == topology.SubjectUser && ref.ID == "zed" {
		panic("zed")
	}
	return br.Store.Open(ref)
}

package processor

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/topology/playbook"
)

// testBundle says hello to every sign-in, and speaks up when somebody was quiet for two days.
const testBundle = `bundle: test
revision: 1
time: {lateness: 10m, future_skew: 5m, history: complete}
events:
  login: user_action.signed_in
---
playbook: hello
for: each user
class: lifecycle
start: {event: login}
again: always
steps: [{id: greet, send: hello}]
---
playbook: quiet
for: each user
class: lifecycle
start: {when: idle(login) >= 2d}
again: after login
steps: [{id: tell, send: quiet_2d}]
`

// quietAfter is the silence that playbook quiet waits for.
const quietAfter = 48 * time.Hour

// day0 is when the history of most tests begins.
var day0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// event is an input event as a test writes it.
type event struct {
	topic         string // "" = user actions
	id, kind      string // kind "" = signed_in
	account, user string
	at            time.Time
	more          map[string]any
	unparsed      bool // more["raw"] is the value
}

func login(id, account, user string, at time.Time) event {
	return event{id: id, account: account, user: user, at: at}
}

func (ev event) record(wo *world) *kgo.Record {
	topic, partition := ev.topic, schemas.PartitionOf(ev.account, wo.partitions)
	if topic == "" {
		topic = wo.topics.UserActions
	}
	return &kgo.Record{Topic: topic, Partition: partition, Key: []byte(ev.account), Value: ev.value()}
}

func (ev event) value() []byte {
	if ev.unparsed {
		return []byte(ev.more["raw"].(string))
	}
	kind := ev.kind
	if kind == "" {
		kind = "signed_in"
	}
	object := map[string]any{"id": ev.id, "source": "app", "type": kind, "account_id": ev.account, "occurred_at": ev.at.UnixMilli()}
	if ev.user != "" {
		object["user_id"] = ev.user
	}
	for key, value := range ev.more {
		object[key] = value
	}
	text, err := json.Marshal(object)
	if err != nil {
		panic(err) // a map of scalars always encodes
	}
	return text
}

// visits are n sign-ins of one user, one every `every`.
func visits(account, user string, from time.Time, every time.Duration, n int) []event {
	var events []event
	for i := range n {
		events = append(events, login(fmt.Sprintf("%s-%s-%d", account, user, i), account, user, from.Add(time.Duration(i)*every)))
	}
	return events
}

// inOrder sorts events by time: what is published in another order is late, and judged as such.
func inOrder(events []event) []event {
	slices.SortStableFunc(events, func(one, other event) int { return one.at.Compare(other.at) })
	return events
}

// helloKey and quietKey are the dedupe keys that the two playbooks must give (language.md 10).
func helloKey(ev event) string {
	return schemas.DedupeKey("hello", schemas.UserSubject(ev.account, ev.user), schemas.EventEpisode("app", ev.id), "greet", "send", ev.user)
}

func quietKey(ev event) string {
	return schemas.DedupeKey("quiet", schemas.UserSubject(ev.account, ev.user), schemas.TimerEpisode(ev.at.Add(quietAfter).UnixMilli()), "tell", "send", ev.user)
}

// expected is what testBundle must say of sign-ins by `until`: hello to each, and a quiet for each gap of two days. It
// knows nothing of the processor. Requires: the events of a user are in the order of time.
func expected(events []event, until time.Time) []string {
	last := map[string]event{}
	var keys []string
	for _, ev := range events {
		who := ev.account + "/" + ev.user
		if before, ok := last[who]; ok && ev.at.Sub(before.at) > quietAfter+10*time.Minute {
			keys = append(keys, quietKey(before))
		}
		last[who] = ev
		keys = append(keys, helloKey(ev))
	}
	for _, ev := range last {
		if !ev.at.Add(quietAfter).After(until) {
			keys = append(keys, quietKey(ev))
		}
	}
	return keys
}

// TestIntentsEqualTheOracle is the base of all others: an uninterrupted run says what the oracle says.
func TestIntentsEqualTheOracle(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	var events []event
	for _, account := range []string{"acme", "bolt", "cord"} {
		events = append(events, visits(account, "ann", day0, 12*time.Hour, 3)...)
		events = append(events, visits(account, "bob", day0, 72*time.Hour, 3)...)
	}
	events = inOrder(events)
	wo.publishEvents(events...)
	until := day0.AddDate(0, 0, 30)
	wo.runToEnd(until)
	wo.wantKeys(expected(events, until))
}

// loadedBundle is a bundle of one file.
func loadedBundle(t *testing.T, text string) *playbook.Bundle {
	t.Helper()
	bundle, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

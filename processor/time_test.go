package processor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
)

// TestTheClock is language.md 11: C follows the slowest input that has something to say, and the wall clock only where
// the end of the input is proven.
func TestTheClock(t *testing.T) {
	type in struct {
		kind    schemas.Kind
		highest int64
		proven  int64 // 0 = not
	}
	const grace = 5
	for _, tc := range []struct {
		name   string
		mode   string
		before int64
		inputs []in
		want   int64
	}{
		{"live: nothing known holds it", modeLive, noTime, []in{{schemas.KindUserAction, noTime, 0}}, noTime},
		{"live: a backlog is followed by event time", modeLive, noTime, []in{{schemas.KindUserAction, 100, 0}, {schemas.KindBilling, 300, 0}}, 100},
		{"live: the end of all is followed by wall time", modeLive, 50, []in{{schemas.KindUserAction, 100, 1000}, {schemas.KindBilling, noTime, 1000}}, 1000 - grace},
		{"live: one input with backlog holds all", modeLive, 50, []in{{schemas.KindUserAction, 100, 1000}, {schemas.KindBilling, 70, 0}}, 70},
		{"live: it never goes back", modeLive, 5000, []in{{schemas.KindUserAction, 100, 1000}}, 5000},
		{"profiles and receipts do not hold it", modeLive, 50, []in{{schemas.KindUserAction, 100, 1000}, {schemas.KindProfile, noTime, 0}, {schemas.KindReceipt, noTime, 0}}, 1000 - grace},
		{"event: the end of an input does not move it", modeEvent, 50, []in{{schemas.KindUserAction, 100, 1000}, {schemas.KindBilling, 70, 0}}, 70},
		{"event: with all at their end, the highest of all", modeEvent, 50, []in{{schemas.KindUserAction, 100, 1000}, {schemas.KindBilling, 70, 1000}}, 100},
		{"event: an input without records is no obstacle", modeEvent, noTime, []in{{schemas.KindUserAction, 100, 1000}, {schemas.KindBilling, noTime, 1000}}, 100},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var inputs []*input
			for _, in := range tc.inputs {
				one := &input{kind: in.kind, next: 10, highest: in.highest, end: 20}
				if in.proven != 0 {
					one.asOf, one.end = in.proven, 10
				}
				inputs = append(inputs, one)
			}
			cl := clock{mode: tc.mode, graceMillis: grace, now: tc.before}
			cl.advance(inputs)
			if cl.now != tc.want {
				t.Errorf("C is %d, want %d", cl.now, tc.want)
			}
		})
	}
}

// TestNoFalseAbsence: three days of backlog with the processor stopped call nobody quiet who came back in time within the
// backlog, and call those who did not. The wall clock is far ahead of the backlog all the time.
func TestNoFalseAbsence(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	events := append(visits("acme", "active", day0, 24*time.Hour, 5), visits("bolt", "active", day0, 24*time.Hour, 5)...)
	events = append(events, visits("acme", "gone", day0, time.Hour, 2)...)
	events = inOrder(append(events, visits("bolt", "back", day0, 3*24*time.Hour, 2)...)) // too late: the silence has been
	now := day0.Add(4*24*time.Hour + time.Hour)
	cut := slices.IndexFunc(events, func(ev event) bool { return ev.at.After(day0.Add(25 * time.Hour)) })
	clock := newWallClock(events[cut-1].at.Add(time.Minute))
	co := wo.config()
	co.MaxBatch = 1
	wo.publishEvents(events[:cut]...)
	one := wo.start(co, WithClock(clock.now))
	one.ready(0, 1)
	one.halt()
	wo.publishEvents(events[cut:]...)
	clock = newWallClock(now)
	two := wo.start(co, WithClock(clock.now))
	two.clockPast(0, now.Add(-co.Grace-time.Minute))
	two.clockPast(1, now.Add(-co.Grace-time.Minute))
	two.halt()
	wo.wantKeys(expected(events, now.Add(-co.Grace-10*time.Minute)))
	wo.wantSequences()
}

// TestAnEventClockEndsWithItsEvents: without `until` silence after the last event says nothing; with it, everything due
// by then fires, and no more.
func TestAnEventClockEndsWithItsEvents(t *testing.T) {
	first := login("1", "acme", "ann", day0)
	for _, tc := range []struct {
		name  string
		until time.Time
		quiet bool
	}{
		{"just before the timer", day0.Add(quietAfter - time.Millisecond), false},
		{"at the timer", day0.Add(quietAfter), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := newWorld(t, 1, testBundle)
			wo.publishEvents(first)
			co := wo.config()
			co.Clock, co.ExitWhenDone, co.Until = "event", true, tc.until.Format(time.RFC3339Nano)
			wo.start(co).finish()
			want := []string{helloKey(first)}
			if tc.quiet {
				want = append(want, quietKey(first))
			}
			wo.wantKeys(want)
		})
	}
}

// TestTheEndOfAnInputCountsMarkers is 3.13, row 20: without control records a transactional input is one record short of
// its end for ever, and nothing is ever caught up.
func TestTheEndOfAnInputCountsMarkers(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	first, taken := login("1", "acme", "ann", day0), login("2", "acme", "bob", day0)
	client, err := kgo.NewClient(kgo.SeedBrokers(wo.broker.KafkaAddr()), kgo.TransactionalID("publisher"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	for _, one := range []struct {
		event event
		end   kgo.TransactionEndTry
	}{{taken, kgo.TryAbort}, {first, kgo.TryCommit}} { // the aborted one must not count
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := client.ProduceSync(wo.ctx, one.event.record(wo)).FirstErr(); err != nil {
			t.Fatal(err)
		}
		wo.end(client, one.end)
	}
	until := day0.AddDate(0, 0, 5)
	ru := wo.runToEnd(until)
	wo.wantKeys(expected([]event{first}, until))
	if got := ru.metric("records_consumed_total", wo.topics.UserActions); got < 1 {
		t.Errorf("records consumed: %v", got)
	}
}

// TestAnOpenTransactionOnAnInputHoldsTheClock is H6: the log goes on, but what a reader may see does not; nobody may be
// called quiet by what is hidden, and it shows.
func TestAnOpenTransactionOnAnInputHoldsTheClock(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	events := visits("acme", "ann", day0, quietAfter/2, 8)
	wo.publishEvents(events[:1]...)
	hanging := wo.openTransaction(wo.topics.UserActions, 0, "hanging")
	wo.publishEvents(events[1:]...)
	now := events[len(events)-1].at.Add(time.Hour)
	ru := wo.start(wo.config(), WithClock(newWallClock(now).now))
	wo.await("the open transaction to show", func() bool {
		ts, ok := ru.status(0)
		return ok && ts.Inputs[3].LastStableOffset == 1 && ts.Inputs[3].LogEndOffset == int64(len(events)+1)
	})
	wo.end(hanging, kgo.TryAbort)
	wo.intentsCome(len(events))
	ru.halt()
	for _, key := range wo.keys() {
		if strings.HasPrefix(key, "quiet") && key != quietKey(events[0]) {
			t.Errorf("false absence: %s", key)
		}
	}
}

// TestTheFutureIsClamped: one clock that is set wrong must not pull the task clock of everybody into the future.
func TestTheFutureIsClamped(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	normal, future := login("1", "acme", "ann", day0), login("2", "bolt", "bob", day0.AddDate(0, 0, 30))
	wo.publishEvents(normal, future)
	clock := newWallClock(day0.Add(time.Minute))
	ru := wo.start(wo.config(), WithClock(clock.now))
	ru.ready(0)
	wo.await("both records to be processed", func() bool { ts, _ := ru.status(0); return ts.Inputs[3].Position == 2 })
	ts, _ := ru.status(0)
	if limit := day0.Add(6 * time.Minute).UnixMilli(); ts.Clock > limit {
		t.Errorf("the clock is %v ahead of wall time and skew", time.Duration(ts.Clock-limit)*time.Millisecond)
	}
	clock.advance(time.Hour)
	wo.intentsCome(2)
	ru.halt()
	wo.wantKeys([]string{helloKey(normal), helloKey(future)})
	clamped := int64(0)
	for _, ma := range wo.wantSequences() {
		clamped += ma.Clamped
	}
	if clamped != 1 {
		t.Errorf("%d records were clamped, want 1", clamped)
	}
}

// mergeBundle says with each payment how many sign-ins came before it.
const mergeBundle = `bundle: merge
revision: 1
time: {lateness: 0s, history: complete}
events:
  login: user_action.signed_in
  paid: billing.payment_succeeded
---
playbook: count
for: each account
class: internal
start: {event: paid}
again: always
steps: [{id: tell, notify: paid, to: channel("#money"), data: {logins: total(login), kind: account.industry default "none"}}]
`

// wantPositions checks that each transaction committed the offsets up to which its manifest says it processed, not those
// up to which the client had polled.
func wantPositions(t *testing.T, commits *commitsSeen, manifests []schemas.Manifest) {
	t.Helper()
	seen := commits.all()
	if len(seen) != len(manifests) {
		t.Fatalf("%d offset commits, %d manifests", len(seen), len(manifests))
	}
	for i, ma := range manifests {
		for _, topic := range seen[i].Topics {
			at := slices.IndexFunc(ma.Inputs, func(in schemas.InputRange) bool { return in.Topic == topic.Topic })
			if got, want := topic.Partitions[0].Offset, ma.Inputs[at].ToOffset; got != want {
				t.Errorf("transaction %d commits %s at %d, it processed up to %d", ma.Sequence, topic.Topic, got, want)
			}
		}
	}
}

// TestInputsAreMergedByEventTime: a payment is judged after what happened before it and before what happened after it,
// whatever topic came first and however small the batches are. A profile counts before everything.
func TestInputsAreMergedByEventTime(t *testing.T) {
	for _, batch := range []int{1, 3, 1000} {
		t.Run(fmt.Sprintf("batches of %d", batch), func(t *testing.T) {
			wo := newWorld(t, 1, mergeBundle)
			var events []event
			for i := range 20 {
				at := day0.Add(time.Duration(i) * time.Hour)
				events = append(events, login(fmt.Sprintf("l%d", i), "acme", "ann", at))
				events = append(events, event{topic: wo.topics.Billing, id: fmt.Sprintf("p%02d", i), kind: "payment_succeeded", account: "acme", at: at.Add(30 * time.Minute)})
			}
			wo.publishEvents(events...)
			wo.publishEvents(event{topic: wo.topics.Profiles, account: "acme", unparsed: true, more: map[string]any{
				"raw": fmt.Sprintf(`{"kind":"account","account_id":"acme","changed_at":%d,"traits":{"industry":"mining"}}`, day0.Add(-time.Hour).UnixMilli())}})
			commits := wo.watchOffsetCommits()
			co := toEnd(wo.config(), day0.AddDate(0, 0, 2))
			co.MaxBatch = batch
			wo.start(co).finish()
			wantPositions(t, commits, wo.wantSequences())
			intents := wo.intents()
			if len(intents) != 20 {
				t.Fatalf("%d intents, want 20", len(intents))
			}
			for _, intent := range intents {
				var number int
				if _, err := fmt.Sscanf(intent.Reason.Trigger.ID, "p%d", &number); err != nil {
					t.Fatal(err)
				}
				for _, datum := range intent.Data {
					if datum.Name == "logins" && datum.Value.Num != int64(number+1) {
						t.Errorf("payment %d saw %v sign-ins, want %d", number, datum.Value, number+1)
					}
					if datum.Name == "kind" && datum.Value.Text != "mining" {
						t.Errorf("payment %d knew industry %q", number, datum.Value.Text)
					}
				}
			}
		})
	}
}

package processor

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// TestATransactionThatOutlivesItsTimeout is row 23: the broker has aborted it by itself, and the producer may be dead. A
// new session reads the input again.
func TestATransactionThatOutlivesItsTimeout(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	co := wo.config()
	co.TransactionTimeout = 500 * time.Millisecond
	clock := newWallClock(day0)
	ru := wo.start(co, WithClock(clock.now))
	ru.ready(0)
	held, release := ru.holdProduce()
	events := visits("acme", "ann", day0, time.Minute, 3)
	wo.publishEvents(events...)
	<-held
	changelog := func() *kfake.PartitionInfo {
		return wo.broker.Cluster().PartitionInfo(wo.topics.Changelog, 0)
	}
	wo.await("records of an open transaction", func() bool { info := changelog(); return info.LastStableOffset < info.HighWatermark })
	wo.await("the broker to abort it", func() bool { info := changelog(); return info.LastStableOffset == info.HighWatermark })
	close(release)
	clock.advance(time.Hour)
	wo.intentsCome(3)
	ru.halt()
	wo.wantKeys(expected(events, day0))
	wo.wantSequences()
}

// TestOutagesOfTheBrokers is rows 24 and 25: the brokers go and come back again and again, in the middle of whatever the
// process does. It goes on by itself, and says everything once.
func TestOutagesOfTheBrokers(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	co := wo.config()
	co.Clock, co.MaxBatch, co.CommitInterval = "event", 3, time.Millisecond
	var events []event
	for i := range 6 {
		events = append(events, visits(fmt.Sprintf("acct-%d", i), "ann", day0, quietAfter*2/3, 10)...)
	}
	events = inOrder(events)
	ru := wo.start(co)
	ru.ready(0, 1)
	commits := wo.watchEndTxn()
	for piece := range 5 {
		before := commits.commits.Load()
		wo.publishEvents(events[piece*12 : (piece+1)*12]...)
		wo.await("a commit", func() bool { return commits.commits.Load() > before })
		ru.network.cut()
		ru.network.heal()
	}
	wo.await("the whole log to be processed", func() bool {
		sum := int64(0)
		for partition := range wo.partitions {
			if ts, ok := ru.status(partition); ok {
				sum += ts.Inputs[3].Position
			}
		}
		return sum == int64(len(events))
	})
	ru.halt()
	until := day0.AddDate(0, 0, 25)
	last := toEnd(wo.config(), until)
	last.State = co.State
	wo.start(last).finish()
	wo.wantKeys(expected(events, until))
	wo.wantSequences()
}

// TestProfilesAreReadFirst: what is known of an account is known before its first event, even if it was written later.
func TestProfilesAreReadFirst(t *testing.T) {
	wo := newWorld(t, 1, mergeBundle)
	for i := range 5 {
		wo.publishEvents(event{topic: wo.topics.Billing, id: fmt.Sprintf("p%02d", i), kind: "payment_succeeded", account: "acme", at: day0.Add(time.Duration(i) * time.Hour)})
	}
	wo.publishEvents(event{topic: wo.topics.Profiles, account: "acme", unparsed: true, more: map[string]any{
		"raw": fmt.Sprintf(`{"kind":"account","account_id":"acme","changed_at":%d,"traits":{"industry":"mining"}}`, day0.AddDate(0, 0, 1).UnixMilli())}})
	wo.runToEnd(day0.AddDate(0, 0, 2))
	intents := wo.intents()
	if len(intents) != 5 {
		t.Fatalf("%d intents, want 5", len(intents))
	}
	for _, intent := range intents {
		for _, datum := range intent.Data {
			if datum.Name == "kind" && datum.Value.Text != "mining" {
				t.Errorf("%s knew industry %q", intent.Reason.Trigger.ID, datum.Value.Text)
			}
		}
	}
}

package processor

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
)

// amnesia is a broker that came back without knowing which markers it had still to write: what it says of producers and
// transactions is said here, and the markers that are written come here.
type amnesia struct {
	mu      sync.Mutex
	id      string
	state   string // of the transactional id
	open    []kadm.DescribedProducer
	written []string       // "commit topic"
	refused int16          // error code for markers
	loading int            // how often the coordinator does not list yet
	listed  func(*amnesia) // after the question for transactions
}

func (wo *world) amnesia(id, state string, open ...kadm.DescribedProducer) *amnesia {
	am := &amnesia{id: id, state: state, open: open}
	wo.control(kmsg.DescribeProducers, func(req kmsg.Request) reply { return am.describe(req.(*kmsg.DescribeProducersRequest)) })
	wo.control(kmsg.ListTransactions, func(req kmsg.Request) reply { return am.list(req.(*kmsg.ListTransactionsRequest)) })
	wo.control(kmsg.WriteTxnMarkers, func(req kmsg.Request) reply { return am.mark(req.(*kmsg.WriteTxnMarkersRequest)) })
	return am
}

func (am *amnesia) describe(req *kmsg.DescribeProducersRequest) reply {
	am.mu.Lock()
	defer am.mu.Unlock()
	resp := req.ResponseKind().(*kmsg.DescribeProducersResponse)
	for _, topic := range req.Topics {
		rt := kmsg.NewDescribeProducersResponseTopic()
		rt.Topic = topic.Topic
		for _, partition := range topic.Partitions {
			rp := kmsg.NewDescribeProducersResponseTopicPartition()
			rp.Partition = partition
			for _, op := range am.open {
				if op.Topic == topic.Topic && op.Partition == partition {
					ap := kmsg.NewDescribeProducersResponseTopicPartitionActiveProducer()
					ap.ProducerID, ap.ProducerEpoch, ap.CurrentTxnStartOffset = op.ProducerID, int32(op.ProducerEpoch), op.CurrentTxnStartOffset
					rp.ActiveProducers = append(rp.ActiveProducers, ap)
				}
			}
			rt.Partitions = append(rt.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, rt)
	}
	return reply{response: resp, handled: true}
}

func (am *amnesia) list(req *kmsg.ListTransactionsRequest) reply {
	am.mu.Lock()
	defer am.mu.Unlock()
	resp := req.ResponseKind().(*kmsg.ListTransactionsResponse)
	if am.loading > 0 {
		am.loading--
		resp.ErrorCode = kerr.CoordinatorLoadInProgress.Code
		return reply{response: resp, handled: true}
	}
	for _, op := range am.open {
		txn := kmsg.NewListTransactionsResponseTransactionState()
		txn.TransactionalID, txn.ProducerID, txn.TransactionState = am.id, op.ProducerID, am.state
		resp.TransactionStates = append(resp.TransactionStates, txn)
	}
	if am.listed != nil {
		am.listed(am)
	}
	return reply{response: resp, handled: true}
}

func (am *amnesia) mark(req *kmsg.WriteTxnMarkersRequest) reply {
	am.mu.Lock()
	defer am.mu.Unlock()
	resp := req.ResponseKind().(*kmsg.WriteTxnMarkersResponse)
	for _, marker := range req.Markers {
		rm := kmsg.NewWriteTxnMarkersResponseMarker()
		rm.ProducerID = marker.ProducerID
		for _, topic := range marker.Topics {
			rt := kmsg.NewWriteTxnMarkersResponseMarkerTopic()
			rt.Topic = topic.Topic
			for _, partition := range topic.Partitions {
				rp := kmsg.NewWriteTxnMarkersResponseMarkerTopicPartition()
				rp.Partition, rp.ErrorCode = partition, am.refused
				rt.Partitions = append(rt.Partitions, rp)
				if am.refused == 0 {
					am.take(marker, topic.Topic, partition)
				}
			}
			rm.Topics = append(rm.Topics, rt)
		}
		resp.Markers = append(resp.Markers, rm)
	}
	return reply{response: resp, handled: true}
}

// take ends what the marker is for.
func (am *amnesia) take(marker kmsg.WriteTxnMarkersRequestMarker, topic string, partition int32) {
	ending := "abort "
	if marker.Committed {
		ending = "commit "
	}
	am.written = append(am.written, ending+topic)
	am.open = slices.DeleteFunc(am.open, func(op kadm.DescribedProducer) bool {
		return op.Topic == topic && op.Partition == partition && op.ProducerID == marker.ProducerID && op.ProducerEpoch == marker.ProducerEpoch
	})
}

// markers are those that were written, sorted.
func (am *amnesia) markers() string {
	am.mu.Lock()
	defer am.mu.Unlock()
	sorted := slices.Sorted(slices.Values(am.written))
	return strings.Join(sorted, ", ")
}

// remember writes the transaction log, as the coordinator of an id did before it was killed.
func (wo *world) remember(id string, history ...kmsg.TxnMetadataValue) {
	wo.t.Helper()
	if _, err := wo.admin.CreateTopic(wo.ctx, 1, 1, nil, transactionTopic); err != nil {
		wo.t.Fatal(err)
	}
	key := kmsg.NewTxnMetadataKey()
	key.TransactionalID = id
	for _, value := range history {
		wo.publish(&kgo.Record{Topic: transactionTopic, Key: key.AppendTo(nil), Value: value.AppendTo(nil)})
	}
}

// held is what a producer has open in the first partition of a topic.
func held(topic string, producerID int64, epoch int16) kadm.DescribedProducer {
	return kadm.DescribedProducer{Topic: topic, ProducerID: producerID, ProducerEpoch: epoch, CurrentTxnStartOffset: 5}
}

// lastTransaction is a history over the first partition of some topics: ongoing with the epoch, then the further steps.
func lastTransaction(producerID int64, epoch int16, topics []string, further ...kmsg.TransactionState) (history []kmsg.TxnMetadataValue) {
	for _, state := range append([]kmsg.TransactionState{txnOngoing}, further...) {
		value := step(state, producerID, epoch+1)
		if state == txnOngoing {
			value.ProducerEpoch = epoch
		}
		for _, name := range topics {
			topic := kmsg.NewTxnMetadataValueTopic()
			topic.Topic, topic.Partitions = name, []int32{0}
			value.Topics = append(value.Topics, topic)
		}
		history = append(history, value)
	}
	return history
}

// TestMarkersThatABrokerForgotAreWritten leaves producer 4 with epoch 7 open in two topics.
func TestMarkersThatABrokerForgotAreWritten(t *testing.T) {
	const ours, intents, changelog = "holdfast-processor-p1-0", "holdfast.intents", "holdfast.changelog"
	committed := []kmsg.TransactionState{txnPrepareCommit, txnCommitted}
	moveOn := func(am *amnesia) {
		for i := range am.open {
			am.open[i].CurrentTxnStartOffset = 9
		}
	}
	for _, tc := range []struct {
		name, id, state string
		log             []kmsg.TransactionState
		listed          func(*amnesia)
		refused         *kerr.Error
		want, fails     string
	}{
		{name: "it was committed", id: ours, state: "Empty", log: append(committed, txnEmpty), want: "commit holdfast.changelog, commit holdfast.intents"},
		{name: "it was aborted", id: ours, state: "CompleteAbort", log: []kmsg.TransactionState{txnPrepareAbort, txnAborted}, want: "abort holdfast.changelog, abort holdfast.intents"},
		{name: "the coordinator has it under way", id: ours, state: "PrepareCommit", log: committed},
		{name: "the log has it under way", id: ours, state: "CompleteCommit", log: committed[:1]},
		{name: "it is somebody else's", id: "billing-p1-0", state: "Empty", log: committed},
		{name: "it ended while the log was read, and another began", id: ours, state: "Empty", log: committed, listed: moveOn},
		{name: "without the right to write it", id: ours, state: "Empty", log: committed, refused: kerr.ClusterAuthorizationFailed, fails: "ClusterAction"},
		{name: "the producer has gone on", id: ours, state: "Empty", log: committed, refused: kerr.InvalidProducerEpoch},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := newWorld(t, 1, testBundle)
			am := wo.amnesia(tc.id, tc.state, held(intents, 4, 7), held(changelog, 4, 7))
			am.listed = tc.listed
			if tc.refused != nil {
				am.refused = tc.refused.Code
			}
			wo.remember(tc.id, lastTransaction(4, 7, []string{intents, changelog}, tc.log...)...)
			pr := wo.bareLane().proc
			_, err := pr.endHanging(wo.ctx, pr.outputSet(0))
			if tc.fails == "" && err != nil || tc.fails != "" && (err == nil || !strings.Contains(err.Error(), tc.fails)) {
				t.Errorf("endHanging: %v, want an error with %q", err, tc.fails)
			}
			if got := am.markers(); got != tc.want {
				t.Errorf("markers: %q, want %q", got, tc.want)
			}
		})
	}
}

// TestAnUnreadableTransactionLogIsNoProof: nothing is written on a guess, and nothing fails.
func TestAnUnreadableTransactionLogIsNoProof(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	const id = "holdfast-processor-p1-0"
	am := wo.amnesia(id, "Empty", held(wo.topics.Intents, 4, 7))
	look := func(what string) {
		pr := wo.bareLane().proc
		if ended, err := pr.endHanging(wo.ctx, pr.outputSet(0)); ended != 0 || err != nil || am.markers() != "" {
			t.Errorf("%s: endHanging: %d, %v, markers %q", what, ended, err, am.markers())
		}
	}
	look("no log")
	wo.remember(id, lastTransaction(4, 7, []string{wo.topics.Intents}, txnPrepareCommit, txnCommitted)...)
	wo.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: transactionTopic, Err: kerr.TopicAuthorizationFailed, Count: -1})
	look("no right to read it")
}

// sessionOf opens the session of a lane whose transactional id had an unmarked commit in the intents.
func (wo *world) sessionOf(history func(producerID int64) []kmsg.TxnMetadataValue) (la *lane, am *amnesia, producerID int64) {
	wo.t.Helper()
	pr, err := New(wo.config(), zap.NewNop())
	if err != nil {
		wo.t.Fatal(err)
	}
	pr.instance, pr.admin, pr.partitions = "p1", wo.admin, 1
	pr.statuses.expect(1)
	la = &lane{proc: pr, log: pr.log}
	client, err := kgo.NewClient(kgo.SeedBrokers(wo.broker.KafkaAddr()), kgo.TransactionalID(la.transactionalID()))
	if err != nil {
		wo.t.Fatal(err)
	}
	defer client.Close()
	if producerID, _, err = client.ProducerID(wo.ctx); err != nil {
		wo.t.Fatal(err)
	}
	am = wo.amnesia(la.transactionalID(), "Empty")
	wo.remember(la.transactionalID(), history(producerID)...)
	return la, am, producerID
}

// TestASessionBeginsWithNothingOpen: the next commit would end whatever a predecessor has open as committed.
func TestASessionBeginsWithNothingOpen(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	la, am, producerID := wo.sessionOf(func(producerID int64) []kmsg.TxnMetadataValue {
		return lastTransaction(producerID, 0, []string{wo.topics.Intents}, txnPrepareAbort, txnAborted)
	})
	am.open, am.loading = append(am.open, held(wo.topics.Intents, producerID, 0)), 2
	se, err := la.openSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer se.CloseAllowingRebalance()
	if got := am.markers(); got != "abort holdfast.intents" {
		t.Errorf("markers: %q", got)
	}
}

// TestATransactionThatDidNotCommitIsOverBeforeTheNext: by an abort, and by what settles a doubt.
func TestATransactionThatDidNotCommitIsOverBeforeTheNext(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(*lane, *world) error
	}{
		{"aborted", func(la *lane, wo *world) error { return la.txnAbort(wo.ctx, nil) }},
		{"in doubt", func(la *lane, wo *world) error { return la.txnResolve(wo.ctx, nil, nil, nil) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := newWorld(t, 1, testBundle)
			la, am, producerID := wo.sessionOf(func(producerID int64) []kmsg.TxnMetadataValue {
				return lastTransaction(producerID, 0, []string{wo.topics.Intents}, txnPrepareAbort, txnAborted)
			})
			var err error
			if la.session, err = la.openSession(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer la.session.CloseAllowingRebalance()
			am.mu.Lock()
			am.open = append(am.open, held(wo.topics.Intents, producerID, 0))
			am.mu.Unlock()
			if err := tc.end(la, wo); err != nil {
				t.Fatal(err)
			}
			if got := am.markers(); got != "abort holdfast.intents" {
				t.Errorf("markers: %q", got)
			}
		})
	}
}

// hangUp ends every connection of the process, as the kill of a broker does; it can connect again at once.
func (ne *network) hangUp() {
	ne.cut()
	ne.heal()
}

// TestABrokerThatComesBackIsAskedBeforeItIsWrittenTo: the last commit was reported, and the broker was killed before it
// wrote the markers. The next transaction may be aborted, and would take the last one with it where it writes.
func TestABrokerThatComesBackIsAskedBeforeItIsWrittenTo(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	const id = "holdfast-processor-p0-0"
	am := wo.amnesia(id, "CompleteCommit")
	var early atomic.Bool
	wo.control(kmsg.Produce, func(req kmsg.Request) reply {
		am.mu.Lock()
		defer am.mu.Unlock()
		if req.(*kmsg.ProduceRequest).TransactionID != nil && len(am.open) > 0 {
			early.Store(true)
		}
		return pass
	})
	clock := newWallClock(day0)
	ru := wo.start(wo.config(), WithClock(clock.now))
	ru.ready(0)
	wo.publishEvents(visits("acme", "ann", day0, time.Minute, 3)...)
	clock.advance(time.Hour)
	wo.intentsCome(3)
	described, err := wo.admin.DescribeTransactions(wo.ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	producerID := described[id].ProducerID
	wo.remember(id, lastTransaction(producerID, 0, []string{wo.topics.Intents}, txnPrepareCommit, txnCommitted)...)
	am.mu.Lock()
	am.open = append(am.open, held(wo.topics.Intents, producerID, 0))
	am.mu.Unlock()
	ru.network.hangUp()
	wo.publishEvents(visits("acme", "bob", day0.Add(2*time.Hour), time.Minute, 3)...)
	clock.advance(3 * time.Hour)
	wo.intentsCome(6)
	ru.halt()
	if early.Load() || am.markers() != "commit holdfast.intents" {
		t.Errorf("written to while the last transaction was open: %v; markers %q", early.Load(), am.markers())
	}
}

// TestOffsetsThatStayUnstableAreLookedInto: the group's offsets wait for the end of a transaction that a dead peer's
// coordinator has forgotten. Nobody else would end it.
func TestOffsetsThatStayUnstableAreLookedInto(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	const gone = "holdfast-processor-gone-0"
	co := wo.config()
	first := kadm.Offsets{}
	first.AddOffset(wo.topics.UserActions, 0, 0, -1)
	if _, err := wo.admin.CommitOffsets(wo.ctx, co.group(), first); err != nil { // a group without offsets has none that are unstable
		t.Fatal(err)
	}
	client := wo.leaveOpen(co, gone)
	producerID, epoch, err := client.ProducerID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	am := wo.amnesia(gone, "CompleteAbort", held(wo.topics.Intents, producerID, epoch))
	wo.remember(gone, lastTransaction(producerID, epoch, []string{wo.topics.Intents}, txnPrepareAbort, txnAborted)...)
	clock := newWallClock(day0)
	fetches := wo.requests(kmsg.OffsetFetch)
	ru := wo.start(co, WithClock(clock.now))
	wo.await("the restore to wait for stable offsets", func() bool { return restores(ru) && fetches.Load() > 3 })
	if got := am.markers(); got != "" {
		t.Errorf("markers at once: %q", got)
	}
	clock.advance(hangingAfter + time.Second)
	wo.await("the marker", func() bool { return am.markers() == "abort holdfast.intents" })
	wo.end(client, kgo.TryAbort) // as the marker on the offsets does
	wo.await("the task to run", func() bool { _, runs := ru.status(0); return runs })
	ru.halt()
}

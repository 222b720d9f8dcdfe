package processor

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"holdfast/state"
)

// bareLane is a lane that has never joined a group: enough to restore with.
func (wo *world) bareLane() *lane {
	pr := &Processor{config: wo.config(), admin: wo.admin, log: zap.NewNop(), now: time.Now, metrics: newMetrics(prometheus.NewRegistry())}
	return &lane{proc: pr, log: pr.log}
}

// TestMissingMarkersOfACommittedTransactionAreWritten leaves a transaction open as a broker does that lost its markers: it
// is completed when it carries the mark that the group has committed, and not touched when it does not.
func TestMissingMarkersOfACommittedTransactionAreWritten(t *testing.T) {
	for _, tc := range []struct {
		name  string
		mark  string // of the group
		ended bool
	}{
		{"the mark of the group", "v1;3;n1;9;-", true},
		{"another attempt at the same transaction", "v1;3;n1;8;-", false},
		{"a group without a mark", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := newWorld(t, 1, testBundle)
			record := state.TaskRecord{Sequence: 3, Meta: origin{wallMillis: 1, mark: "v1;3;n1;9;-", before: "v1;2;n1;7;-"}.append(nil)}
			producer, err := kgo.NewClient(kgo.SeedBrokers(wo.broker.KafkaAddr()), kgo.TransactionalID("killed"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
			if err != nil {
				t.Fatal(err)
			}
			defer producer.Close()
			if err := producer.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			err = producer.ProduceSync(wo.ctx, &kgo.Record{Topic: wo.topics.Changelog, Key: []byte("ktask/0"), Value: record.Append(nil)},
				&kgo.Record{Topic: wo.topics.Intents, Value: []byte("hello")}).FirstErr()
			if err != nil {
				t.Fatal(err)
			}
			la := wo.bareLane()
			ended, err := la.proc.completeHanging(wo.ctx, 0, tc.mark)
			if err != nil || ended != tc.ended {
				t.Fatalf("completeHanging: %v, %v; want %v", ended, err, tc.ended)
			}
			want := 0
			if tc.ended {
				want = 1
			}
			for _, topic := range []string{wo.topics.Changelog, wo.topics.Intents} {
				if got := len(wo.read(topic)); got != want {
					t.Errorf("%s: a reader of committed records sees %d records, want %d", topic, got, want)
				}
			}
		})
	}
}

// TestLocalStateIsJudgedByItsTransactions gives a partition whose newest transaction is 33 to a group that has committed
// something else.
func TestLocalStateIsJudgedByItsTransactions(t *testing.T) {
	const before, own = "v1;32;n1;40;-", "v1;33;n1;41;-"
	for _, tc := range []struct {
		name  string
		bound restoreBound
		keeps bool
		fails string
	}{
		{"it is the committed one", restoreBound{sequence: 33, mark: own, end: 500}, true, ""},
		{"the group is further", restoreBound{sequence: 40, mark: "v1;40;n2;7;-", end: 500}, true, ""},
		{"the brokers took the newest one back", restoreBound{sequence: 32, mark: before, end: 500}, false, ""},
		{"the changelog was truncated too", restoreBound{sequence: 32, mark: before, end: 99}, false, "--accept-rewind"},
		{"the group is further behind", restoreBound{sequence: 31, mark: "v1;31;n1;39;-", end: 500}, false, "--accept-rewind"},
		{"another one has its number", restoreBound{sequence: 33, mark: "v1;33;n2;5;-", end: 500}, false, ""},
		{"the group has no offsets", restoreBound{end: 500}, false, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			st, err := state.Open("state", state.Options{FS: state.NewMemFS()})
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			part, err := st.OpenPartition(0, state.NewCache(1<<20))
			if err != nil {
				t.Fatal(err)
			}
			record := state.TaskRecord{Sequence: 33, Meta: origin{wallMillis: 1, mark: own, before: before}.append(nil)}
			if _, err := part.Stage(record); err != nil {
				t.Fatal(err)
			}
			if err := part.Apply(100); err != nil {
				t.Fatal(err)
			}
			pr := &Processor{log: zap.NewNop(), now: time.Now, metrics: newMetrics(prometheus.NewRegistry())}
			err = (&lane{proc: pr, log: pr.log}).judgeLocal(part, 0, tc.bound)
			if tc.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fails) {
					t.Fatalf("judgeLocal: %v, want an error with %q", err, tc.fails)
				}
				return
			}
			if _, ok := part.Committed(); err != nil || ok != tc.keeps {
				t.Errorf("judgeLocal: %v, keeps its state: %v; want %v", err, ok, tc.keeps)
			}
		})
	}
}

// TestAChangelogThatGoesOnFromAnotherTransactionIsNoticed reads the next transaction on top of one that was taken back.
func TestAChangelogThatGoesOnFromAnotherTransactionIsNoticed(t *testing.T) {
	record := func(sequence int64, mark, before string) *state.TaskRecord {
		return &state.TaskRecord{Sequence: sequence, Meta: origin{wallMillis: 1, mark: mark, before: before}.append(nil)}
	}
	rp := replaying{}
	if err := rp.follows(record(33, "ours", "a")); err != nil {
		t.Fatal(err)
	}
	if err := rp.follows(record(34, "b", "theirs")); err == nil || !strings.Contains(err.Error(), "another transaction") {
		t.Errorf("transaction 34 follows another 33: %v", err)
	}
	rp = replaying{last: 33, lastMark: "ours"}
	for _, next := range []*state.TaskRecord{record(34, "b", "ours"), record(40, "c", "d"), record(41, "e", "")} { // compacted in between; lost offsets
		if err := rp.follows(next); err != nil {
			t.Error(err)
		}
	}
}

package processor

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

func newWire(tb testing.TB) *wire {
	tb.Helper()
	encoder, err := avro.NewEncoder(tb.Context(), avro.EncoderOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return &wire{encoder: encoder, topics: schemas.DefaultTopicNames(), partition: 3, slabs: &recordSlabs{}}
}

// transaction encodes in a transaction of its own.
func (wi *wire) transaction(tb testing.TB, ou *outputs, sequence int64) {
	tb.Helper()
	wi.slabs.begin()
	if err := wi.encode(ou, sequence); err != nil {
		tb.Fatal(err)
	}
}

// decided are outputs of some accounts, four of each: an intent, two decisions, a signal.
func decided(accounts int, word string) *outputs {
	ou := &outputs{}
	for i := range accounts {
		account, at := fmt.Sprintf("%s-%04d", word, i), int64(1_780_272_000_000+1000*i)
		ou.Intent(&schemas.MessageIntent{IntentID: "intent-" + account, DedupeKey: "p/" + account, Action: "deliver", Kind: "message", AccountID: account,
			Recipient: schemas.Recipient{Type: "user", UserID: "u1"}, Playbook: "tips", Step: "first", DecidedAt: at, Reason: schemas.Reason{Code: "start", Text: "an event"}})
		for _, outcome := range []string{"started", "skipped"} {
			ou.Decision(&schemas.Decision{AccountID: account, Playbook: "tips", Outcome: outcome, Code: "if", Text: "does not hold", DecidedAt: at})
		}
		ou.Signal(&schemas.Signal{AccountID: account, Name: "score/main", Number: float64(i), HasNumber: true, ChangedAt: at})
	}
	return ou
}

// copied are records that share nothing with others.
func copied(records []*kgo.Record) []string {
	var out []string
	for _, rec := range records {
		out = append(out, fmt.Sprintf("%s/%d %q %x %q", rec.Topic, rec.Partition, rec.Key, rec.Value, rec.Headers))
	}
	return out
}

// TestRecordsThatAreNotCommittedStayAsTheyAre: the client may still be sending what was produced; only a committed
// transaction's memory is used again.
func TestRecordsThatAreNotCommittedStayAsTheyAre(t *testing.T) {
	wi := newWire(t)
	for _, accounts := range []int{3, 900} {
		wi.transaction(t, decided(accounts, "first"), 7)
		held := append([]*kgo.Record(nil), wi.records...)
		before := copied(held)
		for attempt := range 3 {
			wi.transaction(t, decided(accounts, fmt.Sprintf("later%d", attempt)), 8)
		}
		for i, now := range copied(held) {
			if now != before[i] {
				t.Fatalf("record %d of %d accounts was written over:\n%s\nwas\n%s", i, accounts, now, before[i])
			}
		}
	}
}

// TestMemoryThatIsUsedAgainChangesNothing: the same outputs give the same records in a wire that has been used.
func TestMemoryThatIsUsedAgainChangesNothing(t *testing.T) {
	used := newWire(t)
	for round, accounts := range []int{900, 1, 0, 300, 2000, 5} {
		fresh := newWire(t)
		for _, wi := range []*wire{used, fresh} {
			wi.transaction(t, decided(accounts, fmt.Sprint("round", round)), int64(round))
			if err := wi.addManifest(&schemas.Manifest{App: "app", OutputsDigest: wi.digest[:]}, "attempt"); err != nil {
				t.Fatal(err)
			}
		}
		got, want := copied(used.records), copied(fresh.records)
		if len(got) != 4*accounts+1 || len(want) != len(got) || !bytes.Equal(used.digest[:], fresh.digest[:]) || used.signals != int64(accounts) {
			t.Fatalf("round %d: %d records, %d signals, digest %x; want %d, %d, %x", round, len(got), used.signals, used.digest, 4*accounts+1, accounts, fresh.digest)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("round %d, record %d:\n%s\nwant\n%s", round, i, got[i], want[i])
			}
		}
		used.slabs.reuse()
	}
}

// TestEncodingDoesNotAllocate: but for the keys of signals.
func TestEncodingDoesNotAllocate(t *testing.T) {
	wi, ou := newWire(t), decided(100, "steady")
	ou.signals = nil
	encode := func() {
		wi.transaction(t, ou, 7)
		wi.slabs.reuse()
	}
	encode()
	if n := testing.AllocsPerRun(5, encode); n > 0 {
		t.Errorf("%v allocations for 300 outputs", n)
	}
}

// BenchmarkEncode is per output.
func BenchmarkEncode(b *testing.B) {
	wi, ou := newWire(b), decided(300, "bench")
	b.ReportAllocs()
	used := cpuNanos(b)
	for n := 0; n < b.N; n += len(wi.records) {
		wi.transaction(b, ou, 7)
		wi.slabs.reuse()
	}
	b.ReportMetric(float64(cpuNanos(b)-used)/float64(b.N), "cpu-ns/op")
}

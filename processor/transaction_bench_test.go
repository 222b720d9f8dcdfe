package processor

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/state"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// The benchmark of a transaction without Kafka: the job of e2e/peers over its load, computed, staged, applied and
// checkpointed by one task. What it leaves out is the client.

const (
	benchEvents = 200_000
	benchBatch  = 1_200 // of a partition in 100 ms
	benchStart  = int64(1_780_272_000_000)
)

var (
	benchTypes    = []string{"feature_used", "signed_in", "page_viewed", "seat_added", "limit_reached", "report_shared", "teammate_invited", "integration_synced"}
	benchFeatures = []string{"export_csv", "api_call", "dashboard_view", "invite_teammate", "advanced_feature", "automation_run", "report_share", "integration_sync"}
	benchPlans    = []string{"free", "starter", "growth", "enterprise"}
)

// benchLoad is Zipf over accounts, spread over 30 days.
func benchLoad(tb testing.TB, encoder *avro.Encoder, accounts int) []*kgo.Record {
	r := rand.New(rand.NewSource(5))
	zipf := rand.NewZipf(r, 1.1, 1, uint64(accounts-1))
	text := func(name, text string) schemas.Field {
		return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.String, Text: text}}
	}
	records := make([]*kgo.Record, benchEvents)
	for i := range records {
		account := int(zipf.Uint64() * 2654435761 % uint64(accounts))
		at := benchStart + 30*86_400_000*int64(i)/benchEvents
		ev := &schemas.Event{Kind: schemas.KindUserAction, ID: fmt.Sprintf("%016x-%016x", r.Uint64(), i), Source: "web", Type: benchTypes[r.Intn(8)], Account: fmt.Sprintf("acc_%08d", account),
			User: fmt.Sprintf("usr_%010d", r.Intn(20_000_000)), OccurredAt: at, Count: 1, Own: []schemas.Field{text("feature", benchFeatures[r.Intn(8)])},
			Props: []schemas.Field{text("country", "DE"), {Name: "duration_ms", Value: schemas.Value{Kind: schemas.Long, Num: int64(r.Intn(5000))}}, text("page", fmt.Sprintf("/app/reports/%04x", r.Intn(1<<16))), text("plan", benchPlans[account%4])}}
		value, err := encoder.AppendEvent(nil, ev)
		if err != nil {
			tb.Fatal(err)
		}
		records[i] = &kgo.Record{Topic: schemas.DefaultTopicNames().UserActions, Key: []byte(ev.Account), Value: value, Offset: int64(i), Timestamp: time.UnixMilli(at)}
	}
	return records
}

// benchTask is a task of the bundle on an empty state.
func benchTask(tb testing.TB, encoder *avro.Encoder) *task {
	text, err := os.ReadFile("../e2e/peers/bundle.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	bundle, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: text}})
	if err != nil {
		tb.Fatal(err)
	}
	store, err := state.Open("state", state.Options{FS: state.NewMemFS()})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = store.Close() })
	part, err := store.OpenPartition(0, state.NewCache(256<<20))
	if err != nil {
		tb.Fatal(err)
	}
	topics := schemas.DefaultTopicNames()
	ta := &task{partitions: 1, bundle: bundle, part: part, app: "bench", timerLimit: 20_000, until: noTime, wire: wire{encoder: encoder, topics: topics, slabs: &recordSlabs{}},
		clock: clock{mode: modeEvent, now: noTime}, saved: saved{fresh: true}}
	if ta.decoder, err = avro.NewDecoder(avro.DecoderOptions{}); err != nil {
		tb.Fatal(err)
	}
	ta.rules = operator.NewTask(bundle, subjects{part}, &ta.out)
	ta.rules.TrustIDs()
	ta.inputs = []*input{{topic: topics.UserActions, kind: schemas.KindUserAction, highest: noTime, end: -1}}
	if err := ta.resume(); err != nil {
		tb.Fatal(err)
	}
	ta.keepPositions()
	return ta
}

// transactAlone is a transaction of one task, as a lane does it, without a broker.
func (ta *task) transactAlone(tb testing.TB, records []*kgo.Record, attempt int64) {
	ta.begin(benchStart, nil)
	ta.inputs[0].take(records)
	if _, err := ta.compute(len(records)); err != nil {
		tb.Fatal(err)
	}
	ta.wire.slabs.begin()
	if err := ta.stage("bench", attempt); err != nil {
		tb.Fatal(err)
	}
	for _, change := range ta.changes {
		ta.wire.change(change)
	}
	if err := ta.apply(attempt); err != nil {
		tb.Fatal(err)
	}
	ta.wire.slabs.reuse()
}

// BenchmarkTransaction is per event.
func BenchmarkTransaction(b *testing.B) {
	for _, accounts := range []int{25_000, 250_000} {
		b.Run(fmt.Sprint(accounts), func(b *testing.B) { benchmarkTransaction(b, accounts) })
	}
}

func benchmarkTransaction(b *testing.B, accounts int) {
	encoder, err := avro.NewEncoder(context.Background(), avro.EncoderOptions{})
	if err != nil {
		b.Fatal(err)
	}
	load := benchLoad(b, encoder, accounts)
	limits := state.DefaultLimits(256 << 20)
	var ta *task
	done, outputs, bytes := 0, 0, 0
	b.ReportAllocs()
	b.ResetTimer()
	used := cpuNanos(b)
	for done < b.N {
		from := done % benchEvents
		if from == 0 { // the load begins anew, and so does the state
			ta = benchTask(b, encoder)
		}
		to := min(from+benchBatch, benchEvents, from+b.N-done)
		ta.transactAlone(b, load[from:to], int64(done)+1)
		outputs += len(ta.wire.records)
		for _, change := range ta.changes {
			bytes += len(change.Value)
		}
		if limits.Reached(ta.part.Pending()) {
			if err := ta.part.Checkpoint(); err != nil {
				b.Fatal(err)
			}
		}
		done += to - from
	}
	b.ReportMetric(float64(cpuNanos(b)-used)/float64(done), "cpu-ns/event")
	b.ReportMetric(float64(outputs)/float64(done), "outputs/event")
	b.ReportMetric(float64(bytes)/float64(done), "changelog-bytes/event")
}

// cpuNanos is the CPU time of the process so far: on a busy machine it is truer than the clock.
func cpuNanos(tb testing.TB) int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

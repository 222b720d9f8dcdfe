package processor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/broker"
	"holdfast/schemas"
	"holdfast/schemas/avro"
)

// The tests of this package run whole processors in this process against the embedded broker over TCP. Nothing is timed:
// a test waits for a fact (an offset, an output, a request, a status) and fails when it does not come.

// patience bounds every wait. It is never reached in a test that passes.
const patience = 60 * time.Second

// world is a broker with all topics, a bundle, and clients of its own that know nothing of the processor.
type world struct {
	t          *testing.T
	broker     *broker.Broker
	client     *kgo.Client
	admin      *kadm.Client
	topics     schemas.TopicNames
	partitions int32
	bundle     string // folder
	ctx        context.Context
}

// newWorld begins a test that runs beside others.
func newWorld(t *testing.T, partitions int32, bundle string) *world {
	t.Helper()
	t.Parallel()
	return otherWorld(t, partitions, bundle)
}

// otherWorld is a further world of the same test.
func otherWorld(t *testing.T, partitions int32, bundle string) *world {
	t.Helper()
	br, err := broker.Start(t.Context(), broker.Config{KafkaAddr: "127.0.0.1:0", RegistryAddr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = br.Close() })
	client, err := kgo.NewClient(kgo.SeedBrokers(br.KafkaAddr()), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	wo := &world{t: t, broker: br, client: client, admin: kadm.NewClient(client), topics: schemas.DefaultTopicNames(), partitions: partitions, bundle: t.TempDir(), ctx: t.Context()}
	wo.createTopics()
	wo.writeBundle(bundle)
	return wo
}

func (wo *world) createTopics() {
	wo.t.Helper()
	for _, topic := range wo.topics.Topics() {
		configs := map[string]*string{}
		for _, setting := range topic.Config {
			configs[setting.Key] = kadm.StringPtr(setting.Value)
		}
		partitions := wo.partitions
		if topic.OnePartition {
			partitions = 1
		}
		if _, err := wo.admin.CreateTopic(wo.ctx, partitions, 1, configs, topic.Name); err != nil {
			wo.t.Fatalf("create topic %s: %v", topic.Name, err)
		}
	}
}

func (wo *world) writeBundle(text string) {
	wo.t.Helper()
	if err := os.WriteFile(filepath.Join(wo.bundle, "bundle.yaml"), []byte(text), 0o644); err != nil {
		wo.t.Fatal(err)
	}
}

// publish appends records as they are, and returns them with their offsets.
func (wo *world) publish(records ...*kgo.Record) {
	wo.t.Helper()
	if err := wo.client.ProduceSync(wo.ctx, records...).FirstErr(); err != nil {
		wo.t.Fatalf("publish: %v", err)
	}
}

// publishEvents appends events in the JSON form, each to the partition of its account.
func (wo *world) publishEvents(events ...event) {
	wo.t.Helper()
	var records []*kgo.Record
	for _, ev := range events {
		records = append(records, ev.record(wo))
	}
	wo.publish(records...)
}

// await waits for a fact.
func (wo *world) await(what string, fact func() bool) {
	wo.t.Helper()
	if !waitFor(wo.ctx, fact) {
		wo.t.Fatalf("did not come within %v: %s", patience, what)
	}
}

func waitFor(ctx context.Context, fact func() bool) bool {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !fact() {
		select {
		case <-ctx.Done():
			return false
		case <-deadline.C:
			return false
		case <-again.C:
		}
	}
	return true
}

// read returns everything that a read_committed reader of a topic sees now, up to its last stable offsets.
func (wo *world) read(topic string) []*kgo.Record {
	wo.t.Helper()
	ends, err := wo.admin.ListCommittedOffsets(wo.ctx, topic)
	if err != nil {
		wo.t.Fatal(err)
	}
	starts, err := wo.admin.ListStartOffsets(wo.ctx, topic)
	if err != nil {
		wo.t.Fatal(err)
	}
	left := map[int32]int64{}
	ends.Each(func(lo kadm.ListedOffset) {
		if first, _ := starts.Lookup(topic, lo.Partition); lo.Offset > first.Offset {
			left[lo.Partition] = lo.Offset
		}
	})
	from := map[int32]kgo.Offset{}
	for partition := range left {
		from[partition] = kgo.NewOffset().AtStart()
	}
	reader, err := kgo.NewClient(kgo.SeedBrokers(wo.broker.KafkaAddr()), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	if err != nil {
		wo.t.Fatal(err)
	}
	defer reader.Close()
	ctx, cancel := context.WithTimeout(wo.ctx, patience)
	defer cancel()
	var records []*kgo.Record
	for len(left) > 0 {
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			wo.t.Fatalf("read %s: %v", topic, err)
		}
		fetches.EachRecord(func(rec *kgo.Record) {
			if rec.Offset+1 >= left[rec.Partition] {
				delete(left, rec.Partition)
			}
			if !rec.Attrs.IsControl() {
				records = append(records, rec)
			}
		})
	}
	slices.SortStableFunc(records, func(one, other *kgo.Record) int { return int(one.Partition - other.Partition) })
	return records
}

func decoded[V any](wo *world, topic string, decode func(*avro.Reader, []byte) (V, error)) []V {
	wo.t.Helper()
	registry, err := avro.NewRegistry(avro.RegistryOptions{URL: wo.broker.RegistryURL()})
	if err != nil {
		wo.t.Fatal(err)
	}
	reader, err := avro.NewReader(avro.DecoderOptions{Registry: registry})
	if err != nil {
		wo.t.Fatal(err)
	}
	var values []V
	for _, rec := range wo.read(topic) {
		value, err := decode(reader, rec.Value)
		if err != nil {
			wo.t.Fatalf("%s/%d@%d: %v", topic, rec.Partition, rec.Offset, err)
		}
		values = append(values, value)
	}
	return values
}

func (wo *world) intents() []schemas.MessageIntent {
	wo.t.Helper()
	return decoded(wo, wo.topics.Intents, (*avro.Reader).DecodeIntent)
}

func (wo *world) deadLetters() []schemas.DeadLetter {
	wo.t.Helper()
	return decoded(wo, wo.topics.DeadLetters, (*avro.Reader).DecodeDeadLetter)
}

func (wo *world) manifests() []schemas.Manifest {
	wo.t.Helper()
	return decoded(wo, wo.topics.Manifest, (*avro.Reader).DecodeManifest)
}

// keys are the dedupe keys of all intents that readers of committed records see, sorted, doubles included.
func (wo *world) keys() []string {
	wo.t.Helper()
	var keys []string
	for _, intent := range wo.intents() {
		keys = append(keys, intent.DedupeKey)
	}
	slices.Sort(keys)
	return keys
}

// wantKeys compares what was published with what an oracle says, as sorted lists: lost and doubled intents both show.
func (wo *world) wantKeys(want []string) {
	wo.t.Helper()
	same(wo.t, "intents", wo.keys(), want)
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	want = slices.Clone(want)
	slices.Sort(want)
	if slices.Equal(got, want) {
		return
	}
	t.Errorf("%s: %d, want %d; %s", what, len(got), len(want), difference(got, want))
}

func difference(got, want []string) string {
	count := map[string]int{}
	for _, key := range got {
		count[key]++
	}
	for _, key := range want {
		count[key]--
	}
	text := ""
	for _, key := range slices.Sorted(keysOf(count)) {
		if times := count[key]; times != 0 && len(text) < 2000 {
			text += fmt.Sprintf("\n  %+d %s", times, key)
		}
	}
	return "too many (+) and too few (-):" + text
}

func keysOf(count map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range count {
			if !yield(key) {
				return
			}
		}
	}
}

// marks are the metadata of the group's committed offsets, by "topic/partition".
func (wo *world) marks(group string) map[string]kadm.Offset {
	wo.t.Helper()
	fetched, err := wo.admin.FetchOffsets(wo.ctx, group)
	if err != nil {
		wo.t.Fatal(err)
	}
	marks := map[string]kadm.Offset{}
	fetched.Each(func(of kadm.OffsetResponse) { marks[of.Topic+"/"+strconv.Itoa(int(of.Partition))] = of.Offset })
	return marks
}

package processor

import (
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast/schemas"
	"holdfast/state"
)

// wantSequences checks the manifests: every task's transactions are numbered without gap or double, and each begins at
// the offsets where the one before ended.
func (wo *world) wantSequences() []schemas.Manifest {
	wo.t.Helper()
	manifests := wo.manifests()
	last, next := map[int32]int64{}, map[string]int64{}
	for _, ma := range manifests {
		if ma.Sequence != last[ma.Task]+1 {
			wo.t.Errorf("task %d: transaction %d follows %d", ma.Task, ma.Sequence, last[ma.Task])
		}
		last[ma.Task] = ma.Sequence
		for _, in := range ma.Inputs {
			input := in.Topic + "/" + strconv.Itoa(int(in.Partition))
			if in.FromOffset != next[input] {
				wo.t.Errorf("%s: transaction %d begins at offset %d, the one before ended at %d", input, ma.Sequence, in.FromOffset, next[input])
			}
			next[input] = in.ToOffset
		}
	}
	return manifests
}

// taskRecords decodes the task records of a changelog partition in order.
func (wo *world) taskRecords() map[int32][]state.TaskRecord {
	wo.t.Helper()
	found := map[int32][]state.TaskRecord{}
	for _, rec := range wo.read(wo.topics.Changelog) {
		if string(rec.Key) != "ktask/"+strconv.Itoa(int(rec.Partition)) {
			continue
		}
		record, err := state.DecodeTaskRecord(rec.Value)
		if err != nil {
			wo.t.Fatal(err)
		}
		found[rec.Partition] = append(found[rec.Partition], record)
	}
	return found
}

// TestMarkManifestAndTaskRecordAgree is rule 4 and row 4: the metadata of the committed offsets, the task record in the
// changelog and the manifest name the same transaction, in every input of the task.
func TestMarkManifestAndTaskRecordAgree(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	var events []event
	for _, account := range []string{"acme", "bolt", "cord", "dune"} {
		events = append(events, visits(account, "ann", day0, time.Hour, 5)...)
	}
	wo.publishEvents(inOrder(events)...)
	co := toEnd(wo.config(), day0.AddDate(0, 0, 5))
	co.MaxBatch = 3
	ru := wo.start(co)
	ru.finish()
	last := map[int32]schemas.Manifest{}
	for _, ma := range wo.wantSequences() {
		last[ma.Task] = ma
	}
	records, marks := wo.taskRecords(), wo.marks(co.group())
	for partition := range wo.partitions {
		tail := records[partition][len(records[partition])-1]
		if tail.Sequence != last[partition].Sequence || int(tail.Sequence) != len(records[partition]) {
			t.Errorf("partition %d: %d task records, the last of transaction %d; the last manifest is of %d", partition, len(records[partition]), tail.Sequence, last[partition].Sequence)
		}
		for i, topic := range ru.inputTopics() {
			offset := marks[topic+"/"+strconv.Itoa(int(partition))]
			ma, err := parseMark(offset.Metadata)
			if err != nil {
				t.Fatalf("%s/%d: %v", topic, partition, err)
			}
			if ma.sequence != tail.Sequence || ma.nonce != ru.nonce || !ma.finished {
				t.Errorf("%s/%d carries %+v, want transaction %d of %s, finished", topic, partition, ma, tail.Sequence, ru.nonce)
			}
			if offset.At != tail.Positions[i].Offset || offset.At != last[partition].Inputs[i].ToOffset {
				t.Errorf("%s/%d: committed %d, task record %d, manifest %d", topic, partition, offset.At, tail.Positions[i].Offset, last[partition].Inputs[i].ToOffset)
			}
		}
	}
}

// TestTheTaskRecordIsLast: a restore ends at the task record, so nothing of its transaction may follow it.
func TestTheTaskRecordIsLast(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	wo.publishEvents(inOrder(append(visits("acme", "ann", day0, time.Hour, 4), visits("bolt", "bob", day0, time.Hour, 4)...))...)
	wo.runToEnd(day0.AddDate(0, 0, 5))
	records := wo.read(wo.topics.Changelog)
	if len(records) < 3 {
		t.Fatalf("the changelog has only %d records", len(records))
	}
	for i, rec := range records {
		endOfTransaction := i == len(records)-1 || records[i+1].Offset > rec.Offset+1 // a marker lies between
		if isTask := string(rec.Key) == "ktask/0"; isTask != endOfTransaction {
			t.Errorf("changelog offset %d has key %q; task records and nothing else end a transaction", rec.Offset, rec.Key)
		}
	}
}

// TestEveryTransactionCommitsEveryInput is rule 5 and row 2: also a transaction that only fires a timer carries an entry
// for every input of its task, at the task's own position, and a manifest (row 3: never offsets alone).
func TestEveryTransactionCommitsEveryInput(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	commits, ends := wo.watchOffsetCommits(), wo.watchEndTxn()
	first := login("1", "acme", "ann", day0)
	wo.publishEvents(first)
	clock := newWallClock(day0.Add(time.Hour))
	ru := wo.start(wo.config(), WithClock(clock.now))
	wo.intentsCome(1)
	before := len(commits.all())
	clock.advance(3 * 24 * time.Hour) // nothing is published any more: only the timer is left
	wo.intentsCome(2)
	ru.halt()
	wo.wantKeys([]string{helloKey(first), quietKey(first)})
	seen := commits.all()
	if len(seen) == before {
		t.Fatal("the timer fired in a transaction without an offset commit")
	}
	for i, req := range seen {
		got := map[string]int64{}
		for _, topic := range req.Topics {
			for _, partition := range topic.Partitions {
				got[topic.Topic] = partition.Offset
				if partition.Metadata == nil || *partition.Metadata == "" {
					t.Errorf("commit %d: %s carries no mark", i, topic.Topic)
				}
			}
		}
		want := map[string]int64{wo.topics.Profiles: 0, wo.topics.Billing: 0, wo.topics.Support: 0, wo.topics.UserActions: 1}
		for topic, offset := range want {
			if at, ok := got[topic]; !ok || at != offset {
				t.Errorf("commit %d: %s at %d (present: %v), want %d", i, topic, at, ok, offset)
			}
		}
	}
	if manifests := wo.wantSequences(); int64(len(manifests)) != ends.commits.Load() || int(ends.commits.Load()) != len(seen) {
		t.Errorf("%d transactions, %d offset commits, %d manifests: all must be equal", ends.commits.Load(), len(seen), len(manifests))
	}
}

// TestMarkIsSmallASCII is row 4: 4096 characters pass, 4097 would be refused for ever.
func TestMarkIsSmallASCII(t *testing.T) {
	text := mark{sequence: 1<<63 - 1, nonce: newNonce(), attempt: 1<<63 - 1, finished: true}.String()
	if len(text) > 200 {
		t.Errorf("a mark may have %d bytes: %s", len(text), text)
	}
	for _, by := range []byte(text) {
		if by < 0x20 || by > 0x7e {
			t.Errorf("a mark has byte %#x", by)
		}
	}
}

func TestMarksOfOthersAreRefused(t *testing.T) {
	for _, text := range []string{"", "42", "v1;1;nonce;1", "v2;1;nonce;1;-", "v1;x;nonce;1;-", "v1;0;nonce;1;-", "v1;1;nonce;y;-"} {
		if ma, err := parseMark(text); err == nil {
			t.Errorf("%q was read as %+v", text, ma)
		}
	}
	want := mark{sequence: 12, nonce: "cafe", attempt: 34, finished: true}
	if got, err := parseMark(want.String()); err != nil || got != want {
		t.Errorf("%q was read as %+v, %v", want, got, err)
	}
}

// TestAFailedProduceIsNeverCommitted is rule 9 and H3: the client commits the offsets of a transaction whose record was
// refused, and the intent would be lost.
func TestAFailedProduceIsNeverCommitted(t *testing.T) {
	for _, topic := range []func(schemas.TopicNames) string{
		func(to schemas.TopicNames) string { return to.Intents },
		func(to schemas.TopicNames) string { return to.Changelog },
		func(to schemas.TopicNames) string { return to.Manifest },
	} {
		t.Run(topic(schemas.DefaultTopicNames()), func(t *testing.T) {
			wo := newWorld(t, 1, testBundle)
			refused := wo.refuseProduce(topic(wo.topics), 2)
			events := visits("acme", "ann", day0, quietAfter/2, 8)
			wo.publishEvents(events...)
			until := day0.AddDate(0, 0, 10)
			ru := wo.runToEnd(until)
			if refused.Hits() != 2 {
				t.Fatalf("%d records were refused, want 2", refused.Hits())
			}
			if got := ru.metric("transactions_total", "aborted_produce"); got != 2 {
				t.Errorf("%v transactions were aborted for their records, want 2", got)
			}
			wo.wantKeys(expected(events, until))
			wo.wantSequences()
		})
	}
}

// refuseProduce makes the broker refuse the first batches for a topic (-1: all) for their size.
func (wo *world) refuseProduce(topic string, times int) *kfake.FaultHandle {
	return wo.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.MessageTooLarge, Count: times})
}

// TestARecordThatCanNeverBeProducedEndsTheLane: smaller batches first, then the process says what is wrong. Nothing of
// it is committed.
func TestARecordThatCanNeverBeProducedEndsTheLane(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	wo.refuseProduce(wo.topics.Intents, -1)
	wo.publishEvents(visits("acme", "ann", day0, time.Hour, 20)...)
	co := toEnd(wo.config(), day0.AddDate(0, 0, 5))
	co.MaxBatch = 16
	wo.start(co).fails("produce a batch of one record, 8 times", "MESSAGE_TOO_LARGE", wo.topics.Intents)
	if position := wo.marks(co.group())[wo.topics.UserActions+"/0"].At; position > 1 {
		t.Errorf("the group is at offset %d: the intent of the first record is lost", position) // its decision fits, its intent never
	}
}

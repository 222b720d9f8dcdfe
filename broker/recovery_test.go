package broker_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	inputs  = 2 // partitions of the topic "in", one record each
	outputs = 3 // partitions of the topic "out", one record each per transaction
)

// commitAndWatch runs one consume-and-produce transaction on a broker with a directory. It gives copies of the
// directory from the moment when the commit begins and from after it.
func commitAndWatch(t *testing.T) (before, after string) {
	t.Helper()
	dir := t.TempDir()
	bro := start(t, dir)
	ctx := t.Context()
	admin := kadm.NewClient(client(t, bro))
	for topic, partitions := range map[string]int32{"in": inputs, "out": outputs} {
		if _, err := admin.CreateTopic(ctx, partitions, 1, nil, topic); err != nil {
			t.Fatal(err)
		}
	}
	producer := client(t, bro, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	for p := range int32(inputs) {
		if err := producer.ProduceSync(ctx, &kgo.Record{Topic: "in", Partition: p, Value: []byte("x")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	before, after = t.TempDir(), t.TempDir()
	var copyErr error
	bro.Cluster().ControlKey(kmsg.EndTxn.Int16(), func(kmsg.Request) (kmsg.Response, error, bool) {
		copyErr = os.CopyFS(before, os.DirFS(dir))
		return nil, nil, false
	})
	transact(t, bro)
	if copyErr != nil {
		t.Fatal(copyErr)
	}
	if err := os.CopyFS(after, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	stop(t, bro)
	return before, after
}

func transact(t *testing.T, bro *running) {
	t.Helper()
	session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(bro.KafkaAddr()), kgo.TransactionalID("lane"),
		kgo.ConsumerGroup("group"), kgo.ConsumeTopics("in"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for seen := 0; seen < inputs; {
		fetches := session.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		seen += fetches.NumRecords()
	}
	if err := session.Begin(); err != nil {
		t.Fatal(err)
	}
	for p := range int32(outputs) {
		session.Produce(t.Context(), &kgo.Record{Topic: "out", Partition: p, Value: []byte("y")}, nil)
	}
	if ok, err := session.End(t.Context(), kgo.TryCommit); !ok || err != nil {
		t.Fatalf("commit: %v, %v", ok, err)
	}
}

// visible is what a committed reader and the group see: records of "out" up to a sentinel that it writes into each
// partition, and the sum of the group's offsets.
func visible(t *testing.T, dir string) (records, offsets int) {
	t.Helper()
	bro := start(t, dir)
	defer stop(t, bro)
	producer := client(t, bro, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	for p := range int32(outputs) {
		if err := producer.ProduceSync(t.Context(), &kgo.Record{Topic: "out", Partition: p, Value: []byte("end")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	reader := client(t, bro, kgo.ConsumeTopics("out"), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	for ends := 0; ends < outputs; {
		fetches := reader.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		for _, record := range fetches.Records() {
			if string(record.Value) == "end" {
				ends++
			} else {
				records++
			}
		}
	}
	committed, err := kadm.NewClient(producer).FetchOffsets(t.Context(), "group")
	if err != nil && !strings.Contains(err.Error(), "GROUP_ID_NOT_FOUND") {
		t.Fatal(err)
	}
	committed.Each(func(offset kadm.OffsetResponse) { offsets += int(offset.At) })
	return records, offsets
}

// The writes of a commit come in this order: a marker in each partition, the group's offsets, the end in pids.log. A
// kill between any two of them leaves all of the transaction or nothing.
func TestAKillInsideACommitLeavesAllOrNothing(t *testing.T) {
	before, after := commitAndWatch(t)
	logBefore, logAfter := read(t, before, "kafka/groups.log"), read(t, after, "kafka/groups.log")
	f := func(name string, markers int, groups []byte, ended bool, wantRecords, wantOffsets int) {
		t.Helper()
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(before)); err != nil {
			t.Fatal(err)
		}
		for p := range markers {
			replace(t, dir, after, fmt.Sprintf("kafka/partitions/out-%d/0.dat", p))
		}
		if err := os.WriteFile(filepath.Join(dir, "kafka/groups.log"), groups, 0o600); err != nil {
			t.Fatal(err)
		}
		if ended {
			replace(t, dir, after, "kafka/pids.log")
		}
		records, offsets := visible(t, dir)
		if records != wantRecords || offsets != wantOffsets {
			t.Errorf("%s: %d records and offsets of sum %d; want %d and %d", name, records, offsets, wantRecords, wantOffsets)
		}
	}
	for markers := range outputs + 1 {
		f(fmt.Sprintf("after %d markers", markers), markers, logBefore, false, 0, 0)
	}
	for _, cut := range []int{1, (len(logAfter) - len(logBefore)) / 2, len(logAfter) - len(logBefore)} {
		f(fmt.Sprintf("after %d bytes of offsets", cut), outputs, logAfter[:len(logBefore)+cut], false, 0, 0)
	}
	f("after the end", outputs, logAfter, true, outputs, inputs)
}

// A client that did not hear the answer asks again after the restart. Its commit was complete and must stay so when
// the next kill follows.
func TestACommitThatIsAskedForAgainStays(t *testing.T) {
	_, after := commitAndWatch(t)
	note := read(t, after, "ending")
	bro := start(t, after)
	request := kmsg.NewPtrEndTxnRequest()
	request.TransactionalID, request.Commit = "lane", true
	request.ProducerID, request.ProducerEpoch = int64(binary.BigEndian.Uint64(note)), int16(binary.BigEndian.Uint16(note[8:]))
	if _, err := client(t, bro).Request(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if again := read(t, after, "ending"); len(again) != len(note) || bytes.Equal(again, note) {
		t.Fatal("the second request was not noted: the test does not test")
	}
	killed := t.TempDir()
	if err := os.CopyFS(killed, os.DirFS(after)); err != nil {
		t.Fatal(err)
	}
	stop(t, bro)
	if records, offsets := visible(t, killed); records != outputs || offsets != inputs {
		t.Errorf("%d records and offsets of sum %d; want %d and %d", records, offsets, outputs, inputs)
	}
}

// A clean stop keeps what is open: its producer goes on after the restart.
func TestACleanStopAbortsNothing(t *testing.T) {
	dir := t.TempDir()
	bro := start(t, dir)
	write(t, bro)
	stop(t, bro)
	if _, err := os.Stat(filepath.Join(dir, "clean")); err != nil {
		t.Fatalf("a clean stop leaves no sign: %v", err)
	}
	again := start(t, dir)
	defer stop(t, again)
	if _, err := os.Stat(filepath.Join(dir, "clean")); err == nil {
		t.Error("the sign is still there while the broker runs: a kill now would look like a clean stop")
	}
	check(t, again)
}

func read(t *testing.T, dir, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func replace(t *testing.T, dir, from, file string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, file), read(t, from, file), 0o600); err != nil {
		t.Fatal(err)
	}
}

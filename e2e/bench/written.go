package main

import (
	"context"
	"encoding/gob"
	"fmt"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/e2e/cluster"
)

// sampleSize is how many records of a topic the bare loop repeats: enough that compression sees what it saw before.
const sampleSize = 5000

// written is what the processor wrote to one topic.
type written struct {
	Topic   string // where the bare loop writes the same
	Records int64
	Bytes   int64
	Sample  []sample
}

type sample struct{ Key, Value []byte }

// outputs are the topics that a transaction writes to.
var outputs = []string{"holdfast.changelog", "holdfast.manifest", "holdfast.intents", "holdfast.decisions"}

// capture reads what the processor wrote, creates topics of the bare loop for as much, and describes it in a file.
func capture(ctx context.Context, broker *cluster.Broker, path string) (string, error) {
	var all []written
	var words []string
	for _, topic := range outputs {
		wr, err := readWritten(ctx, broker.Addr(), topic)
		if err != nil {
			return "", err
		}
		all = append(all, wr)
		words = append(words, fmt.Sprintf("%d to %s (%d bytes)", wr.Records, topic, wr.Bytes))
	}
	file, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("create %s: %w", path, err)
	}
	if err := gob.NewEncoder(file).Encode(all); err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return strings.Join(words, ", "), file.Close()
}

func readWritten(ctx context.Context, addr, topic string) (written, error) {
	wr := written{Topic: "bare." + topic}
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics(topic), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	if err != nil {
		return wr, fmt.Errorf("make reader: %w", err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	if _, err := admin.CreateTopic(ctx, partitions, 1, nil, wr.Topic); err != nil {
		return wr, fmt.Errorf("create %s: %w", wr.Topic, err)
	}
	ends, err := admin.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return wr, fmt.Errorf("list ends of %s: %w", topic, err)
	}
	open := 0
	ends.Each(func(end kadm.ListedOffset) {
		if end.Offset > 0 {
			open++
		}
	})
	for open > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return wr, fmt.Errorf("read %s: %w", topic, err)
		}
		fetches.EachRecord(func(record *kgo.Record) {
			if end, found := ends.Lookup(topic, record.Partition); found && record.Offset+1 == end.Offset {
				open--
			}
			if !record.Attrs.IsControl() {
				wr.add(record)
			}
		})
	}
	return wr, nil
}

func (wr *written) add(record *kgo.Record) {
	wr.Records++
	wr.Bytes += int64(len(record.Key) + len(record.Value))
	if len(wr.Sample) < sampleSize {
		wr.Sample = append(wr.Sample, sample{Key: record.Key, Value: record.Value})
	}
}

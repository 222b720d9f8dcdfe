package read

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Franz reads a topic from its beginning to its last stable offset with franz-go. Control records are kept in the
// stream so that the reader knows that it has come to the end: they take offsets.
func Franz(ctx context.Context, broker, topic string) ([]Record, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.ConsumeTopics(topic), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	if err != nil {
		return nil, fmt.Errorf("make reader: %w", err)
	}
	defer client.Close()
	open, err := unread(ctx, client, topic)
	if err != nil {
		return nil, err
	}
	var records []Record
	for len(open) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("read %s: %w", topic, err)
		}
		fetches.EachRecord(func(kr *kgo.Record) {
			if !kr.Attrs.IsControl() && kr.Offset < open[kr.Partition] {
				records = append(records, fromFranz(kr))
			}
			if kr.Offset+1 >= open[kr.Partition] {
				delete(open, kr.Partition)
			}
		})
	}
	return records, nil
}

// unread returns the last stable offset of each partition that has records.
func unread(ctx context.Context, client *kgo.Client, topic string) (map[int32]int64, error) {
	ends, err := kadm.NewClient(client).ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("list ends of %s: %w", topic, err)
	}
	open := map[int32]int64{}
	ends.Each(func(end kadm.ListedOffset) {
		if end.Offset > 0 {
			open[end.Partition] = end.Offset
		}
	})
	return open, nil
}

func fromFranz(kr *kgo.Record) Record {
	headers := map[string]string{}
	for _, header := range kr.Headers {
		headers[header.Key] = string(header.Value)
	}
	return Record{Partition: kr.Partition, Offset: kr.Offset, Key: string(kr.Key), Headers: headers}
}

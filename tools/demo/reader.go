package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/tools/kafka"
)

// readDeadline is how long the log may be silent before its end.
const readDeadline = 20 * time.Second

// read collects what came out. It takes part in no group and knows nothing but the log: what it sees is what any consumer
// sees.
func (sg *stage) read(ctx context.Context) (*Output, error) {
	registry, err := avro.NewRegistry(avro.RegistryOptions{URL: sg.broker.RegistryURL()})
	if err != nil {
		return nil, err
	}
	reader, err := avro.NewReader(avro.DecoderOptions{Registry: registry})
	if err != nil {
		return nil, fmt.Errorf("make the reader: %w", err)
	}
	names := schemas.DefaultTopicNames()
	out := &Output{}
	take := map[string]func(value []byte) error{
		names.Intents:     into(&out.Intents, reader.DecodeIntent),
		names.Decisions:   into(&out.Decisions, reader.DecodeDecision),
		names.DeadLetters: into(&out.DeadLetters, reader.DecodeDeadLetter),
		names.Manifest:    into(&out.Manifests, reader.DecodeManifest),
	}
	bar, err := sg.readBar(ctx, names.Intents, names.Decisions, names.DeadLetters, names.Manifest)
	if err != nil {
		return nil, err
	}
	for topic, decode := range take {
		if err := sg.readTopic(ctx, topic, kgo.ReadCommitted(), bar.counting(decode)); err != nil {
			return nil, err
		}
	}
	bar.set(bar.total)
	all := 0
	countAll := func([]byte) error { all++; return nil }
	if err := sg.readTopic(ctx, names.Intents, kgo.ReadUncommitted(), countAll); err != nil {
		return nil, err
	}
	out.Torn = all - len(out.Intents)
	out.sort()
	out.Published, err = sg.published(ctx, names)
	return out, err
}

// readBar shows the reading back.
func (sg *stage) readBar(ctx context.Context, topics ...string) (*meter, error) {
	var total int64
	for _, topic := range topics {
		ends, err := sg.ends(ctx, topic)
		if err != nil {
			return nil, err
		}
		for _, end := range ends {
			total += end
		}
	}
	return sg.show.begin("counting", total), nil
}

// into makes a taker that decodes and collects.
func into[T any](list *[]T, decode func([]byte) (T, error)) func([]byte) error {
	return func(value []byte) error {
		record, err := decode(value)
		if err != nil {
			return err
		}
		*list = append(*list, record)
		return nil
	}
}

// readTopic reads a topic from its first record to its present end.
func (sg *stage) readTopic(ctx context.Context, topic string, level kgo.IsolationLevel, take func([]byte) error) error {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	left, err := sg.ends(ctx, topic)
	if err != nil || len(left) == 0 {
		return err
	}
	// Markers are kept: the last thing in a partition is the end of a transaction, and only so its end is seen.
	client, err := kafka.Dial(ctx, []string{sg.broker.KafkaAddr()}, kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(level), kgo.KeepControlRecords())
	if err != nil {
		return err
	}
	defer client.Close()
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("read %s: %w", topic, err)
		}
		for iter := fetches.RecordIter(); !iter.Done(); {
			record := iter.Next()
			if record.Offset+1 >= left[record.Partition] {
				delete(left, record.Partition)
			}
			if record.Attrs.IsControl() {
				continue
			}
			if err := take(record.Value); err != nil {
				return fmt.Errorf("read %s, partition %d, offset %d: %w", topic, record.Partition, record.Offset, err)
			}
		}
	}
	return nil
}

// ends are the end offsets of the partitions that hold anything.
func (sg *stage) ends(ctx context.Context, topic string) (map[int32]int64, error) {
	listed, err := kadm.NewClient(sg.client).ListEndOffsets(ctx, topic)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("find the end of %s: %w", topic, err)
	}
	left := map[int32]int64{}
	listed.Each(func(end kadm.ListedOffset) {
		if end.Offset > 0 {
			left[end.Partition] = end.Offset
		}
	})
	return left, nil
}

// published counts the input records that lie in the log.
func (sg *stage) published(ctx context.Context, names schemas.TopicNames) (map[string]int64, error) {
	out := map[string]int64{}
	for _, topic := range []string{names.UserActions, names.Billing, names.Support, names.Profiles} {
		ends, err := sg.ends(ctx, topic)
		if err != nil {
			return nil, err
		}
		for partition, end := range ends {
			out[fmt.Sprintf("%s/%d", topic, partition)] = end
		}
	}
	return out, nil
}

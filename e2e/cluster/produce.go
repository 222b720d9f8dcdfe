package cluster

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Raw is one record as bytes, for what `holdfast publish` rightly refuses to send.
type Raw struct {
	Topic      string
	Key, Value []byte
	Headers    map[string]string
}

// Produce writes records as they are, keyed by the partitioner of the Java client.
func (br *Broker) Produce(ctx context.Context, raws ...Raw) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(br.addr))
	if err != nil {
		return fmt.Errorf("make producer: %w", err)
	}
	defer client.Close()
	var records []*kgo.Record
	for _, raw := range raws {
		record := &kgo.Record{Topic: raw.Topic, Key: raw.Key, Value: raw.Value}
		for key, value := range raw.Headers {
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: key, Value: []byte(value)})
		}
		records = append(records, record)
	}
	if err := client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return fmt.Errorf("produce raw records: %w", err)
	}
	return nil
}

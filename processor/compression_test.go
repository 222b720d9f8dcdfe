package processor

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestEveryCompressionIsRead: what is produced under any value of the key is packed so, and read back by any client.
func TestEveryCompressionIsRead(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	packed := map[string]uint8{"none": 0, "snappy": 2, "lz4": 3, "zstd": 4} // as Kafka numbers them
	for name := range codecs {
		config := DefaultConfig()
		config.Compression = name
		client, err := kgo.NewClient(kgo.SeedBrokers(wo.broker.KafkaAddr()), kgo.RecordPartitioner(kgo.ManualPartitioner()), config.batchCompression())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		value := make([]byte, 4096)
		copy(value, name)
		err = client.ProduceSync(wo.ctx, &kgo.Record{Topic: wo.topics.Decisions, Value: value}).FirstErr()
		client.Close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		read := wo.read(wo.topics.Decisions)
		got := read[len(read)-1]
		if string(got.Value) != string(value) || got.Attrs.CompressionType() != packed[name] {
			t.Errorf("%s: read back %.20q, packed as %d", name, got.Value, got.Attrs.CompressionType())
		}
	}
}

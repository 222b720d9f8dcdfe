package processor

import (
	"maps"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// codecs are the values of the key compression: how batches are packed that the processor produces. A byte of a changelog
// costs about as much CPU to pack as to make, so a fast network and a slow processor may want none or snappy.
var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

// codecNames are the values, for people.
func codecNames() string { return strings.Join(slices.Sorted(maps.Keys(codecs)), ", ") }

func hasCodec(name string) bool {
	_, ok := codecs[name]
	return ok
}

// batchCompression is the option for it: what cannot be packed that way is sent as it is.
func (co *Config) batchCompression() kgo.ProducerOpt {
	return kgo.ProducerBatchCompression(codecs[co.Compression], kgo.NoCompression())
}

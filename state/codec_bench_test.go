package state

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"
)

// storedRecords are records as an account of the comparison has them: two cells in three are integers.
func storedRecords(cells int) [][]byte {
	r := rand.New(rand.NewSource(3))
	var out [][]byte
	for range 500 {
		var re Record
		for i := range cells {
			if key := r.Uint32(); i%3 == 0 {
				re.SetBytes(key, bytes.Repeat([]byte{'b'}, r.Intn(40)))
			} else {
				re.SetInt(key, r.Int63()>>r.Intn(60))
			}
		}
		out = append(out, re.Append(nil))
	}
	return out
}

// BenchmarkRecordCodec is per record.
func BenchmarkRecordCodec(b *testing.B) {
	for _, cells := range []int{5, 20, 60} {
		stored := storedRecords(cells)
		b.Run(fmt.Sprint("decode/", cells), func(b *testing.B) {
			var re Record
			for i := range b.N {
				if err := re.Decode(stored[i%len(stored)]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("encode/", cells), func(b *testing.B) {
			records := make([]Record, len(stored))
			for i := range records {
				must(b, records[i].Decode(stored[i]))
			}
			var buf []byte
			b.ResetTimer()
			for i := range b.N {
				buf = records[i%len(records)].Append(buf[:0])
			}
		})
	}
}

package state

import (
	"fmt"
	"math/rand"
	"testing"

	"pgregory.net/rapid"
)

// TestPlaces: whatever is put in, taken out and rolled back, every key is found where the obvious record has it. The
// records grow beyond what places can count, and shrink again.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		keys := rapid.SampledFrom([]func() uint32{
			func() uint32 { return rapid.Uint32().Draw(rt, "spread") },
			func() uint32 { return rapid.Uint32Range(0, 40).Draw(rt, "low") },
			func() uint32 { return ^rapid.Uint32Range(0, 400).Draw(rt, "high") },
			func() uint32 { return rapid.Uint32Range(0, 700).Draw(rt, "step") << 22 },
		}).Draw(rt, "keys")
		var re Record
		naive := map[uint32]int64{}
		for range rapid.SampledFrom([]int{0, 250, 254, 255, 256, 300}).Draw(rt, "begin with") {
			key := uint32(len(naive)) * 2654435761
			re.SetInt(key, 7)
			naive[key] = 7
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			key := keys()
			if rapid.Bool().Draw(rt, "delete") {
				re.Delete(key)
				delete(naive, key)
			} else {
				re.SetInt(key, int64(key)+1)
				naive[key] = int64(key) + 1
			}
			if v, ok := re.Int(key + 1); ok != has(naive, key+1) || v != naive[key+1] {
				rt.Fatalf("neighbour %08x: %d %v, want %d", key+1, v, ok, naive[key+1])
			}
		}
		same(rt, &re, naive)
		var decoded Record
		if err := decoded.Decode(re.Append(nil)); err != nil {
			rt.Fatal(err)
		}
		same(rt, &decoded, naive)
	})
}

func has(naive map[uint32]int64, key uint32) bool {
	_, ok := naive[key]
	return ok
}

func same(rt *rapid.T, re *Record, naive map[uint32]int64) {
	for key, want := range naive {
		if v, ok := re.Int(key); !ok || v != want {
			rt.Fatalf("cell %08x of %d: %d %v, want %d", key, re.Len(), v, ok, want)
		}
	}
	if re.Len() != len(naive) {
		rt.Fatalf("%d cells, want %d", re.Len(), len(naive))
	}
	re.Each(func(key uint32, v int64, _ []byte) {
		if want, ok := naive[key]; !ok || v != want {
			rt.Fatalf("cell %08x is not to be there", key)
		}
	})
}

// BenchmarkRecordInt reads integers of records that have half of the asked keys, beside a search in halves.
func BenchmarkRecordInt(b *testing.B) {
	for _, cells := range []int{5, 20, 60} {
		records, keys := sparseRecords(cells)
		b.Run(fmt.Sprint("places/", cells), func(b *testing.B) { benchmarkFind(b, records, keys, (*Record).find) })
		b.Run(fmt.Sprint("halves/", cells), func(b *testing.B) { benchmarkFind(b, records, keys, (*Record).search) })
	}
}

// sparseRecords are records with about so many cells each, out of twice as many keys.
func sparseRecords(cells int) (records []*Record, keys []uint32) {
	r := rand.New(rand.NewSource(1))
	pool := make([]uint32, 2*cells)
	for i := range pool {
		pool[i] = r.Uint32()
	}
	for range 2000 {
		re := &Record{}
		for _, key := range pool {
			if r.Intn(2) == 0 {
				re.SetInt(key, 1)
			}
		}
		records = append(records, re)
	}
	keys = make([]uint32, 1<<16)
	for i := range keys {
		keys[i] = pool[r.Intn(len(pool))]
	}
	return records, keys
}

func benchmarkFind(b *testing.B, records []*Record, keys []uint32, find func(*Record, uint32) *cell) {
	found := 0
	for i := range b.N {
		if find(records[(i>>5)%len(records)], keys[i&(1<<16-1)]) != nil {
			found++
		}
	}
	b.ReportMetric(float64(found)/float64(b.N), "found")
}

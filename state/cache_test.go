package state

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func cacheKey(n int) []byte {
	return fmt.Appendf(appendSpace(nil, uint32(n%3), spaceSubjects), "subject-%d", n)
}

// TestCacheAgainstMap: what the cache has is the newest that was put, whatever was evicted, and it stays in its bound.
func TestCacheAgainstMap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ca := NewCache(1) // the least: four chunks
		newest := map[int][]byte{}
		steps := rapid.IntRange(1, 400).Draw(rt, "steps")
		for i := range steps {
			n := rapid.IntRange(0, 60).Draw(rt, "subject")
			key := cacheKey(n)
			hash := ca.hash(key)
			switch rapid.IntRange(0, 19).Draw(rt, "what") {
			case 0:
				ca.put(hash, key, nil)
				delete(newest, n)
			case 1:
				ca.forget(uint32(n % 3))
			case 2, 3, 4:
				if value, ok := ca.find(hash, key); ok && !bytes.Equal(value, newest[n]) {
					rt.Fatalf("subject %d is not the newest", n)
				}
			default:
				size := rapid.SampledFrom([]int{1, 30, 300, 20_000, 60_000, 90_000, 240_000, 400_000}).Draw(rt, "size")
				newest[n] = bytes.Repeat(binary.BigEndian.AppendUint16(nil, uint16(i)), size/2+1)
				ca.put(hash, key, newest[n])
			}
			if ca.bytes() > ca.limit {
				rt.Fatalf("%d bytes, the limit is %d", ca.bytes(), ca.limit)
			}
		}
		verifyCache(rt, ca, newest)
	})
}

func verifyCache(rt *rapid.T, ca *Cache, newest map[int][]byte) {
	found := 0
	for n := range 61 {
		value, ok := ca.find(ca.hash(cacheKey(n)), cacheKey(n))
		if !ok {
			continue
		}
		found++
		if !bytes.Equal(value, newest[n]) {
			rt.Fatalf("subject %d is not the newest", n)
		}
	}
	if st := ca.Stats(); int(st.Subjects) != found {
		rt.Fatalf("%d subjects are counted, %d found", st.Subjects, found)
	}
}

// TestCacheSecondChance: what is used stays, what is not goes.
func TestCacheSecondChance(t *testing.T) {
	ca := NewCache(1)
	value := bytes.Repeat([]byte("v"), 100)
	hot := 0
	for n := range 100_000 {
		ca.put(ca.hash(cacheKey(n)), cacheKey(n), value)
		if _, ok := ca.find(ca.hash(cacheKey(0)), cacheKey(0)); ok {
			hot++
		}
	}
	if hot != 100_000 {
		t.Errorf("a subject that is used all the time was evicted after %d others", hot)
	}
	st := ca.Stats()
	if st.Evictions == 0 || st.Subjects+st.Evictions != 100_000 {
		t.Errorf("%+v", st)
	}
	if st.Subjects < 4000 {
		t.Errorf("only %d subjects of 100 bytes in %d bytes", st.Subjects, st.Bytes)
	}
}

// TestAbsenceEndsWithEviction: only while nothing of a partition was evicted does a miss prove an absence.
func TestAbsenceEndsWithEviction(t *testing.T) {
	ca := NewCache(1)
	for id := range uint32(3) {
		ca.whole[id] = true
	}
	big := make([]byte, 200_000)
	for n := 0; ca.stats.Evictions == 0; n += 3 { // all of partition 0
		ca.put(ca.hash(cacheKey(n)), cacheKey(n), big)
	}
	if ca.whole[0] || !ca.whole[1] || !ca.whole[2] {
		t.Errorf("whole partitions after the eviction of a subject of partition 0: %v", ca.whole)
	}
	ca.put(ca.hash(cacheKey(1)), cacheKey(1), make([]byte, 2_000_000))
	if ca.whole[1] {
		t.Error("a subject too large for the cache leaves its partition whole")
	}
}

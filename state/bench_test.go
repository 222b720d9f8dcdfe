package state

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const benchUsers = 20_000

// benchKeys are made before the clock runs: a key's strings are the caller's.
func benchKeys() []SubjectKey {
	keys := make([]SubjectKey, benchUsers)
	for n := range keys {
		keys[n] = SubjectKey{Account: fmt.Sprintf("acct-%06d", n/3), Kind: 'u', ID: fmt.Sprintf("user-%07d", n)}
	}
	return keys
}

// Keys are hashes of names.
const (
	touchCount = 0x3e1b2c07
	touchLast  = 0x9d40aa51
	touchPlan  = 0x1c77d3b9
	touchSince = 0xe2058c6f
)

// touch is what a fold does to a subject: a few counters, now and then a string.
func touch(tb testing.TB, me Memory, sk SubjectKey, at int64) {
	me.Savepoint()
	su, err := me.Open(sk)
	if err != nil {
		tb.Fatal(err)
	}
	n, _ := su.Int(touchCount)
	su.SetInt(touchCount, n+1)
	su.SetInt(touchLast, at)
	if _, ok := su.Bytes(touchPlan); !ok {
		su.SetBytes(touchPlan, []byte("pro"))
		su.SetInt(touchSince, at)
	}
}

func benchPartition(tb testing.TB, cacheBytes int) (*Partition, []SubjectKey) {
	st, err := Open("state", Options{FS: vfs.NewMem()})
	must(tb, err)
	tb.Cleanup(func() { _ = st.Close() })
	pa := openPartition(tb, st, 1, cacheBytes)
	keys := benchKeys()
	for _, sk := range keys {
		touch(tb, pa, sk, 1)
	}
	_, err = pa.Stage(TaskRecord{Sequence: 1})
	must(tb, err)
	must(tb, pa.Apply(1))
	must(tb, pa.Checkpoint())
	return pa, keys
}

// TestHitsDoNotAllocate: on the steady path a subject that is in the overlay or in the cache costs no allocation.
func TestHitsDoNotAllocate(t *testing.T) {
	pa, keys := benchPartition(t, 64<<20)
	at := int64(2)
	transaction := func() {
		for _, sk := range keys[:2000] {
			touch(t, pa, sk, at) // the cache
			touch(t, pa, sk, at) // the overlay
		}
		if _, err := pa.NextWake(); err != nil {
			t.Fatal(err)
		}
		pa.Discard()
		at++
	}
	transaction() // grows the buffers
	if n := testing.AllocsPerRun(5, transaction); n > 0 {
		t.Errorf("%v allocations in a transaction of 4000 touches", n)
	}
}

// BenchmarkTouchHit is the fold-like touch of a subject that is in the cache, 20 k to a transaction.
func BenchmarkTouchHit(b *testing.B) {
	pa, keys := benchPartition(b, 64<<20)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%benchUsers == 0 {
			pa.Discard()
		}
		touch(b, pa, keys[i%benchUsers], int64(i))
	}
}

// BenchmarkTouchOverlay is the touch of a subject that the transaction has touched before.
func BenchmarkTouchOverlay(b *testing.B) {
	pa, keys := benchPartition(b, 64<<20)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		touch(b, pa, keys[i%64], int64(i))
	}
}

// BenchmarkTouchMiss reads from Pebble: the cache is emptied before each transaction.
func BenchmarkTouchMiss(b *testing.B) {
	pa, keys := benchPartition(b, 64<<20)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%benchUsers == 0 {
			pa.Discard()
			pa.cache.forget(1)
		}
		touch(b, pa, keys[i%benchUsers], int64(i))
	}
}

// BenchmarkTransaction is touch, stage and apply of 20 k subjects, with a checkpoint now and then; per touch.
func BenchmarkTransaction(b *testing.B) {
	pa, keys := benchPartition(b, 64<<20)
	limits := DefaultLimits(64 << 20)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		touch(b, pa, keys[i%benchUsers], int64(i))
		if i%benchUsers < benchUsers-1 && i < b.N-1 {
			continue
		}
		if _, err := pa.Stage(TaskRecord{Sequence: int64(i)}); err != nil {
			b.Fatal(err)
		}
		must(b, pa.Apply(int64(i)))
		if limits.Reached(pa.Pending()) {
			must(b, pa.Checkpoint())
		}
	}
}

// BenchmarkRestore reads a changelog of 20 k subjects again and again into one partition; per record.
func BenchmarkRestore(b *testing.B) {
	pa, keys := benchPartition(b, 64<<20)
	for _, sk := range keys {
		touch(b, pa, sk, 2)
	}
	records, err := pa.Stage(TaskRecord{Sequence: 2})
	must(b, err)
	pa.Discard()
	b.ReportAllocs()
	b.ResetTimer()
	_, _, err = pa.BeginRestore()
	must(b, err)
	for i := range b.N {
		re := records[i%len(records)]
		if i == b.N-1 {
			re = records[len(records)-1]
		}
		if _, err := pa.Restore(re.Key, re.Value, int64(i)); err != nil {
			b.Fatal(err)
		}
	}
	must(b, pa.EndRestore())
}

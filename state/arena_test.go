package state

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// TestRecordsOfADiscardedTransactionStay: the client may still be sending them while the next transaction is staged. The
// memory of an applied one is used again.
func TestRecordsOfADiscardedTransactionStay(t *testing.T) {
	pa := openPartition(t, openStore(t, vfs.NewMem()), 1, 1)
	stage := func(seq int64, word string) []ChangelogRecord {
		for n := range 400 {
			su, err := pa.Open(user(n))
			must(t, err)
			su.SetBytes(1, bytes.Repeat([]byte(word), 100))
		}
		records, err := pa.Stage(TaskRecord{Sequence: seq, BundleHash: word})
		must(t, err)
		return records
	}
	shown := func(records []ChangelogRecord) string { return fmt.Sprintf("%x", records) }
	lost := stage(1, "lost")
	pa.Discard()
	before := shown(lost)
	for seq, word := range []string{"a", "much longer", "b"} {
		applied := stage(int64(seq+2), word)
		asStaged := shown(applied)
		must(t, pa.Apply(0))
		if shown(lost) != before {
			t.Fatalf("transaction %d was written over the records of a discarded one", seq+2)
		}
		if shown(applied) != asStaged {
			t.Fatalf("the records of transaction %d changed before the next one was staged", seq+2)
		}
	}
}

// TestStagingDoesNotAllocate: a transaction over subjects that are known costs nothing but its task record.
func TestStagingDoesNotAllocate(t *testing.T) {
	pa, keys := benchPartition(t, 64<<20)
	at := int64(2)
	transaction := func() {
		for _, sk := range keys[:2000] {
			touch(t, pa, sk, at)
		}
		if _, err := pa.Stage(TaskRecord{Sequence: at}); err != nil {
			t.Fatal(err)
		}
		must(t, pa.Apply(at))
		at++
	}
	for range 3 {
		transaction() // grows the buffers
	}
	if n := testing.AllocsPerRun(5, transaction); n > 4 {
		t.Errorf("%v allocations in a transaction of 2000 subjects", n)
	}
}

package state

import "testing"

// TestAPartitionChangesItsCache: a partition that was opened beside the lane reads the same with the lane's cache, and
// leaves what the lane has of other partitions alone.
func TestAPartitionChangesItsCache(t *testing.T) {
	st, err := Open("state", Options{FS: NewMemFS()})
	must(t, err)
	defer st.Close()
	lane := NewCache(1 << 20)
	running, err := st.OpenPartition(1, lane)
	must(t, err)
	commit(t, running, 1, 7)
	restored, err := st.OpenPartition(2, NewCache(0))
	must(t, err)
	commit(t, restored, 1, 7, 8)
	wantError(t, restored.UseCache(lane), "records that are not in the store yet")
	_, err = restored.Open(SubjectKey{Account: "open"})
	must(t, err)
	wantError(t, restored.UseCache(lane), "a transaction is under way")
	restored.Discard()
	must(t, restored.Checkpoint())
	must(t, running.Checkpoint())

	must(t, restored.UseCache(lane))
	commit(t, restored, 2, 8)
	for _, pa := range []*Partition{running, restored} {
		before := pa.Stats().Reads
		wantUser(t, pa, 7, 1)
		if pa == running && pa.Stats().Reads != before {
			t.Error("partition 1 has lost what the cache had of it")
		}
	}
	wantUser(t, restored, 8, 2)
}

func wantUser(t *testing.T, pa *Partition, n int, want int64) {
	t.Helper()
	su, err := pa.Open(user(n))
	must(t, err)
	if got, ok := su.Int(1); !ok || got != want {
		t.Errorf("user %d of partition %d: %d, %v; want %d", n, pa.ID(), got, ok, want)
	}
	pa.Discard()
}

// TestAnEmptyPartitionIsKnownToBeEmptyAfterIt: no read of Pebble for subjects that exist nowhere.
func TestAnEmptyPartitionIsKnownToBeEmptyAfterIt(t *testing.T) {
	st, err := Open("state", Options{FS: NewMemFS()})
	must(t, err)
	defer st.Close()
	pa, err := st.OpenPartition(1, NewCache(0))
	must(t, err)
	must(t, pa.UseCache(NewCache(0)))
	commit(t, pa, 1, 7)
	if reads := pa.Stats().Reads; reads != 0 {
		t.Errorf("%d reads of Pebble", reads)
	}
	wantUser(t, pa, 7, 1)
}

package state

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// crashed is the disk as a power cut just before one write operation leaves it.
type crashed struct {
	fs          *vfs.MemFS
	at          string // which operation, how much of the unsynced data is left
	acked, sent map[uint32]int64
}

// cutter makes a crashed disk at every write operation.
type cutter struct {
	mu          sync.Mutex
	fs          *vfs.MemFS
	op          int
	disks       []crashed
	acked, sent map[uint32]int64 // sequence of the newest checkpoint whose Write returned, or began
}

func (cu *cutter) cut(op errorfs.Op) error {
	if op.Kind.ReadOrWrite() != errorfs.OpIsWrite {
		return nil
	}
	cu.mu.Lock()
	defer cu.mu.Unlock()
	for _, percent := range []int{0, 50, 100} {
		clone := cu.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: rand.New(rand.NewPCG(uint64(cu.op), uint64(percent)))})
		cu.disks = append(cu.disks, crashed{clone, fmt.Sprintf("operation %d (%v of %s), %d %% of what was not synced", cu.op, op.Kind, op.Path, percent), maps.Clone(cu.acked), maps.Clone(cu.sent)})
	}
	cu.op++
	return nil
}

func (cu *cutter) mark(in map[uint32]int64, partition uint32, seq int64) {
	cu.mu.Lock()
	defer cu.mu.Unlock()
	in[partition] = seq
}

// history is what happened to one partition: its changelog, and its subjects after each transaction.
type history struct {
	logged
	after map[int64]map[string][]byte
	final *Mem
}

// TestCrashAtEveryWrite cuts the power before every write operation of a life of two partitions: transactions,
// checkpoints, an orderly stop, a drop and a restore from the changelog.
func TestCrashAtEveryWrite(t *testing.T) {
	fs := vfs.NewCrashableMem()
	cu := &cutter{fs: fs, acked: map[uint32]int64{}, sent: map[uint32]int64{}}
	histories := live(t, errorfs.Wrap(fs, errorfs.InjectorFunc(cu.cut)), cu)
	if cu.op < 50 {
		t.Fatalf("only %d write operations", cu.op)
	}
	t.Logf("%d write operations", cu.op)
	torn, skipped := 0, 0
	for _, disk := range cu.disks {
		if unordered(t, disk.fs) {
			skipped++
			continue
		}
		st, err := Open("state", Options{FS: disk.fs})
		if err != nil {
			t.Fatalf("%s: %v", disk.at, err)
		}
		for id, hi := range histories {
			if hi.verify(t, st, id, disk) {
				torn++
			}
		}
		must(t, st.Close())
	}
	if skipped > len(cu.disks)/20 {
		t.Fatalf("%d of %d disks were left out", skipped, len(cu.disks))
	}
	if torn == 0 {
		t.Fatal("no crash fell into a restore: the test proves nothing about it")
	}
}

// unordered says that the names in the directory survived in another order than they were made in: Pebble's marker names
// a manifest that is not there. Journaling file systems keep that order and Pebble relies on it, so nothing is proved.
func unordered(t *testing.T, fs vfs.FS) bool {
	names, err := fs.List("state/pebble")
	if err != nil {
		return false // it was not made yet
	}
	newest := ""
	for _, name := range names {
		if strings.HasPrefix(name, "marker.manifest.") {
			newest = max(newest, name)
		}
	}
	_, manifest, found := strings.Cut(newest, ".MANIFEST-")
	return found && !slices.Contains(names, "MANIFEST-"+manifest)
}

// live is the uninterrupted run.
func live(t *testing.T, fs vfs.FS, cu *cutter) map[uint32]*history {
	histories := map[uint32]*history{3: newHistory(3), 4: newHistory(4)}
	st := openStore(t, fs)
	ca := NewCache(1)
	open := map[uint32]*Partition{}
	for id := range histories {
		var err error
		open[id], err = st.OpenPartition(id, ca)
		must(t, err)
	}
	for seq := int64(1); seq <= 12; seq++ {
		for _, id := range []uint32{3, 4} {
			pa := open[id]
			histories[id].transact(t, pa, seq)
			if seq%(int64(id)-1) == 0 {
				cu.mark(cu.sent, id, seq)
				must(t, pa.Checkpoint())
				cu.mark(cu.acked, id, seq)
			}
		}
		if seq == 7 {
			must(t, st.db.Flush())
		}
	}
	must(t, st.Close())
	cu.mark(cu.acked, 3, 0) // from here on partition 3 may be anything that says what it is
	cu.mark(cu.sent, 3, 12)
	st = openStore(t, fs)
	pa := openPartition(t, st, 3, 1)
	must(t, pa.Drop())
	histories[3].restoreAll(t, pa, pebble.Sync)
	must(t, st.Close())
	return histories
}

func newHistory(id uint32) *history {
	return &history{after: map[int64]map[string][]byte{0: {}}, final: NewMem(id)}
}

// transact does the same to the partition and to its naive twin: writes, a removal, and timers.
func (hi *history) transact(t *testing.T, pa *Partition, seq int64) {
	var records []ChangelogRecord
	for _, me := range []Memory{hi.final, pa} {
		for n := range 6 {
			su, err := me.Open(user(int(seq)*2 + n))
			must(t, err)
			su.SetInt(1, seq)
			su.SetBytes(uint32(n+2), bytes.Repeat([]byte("x"), 50*n))
			su.SetWake(seq*10 + int64(n)*7)
		}
		su, err := me.Open(user(int(seq) * 2))
		must(t, err)
		for _, key := range []uint32{1, 2, 3, 4, 5, 6, 7} {
			su.Delete(key)
		}
		su.SetWake(NoWake)
		for wake, _ := me.NextWake(); wake < seq*10; wake, _ = me.NextWake() {
			due, _, err := me.NextDue()
			must(t, err)
			fired, err := me.Open(due.Key)
			must(t, err)
			fired.SetInt(99, wake)
			fired.SetWake(wake + 45)
		}
		records, err = me.Stage(TaskRecord{Sequence: seq})
		must(t, err)
	}
	next := hi.append(records)
	must(t, pa.Apply(next))
	must(t, hi.final.Apply(next))
	hi.after[seq] = maps.Clone(hi.final.committed)
}

// restoreAll restores the partition from its changelog in batches of a few records.
func (hi *history) restoreAll(t *testing.T, pa *Partition, how *pebble.WriteOptions) {
	next, _, err := pa.BeginRestore()
	must(t, err)
	for offset := next; offset < int64(len(hi.records)); offset++ {
		re := hi.records[offset]
		_, err := pa.Restore(re.Key, re.Value, offset)
		must(t, err)
		if offset%7 == 0 {
			must(t, pa.flushRestore(how))
		}
	}
	must(t, pa.EndRestore())
}

// verify says whether the crash fell into a restore.
func (hi *history) verify(t *testing.T, st *Store, id uint32, disk crashed) bool {
	pa := openPartition(t, st, id, 1)
	defer pa.Close()
	task, whole := pa.Committed()
	restoring := pa.restore.next != notRestoring
	if !restoring {
		if task.Sequence < disk.acked[id] || task.Sequence > disk.sent[id] {
			t.Fatalf("%s: partition %d is at transaction %d, but %d is durable and nothing after %d was written", disk.at, id, task.Sequence, disk.acked[id], disk.sent[id])
		}
		if whole != (task.Sequence > 0) || !maps.EqualFunc(stored(t, pa), hi.after[task.Sequence], bytes.Equal) {
			t.Fatalf("%s: partition %d is torn: its subjects are not those after transaction %d", disk.at, id, task.Sequence)
		}
	}
	hi.restoreAll(t, pa, pebble.NoSync)
	if got := stored(t, pa); !maps.EqualFunc(got, hi.final.committed, bytes.Equal) {
		t.Fatalf("%s: partition %d differs after the replay from the run that was not interrupted", disk.at, id)
	}
	tw := &twins{naive: hi.final, pebble: pa}
	tw.fireAll(t, disk.at)
	return restoring
}

// stored is what Pebble has of the subjects.
func stored(t *testing.T, pa *Partition) map[string][]byte {
	out := map[string][]byte{}
	lower, upper := spaceBounds(pa.id, spaceSubjects)
	must(t, pa.store.each(lower, upper, func(key, value []byte) (bool, error) {
		out[string(key)] = bytes.Clone(value)
		return true, nil
	}))
	return out
}

// TestFailedCheckpoint proves that a store whose disk fails says so and refuses to go on.
func TestFailedCheckpoint(t *testing.T) {
	var failing atomic.Bool
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if failing.Load() && op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			return errorfs.ErrInjected
		}
		return nil
	}))
	st := openStore(t, fs)
	pa := openPartition(t, st, 1, 1)
	hi := newHistory(1)
	hi.transact(t, pa, 1)
	failing.Store(true)
	if err := pa.Checkpoint(); err == nil {
		t.Fatal("a checkpoint was written to a disk that fails")
	}
	if st.Failed() == nil {
		t.Fatal("the store does not say that it is stale")
	}
	if _, err := pa.Stage(TaskRecord{Sequence: 2}); err == nil {
		t.Fatal("a stale store stages a transaction")
	}
	if _, err := pa.Swap(); err == nil {
		t.Fatal("a stale store begins a checkpoint")
	}
	pa.cache.forget(1)
	if _, err := pa.Open(user(4000)); err == nil {
		t.Fatal("a stale store is read")
	}
}

// TestUnreadableStore: a disk that cannot be read is an error of the call that reads, and nothing is invented instead.
func TestUnreadableStore(t *testing.T) {
	mem := vfs.NewMem()
	st := openStore(t, mem)
	hi := newHistory(1)
	pa := openPartition(t, st, 1, 1)
	for seq := range int64(60) { // more than a block of Pebble: opening a partition reads the first
		hi.transact(t, pa, seq+1)
	}
	must(t, pa.Checkpoint())
	must(t, st.db.Flush())
	must(t, st.Close())

	var failing atomic.Bool
	fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if failing.Load() && (op.Kind == errorfs.OpFileReadAt || op.Kind == errorfs.OpOpen) {
			return errorfs.ErrInjected
		}
		return nil
	}))
	st = openStore(t, fs)
	pa = openPartition(t, st, 1, 1)
	failing.Store(true)
	_, err := pa.Open(user(123))
	wantError(t, err, "open subject")
	_, _, err = pa.NextDue()
	wantError(t, err, "next due of partition 1")
	_, err = pa.NextWake()
	wantError(t, err, "next due of partition 1")
	wantError(t, pa.Scan(SubjectKey{}, func(SubjectKey) bool { return true }), "scan partition 1")
	_, err = st.Digest()
	wantError(t, err, "digest partition 1")
	failing.Store(false)
	su, err := pa.Open(user(123))
	must(t, err)
	if v, ok := su.Int(1); !ok || v != 60 {
		t.Errorf("after the disk is back the subject has %d %v", v, ok)
	}
}

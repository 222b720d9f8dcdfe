package state

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

func openStore(t testing.TB, fs vfs.FS) *Store {
	t.Helper()
	st, err := Open("state", Options{FS: fs})
	must(t, err)
	return st
}

func openPartition(t testing.TB, st *Store, id uint32, cacheBytes int) *Partition {
	t.Helper()
	pa, err := st.OpenPartition(id, NewCache(cacheBytes))
	must(t, err)
	return pa
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func user(n int) SubjectKey {
	return SubjectKey{Account: fmt.Sprintf("acct-%03d", n/3), Kind: 'u', ID: fmt.Sprint("user-", n)}
}

// logged is the changelog topic of one partition.
type logged struct{ records []ChangelogRecord }

func (lo *logged) append(records []ChangelogRecord) int64 {
	for _, re := range records {
		lo.records = append(lo.records, ChangelogRecord{Key: bytes.Clone(re.Key), Value: bytes.Clone(re.Value)})
	}
	return int64(len(lo.records))
}

// twins runs the same operations on the naive memory and on Pebble and compares what can be seen.
type twins struct {
	naive   *Mem
	pebble  *Partition
	fs      vfs.FS
	store   *Store
	changes logged
	seq     int64
	writing *Checkpoint
}

const twinPartition = 7

func newTwins(t testing.TB) *twins {
	tw := &twins{naive: NewMem(twinPartition), fs: vfs.NewMem()}
	tw.reopen(t)
	return tw
}

func (tw *twins) reopen(t testing.TB) {
	if tw.store != nil {
		must(t, tw.store.Close())
	}
	tw.store = openStore(t, tw.fs)
	tw.pebble = openPartition(t, tw.store, twinPartition, 1)
}

func (tw *twins) both(f func(me Memory)) {
	f(tw.naive)
	f(tw.pebble)
}

// TestConformance drives both implementations of Memory with random transactions, checkpoints and restarts.
func TestConformance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tw := newTwins(t)
		rt.Repeat(map[string]func(*rapid.T){
			"write": func(rt *rapid.T) {
				sk := user(rapid.IntRange(0, 30).Draw(rt, "user"))
				key := rapid.Uint32Range(1, 6).Draw(rt, "cell")
				what := rapid.IntRange(0, 4).Draw(rt, "what")
				v := rapid.Int64Range(0, 5).Draw(rt, "value")
				size := rapid.IntRange(0, 400).Draw(rt, "size")
				tw.both(func(me Memory) {
					su, err := me.Open(sk)
					must(t, err)
					switch what {
					case 0:
						su.SetInt(key, v)
					case 1:
						su.SetBytes(key, bytes.Repeat([]byte{byte(v)}, size))
					case 2:
						su.Delete(key)
					case 3:
						su.SetWake(v)
					case 4:
						su.SetWake(NoWake)
					}
				})
			},
			"fire": func(rt *rapid.T) {
				later := rapid.Int64Range(0, 9).Draw(rt, "later")
				tw.both(func(me Memory) {
					due, ok, err := me.NextDue()
					must(t, err)
					if ok {
						su, err := me.Open(due.Key)
						must(t, err)
						su.SetInt(99, due.Wake)
						su.SetWake(due.Wake + later)
					}
				})
			},
			"savepoint": func(*rapid.T) { tw.both(Memory.Savepoint) },
			"rollback":  func(*rapid.T) { tw.both(Memory.Rollback) },
			"commit":    func(*rapid.T) { tw.commit(t) },
			"abort": func(rt *rapid.T) {
				if rapid.Bool().Draw(rt, "staged") {
					tw.stage(t)
				}
				tw.both(Memory.Discard)
			},
			"begin checkpoint": func(*rapid.T) {
				tw.both(Memory.Discard)
				if tw.writing == nil {
					ck, err := tw.pebble.Swap()
					must(t, err)
					tw.writing = ck
				}
			},
			"end checkpoint": func(*rapid.T) { tw.endCheckpoint(t) },
			"evict":          func(*rapid.T) { tw.pebble.cache.forget(twinPartition) },
			"crash":          func(*rapid.T) { tw.crash(t) },
			"":               func(*rapid.T) { tw.compare(t, "after a step") },
		})
		tw.both(Memory.Discard)
		tw.compareAll(t)
		must(t, tw.store.Close())
	})
}

func (tw *twins) stage(t testing.TB) (naive, pebble []ChangelogRecord) {
	task := TaskRecord{Sequence: tw.seq + 1, Clock: tw.seq * 10}
	naive, err := tw.naive.Stage(task)
	must(t, err)
	pebble, err = tw.pebble.Stage(task)
	must(t, err)
	return naive, pebble
}

func (tw *twins) commit(t testing.TB) {
	naive, pebble := tw.stage(t)
	// What is not in the cache is not compared with what was: Pebble may log a subject that did not change.
	for _, want := range naive {
		if !slices.ContainsFunc(pebble, func(got ChangelogRecord) bool {
			return bytes.Equal(got.Key, want.Key) && bytes.Equal(got.Value, want.Value)
		}) {
			t.Fatalf("transaction %d: %q is not in the changelog", tw.seq+1, want.Key)
		}
	}
	if !slices.IsSortedFunc(pebble[:len(pebble)-1], func(a, b ChangelogRecord) int { return bytes.Compare(a.Key, b.Key) }) {
		t.Fatal("the changelog records are not in key order")
	}
	next := tw.changes.append(pebble)
	must(t, tw.naive.Apply(next))
	must(t, tw.pebble.Apply(next))
	tw.seq++
}

func (tw *twins) endCheckpoint(t testing.TB) {
	if tw.writing != nil {
		must(t, tw.writing.Write())
		must(t, tw.pebble.Finish(tw.writing))
		tw.writing = nil
	}
}

// crash opens the store again as of its last checkpoint, and restores the rest from the changelog.
func (tw *twins) crash(t testing.TB) {
	tw.naive.Discard()
	tw.writing = nil
	tw.reopen(t)
	next, _, err := tw.pebble.BeginRestore()
	must(t, err)
	for offset := next; offset < int64(len(tw.changes.records)); offset++ {
		re := tw.changes.records[offset]
		_, err := tw.pebble.Restore(re.Key, re.Value, offset)
		must(t, err)
	}
	must(t, tw.pebble.EndRestore())
}

func (tw *twins) compare(t testing.TB, when string) {
	t.Helper()
	want, wantOK, err := tw.naive.NextDue()
	must(t, err)
	got, gotOK, err := tw.pebble.NextDue()
	must(t, err)
	if got != want || gotOK != wantOK {
		t.Fatalf("%s: next due is %v %v, want %v %v", when, got, gotOK, want, wantOK)
	}
	wantTask, _ := tw.naive.Committed()
	gotTask, _ := tw.pebble.Committed()
	if gotTask.Sequence != wantTask.Sequence || gotTask.Clock != wantTask.Clock || gotTask.ChangelogNext != wantTask.ChangelogNext {
		t.Fatalf("%s: task record is %+v, want %+v", when, gotTask, wantTask)
	}
}

// compareAll opens every subject and fires every timer.
func (tw *twins) compareAll(t testing.TB) {
	for n := range 31 {
		want, err := tw.naive.Open(user(n))
		must(t, err)
		got, err := tw.pebble.Open(user(n))
		must(t, err)
		if !bytes.Equal(got.record.Append(nil), want.record.Append(nil)) {
			t.Fatalf("%s is %x, want %x", user(n), got.record.Append(nil), want.record.Append(nil))
		}
	}
	tw.both(Memory.Discard)
	tw.fireAll(t, "at the end")
}

// fireAll fires every timer of both in a transaction that is then discarded, twice: the second time proves that Discard
// brings all back.
func (tw *twins) fireAll(t testing.TB, when string) {
	t.Helper()
	for range 2 {
		for _, ok, _ := tw.naive.NextDue(); ok; _, ok, _ = tw.naive.NextDue() {
			tw.compare(t, when)
			tw.both(func(me Memory) {
				due, _, _ := me.NextDue()
				su, err := me.Open(due.Key)
				must(t, err)
				su.SetWake(NoWake)
			})
		}
		tw.compare(t, when)
		tw.both(Memory.Discard)
	}
}

package state

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// TestDueHeapSorts: the heap gives back what went in, the earliest first.
func TestDueHeapSorts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var heap dueHeap
		wakes := rapid.SliceOfN(rapid.Int64Range(-9, 9), 0, 50).Draw(rt, "wakes")
		for i, wake := range wakes {
			heap.push(dueEntry{wake, fmt.Append(nil, i%7)})
		}
		last := dueEntry{wake: -10}
		for range wakes {
			first := heap[0]
			heap.pop()
			if first.compare(last) < 0 {
				rt.Fatalf("%v comes after %v", first, last)
			}
			last = first
		}
		if len(heap) > 0 {
			rt.Fatalf("%d are left", len(heap))
		}
	})
}

// TestRestlessTimer: a subject that moves its wake with every record does not fill the memory.
func TestRestlessTimer(t *testing.T) {
	pa := openPartition(t, openStore(t, vfs.NewMem()), 1, 1)
	wake := int64(0)
	for seq := range int64(5) {
		for range 3000 {
			su, err := pa.Open(user(1))
			must(t, err)
			wake++
			su.SetInt(1, wake)
			su.SetWake(wake)
		}
		commit(t, pa, seq+1, 1)
	}
	if n := len(pa.due.recent); n > 4200 {
		t.Errorf("%d pairs of one subject are held", n)
	}
	due, ok, err := pa.NextDue()
	if must(t, err); !ok || due.Wake != wake || due.Key != user(1) {
		t.Errorf("next due %v %v, want %d", due, ok, wake)
	}
}

// TestManyTimersInPebble: more due subjects than a page, after a restart, each fired and moved on; what has fired is
// wiped by the next checkpoint.
func TestManyTimersInPebble(t *testing.T) {
	fs := vfs.NewMem()
	st := openStore(t, fs)
	pa := openPartition(t, st, 1, 1)
	const subjects = 3*timerPage + 5
	for n := range subjects {
		su, err := pa.Open(user(n))
		must(t, err)
		su.SetInt(1, 1)
		su.SetWake(int64(1000 - n))
	}
	commit(t, pa, 1)
	must(t, pa.Checkpoint())
	must(t, st.Close())

	st = openStore(t, fs)
	pa = openPartition(t, st, 1, 1)
	for n := subjects - 1; n >= 0; n-- {
		due, ok, err := pa.NextDue()
		must(t, err)
		if !ok || due.Wake != int64(1000-n) || due.Key != user(n) {
			t.Fatalf("next due %v %v, want %v at %d", due, ok, user(n), 1000-n)
		}
		su, err := pa.Open(due.Key)
		must(t, err)
		su.SetWake(due.Wake + 10_000)
	}
	commit(t, pa, 2)
	must(t, pa.Checkpoint())
	if n := timerKeys(t, pa); n != subjects {
		t.Errorf("%d timer keys, want one for each of %d subjects", n, subjects)
	}
	if wake, err := pa.NextWake(); err != nil || wake != 1000-subjects+1+10_000 {
		t.Errorf("next wake %d %v", wake, err)
	}
}

// TestLateTimerBelowTheWatermark: a wake may be set before everything that is in the index.
func TestLateTimerBelowTheWatermark(t *testing.T) {
	fs := vfs.NewMem()
	st := openStore(t, fs)
	pa := openPartition(t, st, 1, 1)
	for i, wake := range []int64{5000, 7, -3} {
		su, err := pa.Open(user(i))
		must(t, err)
		su.SetInt(1, 1)
		su.SetWake(wake)
		commit(t, pa, int64(i)+1)
		must(t, pa.Checkpoint())
	}
	must(t, st.Close())
	pa = openPartition(t, openStore(t, fs), 1, 1)
	for _, want := range []int64{-3, 7, 5000, NoWake} {
		got, err := pa.NextWake()
		must(t, err)
		if got != want {
			t.Fatalf("next wake %d, want %d", got, want)
		}
		if due, ok, _ := pa.NextDue(); ok {
			su, err := pa.Open(due.Key)
			must(t, err)
			su.SetWake(NoWake)
		}
	}
}

func timerKeys(t *testing.T, pa *Partition) (n int) {
	lower, upper := spaceBounds(pa.id, spaceTimers)
	must(t, pa.store.each(lower, upper, func(_, _ []byte) (bool, error) { n++; return true, nil }))
	return n
}

// TestWriteBesideTheLane writes checkpoints in goroutines while transactions go on; two partitions share the store.
func TestWriteBesideTheLane(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	ca := NewCache(1)
	a, err := st.OpenPartition(1, ca)
	must(t, err)
	b, err := st.OpenPartition(2, ca)
	must(t, err)
	naive := map[*Partition]*Mem{a: NewMem(1), b: NewMem(2)}
	var under []*Checkpoint
	var done chan error
	for seq := range int64(60) {
		for _, pa := range []*Partition{a, b} {
			for _, me := range []Memory{pa, naive[pa]} {
				for n := range 20 {
					su, err := me.Open(user(int(seq)*3 + n))
					must(t, err)
					su.SetInt(1, seq)
					su.SetWake(seq*2 + int64(n%5))
				}
				commit(t, me, seq+1)
			}
			ca.forget(pa.id)
			tw := twins{naive: naive[pa], pebble: pa}
			tw.compare(t, fmt.Sprint("after transaction ", seq+1))
		}
		if seq%4 == 0 {
			for _, pa := range []*Partition{a, b} {
				ck, err := pa.Swap()
				must(t, err)
				under = append(under, ck)
			}
			done = make(chan error, len(under))
			for _, ck := range under {
				go func() { done <- ck.Write() }()
			}
		}
		if seq%4 == 2 {
			for range under {
				must(t, <-done)
			}
			must(t, a.Finish(under[0]))
			must(t, b.Finish(under[1]))
			under = nil
		}
	}
	for pa, me := range naive {
		tw := twins{naive: me, pebble: pa}
		tw.fireAll(t, "at the end")
	}
}

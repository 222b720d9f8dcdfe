package timeline

import (
	"container/heap"
	"fmt"
	"maps"
	"sort"
	"strings"

	"holdfast/topology"
)

// Store is a topology.Store in memory, with a savepoint for the record or timer at hand.
type Store struct {
	subjects map[string]*Subject
	wakes    wakeHeap
	touched  []*Subject // since the savepoint, each with what it was
	saving   bool
}

// NewStore makes an empty memory.
func NewStore() *Store { return &Store{subjects: map[string]*Subject{}} }

// Subject is one subject of a Store.
type Subject struct {
	store *Store
	ref   topology.Ref
	key   string
	cells cells
	was   *cells // at the savepoint; nil if it was not touched since
}

type cells struct {
	ints  map[uint32]int64
	bytes map[uint32][]byte
	wake  topology.Wake
}

func (ce cells) clone() *cells {
	return &cells{ints: maps.Clone(ce.ints), bytes: maps.Clone(ce.bytes), wake: ce.wake}
}

// storeKey orders subjects as the state does: account, kind, id.
func storeKey(ref topology.Ref) string {
	return ref.Account + "\x00" + string(rune(ref.Kind)) + ref.ID
}

// Open returns the subject; one that was never written is empty.
func (sr *Store) Open(ref topology.Ref) topology.Subject {
	key := storeKey(ref)
	su, ok := sr.subjects[key]
	if !ok {
		kept := topology.Ref{Account: strings.Clone(ref.Account), Kind: ref.Kind, ID: strings.Clone(ref.ID)}
		su = &Subject{store: sr, ref: kept, key: key}
		su.cells = cells{ints: map[uint32]int64{}, bytes: map[uint32][]byte{}, wake: topology.NoWake}
		sr.subjects[key] = su
	}
	return su
}

// Scan calls f with the subjects after one, in key order.
func (sr *Store) Scan(after topology.Ref, f func(topology.Ref) bool) error {
	for _, key := range sr.keys() {
		su := sr.subjects[key]
		if after != (topology.Ref{}) && key <= storeKey(after) || su.Empty() {
			continue
		}
		if !f(su.ref) {
			return nil
		}
	}
	return nil
}

func (sr *Store) keys() []string {
	keys := make([]string, 0, len(sr.subjects))
	for key := range sr.subjects {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// Savepoint begins a record or a timer.
func (sr *Store) Savepoint() {
	for _, su := range sr.touched {
		su.was = nil
	}
	sr.touched, sr.saving = sr.touched[:0], true
}

// Rollback takes back everything since the savepoint.
func (sr *Store) Rollback() {
	for _, su := range sr.touched {
		su.cells, su.was = *su.was, nil
		sr.push(su)
	}
	sr.touched = sr.touched[:0]
}

// Next is the subject with the earliest wake.
func (sr *Store) Next() (ref topology.Ref, wake topology.Wake, ok bool) {
	for len(sr.wakes) > 0 {
		top := sr.wakes[0]
		if top.subject.cells.wake == top.wake {
			return top.subject.ref, top.wake, true
		}
		heap.Pop(&sr.wakes)
	}
	return topology.Ref{}, topology.NoWake, false
}

func (sr *Store) push(su *Subject) {
	if su.cells.wake != topology.NoWake {
		heap.Push(&sr.wakes, waking{wake: su.cells.wake, subject: su})
	}
}

func (su *Subject) touch() {
	if su.store.saving && su.was == nil {
		su.was = su.cells.clone()
		su.store.touched = append(su.store.touched, su)
	}
}

// Int returns the integer at key.
func (su *Subject) Int(key uint32) (int64, bool) {
	v, ok := su.cells.ints[key]
	return v, ok
}

// Bytes returns the bytes at key.
func (su *Subject) Bytes(key uint32) ([]byte, bool) {
	b, ok := su.cells.bytes[key]
	return b, ok
}

// SetInt writes an integer.
func (su *Subject) SetInt(key uint32, v int64) {
	su.touch()
	delete(su.cells.bytes, key)
	su.cells.ints[key] = v
}

// SetBytes writes bytes.
func (su *Subject) SetBytes(key uint32, b []byte) {
	su.touch()
	delete(su.cells.ints, key)
	su.cells.bytes[key] = append([]byte(nil), b...)
}

// Delete removes a cell.
func (su *Subject) Delete(key uint32) {
	su.touch()
	delete(su.cells.ints, key)
	delete(su.cells.bytes, key)
}

// Wake is the earliest instant at which the subject wants to be looked at.
func (su *Subject) Wake() topology.Wake { return su.cells.wake }

// SetWake changes it.
func (su *Subject) SetWake(wa topology.Wake) {
	su.touch()
	su.cells.wake = wa
	su.store.push(su)
}

// Empty says that the subject has no cell.
func (su *Subject) Empty() bool { return len(su.cells.ints)+len(su.cells.bytes) == 0 }

// waking is an entry of the heap of wakes; it is stale when the subject has another wake by now.
type waking struct {
	wake    topology.Wake
	subject *Subject
}

type wakeHeap []waking

func (he wakeHeap) Len() int { return len(he) }
func (he wakeHeap) Less(i, j int) bool {
	if he[i].wake != he[j].wake {
		return he[i].wake < he[j].wake
	}
	return he[i].subject.key < he[j].subject.key
}
func (he wakeHeap) Swap(i, j int) { he[i], he[j] = he[j], he[i] }
func (he *wakeHeap) Push(x any)   { *he = append(*he, x.(waking)) }
func (he *wakeHeap) Pop() any {
	last := (*he)[len(*he)-1]
	*he = (*he)[:len(*he)-1]
	return last
}

// Dump prints what the memory holds, without the wakes: they are lower bounds that may differ.
func (sr *Store) Dump() string {
	var sb strings.Builder
	for _, key := range sr.keys() {
		if su := sr.subjects[key]; !su.Empty() {
			fmt.Fprintf(&sb, "%q %v %v\n", key, su.cells.ints, su.cells.bytes)
		}
	}
	return sb.String()
}

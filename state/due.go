package state

import (
	"bytes"
	"cmp"
	"slices"
)

// dueEntry says that the subject with this full key may have this wake.
type dueEntry struct {
	wake int64
	key  []byte
}

func (de dueEntry) compare(other dueEntry) int {
	if c := cmp.Compare(de.wake, other.wake); c != 0 {
		return c
	}
	return bytes.Compare(de.key, other.key)
}

// dueIndex finds the earliest wake of a partition. The wakes are in the records; this is derived from them.
//
// Three sources are merged, and whatever they offer is believed only if the subject's record says the same:
//
//	recent   a heap of the wakes that changed since the open checkpoint began
//	writing  the same of the checkpoint that is being written
//	page     a page of the timer keys in Pebble, scanned upwards from the watermark of the last written checkpoint
//
// Invariant: if a subject has a wake as the open transaction sees it, one of the sources holds exactly that pair.
// So: whenever a wake comes to be (set, or back after a rollback or an abort) the pair is pushed to recent; a pair is
// dropped only when it is not true at that moment; and writing is dropped only when Pebble has its pairs.
//
// Rejected: deleting the old timer key whenever a wake moves. It doubles the cost of an event; stale keys are few, since
// timers are lazy, and go when the watermark passes them.
type dueIndex struct {
	recent    dueHeap
	writing   dueHeap
	page      []dueEntry
	after     []byte // timer key after which the next page begins
	exhausted bool   // Pebble has no timer key after `after`
	known     bool   // top is the answer
	top       dueEntry
	any       bool // top exists
}

// note says that a subject has this wake now.
func (di *dueIndex) note(wake int64, key []byte) {
	if wake != NoWake {
		de := dueEntry{wake, bytes.Clone(key)}
		di.recent.push(de)
		if di.known && (!di.any || de.compare(di.top) < 0) {
			di.top, di.any = de, true
			return
		}
	}
	if di.known && di.any && bytes.Equal(key, di.top.key) {
		di.known = false
	}
}

// settle answers with top.
func (di *dueIndex) settle(top dueEntry, any bool) {
	di.known, di.top, di.any = true, top, any
}

// first is the earliest pair of all sources, true or not.
func (di *dueIndex) first() (dueEntry, bool) {
	var best dueEntry
	found := false
	for _, source := range [...][]dueEntry{di.recent, di.writing, di.page} {
		if len(source) > 0 && (!found || source[0].compare(best) < 0) {
			best, found = source[0], true
		}
	}
	return best, found
}

// drop takes the pair out of every source that has it first.
func (di *dueIndex) drop(de dueEntry) {
	for _, heap := range [...]*dueHeap{&di.recent, &di.writing} {
		for len(*heap) > 0 && (*heap)[0].compare(de) == 0 {
			heap.pop()
		}
	}
	if len(di.page) > 0 && di.page[0].compare(de) == 0 {
		di.page = di.page[1:]
	}
}

// swap begins a new open checkpoint.
func (di *dueIndex) swap() {
	di.writing, di.recent = di.recent, nil
	di.known = false
}

// written says that Pebble has everything of the checkpoint, and no true timer key before the watermark.
func (di *dueIndex) written(partition uint32, watermark int64) {
	di.writing = nil
	di.rewind(partition, watermark)
}

// rewind scans again from the watermark.
func (di *dueIndex) rewind(partition uint32, watermark int64) {
	di.page, di.exhausted, di.known = nil, false, false
	di.after = appendWake(appendSpace(nil, partition, spaceTimers), watermark)
}

// prune drops what is not true from recent, when a subject that moves its wake often has filled it.
func (di *dueIndex) prune(isTrue func(dueEntry) (bool, error)) error {
	slices.SortFunc(di.recent, dueEntry.compare)
	all := slices.CompactFunc(di.recent, func(a, b dueEntry) bool { return a.compare(b) == 0 })
	kept := all[:0]
	for i, de := range all {
		ok, err := isTrue(de)
		if err != nil {
			di.recent = append(kept, all[i:]...)
			return err
		}
		if ok {
			kept = append(kept, de)
		}
	}
	clear(di.recent[len(kept):])
	di.recent = kept // sorted, so a heap
	return nil
}

// dueHeap is a binary heap, the earliest pair first.
type dueHeap []dueEntry

func (dh *dueHeap) push(de dueEntry) {
	he := append(*dh, de)
	i := len(he) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if he[parent].compare(de) <= 0 {
			break
		}
		he[i] = he[parent]
		i = parent
	}
	he[i] = de
	*dh = he
}

func (dh *dueHeap) pop() {
	he := *dh
	last := he[len(he)-1]
	he[len(he)-1] = dueEntry{}
	he = he[:len(he)-1]
	*dh = he
	if len(he) == 0 {
		return
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(he) {
			break
		}
		if child+1 < len(he) && he[child+1].compare(he[child]) < 0 {
			child++
		}
		if last.compare(he[child]) <= 0 {
			break
		}
		he[i] = he[child]
		i = child
	}
	he[i] = last
}

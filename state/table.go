package state

import "bytes"

// table finds keys that lie elsewhere: an open-addressed index of (hash, ref) without pointers. Overlay, cache and
// checkpoint each keep their keys in a memory of their own and share this index.
type table struct {
	slots []slot // Invariant: len is 0 or a power of two, at most 5/8 used
	live  int
}

// slot is empty when ref is 0.
type slot struct{ hash, ref uint32 }

// keyed returns the key that a ref stands for.
type keyed interface{ keyOf(ref uint32) []byte }

const (
	slotBytes = 8
	minSlots  = 64
)

func (ta *table) bytes() int { return slotBytes * len(ta.slots) }

// find returns the ref of the key, 0 if it is not there.
func (ta *table) find(hash uint32, key []byte, in keyed) uint32 {
	if ta.live == 0 {
		return 0
	}
	mask := uint32(len(ta.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		sl := ta.slots[i]
		if sl.ref == 0 {
			return 0
		}
		if sl.hash == hash && bytes.Equal(in.keyOf(sl.ref), key) {
			return sl.ref
		}
	}
}

// add puts in a key that is not there.
func (ta *table) add(hash, ref uint32) {
	if (ta.live+1)*8 > len(ta.slots)*5 {
		ta.grow()
	}
	ta.live++
	ta.place(slot{hash, ref})
}

func (ta *table) grow() {
	old := ta.slots
	ta.slots = make([]slot, max(minSlots, 2*len(old)))
	for _, sl := range old {
		if sl.ref != 0 {
			ta.place(sl)
		}
	}
}

func (ta *table) place(sl slot) {
	mask := uint32(len(ta.slots) - 1)
	i := sl.hash & mask
	for ta.slots[i].ref != 0 {
		i = (i + 1) & mask
	}
	ta.slots[i] = sl
}

// at returns the slot of a ref that is there.
func (ta *table) at(hash, ref uint32) uint32 {
	mask := uint32(len(ta.slots) - 1)
	i := hash & mask
	for ta.slots[i].ref != ref {
		i = (i + 1) & mask
	}
	return i
}

// move says that the key of a ref has another ref now.
func (ta *table) move(hash, ref, now uint32) { ta.slots[ta.at(hash, ref)].ref = now }

// remove takes out a ref that is there, and shifts back what had to go past it.
func (ta *table) remove(hash, ref uint32) {
	mask := uint32(len(ta.slots) - 1)
	hole := ta.at(hash, ref)
	for i := (hole + 1) & mask; ta.slots[i].ref != 0; i = (i + 1) & mask {
		if (i-ta.slots[i].hash)&mask >= (i-hole)&mask {
			ta.slots[hole] = ta.slots[i]
			hole = i
		}
	}
	ta.slots[hole] = slot{}
	ta.live--
}

// clear takes out everything and keeps the memory.
func (ta *table) clear() {
	if ta.live > 0 {
		clear(ta.slots)
		ta.live = 0
	}
}

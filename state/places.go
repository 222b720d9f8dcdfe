package state

import "math/bits"

// places says where in the sorted cells of a record the keys of a bucket begin: a key is found in one step or two, and
// most that are absent without a look at the cells. Keys are hashes of names, so their top bits spread evenly; keys that
// do not are found all the same, more slowly.
//
// Rejected: binary search (three times as slow: every step is a branch that nobody can predict) and interpolation
// (twice as slow).
type places struct {
	used  uint64    // bit b: some cell is in bucket b
	first [64]uint8 // the first cell of each used bucket; of the others it means nothing
}

// mostPlaced is how many cells a place can count. Records with more of them are searched in halves.
const mostPlaced = 255

func bucketOf(key uint32) uint32 { return key >> 26 }

// build notes the cells anew.
func (pl *places) build(cells []cell) {
	pl.used = 0
	if len(cells) > mostPlaced {
		return
	}
	for i := len(cells) - 1; i >= 0; i-- {
		bucket := bucketOf(cells[i].key)
		pl.used |= 1 << bucket
		pl.first[bucket&63] = uint8(i)
	}
}

// has says that a cell of the key's bucket is there.
func (pl *places) has(key uint32) bool { return pl.used>>bucketOf(key)&1 != 0 }

// from is a place at or before that of the key among n cells.
func (pl *places) from(key uint32, n int) int {
	bucket := bucketOf(key)
	rest := pl.used >> bucket
	if rest == 0 {
		return n
	}
	return int(pl.first[(bucket+uint32(bits.TrailingZeros64(rest)))&63])
}

// inserted says that a cell was put in at i, for which there was none; now there are n.
func (pl *places) inserted(cells []cell, i int) {
	if len(cells) > mostPlaced {
		pl.used = 0
		return
	}
	bucket := bucketOf(cells[i].key)
	if !pl.has(cells[i].key) {
		pl.used |= 1 << bucket
		pl.first[bucket&63] = uint8(i)
	}
	for later := bucket + 1; later < 64; later++ {
		pl.first[later]++
	}
}

// deleted says that the cell of the key was taken out at i.
func (pl *places) deleted(cells []cell, i int, key uint32) {
	if len(cells) >= mostPlaced {
		pl.build(cells)
		return
	}
	bucket := bucketOf(key)
	if !(i > 0 && bucketOf(cells[i-1].key) == bucket) && !(i < len(cells) && bucketOf(cells[i].key) == bucket) {
		pl.used &^= 1 << bucket
	}
	for later := bucket + 1; later < 64; later++ {
		pl.first[later]--
	}
}

package state

import (
	"cmp"
	"math"
	"slices"
)

// NoWake is the wake of a subject that never wants to be looked at.
const NoWake int64 = math.MaxInt64

// Record is the memory of a subject: sparse cells, each an integer or a string of bytes, under 32-bit keys, and the
// instant of its next timer. The zero Record is empty and has no wake.
//
// Cells hold no pointers; the bytes of all of them lie in one append-only blob, so that an old image of a record is its
// old cells and the old length of the blob.
type Record struct {
	cells  []cell // Invariant: sorted by key, no key twice
	places places // Invariant: of these cells
	blob   []byte
	live   int   // bytes of blob that a cell refers to
	flip   int64 // wake ^ NoWake, so that zero means none
}

// cell is an integer (size == isInt) or size bytes at offset value of the blob.
type cell struct {
	key   uint32
	size  uint32
	value uint64
}

const isInt = math.MaxUint32

// find returns the cell of the key, nil if there is none.
func (re *Record) find(key uint32) *cell {
	if len(re.cells) > mostPlaced {
		return re.search(key)
	}
	if !re.places.has(key) {
		return nil
	}
	for i := int(re.places.first[bucketOf(key)]); i < len(re.cells); i++ {
		if ce := &re.cells[i]; ce.key >= key {
			if ce.key == key {
				return ce
			}
			return nil
		}
	}
	return nil
}

// search is find in a record with very many cells.
func (re *Record) search(key uint32) *cell {
	i, ok := slices.BinarySearchFunc(re.cells, key, cell.compareKey)
	if !ok {
		return nil
	}
	return &re.cells[i]
}

func (ce cell) compareKey(key uint32) int { return cmp.Compare(ce.key, key) }

// placeOf returns where a cell of the key would be inserted.
func (re *Record) placeOf(key uint32) int {
	if len(re.cells) > mostPlaced {
		i, _ := slices.BinarySearchFunc(re.cells, key, cell.compareKey)
		return i
	}
	i := re.places.from(key, len(re.cells))
	for i < len(re.cells) && re.cells[i].key < key {
		i++
	}
	return i
}

// Int returns the integer at key; ok is false when there is none, or bytes.
func (re *Record) Int(key uint32) (int64, bool) {
	ce := re.find(key)
	if ce == nil || ce.size != isInt {
		return 0, false
	}
	return int64(ce.value), true
}

// Bytes returns the bytes at key, valid until the next write to this record; ok is false when there are none, or an integer.
func (re *Record) Bytes(key uint32) ([]byte, bool) {
	ce := re.find(key)
	if ce == nil || ce.size == isInt {
		return nil, false
	}
	return re.bytesOf(*ce), true
}

// bytesOf is never nil: no bytes are not an integer.
func (re *Record) bytesOf(ce cell) []byte {
	if ce.size == 0 {
		return []byte{}
	}
	end := ce.value + uint64(ce.size)
	return re.blob[ce.value:end:end]
}

// SetInt puts an integer at key, in place of whatever was there.
func (re *Record) SetInt(key uint32, v int64) {
	re.set(cell{key: key, size: isInt, value: uint64(v)})
}

// SetBytes puts a copy of b at key, in place of whatever was there.
func (re *Record) SetBytes(key uint32, b []byte) {
	at := len(re.blob)
	re.blob = append(re.blob, b...)
	re.live += len(b)
	re.set(cell{key: key, size: uint32(len(b)), value: uint64(at)})
}

func (re *Record) set(ce cell) {
	if old := re.find(ce.key); old != nil {
		re.forget(*old)
		*old = ce
		return
	}
	i := re.placeOf(ce.key)
	re.cells = slices.Insert(re.cells, i, ce)
	re.places.inserted(re.cells, i)
}

// Delete removes the cell at key, if there is one.
func (re *Record) Delete(key uint32) {
	ce := re.find(key)
	if ce == nil {
		return
	}
	re.forget(*ce)
	i := re.placeOf(key)
	re.cells = slices.Delete(re.cells, i, i+1)
	re.places.deleted(re.cells, i, key)
}

func (re *Record) forget(ce cell) {
	if ce.size != isInt {
		re.live -= int(ce.size)
	}
}

// Wake is the instant at which the subject wants to be looked at, NoWake if never.
func (re *Record) Wake() int64 { return re.flip ^ NoWake }

// SetWake sets the instant at which the subject wants to be looked at.
func (re *Record) SetWake(wake int64) { re.flip = wake ^ NoWake }

// Empty says that the record has no cell.
func (re *Record) Empty() bool { return len(re.cells) == 0 }

// Len is the number of cells.
func (re *Record) Len() int { return len(re.cells) }

// Each calls f with every cell in the order of the keys: with bytes, or with nil and an integer.
func (re *Record) Each(f func(key uint32, v int64, b []byte)) {
	for _, ce := range re.cells {
		if ce.size == isInt {
			f(ce.key, int64(ce.value), nil)
		} else {
			f(ce.key, 0, re.bytesOf(ce))
		}
	}
}

// vacant says that there is nothing to remember: such a record is stored as a tombstone.
func (re *Record) vacant() bool { return len(re.cells) == 0 && re.flip == 0 }

// reset empties the record and keeps its buffers.
func (re *Record) reset() {
	re.cells, re.blob, re.live, re.flip = re.cells[:0], re.blob[:0], 0, 0
	re.places.used = 0
}

// compact moves the live bytes to spare and returns the buffer that they lay in. What Bytes returned before stays
// readable until that buffer is used again.
func (re *Record) compact(spare []byte) []byte {
	spare = spare[:0]
	for i, ce := range re.cells {
		if ce.size == isInt {
			continue
		}
		re.cells[i].value = uint64(len(spare))
		spare = append(spare, re.bytesOf(ce)...)
	}
	old := re.blob
	re.blob = spare
	return old
}

// wasteful says that most of the blob is dead bytes.
func (re *Record) wasteful() bool { return len(re.blob) > 2*re.live+2048 }

// clone returns a copy that shares nothing.
func (re *Record) clone() Record {
	return Record{cells: slices.Clone(re.cells), places: re.places, blob: slices.Clone(re.blob), live: re.live, flip: re.flip}
}

package state

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// layer is a set of subjects with their newest committed bytes, nothing for a tombstone. It lies in chunks without
// pointers. Once nothing is put any more it may be read by several goroutines.
type layer struct {
	index  table
	parts  []part
	chunks [][]byte
	bytes  int
	spare  [][]byte // chunks of an earlier use
}

// part is one subject of a layer.
type part struct {
	chunk, offset uint32 // of the key, which the value follows
	keyLen        uint32
	valueLen      uint32
	room          uint32 // for the value
	hash          uint32
}

const (
	layerChunk = 1 << 20
	partBytes  = 24 + 2*slotBytes
)

// keyOf is for the index.
func (la *layer) keyOf(ref uint32) []byte { return la.key(&la.parts[ref-1]) }

func (la *layer) key(pa *part) []byte {
	return la.chunks[pa.chunk][pa.offset:][:pa.keyLen]
}

func (la *layer) value(pa *part) []byte {
	return la.chunks[pa.chunk][pa.offset+pa.keyLen:][:pa.valueLen]
}

// find returns the newest bytes of a subject of the layer: none at all for a tombstone.
func (la *layer) find(hash uint32, key []byte) ([]byte, bool) {
	ref := la.index.find(hash, key, la)
	if ref == 0 {
		return nil, false
	}
	return la.value(&la.parts[ref-1]), true
}

// put replaces what the layer has of the subject.
func (la *layer) put(hash uint32, key, value []byte) {
	ref := la.index.find(hash, key, la)
	if ref == 0 {
		la.parts = append(la.parts, part{})
		ref = uint32(len(la.parts))
		la.parts[ref-1] = la.place(hash, key, value)
		la.index.add(hash, ref)
		return
	}
	pa := &la.parts[ref-1]
	if len(value) > int(pa.room) {
		*pa = la.place(hash, key, value)
		return
	}
	pa.valueLen = uint32(len(value))
	copy(la.value(pa), value)
}

func (la *layer) place(hash uint32, key, value []byte) part {
	room := len(value) + len(value)/8
	size := len(key) + room
	n := len(la.chunks)
	if n == 0 || cap(la.chunks[n-1])-len(la.chunks[n-1]) < size {
		la.chunks = append(la.chunks, la.chunk(size))
		n++
	}
	ch := la.chunks[n-1]
	pa := part{chunk: uint32(n - 1), offset: uint32(len(ch)), keyLen: uint32(len(key)), valueLen: uint32(len(value)), room: uint32(room), hash: hash}
	ch = append(append(ch, key...), value...)
	la.chunks[n-1] = ch[:int(pa.offset)+size]
	la.bytes += size + partBytes
	return pa
}

func (la *layer) chunk(size int) []byte {
	if n := len(la.spare); n > 0 && size <= layerChunk {
		ch := la.spare[n-1]
		la.spare = la.spare[:n-1]
		return ch
	}
	return make([]byte, 0, max(size, layerChunk))
}

// reset empties the layer and keeps its memory for the next use.
func (la *layer) reset() {
	for _, ch := range la.chunks {
		if cap(ch) == layerChunk {
			la.spare = append(la.spare, ch[:0])
		}
	}
	la.index.clear()
	la.parts, la.chunks, la.bytes = la.parts[:0], la.chunks[:0], 0
}

// sorted returns the parts in the order of their keys.
func (la *layer) sorted() []*part {
	order := make([]ranked, len(la.parts))
	for i := range la.parts {
		order[i] = rank(la.key(&la.parts[i]), i)
	}
	sortRanked(order, func(i int) []byte { return la.key(&la.parts[i]) })
	out := make([]*part, len(order))
	for i, ra := range order {
		out[i] = &la.parts[ra.index]
	}
	return out
}

// ranked sorts by the first sixteen bytes of a subject key without looking at the key.
type ranked struct {
	high, low uint64
	index     int
}

func rank(full []byte, index int) ranked {
	key := full[spaceBytes:]
	if len(key) >= 16 {
		return ranked{binary.BigEndian.Uint64(key), binary.BigEndian.Uint64(key[8:]), index}
	}
	var head [16]byte
	copy(head[:], key)
	return ranked{binary.BigEndian.Uint64(head[:]), binary.BigEndian.Uint64(head[8:]), index}
}

// sortRanked orders by full keys of one partition; key returns the key of an index.
func sortRanked(order []ranked, key func(int) []byte) {
	slices.SortFunc(order, func(a, b ranked) int {
		switch {
		case a.high != b.high:
			return less(a.high < b.high)
		case a.low != b.low:
			return less(a.low < b.low)
		}
		return bytes.Compare(key(a.index), key(b.index))
	})
}

func less(is bool) int {
	if is {
		return -1
	}
	return 1
}

package state

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
)

// Cache holds committed subjects as their stored bytes, bounded in bytes. One lane owns it and shares it among its
// partitions; it is used by one goroutine.
//
// Entries lie in chunks of bytes without pointers, so the garbage collector scans nothing. New entries go to the end of
// the newest chunk; when the bound is reached the oldest chunk becomes the newest: of its entries those that were used
// since stay (a second chance), as far as they fill half of it, and the others are evicted.
//
// Nothing is ever pinned: what is not in Pebble yet is found in the checkpoint layers, which are asked before Pebble.
//
// Invariant: an entry is the newest committed record of its subject. A subject without an entry is in the layers below,
// or nowhere; if whole says that nothing of its partition was ever left out, it is nowhere.
type Cache struct {
	seed   maphash.Seed
	limit  int
	index  table
	chunks [][]byte // by id; nil = free. Id 0 is never used, so that no ref is 0
	queue  []uint32 // chunk ids, the oldest first; the last one is being filled
	unused []uint32 // ids
	held   int      // bytes of all chunks
	whole  map[uint32]bool
	stats  CacheStats
}

// CacheStats counts since the cache was made.
type CacheStats struct {
	Hits      int64 // subjects found
	Misses    int64 // subjects looked for below the cache
	Absences  int64 // subjects known to exist nowhere without looking
	Evictions int64 // subjects dropped for want of room
	Bytes     int64 // held now
	Subjects  int64 // held now
}

// An entry: hash (4) | length of the value (4) | room for the value (4) | length of the key (2) | flags (1) | 0 | key | value,
// rounded up to 8 bytes. Its ref is the chunk id and the offset / 8.
const (
	entryHead = 16
	chunkSize = 256 << 10
	largest   = chunkSize / 4 // bytes of an entry that shares a chunk
	refBits   = 15            // chunkSize / 8 == 1 << refBits

	atValueLen = 4
	atRoom     = 8
	atKeyLen   = 12
	atFlags    = 14

	flagLive = 1
	flagUsed = 2
)

// NewCache returns a cache that holds at most limit bytes, and at least a few chunks.
func NewCache(limit int) *Cache {
	return &Cache{seed: maphash.MakeSeed(), limit: max(limit, 4*chunkSize), chunks: make([][]byte, 1), whole: map[uint32]bool{}}
}

// Stats returns the counters.
func (ca *Cache) Stats() CacheStats {
	st := ca.stats
	st.Bytes, st.Subjects = int64(ca.bytes()), int64(ca.index.live)
	return st
}

// Limit is the bound in bytes.
func (ca *Cache) Limit() int { return ca.limit }

func (ca *Cache) bytes() int { return ca.held + ca.index.bytes() }

func (ca *Cache) hash(key []byte) uint32 { return uint32(maphash.Bytes(ca.seed, key)) }

// entry is a view of the bytes of one entry.
type entry []byte

func (en entry) hash() uint32     { return binary.LittleEndian.Uint32(en) }
func (en entry) valueLen() uint32 { return binary.LittleEndian.Uint32(en[atValueLen:]) }
func (en entry) room() uint32     { return binary.LittleEndian.Uint32(en[atRoom:]) }
func (en entry) keyLen() uint32   { return uint32(binary.LittleEndian.Uint16(en[atKeyLen:])) }
func (en entry) key() []byte      { return en[entryHead:][:en.keyLen()] }
func (en entry) value() []byte    { return en[entryHead+en.keyLen():][:en.valueLen()] }
func (en entry) size() int        { return entrySize(int(en.keyLen()), int(en.room())) }

func (en entry) setValue(v []byte) {
	binary.LittleEndian.PutUint32(en[atValueLen:], uint32(len(v)))
	copy(en[entryHead+en.keyLen():], v)
}

func entrySize(keyLen, room int) int { return (entryHead + keyLen + room + 7) &^ 7 }

func (ca *Cache) at(ref uint32) entry {
	return entry(ca.chunks[ref>>refBits][(ref&(1<<refBits-1))<<3:])
}

// keyOf is for the index.
func (ca *Cache) keyOf(ref uint32) []byte { return ca.at(ref).key() }

// find returns the committed record of a subject, valid until the next put.
func (ca *Cache) find(hash uint32, key []byte) ([]byte, bool) {
	ref := ca.index.find(hash, key, ca)
	if ref == 0 {
		return nil, false
	}
	en := ca.at(ref)
	en[atFlags] |= flagUsed
	return en.value(), true
}

// put makes value the committed record of a subject; none at all is a tombstone.
func (ca *Cache) put(hash uint32, key, value []byte) {
	ref := ca.index.find(hash, key, ca)
	if ref != 0 {
		en := ca.at(ref)
		if len(value) > 0 && len(value) <= int(en.room()) {
			en[atFlags] |= flagUsed
			en.setValue(value)
			return
		}
		en[atFlags] = 0
		ca.index.remove(hash, ref)
	}
	if len(value) > 0 {
		ca.insert(hash, key, value)
	}
}

func (ca *Cache) insert(hash uint32, key, value []byte) {
	room := len(value) + len(value)/8
	size := entrySize(len(key), room)
	if size > ca.limit/4 { // one subject must not push out all others
		delete(ca.whole, partitionOf(key))
		return
	}
	ref := ca.alloc(size)
	en := ca.at(ref)
	binary.LittleEndian.PutUint32(en, hash)
	binary.LittleEndian.PutUint32(en[atRoom:], uint32(room))
	binary.LittleEndian.PutUint16(en[atKeyLen:], uint16(len(key)))
	en[atFlags] = flagLive
	copy(en[entryHead:], key)
	en.setValue(value)
	ca.index.add(hash, ref)
}

// alloc makes room for an entry and returns its ref.
func (ca *Cache) alloc(size int) uint32 {
	if size > largest {
		ca.makeRoom(size)
		id := ca.addChunk(size)
		// A chunk of its own is full: the one being filled stays the last.
		if n := len(ca.queue); n > 1 {
			ca.queue[n-1], ca.queue[n-2] = ca.queue[n-2], ca.queue[n-1]
		}
		return id << refBits
	}
	if n := len(ca.queue); n > 0 {
		if ref, ok := ca.extend(ca.queue[n-1], size); ok {
			return ref
		}
	}
	for {
		id := ca.freshChunk()
		if ref, ok := ca.extend(id, size); ok {
			return ref
		}
	}
}

// extend lengthens the filled part of a chunk. The part beyond its len is free.
func (ca *Cache) extend(id uint32, size int) (uint32, bool) {
	ch := ca.chunks[id]
	if cap(ch)-len(ch) < size {
		return 0, false
	}
	ca.chunks[id] = ch[:len(ch)+size]
	clear(ca.chunks[id][len(ch):])
	return id<<refBits | uint32(len(ch)>>3), true
}

// freshChunk puts a chunk with free room at the end of the queue: a new one while the bound allows, else the oldest.
func (ca *Cache) freshChunk() uint32 {
	for ca.bytes()+chunkSize > ca.limit {
		if id, ok := ca.recycle(); ok {
			return id
		}
		if len(ca.queue) == 0 {
			break
		}
	}
	id := ca.addChunk(chunkSize)
	ca.chunks[id] = ca.chunks[id][:0]
	return id
}

func (ca *Cache) addChunk(size int) uint32 {
	id := uint32(len(ca.chunks))
	if n := len(ca.unused); n > 0 {
		id, ca.unused = ca.unused[n-1], ca.unused[:n-1]
	} else {
		ca.chunks = append(ca.chunks, nil)
	}
	ca.chunks[id] = make([]byte, size)
	ca.held += size
	ca.queue = append(ca.queue, id)
	return id
}

// makeRoom drops the oldest chunks until size bytes more are within the bound.
func (ca *Cache) makeRoom(size int) {
	for ca.bytes()+size > ca.limit && len(ca.queue) > 0 {
		id, ok := ca.recycle()
		if ok { // its survivors are given up too
			ca.evictAll(id)
			ca.queue = ca.queue[:len(ca.queue)-1]
			ca.release(id)
		}
	}
}

// recycle takes the oldest chunk. A shared one is compacted and becomes the newest; a chunk of one large entry is
// dropped, or put at the end if the entry was used: then ok is false.
func (ca *Cache) recycle() (uint32, bool) {
	id := ca.queue[0]
	ca.queue = append(ca.queue[:0], ca.queue[1:]...)
	if cap(ca.chunks[id]) == chunkSize {
		ca.compact(id)
		ca.queue = append(ca.queue, id)
		return id, true
	}
	en := entry(ca.chunks[id])
	if en[atFlags]&flagUsed != 0 {
		en[atFlags] = flagLive
		ca.queue = append(ca.queue, id)
		return 0, false
	}
	ca.evictAll(id)
	ca.release(id)
	return 0, false
}

// compact moves the entries that were used to the front of their chunk, at most half of it, and evicts the others.
func (ca *Cache) compact(id uint32) {
	ch := ca.chunks[id]
	kept := 0
	ca.each(id, func(off, size int, en entry) {
		if en[atFlags]&flagLive == 0 {
			return
		}
		from := id<<refBits | uint32(off>>3)
		if en[atFlags]&flagUsed == 0 || kept+size > chunkSize/2 {
			ca.evict(en, from)
			return
		}
		en[atFlags] = flagLive
		if kept != off {
			ca.index.move(en.hash(), from, id<<refBits|uint32(kept>>3))
			copy(ch[kept:], ch[off:off+size])
		}
		kept += size
	})
	ca.chunks[id] = ch[:kept]
}

func (ca *Cache) each(id uint32, f func(off, size int, en entry)) {
	ch := ca.chunks[id]
	for off := 0; off < len(ch); {
		en := entry(ch[off:])
		size := en.size()
		f(off, size, en)
		off += size
	}
}

func (ca *Cache) evict(en entry, ref uint32) {
	ca.index.remove(en.hash(), ref)
	delete(ca.whole, partitionOf(en.key()))
	ca.stats.Evictions++
}

func (ca *Cache) evictAll(id uint32) {
	ca.each(id, func(off, _ int, en entry) {
		if en[atFlags]&flagLive != 0 {
			ca.evict(en, id<<refBits|uint32(off>>3))
		}
	})
}

func (ca *Cache) release(id uint32) {
	ca.held -= cap(ca.chunks[id])
	ca.chunks[id] = nil
	ca.unused = append(ca.unused, id)
}

// forget drops everything of a partition, when it is closed or its store contents changed beneath.
func (ca *Cache) forget(partition uint32) {
	delete(ca.whole, partition)
	prefix, _ := partitionBounds(partition)
	for _, id := range ca.queue {
		ca.each(id, func(off, _ int, en entry) {
			if en[atFlags]&flagLive != 0 && bytes.HasPrefix(en.key(), prefix) {
				ca.index.remove(en.hash(), id<<refBits|uint32(off>>3))
				en[atFlags] = 0
			}
		})
	}
}

func partitionOf(key []byte) uint32 { return binary.BigEndian.Uint32(key) }

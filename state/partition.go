package state

import "fmt"

// Partition is the memory of one task. One goroutine at a time uses it: the lane that owns the task.
//
// A read goes down the layers until one knows the subject:
//
//	overlay (this transaction) -> cache (committed) -> open checkpoint -> the one being written -> Pebble
//
// Invariant: below the overlay everything is committed.
type Partition struct {
	store     *Store
	cache     *Cache
	id        uint32
	overlay   overlay
	last      *Subject // of the overlay, opened last; nil: none
	due       dueIndex
	open      *Checkpoint
	writing   *Checkpoint // nil when none is
	unused    *Checkpoint // kept for its memory
	watermark int64       // of the last written checkpoint
	committed TaskRecord
	has       bool // committed is there
	staged    staged
	arena     arena // of what is staged
	restore   restoring
	key       []byte // buffers
	value     []byte
	scratch   Record
	stats     PartitionStats
}

// PartitionStats counts since the partition was opened.
type PartitionStats struct {
	Reads       int64 // subjects looked for in Pebble
	Staged      int64 // subject records given to the changelog
	Unchanged   int64 // subjects that were written, but ended as they were
	Rollbacks   int64
	Checkpoints int64 // written
	Pending     Pending
}

// OpenPartition opens a partition of the store with the cache of its lane. It must not be open already.
func (st *Store) OpenPartition(id uint32, cache *Cache) (*Partition, error) {
	if err := st.claim(id); err != nil {
		return nil, err
	}
	pa := &Partition{store: st, cache: cache, id: id, open: newCheckpoint(st, id)}
	if err := pa.load(); err != nil {
		st.release(id)
		return nil, fmt.Errorf("open partition %d: %w", id, err)
	}
	return pa, nil
}

func newCheckpoint(st *Store, id uint32) *Checkpoint {
	ck := &Checkpoint{store: st, partition: id}
	ck.reset()
	return ck
}

func (st *Store) claim(id uint32) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.open[id] {
		return fmt.Errorf("open partition %d: it is open already", id)
	}
	st.open[id] = true
	return nil
}

func (st *Store) release(id uint32) {
	st.mu.Lock()
	defer st.mu.Unlock()
	delete(st.open, id)
}

// load reads the notes of the partition and forgets everything that is not in Pebble.
func (pa *Partition) load() error {
	pa.overlay.reset()
	pa.last = nil
	if err := pa.loadCache(); err != nil {
		return err
	}
	if err := pa.loadTask(); err != nil {
		return err
	}
	if err := pa.loadRestore(); err != nil {
		return err
	}
	return pa.loadWatermark()
}

// loadCache begins with nothing in the cache, which is all that there is if Pebble has no subject.
func (pa *Partition) loadCache() error {
	pa.cache.forget(pa.id)
	lower, upper := spaceBounds(pa.id, spaceSubjects)
	empty, err := pa.store.empty(lower, upper)
	if err == nil && empty {
		pa.cache.whole[pa.id] = true
	}
	return err
}

func (pa *Partition) loadTask() error {
	b, ok, err := pa.store.get(nil, taskKey(pa.id))
	if err != nil || !ok {
		pa.committed, pa.has = TaskRecord{}, false
		return err
	}
	pa.committed, err = DecodeTaskRecord(b)
	pa.has = err == nil
	return err
}

func (pa *Partition) loadWatermark() error {
	b, ok, err := pa.store.get(nil, noteKey(pa.id, timersNote))
	if err != nil {
		return err
	}
	pa.watermark = noWatermark
	if ok && len(b) == wakeBytes {
		pa.watermark = parseWake(b)
	}
	pa.due = dueIndex{}
	pa.due.rewind(pa.id, pa.watermark)
	return nil
}

// ID is the number of the partition.
func (pa *Partition) ID() uint32 { return pa.id }

// Committed returns the task record of the last committed transaction; ok is false when there is none, or when a
// restore has begun and not ended.
func (pa *Partition) Committed() (task TaskRecord, ok bool) {
	if !pa.has || pa.restore.next != notRestoring {
		return TaskRecord{}, false
	}
	return pa.committed.clone(), true
}

// Stats returns the counters.
func (pa *Partition) Stats() PartitionStats {
	st := pa.stats
	st.Pending = pa.Pending()
	return st
}

// Savepoint is the place to which Rollback goes back: call it before each record and each timer.
func (pa *Partition) Savepoint() { pa.overlay.savepoint() }

// Rollback takes back everything that was written to any subject since the last Savepoint.
func (pa *Partition) Rollback() {
	pa.stats.Rollbacks++
	pa.overlay.rollback(pa.noteWake)
}

// Close gives the partition up: an open transaction and what is not checkpointed are forgotten here, and found again in
// the changelog. No checkpoint of it may be under way.
func (pa *Partition) Close() {
	pa.cache.forget(pa.id)
	pa.store.release(pa.id)
}

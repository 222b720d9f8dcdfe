package state

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

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
	due       dueIndex
	open      *Checkpoint
	writing   *Checkpoint // nil when none is
	unused    *Checkpoint // kept for its memory
	watermark int64       // of the last written checkpoint
	committed TaskRecord
	has       bool // committed is there
	staged    staged
	restore   restoring
	key       []byte // buffers
	value     []byte
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

// Pending is what the open checkpoint holds.
type Pending struct {
	Records int // changelog records: what a restart would have to read again
	Bytes   int
}

// Limits say when a checkpoint is due, besides its interval.
type Limits Pending

// DefaultLimits bound the replay after a crash to under a second, and the memory to a third of the cache. They are for
// all partitions of a lane together: a lane with several tasks adds their Pending up, or divides the limits.
func DefaultLimits(cacheBytes int) Limits {
	return Limits{Records: 500_000, Bytes: min(256<<20, cacheBytes/3)}
}

// Reached says that a checkpoint should begin now.
func (li Limits) Reached(pe Pending) bool { return pe.Records >= li.Records || pe.Bytes >= li.Bytes }

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
	pa.cache.forget(pa.id)
	lower, upper := spaceBounds(pa.id, spaceSubjects)
	empty, err := pa.store.empty(lower, upper)
	if err != nil {
		return err
	}
	if empty {
		pa.cache.whole[pa.id] = true
	}
	if err := pa.loadTask(); err != nil {
		return err
	}
	if err := pa.loadRestore(); err != nil {
		return err
	}
	return pa.loadWatermark()
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

// Pending is what a checkpoint that began now would hold.
func (pa *Partition) Pending() Pending {
	return Pending{Records: pa.open.records, Bytes: pa.open.layer.bytes}
}

// Open returns a subject as the open transaction sees it; one that was never written is empty. The same key gives the
// same subject until the transaction ends.
func (pa *Partition) Open(sk SubjectKey) (*Subject, error) {
	pa.key = sk.Append(appendSpace(pa.key[:0], pa.id, spaceSubjects))
	hash := pa.cache.hash(pa.key)
	if su := pa.overlay.find(hash, pa.key); su != nil {
		return su, nil
	}
	if len(pa.key) > spaceBytes+MaxKeyBytes {
		return nil, fmt.Errorf("open subject %.80s...: its key has %d bytes, the limit is %d", sk, len(pa.key)-spaceBytes, MaxKeyBytes)
	}
	value, err := pa.read(hash, pa.key)
	if err != nil {
		return nil, fmt.Errorf("open subject %s: %w", sk, err)
	}
	su := pa.overlay.add(hash, pa.key, pa)
	if err := su.record.Decode(value); err != nil {
		pa.overlay.drop()
		return nil, fmt.Errorf("open subject %s: %w", sk, err)
	}
	su.stored, su.before = len(value) > 0, su.record.Wake()
	return su, nil
}

// read returns the committed bytes of a subject, nothing if it does not exist. They are valid until the next read.
func (pa *Partition) read(hash uint32, key []byte) ([]byte, error) {
	if value, ok := pa.cache.find(hash, key); ok {
		pa.cache.stats.Hits++
		return value, nil
	}
	if value, ok := pa.readLayers(hash, key); ok {
		pa.cache.stats.Misses++
		pa.cache.put(hash, key, value)
		return value, nil
	}
	if pa.cache.whole[pa.id] {
		pa.cache.stats.Absences++
		return nil, nil
	}
	pa.cache.stats.Misses++
	return pa.readStore(hash, key)
}

func (pa *Partition) readLayers(hash uint32, key []byte) ([]byte, bool) {
	if value, ok := pa.open.layer.find(hash, key); ok {
		return value, true
	}
	if pa.writing == nil {
		return nil, false
	}
	return pa.writing.layer.find(hash, key)
}

func (pa *Partition) readStore(hash uint32, key []byte) ([]byte, error) {
	if err := pa.store.Failed(); err != nil {
		return nil, err
	}
	pa.stats.Reads++
	value, ok, err := pa.store.get(pa.value[:0], key)
	if err != nil {
		return nil, err
	}
	pa.value = value
	if ok {
		pa.cache.put(hash, key, value)
	}
	return value, nil
}

// Savepoint is the place to which Rollback goes back: call it before each record and each timer.
func (pa *Partition) Savepoint() { pa.overlay.savepoint() }

// Rollback takes back everything that was written to any subject since the last Savepoint.
func (pa *Partition) Rollback() {
	pa.stats.Rollbacks++
	pa.overlay.rollback(pa.noteWake)
}

func (pa *Partition) noteWake(su *Subject) { pa.due.note(su.record.Wake(), su.key) }

// beforeWrite implements owner.
func (pa *Partition) beforeWrite(su *Subject) { pa.overlay.save(su) }

// wakeMoved implements owner.
func (pa *Partition) wakeMoved(su *Subject) {
	su.moved = true
	pa.noteWake(su)
}

// Due is a subject with its wake.
type Due struct {
	Key  SubjectKey
	Wake int64
}

// NextDue returns the subject with the earliest wake as the open transaction sees it, at a tie the first in key order.
// It stays the answer until that wake is moved: firing a timer means to open the subject and to set another wake.
func (pa *Partition) NextDue() (due Due, ok bool, err error) {
	if !pa.due.known {
		if err := pa.findDue(); err != nil {
			return Due{}, false, fmt.Errorf("next due of partition %d: %w", pa.id, err)
		}
	}
	if !pa.due.any {
		return Due{}, false, nil
	}
	sk, err := ParseSubjectKey(pa.due.top.key[spaceBytes:])
	if err != nil {
		return Due{}, false, fmt.Errorf("next due of partition %d: %w", pa.id, err)
	}
	return Due{Key: sk, Wake: pa.due.top.wake}, true, nil
}

// NextWake is NextDue without the subject: cheap enough to be asked before every record.
func (pa *Partition) NextWake() (int64, error) {
	if !pa.due.known {
		if err := pa.findDue(); err != nil {
			return 0, fmt.Errorf("next due of partition %d: %w", pa.id, err)
		}
	}
	if !pa.due.any {
		return NoWake, nil
	}
	return pa.due.top.wake, nil
}

func (pa *Partition) findDue() error {
	for {
		if len(pa.due.page) == 0 && !pa.due.exhausted {
			if err := pa.turnPage(); err != nil {
				return err
			}
		}
		first, ok := pa.due.first()
		if !ok {
			pa.due.settle(dueEntry{}, false)
			return nil
		}
		isTrue, err := pa.isDue(first)
		if err != nil {
			return err
		}
		if isTrue {
			pa.due.settle(first, true)
			return nil
		}
		pa.due.drop(first)
	}
}

// isDue says that the record has the wake of the pair.
func (pa *Partition) isDue(de dueEntry) (bool, error) {
	hash := pa.cache.hash(de.key)
	if su := pa.overlay.find(hash, de.key); su != nil {
		return su.record.Wake() == de.wake, nil
	}
	value, err := pa.read(hash, de.key)
	if err != nil {
		return false, err
	}
	wake, err := peekWake(value)
	return wake == de.wake, err
}

const timerPage = 128

// turnPage reads the next timer keys from Pebble. No iterator stays open: one would keep old tables alive. It may see a
// checkpoint that is still in the heaps, too; a pair seen twice does no harm.
func (pa *Partition) turnPage() error {
	if err := pa.store.Failed(); err != nil {
		return err
	}
	_, upper := spaceBounds(pa.id, spaceTimers)
	it, err := pa.store.db.NewIter(&pebble.IterOptions{LowerBound: pa.due.after, UpperBound: upper})
	if err != nil {
		return err
	}
	page := make([]dueEntry, 0, timerPage)
	ok := it.First()
	for ; ok && len(page) < timerPage && err == nil; ok = it.Next() {
		var de dueEntry
		if de, err = parseTimer(it.Key()); err == nil {
			page = append(page, de)
			pa.due.after = append(append(pa.due.after[:0], it.Key()...), 0) // the least key after it
		}
	}
	if err := errors.Join(err, it.Error(), it.Close()); err != nil {
		return err
	}
	pa.due.page, pa.due.exhausted = page, !ok
	return nil
}

// Close gives the partition up: an open transaction and what is not checkpointed are forgotten here, and found again in
// the changelog. No checkpoint of it may be under way.
func (pa *Partition) Close() {
	pa.cache.forget(pa.id)
	pa.store.release(pa.id)
}

package state

import (
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Restore brings the partition up from the changelog: BeginRestore, Restore for every record in the order of offsets
// up to the task record of the wanted sequence, EndRestore. Records go the way that committed ones go, through a
// checkpoint, which is written whenever it is full: without a sync, with the offset to go on from.
//
// Crash: the store has some of the records and a note that a restore is under way, in one batch; the next BeginRestore
// says where to go on. Until EndRestore the partition shows no committed task record: its subjects may be in the middle
// of a transaction.
type restoring struct {
	next   int64 // offset to go on from, notRestoring when no restore is under way
	dirty  bool  // a subject's record came after the last task record
	marked bool  // the store has the note of it
	count  int64 // records taken
}

const restoreBytes = 8 << 20

func (pa *Partition) loadRestore() error {
	b, ok, err := pa.store.get(nil, noteKey(pa.id, restoreNote))
	pa.restore = restoring{next: notRestoring}
	if err != nil || !ok {
		return err
	}
	if len(b) != 8 {
		return fmt.Errorf("the note of a restore has %d bytes, not 8", len(b))
	}
	pa.restore.marked = true
	pa.restore.next = int64(binary.BigEndian.Uint64(b))
	pa.restore.dirty = !pa.has || pa.committed.ChangelogNext != pa.restore.next
	pa.cache.whole[pa.id] = false
	return nil
}

// BeginRestore begins a restore, or goes on with one that was interrupted. It returns the changelog offset to read from
// (0: the beginning), and the task record that the records read so far end with, nil if they do not end with one: if it
// is the wanted one, there is nothing to read.
func (pa *Partition) BeginRestore() (next int64, task *TaskRecord, err error) {
	if err := pa.prepareRestore(); err != nil {
		return 0, nil, err
	}
	pa.cache.forget(pa.id)
	if !pa.has || pa.restore.dirty {
		return pa.restore.next, nil, nil
	}
	committed := pa.committed.clone()
	return pa.restore.next, &committed, nil
}

func (pa *Partition) prepareRestore() error {
	if err := pa.idle("begin restore"); err != nil {
		return err
	}
	if pa.restore.next != notRestoring { // go on with it
		return pa.flushRestore(pebble.NoSync)
	}
	if err := pa.Checkpoint(); err != nil {
		return fmt.Errorf("begin restore: %w", err)
	}
	pa.restore = restoring{next: pa.committed.ChangelogNext}
	return nil
}

// Restore takes one changelog record. For a task record it returns it.
func (pa *Partition) Restore(key, value []byte, offset int64) (*TaskRecord, error) {
	if pa.restore.next == notRestoring {
		return nil, fmt.Errorf("restore partition %d: no restore was begun", pa.id)
	}
	task, err := pa.restoreRecord(key, value, offset)
	if err != nil {
		return nil, fmt.Errorf("restore partition %d from changelog offset %d: %w", pa.id, offset, err)
	}
	pa.restore.next = offset + 1
	pa.restore.count++
	if pa.open.layer.bytes >= restoreBytes {
		if err := pa.flushRestore(pebble.NoSync); err != nil {
			return nil, err
		}
	}
	return task, nil
}

func (pa *Partition) restoreRecord(key, value []byte, offset int64) (*TaskRecord, error) {
	if len(key) == 0 {
		return nil, fmt.Errorf("the record has no key")
	}
	switch key[0] {
	case spaceSubjects:
		return nil, pa.restoreSubject(key, value)
	case spaceNotes:
		return pa.restoreTask(key, value, offset)
	}
	return nil, fmt.Errorf("unknown kind of key %q", key)
}

func (pa *Partition) restoreSubject(key, value []byte) error {
	if len(key) > 1+MaxKeyBytes {
		return fmt.Errorf("the key has %d bytes, the limit is %d", len(key)-1, MaxKeyBytes)
	}
	if _, err := ParseSubjectKey(key[1:]); err != nil {
		return err
	}
	if err := pa.scratch.Decode(value); err != nil {
		return fmt.Errorf("subject %x: %w", key, err)
	}
	pa.key = append(binary.BigEndian.AppendUint32(pa.key[:0], pa.id), key...)
	pa.open.layer.put(pa.cache.hash(pa.key), pa.key, value)
	pa.open.records++
	pa.restore.dirty = true
	return nil
}

func (pa *Partition) restoreTask(key, value []byte, offset int64) (*TaskRecord, error) {
	if want := taskKey(pa.id)[partitionBytes:]; string(want) != string(key) {
		return nil, fmt.Errorf("task record %q is of another partition: want %q; is this the changelog of another application?", key, want)
	}
	task, err := DecodeTaskRecord(value)
	if err != nil {
		return nil, err
	}
	task.ChangelogNext = offset + 1
	pa.committed, pa.has, pa.restore.dirty = task, true, false
	pa.open.records++
	out := task.clone()
	return &out, nil
}

// flushRestore writes what has been read so far.
func (pa *Partition) flushRestore(how *pebble.WriteOptions) error {
	pa.open.restoring = pa.restore.next
	pa.restore.marked = true
	return pa.writeRestored(how)
}

func (pa *Partition) writeRestored(how *pebble.WriteOptions) error {
	if pa.has {
		pa.open.task = pa.committed.Append(nil)
	}
	if err := pa.open.write(how); err != nil {
		return fmt.Errorf("restore partition %d: %w", pa.id, err)
	}
	pa.open.reset()
	return nil
}

// EndRestore ends the restore after the task record of the wanted sequence: the partition is ready.
func (pa *Partition) EndRestore() error {
	if pa.restore.next == notRestoring {
		return fmt.Errorf("end restore of partition %d: none was begun", pa.id)
	}
	if pa.restore.dirty {
		return fmt.Errorf("end restore of partition %d at changelog offset %d: the records end in the middle of a transaction, without its task record", pa.id, pa.restore.next)
	}
	if pa.restore.marked || pa.restore.count > 0 {
		if err := pa.writeRestored(pebble.Sync); err != nil {
			return err
		}
	}
	return pa.load()
}

// Drop wipes everything that the store has of the partition: its state is to come from the changelog or a snapshot.
func (pa *Partition) Drop() error {
	if err := pa.idle("drop"); err != nil {
		return err
	}
	lower, upper := partitionBounds(pa.id)
	if upper == nil {
		upper = append(lower, 0xff)
	}
	if err := pa.store.db.DeleteRange(lower, upper, pebble.Sync); err != nil {
		return fmt.Errorf("drop partition %d: %w", pa.id, err)
	}
	pa.open.reset()
	if err := pa.load(); err != nil {
		return fmt.Errorf("drop partition %d: %w", pa.id, err)
	}
	return nil
}

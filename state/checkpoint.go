package state

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// Checkpoint brings the store up to a task record: the subjects that changed since the one before, with their newest
// bytes, the timer index of them, and the task record, written as one atomic, sorted, synced batch.
//
//	open       the lane puts the records of every committed transaction into it
//	swapped    Partition.Swap: it changes no more; the lane reads it below the next open one
//	written    Write, by any goroutine; then the lane calls Partition.Finish
//
// Crash: before Write has returned, the store shows the checkpoint before this one or all of this one, never a part;
// the changelog from the task record's ChangelogNext on has the rest.
type Checkpoint struct {
	store     *Store
	partition uint32
	layer     layer
	records   int // changelog records since the checkpoint before
	task      []byte
	watermark int64 // no subject of the committed state has an earlier wake
	wipe      bool  // delete the timer keys before the watermark
	restoring int64 // offset to go on from, notRestoring if this is a whole transaction
	written   bool
	err       error
}

const (
	noWatermark  int64 = math.MinInt64 // nothing is known: scan from the first timer key
	notRestoring int64 = -1
)

// Partition is the partition that the checkpoint belongs to.
func (ck *Checkpoint) Partition() uint32 { return ck.partition }

// Write writes the checkpoint and syncs. It is called once, by any goroutine. When it fails the transactions of the
// checkpoint are committed all the same, so the store is marked stale: close it, and restore from the changelog.
func (ck *Checkpoint) Write() error {
	ck.err = ck.write(pebble.Sync)
	ck.written = true
	return ck.err
}

func (ck *Checkpoint) write(how *pebble.WriteOptions) (err error) {
	if err := ck.store.Failed(); err != nil {
		return err
	}
	defer func() {
		if cause := recover(); cause != nil { // Pebble panics when its log cannot be written
			err = fmt.Errorf("write checkpoint: %v", cause)
		}
		if err != nil {
			ck.store.fail(fmt.Errorf("partition %d: %w", ck.partition, err))
		}
	}()
	batch := ck.store.db.NewBatchWithSize(ck.layer.bytes + 1024)
	defer func() { err = errors.Join(err, batch.Close()) }()
	if err := ck.fill(batch); err != nil {
		return fmt.Errorf("collect checkpoint: %w", err)
	}
	if err := batch.Commit(how); err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	return nil
}

func (ck *Checkpoint) fill(batch *pebble.Batch) error {
	if err := ck.fillNotes(batch); err != nil {
		return err
	}
	timers, err := ck.fillSubjects(batch)
	if err != nil {
		return err
	}
	return ck.fillTimers(batch, timers)
}

func (ck *Checkpoint) fillNotes(batch *pebble.Batch) error {
	var errs []error
	if len(ck.task) > 0 {
		errs = append(errs, batch.Set(taskKey(ck.partition), ck.task, nil))
	}
	restore := noteKey(ck.partition, restoreNote)
	if ck.restoring == notRestoring {
		errs = append(errs, batch.Delete(restore, nil))
	} else {
		errs = append(errs, batch.Set(restore, binary.BigEndian.AppendUint64(nil, uint64(ck.restoring)), nil))
	}
	errs = append(errs, batch.Set(noteKey(ck.partition, timersNote), appendWake(nil, ck.watermark), nil))
	return errors.Join(errs...)
}

// timer is a timer key to write: the wake of a part of the layer.
type timer struct {
	wake int64
	part *part
}

// fillSubjects writes the subjects in order and returns their timers.
func (ck *Checkpoint) fillSubjects(batch *pebble.Batch) ([]timer, error) {
	var timers []timer
	for _, pa := range ck.layer.sorted() {
		key, value := ck.layer.key(pa), ck.layer.value(pa)
		if len(value) == 0 {
			if err := batch.Delete(key, nil); err != nil {
				return nil, err
			}
			continue
		}
		if err := batch.Set(key, value, nil); err != nil {
			return nil, err
		}
		wake, err := peekWake(value)
		if err != nil {
			return nil, fmt.Errorf("subject %x: %w", key, err)
		}
		if wake != NoWake {
			timers = append(timers, timer{wake, pa})
		}
	}
	// Parts are in key order already: equal wakes stay in it.
	slices.SortStableFunc(timers, func(a, b timer) int { return cmp.Compare(a.wake, b.wake) })
	return timers, nil
}

func (ck *Checkpoint) fillTimers(batch *pebble.Batch, timers []timer) error {
	if ck.wipe {
		lower := appendSpace(nil, ck.partition, spaceTimers)
		upper := appendWake(slices.Clone(lower), ck.watermark)
		if err := batch.DeleteRange(lower, upper, nil); err != nil {
			return err
		}
	}
	var key []byte
	for _, ti := range timers {
		key = appendTimer(key[:0], ck.layer.key(ti.part), ti.wake)
		if err := batch.Set(key, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// reset makes the checkpoint the next open one.
func (ck *Checkpoint) reset() {
	ck.layer.reset()
	*ck = Checkpoint{store: ck.store, partition: ck.partition, layer: ck.layer, watermark: noWatermark, restoring: notRestoring}
}

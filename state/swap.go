package state

import "fmt"

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

// Pending is what a checkpoint that began now would hold.
func (pa *Partition) Pending() Pending {
	return Pending{Records: pa.open.records, Bytes: pa.open.layer.bytes}
}

// Swap hands the open checkpoint over to be written, and begins the next. It is called between transactions, and not
// again before Finish. It returns nil when nothing was committed since the last one.
func (pa *Partition) Swap() (*Checkpoint, error) {
	if err := pa.store.Failed(); err != nil {
		return nil, err
	}
	if err := pa.idle("swap checkpoint"); err != nil {
		return nil, err
	}
	if pa.restore.next != notRestoring {
		return nil, fmt.Errorf("swap checkpoint of partition %d: its restore has not ended", pa.id)
	}
	if pa.open.records == 0 {
		return nil, nil
	}
	watermark, err := pa.NextWake()
	if err != nil {
		return nil, fmt.Errorf("swap checkpoint: %w", err)
	}
	ck := pa.open
	ck.task = pa.committed.Append(nil)
	ck.watermark, ck.wipe = watermark, watermark != pa.watermark
	pa.writing, pa.open = ck, pa.unused
	if pa.unused = nil; pa.open == nil {
		pa.open = newCheckpoint(pa.store, pa.id)
	}
	pa.due.swap()
	return ck, nil
}

// idle refuses what must not happen while a checkpoint or a transaction is under way.
func (pa *Partition) idle(what string) error {
	if pa.writing != nil || pa.overlay.n > 0 {
		return fmt.Errorf("%s of partition %d: a checkpoint or a transaction is under way", what, pa.id)
	}
	return nil
}

// Finish takes back a checkpoint whose Write has returned, and returns the error of it.
func (pa *Partition) Finish(ck *Checkpoint) error {
	if ck != pa.writing || !ck.written {
		return fmt.Errorf("finish checkpoint of partition %d: it is not the one that was written", pa.id)
	}
	if ck.err != nil {
		return ck.err
	}
	pa.stats.Checkpoints++
	pa.watermark = ck.watermark
	pa.due.written(pa.id, ck.watermark)
	pa.writing = nil
	ck.reset()
	pa.unused = ck
	return nil
}

// Checkpoint swaps, writes and finishes in one: on stop, when a partition is revoked, in tests.
func (pa *Partition) Checkpoint() error {
	ck, err := pa.Swap()
	if err != nil || ck == nil {
		return err
	}
	_ = ck.Write() // Finish returns it
	return pa.Finish(ck)
}

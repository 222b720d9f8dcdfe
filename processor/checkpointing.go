package processor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"holdfast/state"
)

// checkpointing is the checkpoint of a task that a goroutine is writing, and when the last one was taken.
type checkpointing struct {
	last    time.Time
	writing *state.Checkpoint
	done    chan error
	began   time.Time
}

// checkpoint moves committed state to Pebble: every interval, or when the open checkpoint has grown to its bounds. The
// lane only swaps; a goroutine sorts, writes and syncs. Crash: the changelog from the last written checkpoint on.
func (la *lane) checkpoint(ctx context.Context) error {
	for _, ta := range la.order {
		ck := la.checkpointOf(ta)
		if ck.writing != nil {
			select {
			case err := <-ck.done:
				if err := la.checkpointDone(ta, ck, err); err != nil {
					return err
				}
			default:
				if !la.limits.Reached(ta.part.Pending()) { // grown to its bounds while the one before is still being written: wait for that
					continue
				}
				if err := la.checkpointDone(ta, ck, <-ck.done); err != nil {
					return err
				}
			}
		}
		if la.limits.Reached(ta.part.Pending()) || la.proc.now().Sub(ck.last) >= la.proc.config.CheckpointInterval {
			if err := la.checkpointBegin(ta, ck); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (la *lane) checkpointOf(ta *task) *checkpointing {
	ck := la.checkpoints[ta.partition]
	if ck == nil {
		ck = &checkpointing{last: la.proc.now()}
		la.checkpoints[ta.partition] = ck
	}
	return ck
}

func (la *lane) checkpointBegin(ta *task, ck *checkpointing) error {
	ck.last, ck.began = la.proc.now(), la.proc.now()
	writing, err := ta.part.Swap()
	if err != nil {
		return fmt.Errorf("swap checkpoint of partition %d: %w", ta.partition, err)
	}
	if writing == nil { // nothing has changed
		return nil
	}
	done := make(chan error, 1)
	ck.writing, ck.done = writing, done
	go func() { done <- writing.Write() }() // ends with the write; checkpointDone or flush takes the answer
	return nil
}

// checkpointDone lets the partition forget what is in Pebble now. A failed write fails the process: the transactions are
// committed, the store is stale, and only a restart with a restore is right.
func (la *lane) checkpointDone(ta *task, ck *checkpointing, err error) error {
	written := ck.writing
	ck.writing = nil
	if err := errors.Join(err, ta.part.Finish(written)); err != nil {
		return fmt.Errorf("write checkpoint of partition %d to %s: %w", ta.partition, la.proc.config.State, err)
	}
	la.proc.metrics.checkpoint(la.proc.now().Sub(ck.began))
	return nil
}

// flush brings the store up to the last committed transaction of a task that is being closed.
func (la *lane) flush(ta *task) error {
	ck := la.checkpointOf(ta)
	delete(la.checkpoints, ta.partition)
	if ck.writing != nil {
		if err := la.checkpointDone(ta, ck, <-ck.done); err != nil {
			return err
		}
	}
	if err := la.checkpointBegin(ta, ck); err != nil {
		return err
	}
	if ck.writing == nil {
		return nil
	}
	if err := la.checkpointDone(ta, ck, <-ck.done); err != nil {
		return err
	}
	la.log.Debug("task closed", zap.Int32("partition", ta.partition), zap.Int64("sequence", ta.saved.record.Sequence))
	return nil
}

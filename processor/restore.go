package processor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"holdfast/state"
)

// restored is what a restore hands to the lane: a task that is as its last committed transaction left it, or the error.
type restored struct {
	partition int32
	task      *task
	err       error
}

// restore brings a task to its last committed transaction.
//
//  1. The group's offset metadata names that transaction (its sequence); stable offsets only, so an open transaction of a
//     predecessor is waited out.
//  2. The local store has a task record. The same sequence: ready, nothing is read. A lower one: the changelog is read
//     from where that record ends. None: from the start.
//  3. The read ends at the task record of that sequence. Without metadata (offsets expired) it ends at the log end, not
//     at the last stable offset: with a crashed writer's transaction open, that one hides committed records.
//
// A local sequence above the committed one means that the brokers lost data or that this is another group: it refuses.
// Crash: what was applied stays, with the position that it is good for; the next restore goes on from there.
func (la *lane) restore(ctx context.Context, partition int32) (ta *task, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore partition %d: %w", partition, err)
		}
	}()
	part, err := la.proc.claim(ctx, partition)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			la.proc.release(partition, part)
		}
	}()
	committed, err := la.proc.committedOffsets(ctx, partition)
	if err != nil {
		return nil, fmt.Errorf("read the committed offsets of group %s: %w", la.proc.config.group(), err)
	}
	began := la.proc.now()
	read, err := la.catchUp(ctx, part, partition, committed)
	if err != nil {
		return nil, err
	}
	la.log.Info("task restored", zap.Int32("partition", partition), zap.Int64("changelog records", read), zap.Duration("took", la.proc.now().Sub(began)))
	la.proc.metrics.restored(read, la.proc.now().Sub(began))
	return la.openTask(ctx, part, partition, committed)
}

// catchUp reads what the local store lacks of the changelog.
func (la *lane) catchUp(ctx context.Context, part *state.Partition, partition int32, committed committedOffset) (int64, error) {
	bound := restoreBound{mark: committed.metadata}
	if committed.metadata != "" {
		ma, err := parseMark(committed.metadata)
		if err != nil {
			return 0, err
		}
		bound.sequence = ma.sequence
	}
	var err error
	if bound.start, bound.end, err = la.proc.bounds(ctx, la.proc.config.Topics.Changelog, partition); err != nil {
		return 0, err
	}
	if err := la.judgeLocal(part, partition, bound); err != nil {
		return 0, err
	}
	local, ok := part.Committed()
	switch {
	case !ok && bound.sequence == 0 && bound.start == bound.end:
		return 0, nil // nothing has ever run here
	case ok && local.Sequence == bound.sequence:
		return 0, nil
	}
	read, err := la.replay(ctx, part, partition, bound)
	if errors.Is(err, errForeign) {
		la.log.Warn("the local state is not of the history that was committed; it is rebuilt", zap.Int32("partition", partition), zapError(err))
		if err := part.Drop(); err != nil {
			return read, err
		}
		again, err := la.replay(ctx, part, partition, bound)
		return read + again, err
	}
	return read, err
}

// errForeign is local state whose next transaction in the changelog was built on another one.
var errForeign = errors.New("the changelog goes on from another transaction")

// restoreBound says where a replay of the changelog ends.
type restoreBound struct {
	sequence   int64  // at the task record of this transaction; 0: at the log end
	mark       string // of that transaction
	start, end int64  // of the log
}

// replay applies the changelog to the store until the bound is met.
func (la *lane) replay(ctx context.Context, part *state.Partition, partition int32, bound restoreBound) (int64, error) {
	next, task, err := part.BeginRestore()
	if err != nil {
		return 0, err
	}
	if task != nil && bound.sequence > 0 && task.Sequence == bound.sequence { // an interrupted restore had come this far
		return 0, part.EndRestore()
	}
	next = max(next, bound.start)
	reader, err := kgo.NewClient(append(la.proc.clientOpts(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{la.proc.config.Topics.Changelog: {partition: kgo.NewOffset().At(next)}}),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(), kgo.ConsumeResetOffset(kgo.NoResetOffset()), kgo.FetchMaxPartitionBytes(8<<20))...)
	if err != nil {
		return 0, fmt.Errorf("create changelog reader: %w", err)
	}
	defer reader.Close()
	rp := replaying{part: part, bound: bound, next: next, progressAt: la.proc.now()}
	if task != nil {
		if err := rp.follows(task); err != nil {
			return 0, err
		}
	}
	for !rp.met() {
		if err := rp.poll(ctx, la, reader); err != nil {
			return rp.read, err
		}
	}
	if err := part.EndRestore(); err != nil {
		return rp.read, err
	}
	return rp.read, nil
}

// replaying is the state of one replay.
type replaying struct {
	part       *state.Partition
	bound      restoreBound
	next       int64 // changelog position
	read       int64
	found      bool // the task record of the wanted sequence
	progressAt time.Time
	lookedAt   time.Time // for a transaction without a marker
	last       int64     // sequence of the newest task record
	lastMark   string    // its transaction
}

func (rp *replaying) met() bool {
	return rp.found || rp.bound.sequence == 0 && rp.next >= rp.bound.end
}

func (rp *replaying) poll(ctx context.Context, la *lane, reader *kgo.Client) error {
	pollCtx, cancel := context.WithTimeout(ctx, time.Second)
	fetches := reader.PollFetches(pollCtx)
	cancel()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, fe := range fetches.Errors() {
		if !errors.Is(fe.Err, context.DeadlineExceeded) {
			return fmt.Errorf("read changelog at offset %d: %w", rp.next, fe.Err)
		}
	}
	before := rp.next
	for it := fetches.RecordIter(); !it.Done() && !rp.met(); {
		if err := rp.apply(it.Next()); err != nil {
			return err
		}
	}
	if rp.next > before {
		rp.progressAt = la.proc.now()
	}
	if !rp.met() && rp.next >= rp.bound.end {
		return fmt.Errorf("the changelog ends at offset %d without transaction %d, which the group has committed: it was truncated or belongs to another cluster", rp.bound.end, rp.bound.sequence)
	}
	stuck := la.proc.now().Sub(rp.progressAt)
	if stuck > hangingAfter && la.proc.now().Sub(rp.lookedAt) > hangingAfter {
		rp.lookedAt = la.proc.now()
		if err := la.proc.endChangelogHanging(ctx, int32(rp.part.ID()), rp.bound.mark); err != nil {
			return err
		}
	}
	if stuck > la.proc.config.RestoreDeadline {
		return fmt.Errorf("no progress for %v at changelog offset %d (log %d to %d, looking for transaction %d): either the changelog was truncated, or a transaction on it never ended (list them with kafka-transactions.sh)",
			stuck, rp.next, rp.bound.start, rp.bound.end, rp.bound.sequence)
	}
	return nil
}

func (rp *replaying) apply(rec *kgo.Record) error {
	rp.next = rec.Offset + 1
	if rec.Attrs.IsControl() {
		return nil
	}
	rp.read++
	record, err := rp.part.Restore(rec.Key, rec.Value, rec.Offset)
	if err != nil {
		return fmt.Errorf("apply changelog offset %d: %w", rec.Offset, err)
	}
	if record == nil {
		return nil
	}
	rp.found = rp.bound.sequence > 0 && record.Sequence >= rp.bound.sequence
	return rp.follows(record)
}

// follows checks that a task record goes on from the one before, where both are there: compaction keeps the newest only.
func (rp *replaying) follows(record *state.TaskRecord) error {
	or, _, err := splitMeta(record.Meta)
	if err != nil {
		return err
	}
	if rp.last > 0 && record.Sequence == rp.last+1 && or.before != "" && or.before != rp.lastMark {
		return fmt.Errorf("%w: transaction %d follows %s, not %s", errForeign, record.Sequence, or.before, rp.lastMark)
	}
	rp.last, rp.lastMark = record.Sequence, or.mark
	return nil
}

package processor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"holdfast/schemas/avro"
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
	if bound.start, bound.end, err = la.proc.changelogBounds(ctx, partition); err != nil {
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

// judgeLocal drops local state that must not be built upon, and refuses to guess about state that is ahead of the brokers.
func (la *lane) judgeLocal(part *state.Partition, partition int32, bound restoreBound) error {
	local, ok := part.Committed()
	if !ok {
		return nil
	}
	or, _, err := splitMeta(local.Meta)
	if err != nil {
		return err
	}
	why := ""
	switch {
	case la.proc.tooOld(or):
		why = "it is older than what the changelog keeps of deleted subjects"
	case bound.sequence > 0 && local.Sequence < bound.sequence, bound.sequence > 0 && or.mark == bound.mark:
		return nil
	case bound.sequence == 0 && local.ChangelogNext <= bound.end:
		why = "the group has no offsets that it could be compared with"
	case or.before == bound.mark && local.ChangelogNext <= bound.end:
		// The brokers acknowledged our newest transaction and took it back as a whole: its place in the changelog is still
		// there, so nothing was truncated, and the offsets are those of the transaction before it. (One node of Apache Kafka
		// does this when it is killed before the markers are written: the restarted coordinator completes the transaction
		// without them, and the next abort of the same producer covers it.) No reader of committed records can have seen it.
		why = "the brokers took back its newest transaction"
	case bound.sequence > 0 && local.Sequence == bound.sequence && local.ChangelogNext <= bound.end:
		why = "another transaction was committed in the place of its newest"
	case la.proc.config.AcceptRewind:
		why = "it is ahead of the brokers (--accept-rewind)"
	default:
		return fmt.Errorf("the local state is at transaction %d, group %s at %d: the brokers lost data, or this state belongs to another group or cluster; check --brokers, --group and --state, "+
			"or start with --accept-rewind to drop the local state of this partition and take what the changelog has", local.Sequence, la.proc.config.group(), bound.sequence)
	}
	la.log.Warn("local state is dropped and rebuilt from the changelog: "+why, zap.Int32("partition", partition), zap.Int64("local", local.Sequence), zap.Int64("committed", bound.sequence))
	la.proc.metrics.rebuilt()
	return part.Drop()
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
		if _, err := la.completeHanging(ctx, int32(rp.part.ID()), rp.bound.mark); err != nil {
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

// changelogBounds are the first offset and the log end of the changelog of a task.
func (pr *Processor) changelogBounds(ctx context.Context, partition int32) (start, end int64, err error) {
	topic := pr.config.Topics.Changelog
	err = pr.retry(ctx, "ask for the ends of "+topic, func() error {
		starts, err := pr.admin.ListStartOffsets(ctx, topic)
		if err != nil {
			return err
		}
		ends, err := pr.admin.ListEndOffsets(ctx, topic)
		if err != nil {
			return err
		}
		first, ok1 := starts.Lookup(topic, partition)
		last, ok2 := ends.Lookup(topic, partition)
		if err := errors.Join(first.Err, last.Err); err != nil {
			return err
		}
		if !ok1 || !ok2 {
			return fmt.Errorf("topic %s has no partition %d", topic, partition)
		}
		start, end = first.Offset, last.Offset
		return nil
	})
	return start, end, err
}

// openTask builds the task on its restored state.
func (la *lane) openTask(ctx context.Context, part *state.Partition, partition int32, committed committedOffset) (*task, error) {
	pr := la.proc
	ta := &task{
		partition: partition, partitions: pr.partitions, bundle: pr.bundle, part: part, app: pr.config.App, codeVersion: pr.codeVersion,
		timerLimit: pr.config.TimersPerBatch, until: noTime,
		wire:  wire{encoder: pr.encoder, topics: pr.config.Topics, partition: partition},
		clock: clock{mode: pr.config.Clock, graceMillis: pr.config.Grace.Milliseconds(), now: noTime},
	}
	if until, _ := pr.config.untilMillis(); until > 0 {
		ta.until = until
	}
	var err error
	if ta.decoder, err = avro.NewDecoder(avro.DecoderOptions{Registry: pr.registry}); err != nil {
		return nil, fmt.Errorf("create decoder: %w", err)
	}
	ta.rules = pr.newRules(subjects{part}, &ta.out)
	for _, topic := range pr.inputTopics() {
		ta.inputs = append(ta.inputs, &input{topic: topic, kind: pr.config.Topics.InputKind(topic), next: -1, highest: noTime, end: -1})
	}
	record, ok := part.Committed()
	ta.saved = saved{record: record, fresh: !ok, attempt: committed.metadata}
	if ma, err := parseMark(committed.metadata); err == nil {
		ta.saved.finished = ma.finished && record.Clock >= ta.until
	}
	if err := ta.checkBundle(pr.config.AcceptLowerRevision); err != nil {
		return nil, err
	}
	if err := ta.resume(); err != nil {
		return nil, err
	}
	return ta, pr.startPositions(ctx, ta, committed)
}

// moveForward obeys an operator who has set the group's offset of an input beyond records that are gone or not wanted. Back
// it does not go: what is in the state would count twice.
func (pr *Processor) moveForward(ta *task, committed committedOffset) {
	for _, in := range ta.inputs {
		at := committed.offsets[in.topic]
		if in.next < 0 || at == in.next || !slices.Contains(committed.set, in.topic) {
			continue
		}
		pr.log.Warn("the offset of an input was set by hand; forward it is obeyed, back it is not", zap.String("topic", in.topic), zap.Int32("partition", ta.partition), zap.Int64("from", in.next), zap.Int64("to", at))
		in.next = max(in.next, at)
	}
}

// startPositions fills in where inputs start that the task record does not know: a new group, or a new input.
func (pr *Processor) startPositions(ctx context.Context, ta *task, committed committedOffset) error {
	pr.moveForward(ta, committed)
	for _, in := range ta.inputs {
		if in.next >= 0 {
			continue
		}
		if at, ok := committed.offsets[in.topic]; ok {
			in.next = at
			continue
		}
		err := pr.retry(ctx, "ask for the start of "+in.topic, func() error {
			starts, err := pr.admin.ListStartOffsets(ctx, in.topic)
			if err != nil {
				return err
			}
			first, ok := starts.Lookup(in.topic, ta.partition)
			if !ok {
				return fmt.Errorf("topic %s has no partition %d", in.topic, ta.partition)
			}
			in.next = first.Offset
			return first.Err
		})
		if err != nil {
			return err
		}
	}
	ta.keepPositions()
	return nil
}

// tooOld says that tombstones of the changelog may be gone that the local state has not seen: it would revive what was
// erased.
func (pr *Processor) tooOld(or origin) bool {
	return or.wallMillis > 0 && pr.tombstonesKept > 0 && pr.now().UnixMilli()-or.wallMillis > pr.tombstonesKept.Milliseconds()
}

// checkBundle refuses to run state of a higher revision under a lower one: a rolling deploy must not flap.
func (ta *task) checkBundle(acceptLower bool) error {
	if ta.saved.fresh || acceptLower || ta.saved.record.BundleRevision <= ta.bundle.Revision {
		return nil
	}
	return fmt.Errorf("its state was written under revision %d of the bundle, this one is revision %d: deploy the newer bundle, raise its revision, or start with --accept-lower-revision",
		ta.saved.record.BundleRevision, ta.bundle.Revision)
}

package processor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"holdfast/state"
)

// lane is one goroutine with one session and the tasks that the group gave it. Nothing of it is shared: other goroutines
// send it restored tasks and read the status that it publishes.
type lane struct {
	proc  *Processor
	index int
	log   *zap.Logger
	cache *state.Cache

	session    *session
	tasks      map[int32]*task
	order      []*task       // tasks by partition
	restores   chan restored // of the running restores
	pending    map[int32]*restoring
	assigned   bool  // the group has answered at least once
	generation int32 // of the group that gave it its tasks

	limits          state.Limits // of one task's open checkpoint
	slabs           recordSlabs
	batchLimit      int
	produceFailures int
	attempts        int64
	turns           int
	warnedLate      time.Time

	checkpoints map[int32]*checkpointing
}

// restoring is a restore under way.
type restoring struct{ cancel context.CancelFunc }

func (pr *Processor) newLane(index int) *lane {
	cacheBytes, tasks := pr.config.CacheBytes/pr.lanes, (int(pr.partitions)+pr.lanes-1)/pr.lanes
	limits := state.DefaultLimits(cacheBytes)
	limits.Records, limits.Bytes = limits.Records/tasks, limits.Bytes/tasks
	return &lane{proc: pr, index: index, log: pr.log.With(zap.Int("lane", index)), cache: state.NewCache(cacheBytes),
		restores: make(chan restored, pr.partitions), batchLimit: pr.config.MaxBatch, limits: limits}
}

// run serves until ctx ends or a fault that a new session cannot heal. Every doubt ends the session and begins a new one.
func (la *lane) run(ctx context.Context) error {
	for {
		err := la.serveSession(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errSession):
			la.proc.metrics.sessionLost()
			la.log.Warn("new session", zapError(err))
		default:
			return fmt.Errorf("lane %d: %w", la.index, err)
		}
		if !la.proc.wait(ctx, settlePause) {
			return nil
		}
	}
}

// serveSession opens a session, serves it, and gives everything back.
func (la *lane) serveSession(ctx context.Context) (err error) {
	la.tasks, la.order, la.pending, la.checkpoints, la.assigned = map[int32]*task{}, nil, map[int32]*restoring{}, map[int32]*checkpointing{}, false
	if la.session, err = la.openSession(ctx); err != nil {
		return err
	}
	defer func() {
		la.closeTasks()
		la.session.CloseAllowingRebalance()
	}()
	for ctx.Err() == nil {
		if err := la.turn(ctx); err != nil {
			return err
		}
	}
	return nil
}

// turn is one round: news of the group, one batch, one transaction. Whatever happens, rebalances are allowed at its end.
func (la *lane) turn(ctx context.Context) error {
	defer la.session.AllowRebalance()
	if err := la.handleGroup(ctx); err != nil {
		return err
	}
	if err := la.takeRestored(); err != nil {
		return err
	}
	batch, err := la.collect(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	if la.session.events.any() {
		// The assignment changed while polling: what is in hand may not be ours any more. The abort rewinds.
		return la.dropBatch(ctx)
	}
	dirty, err := la.compute(batch)
	if err != nil {
		return err
	}
	if len(dirty) > 0 {
		late, end := la.outliving(ctx)
		err := la.transact(late, dirty)
		end()
		if err != nil {
			return err
		}
	}
	la.alignInputs()
	la.publishStatus()
	return la.checkpoint(ctx)
}

// outliving is a context for the transaction at hand: a stop must not cut it in half. Brokers that do not answer may hold
// the process for StopGrace; what is in doubt then is what a crash leaves in doubt.
func (la *lane) outliving(ctx context.Context) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() { // ends with the transaction
		la.proc.wait(late, la.proc.config.StopGrace)
		cancel()
	})
	return late, func() { forget(); cancel() }
}

// collect polls until the batch is full or the commit interval is over. An error in a poll means that its records cannot
// be trusted to be complete: the session is renewed, or the lane ends when that cannot help.
func (la *lane) collect(ctx context.Context) (map[int32]map[string][]*kgo.Record, error) {
	batch := map[int32]map[string][]*kgo.Record{}
	limit := la.batchLimit
	deadline, cancel := context.WithTimeout(ctx, la.pollTime())
	defer cancel()
	for limit > 0 {
		fetches := la.session.PollRecords(deadline, limit)
		if err := la.pollFault(ctx, fetches); err != nil {
			return nil, err
		}
		fetches.EachPartition(func(part kgo.FetchTopicPartition) {
			if len(part.Records) == 0 {
				return
			}
			if batch[part.Partition] == nil {
				batch[part.Partition] = map[string][]*kgo.Record{}
			}
			batch[part.Partition][part.Topic] = append(batch[part.Partition][part.Topic], part.Records...)
			limit -= len(part.Records)
		})
		if deadline.Err() != nil || la.session.events.any() || la.hasMore() {
			break
		}
	}
	return batch, nil
}

// pollTime is how long a batch is collected; not at all while timers are waiting for the next transaction.
func (la *lane) pollTime() time.Duration {
	if la.hasMore() {
		return time.Millisecond
	}
	return la.proc.config.CommitInterval
}

func (la *lane) hasMore() bool {
	for _, ta := range la.order {
		if ta.more {
			return true
		}
	}
	return false
}

// pollFault judges the errors of a poll.
func (la *lane) pollFault(ctx context.Context, fetches kgo.Fetches) error {
	for _, fe := range fetches.Errors() {
		var loss *kgo.ErrDataLoss
		switch {
		case ctx.Err() != nil || errors.Is(fe.Err, context.DeadlineExceeded) || errors.Is(fe.Err, context.Canceled):
		case errors.As(fe.Err, &loss) || errors.Is(fe.Err, kerr.OffsetOutOfRange):
			la.proc.metrics.dataLoss(fe.Topic)
			return fmt.Errorf("input %s/%d: records that were not processed are gone (%w): was the topic truncated, or its retention shorter than the outage? "+
				"Nothing was skipped; decide, then set the group's offset or restore the topic", fe.Topic, fe.Partition, fe.Err)
		case errors.Is(fe.Err, kerr.FencedInstanceID):
			return fmt.Errorf("another process runs with instance %q in group %s: give each its own --instance and --state", la.proc.instance, la.proc.config.group())
		case fatalKafka(fe.Err) || errors.Is(fe.Err, kerr.UnknownTopicID):
			return fmt.Errorf("read %s/%d: %w", fe.Topic, fe.Partition, fe.Err)
		default:
			la.log.Warn("poll", zap.String("topic", fe.Topic), zap.Int32("partition", fe.Partition), zapError(fe.Err))
			return fmt.Errorf("%w: poll: %w", errSession, fe.Err)
		}
	}
	return nil
}

// dropBatch gives back what was polled: an empty transaction is aborted and the client rewinds.
func (la *lane) dropBatch(ctx context.Context) error {
	if err := la.session.clearRevoked(ctx); err != nil {
		return fmt.Errorf("%w: %w", errSession, err)
	}
	la.rewind()
	return nil
}

// reportStall says that a registry that does not answer keeps records waiting.
func (la *lane) reportStall(ta *task) {
	for _, in := range ta.inputs {
		if in.stalled != nil {
			la.log.Warn("a record waits for its schema", zapError(in.stalled))
		}
	}
}

// lateWarning is how far behind the clock a record has to be to be worth a line, at most one a minute.
const (
	lateWarning      = 24 * time.Hour
	lateWarningPause = time.Minute
)

// reportLate warns of records that are days behind: somebody loads history into a running processor.
func (la *lane) reportLate(ta *task) {
	if ta.counts.latest < lateWarning.Milliseconds() || la.proc.now().Sub(la.warnedLate) < lateWarningPause {
		return
	}
	la.warnedLate = la.proc.now()
	la.log.Warn("records arrive long after the clock has passed them: absences between them are decided at once. Publish history before the processor starts, or with backfill",
		zap.Int32("partition", ta.partition), zap.Int64("late records", ta.counts.late), zap.Duration("behind", time.Duration(ta.counts.latest)*time.Millisecond))
}

// compute hands the batch to the tasks and returns those that have something to commit. Records of a partition that is
// not a running task's cannot come: it is paused until it is.
func (la *lane) compute(batch map[int32]map[string][]*kgo.Record) ([]*task, error) {
	now, pr := la.proc.now().UnixMilli(), la.proc.ends.latest.Load()
	for partition := range batch {
		if la.tasks[partition] == nil {
			return nil, fmt.Errorf("%w: records of partition %d, which is not restored", errSession, partition)
		}
	}
	var dirty []*task
	budget := la.batchLimit
	la.turns++
	for i := range la.order {
		ta := la.order[(la.turns+i)%len(la.order)] // another task has the budget first each time
		if ta.stalled != nil {
			return nil, ta.stalled
		}
		ta.begin(now, pr)
		for _, in := range ta.inputs {
			ta.counts.rewound += in.take(batch[ta.partition][in.topic])
		}
		var err error
		if budget, err = ta.compute(budget); err != nil {
			return nil, fmt.Errorf("compute partition %d: %w", ta.partition, err)
		}
		la.reportStall(ta)
		la.reportLate(ta)
		if ta.dirty() {
			dirty = append(dirty, ta)
		} else {
			ta.part.Discard() // subjects that were only looked at
		}
	}
	return dirty, nil
}

package processor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast/schemas"
	"holdfast/topology/value/iana"
)

// The steps of a transaction, in order. Each says what a crash at that point leaves behind.

// errSession means that the session cannot be used any more. A new one heals every case: a task's state is what its
// committed metadata and task record say, and task init reads both.
var errSession = errors.New("the session is over")

// transact commits what the tasks computed. When it returns nil every task is either applied (committed) or discarded
// (aborted: the client has rewound, the records come again).
func (la *lane) transact(ctx context.Context, tasks []*task) error {
	began := la.proc.now()
	la.proc.statuses.waitsOnKafka(la.index)
	if err := la.txnBegin(); err != nil {
		la.txnDiscard(tasks)
		return err
	}
	produced, err := la.txnStage(ctx, tasks)
	if err != nil {
		return errors.Join(la.txnAbort(ctx, tasks), err)
	}
	if err := la.txnFlush(ctx, produced); err != nil {
		return la.txnProduceFailed(ctx, tasks, err)
	}
	committed, err := la.txnCommit(ctx, tasks)
	if committed {
		err = la.txnApply(tasks, produced)
	} else {
		err = la.txnResolve(ctx, tasks, produced, err)
	}
	la.proc.metrics.transaction(la.proc.now().Sub(began))
	return err
}

// txnBegin opens the transaction on the client. Crash: nothing has happened.
func (la *lane) txnBegin() error {
	if err := la.session.Begin(); err != nil {
		return fmt.Errorf("%w: begin: %w", errSession, err)
	}
	return nil
}

// produced follows the records of a transaction. The client's promises write it; it is read after a flush.
type produced struct {
	mu            sync.Mutex
	err           error
	changelogNext map[int32]int64 // partition -> offset behind the newest changelog record
}

func (po *produced) fail(err error) {
	po.mu.Lock()
	defer po.mu.Unlock()
	if po.err == nil {
		po.err = err
	}
}

// kept is the promise of a record.
func (po *produced) kept(rec *kgo.Record, err error) {
	if err != nil {
		po.fail(fmt.Errorf("produce to %s/%d: %w", rec.Topic, rec.Partition, err))
	}
}

// lastChange is the promise of the last changelog record of a task.
func (po *produced) lastChange(rec *kgo.Record, err error) {
	po.kept(rec, err)
	if err != nil {
		return
	}
	po.mu.Lock()
	defer po.mu.Unlock()
	po.changelogNext[rec.Partition] = rec.Offset + 1
}

// txnStage produces changelog, outputs and manifest. The manifest is always there: a transaction of offsets alone is
// aborted by a real broker when it follows another one closely. Crash: the broker aborts, at once when this lane's id
// returns, else after the transaction timeout; readers of committed records see nothing.
func (la *lane) txnStage(ctx context.Context, tasks []*task) (*produced, error) {
	po := &produced{changelogNext: map[int32]int64{}}
	la.slabs.begin()
	for _, ta := range tasks {
		la.attempts++
		if err := ta.stage(la.proc.nonce, la.attempts); err != nil {
			return nil, err
		}
		for i, change := range ta.changes {
			promise := po.kept
			if i == len(ta.changes)-1 { // one partition keeps its order: behind the last there is none
				promise = po.lastChange
			}
			la.session.Produce(ctx, ta.wire.change(change), promise)
		}
		for _, rec := range ta.wire.records {
			la.session.Produce(ctx, rec, po.kept)
		}
	}
	return po, nil
}

// txnFlush waits for every promise. A transaction whose produce failed must never be committed: its offsets would be,
// and the failed record would be lost. Crash: as after txnStage.
func (la *lane) txnFlush(ctx context.Context, po *produced) error {
	if err := la.session.Client().Flush(ctx); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	po.mu.Lock()
	defer po.mu.Unlock()
	return po.err
}

// watchdogAfter is how long End may hold rebalances back. On a real broker End waits for a heartbeat when the heartbeat
// loop has ended, that waits for the lost callback, and that for AllowRebalance: without this it waits for ever.
const watchdogAfter = 2 * time.Second

// txnCommit adds the offsets and ends the transaction. Crash before EndTxn is written: aborted. After: committed, and
// restore finds it by the mark in the offset's metadata.
func (la *lane) txnCommit(ctx context.Context, tasks []*task) (bool, error) {
	watchdog := time.AfterFunc(watchdogAfter, la.session.AllowRebalance)
	defer watchdog.Stop()
	return la.session.End(kgo.PreTxnCommitFnContext(ctx, func(req *kmsg.TxnOffsetCommitRequest) error {
		return la.enter(req, tasks)
	}), kgo.TryCommit)
}

// enter puts the tasks into the offset commit, as long as the group is the one that gave them: when the session swallows a
// revocation, the client is in the next generation before the lane knows, and the coordinator would take the offsets of a
// task that another member has.
func (la *lane) enter(req *kmsg.TxnOffsetCommitRequest, tasks []*task) error {
	if req.Generation != la.generation {
		return fmt.Errorf("the group is at generation %d, the tasks are of %d", req.Generation, la.generation)
	}
	gate(req, tasks)
	return nil
}

// txnAbort ends the transaction without its records: the tasks are back at their last committed one, and so is the client.
func (la *lane) txnAbort(ctx context.Context, tasks []*task) error {
	la.txnDiscard(tasks)
	watchdog := time.AfterFunc(watchdogAfter, la.session.AllowRebalance)
	defer watchdog.Stop()
	if _, err := la.session.End(ctx, kgo.TryAbort); err != nil {
		return fmt.Errorf("%w: abort: %w", errSession, err)
	}
	if err := la.endOwn(ctx, la.session); err != nil { // else the next commit would end it, and what was dropped appear
		return fmt.Errorf("after an abort: %w", err)
	}
	la.rewind()
	return nil
}

// rewind makes the client read on from the tasks' own positions, and forgets what was polled behind them. After every
// End that did not commit the client has rewound to what it believes committed, which is not what the tasks know: it
// counts everything that was polled (see gate).
func (la *lane) rewind() {
	positions := map[string]map[int32]kgo.EpochOffset{}
	for _, ta := range la.order {
		for _, in := range ta.inputs {
			in.drop()
			if positions[in.topic] == nil {
				positions[in.topic] = map[int32]kgo.EpochOffset{}
			}
			positions[in.topic][ta.partition] = kgo.EpochOffset{Epoch: -1, Offset: in.next}
		}
	}
	if len(positions) > 0 {
		la.session.Client().SetOffsets(positions)
	}
}

// produceTries is how often a batch of one record may fail to be produced before the lane gives up.
const produceTries = 8

// txnProduceFailed aborts and makes the next batch smaller: what the broker refuses may be the size of the whole.
func (la *lane) txnProduceFailed(ctx context.Context, tasks []*task, cause error) error {
	la.proc.metrics.aborted("produce")
	la.log.Warn("a record could not be produced; the transaction is aborted and its input read again", zapError(cause))
	if err := la.txnAbort(ctx, tasks); err != nil {
		return err
	}
	if la.batchLimit = max(1, la.batchLimit/2); la.batchLimit > 1 {
		return nil
	}
	if la.produceFailures++; la.produceFailures > produceTries {
		return fmt.Errorf("produce a batch of one record, %d times: %w", produceTries, cause)
	}
	return nil
}

// txnApply makes what was staged the committed state. Crash: memory is lost, the changelog has it.
func (la *lane) txnApply(tasks []*task, po *produced) error {
	for _, ta := range tasks {
		la.proc.metrics.committed(ta)
		if err := ta.apply(po.changelogNext[ta.partition]); err != nil {
			return err
		}
	}
	la.slabs.reuse()
	la.batchLimit, la.produceFailures = min(la.proc.config.MaxBatch, la.batchLimit*2), 0
	return nil
}

// txnDiscard forgets what was computed: every task is back at its last committed transaction.
func (la *lane) txnDiscard(tasks []*task) {
	for _, ta := range tasks {
		ta.discard()
	}
}

// stage encodes the transaction of a task: outputs, manifest, changed subjects, and the task record last.
func (ta *task) stage(nonce string, attempt int64) error {
	ta.sequence = ta.saved.record.Sequence + 1
	ta.attempt = mark{sequence: ta.sequence, nonce: nonce, attempt: attempt, finished: ta.finished}.String()
	if err := ta.wire.encode(&ta.out, ta.sequence); err != nil {
		return err
	}
	ta.describe()
	if err := ta.wire.addManifest(&ta.manifest, ta.attempt); err != nil {
		return err
	}
	ta.staged = ta.record()
	var err error
	if ta.changes, err = ta.part.Stage(ta.staged); err != nil {
		return fmt.Errorf("stage partition %d: %w", ta.partition, err)
	}
	return nil
}

// describe fills in the manifest of the transaction.
func (ta *task) describe() {
	ma := &ta.manifest
	ma.App, ma.Task, ma.Sequence, ma.Mode = ta.app, ta.partition, ta.sequence, ta.clock.mode
	ma.BundleHash, ma.BundleRevision, ma.CodeVersion, ma.TzdataVersion = ta.bundle.Hash, ta.bundle.Revision, ta.codeVersion, iana.Release
	ma.WallTime, ma.ClockAfter = ta.wallMillis, ta.clockMillis()
	ma.Watermark = max(ta.clockMillis()-ta.bundle.Lateness.Milliseconds(), 0)
	if ta.finished {
		ma.Until = &ta.until
	}
	for _, in := range ta.inputs {
		ma.Inputs = append(ma.Inputs, in.describe(ta.partition))
	}
	ma.Records, ma.Duplicates, ma.Late, ma.Clamped, ma.Dead = ta.counts.records, ta.counts.duplicates, ta.counts.late, ta.counts.clamped, ta.counts.dead
	ma.Timers, ma.TimersFailed = ta.counts.timers, ta.counts.timersFailed
	ma.Intents, ma.Decisions, ma.Signals = int64(len(ta.out.intents)), int64(len(ta.out.decisions)), ta.wire.signals
	ma.OutputsDigest, ma.FrozenInputs = ta.wire.digest[:], ta.frozenInputs()
}

func (in *input) describe(partition int32) schemas.InputRange {
	ra := schemas.InputRange{Topic: in.topic, Partition: partition, FromOffset: in.from, ToOffset: in.next, Paused: in.paused}
	if in.highest != noTime {
		highest := in.highest
		ra.HighestEventTime = &highest
	}
	if in.proven() {
		asOf := in.asOf
		ra.CaughtUpAsOf = &asOf
	}
	return ra
}

// txnSettle makes sure that the transaction at hand is over on the broker, whatever became of it: an EndTxn that is
// still under way would be fenced. alive says whether the session can go on.
func (la *lane) txnSettle(ctx context.Context) (alive bool, err error) {
	// After (false, err) the client is still in the transaction: only this takes it out. After (false, nil) it does
	// nothing, and the InitProducerID inside may never have arrived: ProducerID makes sure.
	if _, err := la.session.End(ctx, kgo.TryAbort); err != nil {
		la.log.Debug("settle", zapError(err))
	}
	for {
		_, _, err := la.session.Client().ProducerID(ctx)
		switch {
		case err == nil:
			return true, nil
		case ctx.Err() != nil:
			return false, ctx.Err()
		case fatalProducer(err):
			return false, nil // the epoch has moved on without us: over as well, but this session is done
		case stuckProducer(err):
			return false, err // the transaction may be open still: the next session settles it
		}
		if !la.proc.wait(ctx, settlePause) {
			return false, ctx.Err()
		}
	}
}

const settlePause = 50 * time.Millisecond

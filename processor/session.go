package processor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kzap"
	"go.uber.org/zap"
)

// session is a lane's membership in the group and its transactional producer.
//
// The options are those of runtime.md 3; each guards against something that was seen:
//
//	BlockRebalanceOnPoll     a join during a transaction would abort it. Every path must AllowRebalance.
//	ProducerID at the start  aborts what a killed predecessor of the same id left open, at once instead of after the
//	                         transaction timeout plus 10 s
//	InstanceID               a restart within the session timeout moves no partition
//	ReadCommitted            inputs may be transactional; the default isolation is not
//	KeepControlRecords       else a position stays one below the end for ever and nothing is ever caught up
//	NoResetOffset            an offset out of range is a loss that we decide on, never a silent jump
//	linger > interval        Flush sends anyway; no linger costs a quarter of the throughput
type session struct {
	*kgo.GroupTransactSession
	events groupEvents
	inputs []string
}

// groupEvents carries what the group's callbacks say to the lane. The callbacks may run while the lane is inside End
// (watchdog), so they never touch a task: they pause what is new and leave a note.
type groupEvents struct {
	mu     sync.Mutex
	events []groupEvent
}

// groupEvent is an assignment or a loss of partitions.
type groupEvent struct {
	assigned   bool
	lost       bool  // taken away without asking: somebody else may already own them
	generation int32 // of the group that assigned
	partitions map[string][]int32
}

func (ge *groupEvents) add(ev groupEvent) {
	ge.mu.Lock()
	defer ge.mu.Unlock()
	ge.events = append(ge.events, ev)
}

// any says that something was noted.
func (ge *groupEvents) any() bool {
	ge.mu.Lock()
	defer ge.mu.Unlock()
	return len(ge.events) > 0
}

func (ge *groupEvents) drain() []groupEvent {
	ge.mu.Lock()
	defer ge.mu.Unlock()
	events := ge.events
	ge.events = nil
	return events
}

// openSession joins the group. It waits for the brokers as long as ctx lives.
func (la *lane) openSession(ctx context.Context) (*session, error) {
	la.proc.statuses.waitsOnKafka(la.index)
	se := &session{inputs: la.proc.inputTopics()}
	again := &reconnects{la: la, ctx: context.WithoutCancel(ctx)}
	opts := append(la.proc.clientOpts(),
		kgo.TransactionalID(la.transactionalID()), kgo.TransactionTimeout(la.proc.config.TransactionTimeout),
		kgo.ConsumerGroup(la.proc.config.group()), kgo.InstanceID(la.instanceID()),
		kgo.ConsumeTopics(se.inputs...), kgo.Balancers(kgo.RangeBalancer()), kgo.BlockRebalanceOnPoll(),
		kgo.SessionTimeout(la.proc.config.SessionTimeout), kgo.RebalanceTimeout(max(60*time.Second, la.proc.config.SessionTimeout)),
		kgo.HeartbeatInterval(min(3*time.Second, la.proc.config.SessionTimeout/3)),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		// A paused or resumed partition waits for the fetch that is under way: the default of 5 s would be felt.
		kgo.FetchMaxWait(250*time.Millisecond), kgo.FetchMaxPartitionBytes(2<<20), kgo.FetchMaxBytes(16<<20),
		kgo.RequiredAcks(kgo.AllISRAcks()), kgo.ProducerLinger(max(2*la.proc.config.CommitInterval, 200*time.Millisecond)),
		kgo.MaxBufferedRecords(400_000), la.proc.config.batchCompression(),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytesFn(la.proc.topicBatchBytes),
		kgo.OnPartitionsAssigned(se.assigned), kgo.OnPartitionsRevoked(se.revoked), kgo.OnPartitionsLost(se.lost),
		kgo.WithHooks(again),
	)
	var err error
	if se.GroupTransactSession, err = kgo.NewGroupTransactSession(opts...); err != nil {
		return nil, fmt.Errorf("create session: %w", err)
	}
	if err := la.takeOver(ctx, se); err != nil {
		se.CloseAllowingRebalance()
		return nil, err
	}
	again.joined.Store(true)
	return se, nil
}

// takeOver ends what a predecessor of the same transactional id left, also what the brokers have forgotten.
func (la *lane) takeOver(ctx context.Context, se *session) error {
	if err := la.takeProducerID(ctx, se); err != nil {
		return err
	}
	err := la.endOwn(ctx, se)
	if errors.Is(err, errStillOpen) {
		la.log.Warn("a transaction of a predecessor has no end that anybody knows; its partition waits", zapError(err))
		return nil
	}
	return err
}

// takeProducerID ends what a predecessor of the same transactional id left open.
func (la *lane) takeProducerID(ctx context.Context, se *session) error {
	var stuck error
	err := la.proc.retry(ctx, "take the transactional id "+la.transactionalID(), func() error {
		_, _, err := se.Client().ProducerID(ctx)
		if stuckProducer(err) && !fatalKafka(err) {
			stuck = err // only another client can ask again
			return nil
		}
		return err
	})
	if err == nil && stuck != nil {
		la.proc.wait(ctx, 5*settlePause)
		return fmt.Errorf("%w: take the transactional id %s: %w", errSession, la.transactionalID(), stuck)
	}
	return err
}

func (se *session) assigned(_ context.Context, cl *kgo.Client, partitions map[string][]int32) {
	cl.PauseFetchPartitions(partitions) // nothing is read before the task is restored
	_, generation := cl.GroupMetadata()
	se.events.add(groupEvent{assigned: true, partitions: partitions, generation: generation})
}

func (se *session) revoked(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	se.events.add(groupEvent{partitions: partitions})
}

func (se *session) lost(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	se.events.add(groupEvent{lost: true, partitions: partitions})
}

// clearRevoked ends an empty transaction. A revocation stays noted in the session until the next End, which then aborts
// a batch for nothing, and swallows the note of the next revocation.
func (se *session) clearRevoked(ctx context.Context) error {
	if err := se.Begin(); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if _, err := se.End(ctx, kgo.TryAbort); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	return nil
}

// transactionalID is stable over restarts, so that a new process ends what its predecessor left open.
func (la *lane) transactionalID() string {
	return fmt.Sprintf("%s-%s-%d", la.proc.config.App, la.proc.instance, la.index)
}

func (la *lane) instanceID() string { return fmt.Sprintf("%s-%d", la.proc.instance, la.index) }

// clientOpts are the options of every client of the process.
func (pr *Processor) clientOpts() []kgo.Opt {
	return append([]kgo.Opt{
		kgo.SeedBrokers(pr.config.Brokers...), kgo.ClientID(pr.config.App),
		kgo.WithLogger(kzap.New(pr.log.Named("kafka").WithOptions(zap.IncreaseLevel(zap.ErrorLevel)))),
	}, pr.kafkaOpts...)
}

// retry repeats what needs a broker until it succeeds or ctx ends, and says so each time.
func (pr *Processor) retry(ctx context.Context, what string, try func() error) error {
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := try()
		if err == nil || ctx.Err() != nil {
			return err
		}
		if fatalKafka(err) {
			return fmt.Errorf("%s: %w", what, err)
		}
		pr.log.Warn("Kafka does not answer; trying again", zap.String("what", what), zap.Strings("brokers", pr.config.Brokers), zap.Duration("in", pause), zap.Error(err))
		if !pr.wait(ctx, pause) {
			return ctx.Err()
		}
	}
}

// wait lets time pass; false when ctx ended meanwhile.
func (pr *Processor) wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

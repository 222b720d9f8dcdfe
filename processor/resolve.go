package processor

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
)

// outcome is what became of a transaction of a task whose End did not report a commit.
type outcome uint8

const (
	outcomeNone      outcome = iota
	outcomeCommitted         // the offsets carry our mark: apply
	outcomeAborted           // they carry the mark of the last commit we know: drop, read again
	outcomeForeign           // somebody else's: drop, and this session is over
)

// String names the outcome in logs and metrics.
func (oc outcome) String() string {
	return [...]string{"none", "committed", "aborted", "foreign"}[oc]
}

// txnResolve finds out what became of a transaction that End did not report as committed, and acts on it. End says
// (false, nil) or (false, err) also for transactions that the broker has committed. First settle: before that, an EndTxn
// under way could still commit. Then decide, by the stable group offset alone. "Committed" and "session usable" are two
// answers: PRODUCER_FENCED also follows a committed transaction after a broker restart.
func (la *lane) txnResolve(ctx context.Context, tasks []*task, po *produced, cause error) error {
	alive, err := la.txnSettle(ctx)
	if err != nil {
		la.txnDiscard(tasks)
		return fmt.Errorf("%w: settle: %w", errSession, err)
	}
	if alive {
		if err := la.endOwn(ctx, la.session); err != nil {
			la.txnDiscard(tasks)
			return fmt.Errorf("settle: %w", err)
		}
	}
	committed, err := la.proc.committedMarks(ctx, tasks)
	if err != nil {
		la.txnDiscard(tasks)
		return fmt.Errorf("%w: read committed offsets: %w", errSession, err)
	}
	for _, ta := range tasks {
		oc := decide(ta, committed[ta.partition])
		la.proc.metrics.resolved(oc)
		la.log.Info("resolved a transaction that was not reported committed", zap.Int32("partition", ta.partition), zap.Int64("sequence", ta.sequence), zap.Stringer("outcome", oc), zap.Bool("session usable", alive), zapError(cause))
		switch oc {
		case outcomeCommitted:
			la.proc.metrics.committed(ta)
			if err := ta.apply(po.changelogNext[ta.partition]); err != nil {
				return err
			}
		case outcomeForeign:
			alive = false
			ta.discard()
		default:
			ta.discard()
		}
	}
	if !alive {
		return fmt.Errorf("%w: fenced", errSession)
	}
	la.rewind()
	return nil
}

// decide compares the mark that the group has for the task with the two that it may have.
func decide(ta *task, found string) outcome {
	switch found {
	case ta.attempt:
		return outcomeCommitted
	case ta.saved.attempt:
		return outcomeAborted
	}
	return outcomeForeign
}

// committedMarks reads the marks that the group has for the tasks.
func (pr *Processor) committedMarks(ctx context.Context, tasks []*task) (map[int32]string, error) {
	marks := map[int32]string{}
	for _, ta := range tasks {
		got, err := pr.committedOffsets(ctx, ta.partition)
		if err != nil {
			return nil, err
		}
		marks[ta.partition] = got.metadata
	}
	return marks, nil
}

// committedOffset is what the group has for one task.
type committedOffset struct {
	metadata string           // of its inputs, which agree; "" if there is none
	offsets  map[string]int64 // by topic; absent if never committed
	set      []string         // topics whose offset carries no mark: an operator has set it
}

// committedOffsets reads the stable group offsets of one task. A broker answers UNSTABLE_OFFSET_COMMIT per partition while a
// transaction with offsets is open, and kadm does not repeat it: an offset of -1 then means "ask again", never "none".
func (pr *Processor) committedOffsets(ctx context.Context, partition int32) (committedOffset, error) {
	looked := pr.now()
	for began := looked; ; {
		fetched, err := pr.admin.FetchOffsets(kadm.RequireStable(ctx), pr.config.group())
		if errors.Is(err, kerr.GroupIDNotFound) { // the embedded broker, for a group that was never used
			return committedOffset{}, nil
		}
		if err == nil {
			var got committedOffset
			if got, err = pr.offsetsOf(fetched, partition); err == nil {
				return got, nil
			}
			if errors.Is(err, errMixedMarks) {
				return committedOffset{}, err
			}
		}
		if fatalKafka(err) {
			return committedOffset{}, err
		}
		if errors.Is(err, kerr.UnstableOffsetCommit) && pr.now().Sub(looked) > hangingAfter {
			looked = pr.now()
			if _, err := pr.lookForHanging(ctx, pr.outputSet(partition)); err != nil {
				return committedOffset{}, err
			}
		}
		if waited := pr.now().Sub(began); errors.Is(err, kerr.UnstableOffsetCommit) && waited > pr.config.RestoreDeadline {
			return committedOffset{}, fmt.Errorf("the offsets of group %s have been waiting for the end of a transaction for %v: it never ended (list it with kafka-transactions.sh): %w", pr.config.group(), waited, err)
		}
		if !pr.wait(ctx, settlePause) {
			return committedOffset{}, ctx.Err()
		}
	}
}

// errMixedMarks is a group whose inputs do not agree on the last transaction: another program committed some of them.
var errMixedMarks = errors.New("the inputs of a partition carry different marks")

func (pr *Processor) offsetsOf(fetched kadm.OffsetResponses, partition int32) (committedOffset, error) {
	got := committedOffset{offsets: map[string]int64{}}
	for _, topic := range pr.inputTopics() {
		of, ok := fetched.Lookup(topic, partition)
		if !ok {
			continue
		}
		if of.Err != nil {
			return got, of.Err
		}
		if of.At < 0 {
			continue
		}
		got.offsets[topic] = of.At
		if of.Metadata == "" {
			got.set = append(got.set, topic)
			continue
		}
		if got.metadata != "" && of.Metadata != got.metadata {
			return got, fmt.Errorf("%w: %s/%d has %q, another input %q: does another program commit in group %s?", errMixedMarks, topic, partition, of.Metadata, got.metadata, pr.config.group())
		}
		got.metadata = of.Metadata
	}
	return got, nil
}

// fatalProducer says that the producer can never be used again (transaction.version 2), and that its last transaction is
// over.
func fatalProducer(err error) bool {
	return stuckProducer(err) && !errors.Is(err, kerr.UnknownServerError) && !errors.Is(err, kerr.OperationNotAttempted)
}

// stuckProducer says that this client will give the same answer for ever: it keeps what the broker said when it asked for
// its producer id and never asks again.
func stuckProducer(err error) bool {
	var ke *kerr.Error
	return errors.Is(err, kgo.ErrClientClosed) || errors.As(err, &ke) && !ke.Retriable && !errors.Is(err, kerr.ConcurrentTransactions)
}

// fatalKafka says that asking again cannot help: wrong credentials, missing rights, a topic that is gone.
func fatalKafka(err error) bool {
	for _, fatal := range []error{kerr.SaslAuthenticationFailed, kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.TransactionalIDAuthorizationFailed,
		kerr.ClusterAuthorizationFailed, kerr.InvalidTransactionTimeout, kerr.FencedInstanceID, kgo.ErrClientClosed} {
		if errors.Is(err, fatal) {
			return true
		}
	}
	return false
}

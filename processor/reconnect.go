package processor

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// reconnects looks for forgotten markers whenever a session's client connects to a broker again: that one may have been
// killed with markers to write, after an End that was reported committed. The request that wants the connection waits, so
// nothing of the next transaction reaches a partition where the last one is open still: an abort would take both.
type reconnects struct {
	la     *lane
	ctx    context.Context // without an end
	joined atomic.Bool     // the session's first connections have nothing to look for: it begins with a look of its own
}

var _ kgo.HookBrokerConnect = (*reconnects)(nil)

// reconnectPatience is how long a connection waits for brokers that do not say what is open.
const reconnectPatience = 10 * time.Second

// OnBrokerConnect is called by the client before it uses a new connection.
func (re *reconnects) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	if err != nil || !re.joined.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(re.ctx, reconnectPatience)
	defer cancel()
	for !re.settled(ctx) {
		if !re.la.proc.wait(ctx, settlePause) {
			re.la.log.Warn("connected to a broker that does not say which transactions are open")
			return
		}
	}
}

// settled says that the lane's last transaction is over everywhere, or that one is under way that began after it was.
func (re *reconnects) settled(ctx context.Context) bool {
	pr := re.la.proc
	set := pr.everyOutput()
	open, err := pr.openProducers(ctx, set)
	if err != nil {
		return cannotAsk(err)
	}
	state, err := pr.stateOf(ctx, re.la.transactionalID(), open)
	switch {
	case err != nil:
		return cannotAsk(err)
	case state == "" || state == "Ongoing":
		return true
	case underWay[state]:
		return false
	}
	ended, err := pr.endHanging(ctx, set)
	if cannotAsk(err) || errors.Is(err, errMarkerRefused) {
		re.la.log.Error("a transaction is open that has ended", zapError(err))
		return true
	}
	return err == nil && ended == 0 // once more after an end: is that all?
}

// stateOf is the state of a transactional id if its producer has something open; else "".
func (pr *Processor) stateOf(ctx context.Context, id string, open []kadm.DescribedProducer) (string, error) {
	if len(open) == 0 {
		return "", nil
	}
	var producerIDs []int64
	for _, op := range open {
		producerIDs = append(producerIDs, op.ProducerID)
	}
	listed, err := pr.admin.ListTransactions(ctx, producerIDs, nil)
	return listed[id].State, err
}

package processor

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"go.uber.org/zap"
)

// proof says where the inputs ended at an instant. A task whose position is at or behind the end has processed all that
// was readable as of then. An empty poll proves nothing: the client may simply not have fetched yet.
type proof struct {
	asOf int64              // wall time before the brokers were asked, ms
	ends map[string][]int64 // topic -> partition -> last stable offset
	logs map[string][]int64 // topic -> partition -> log end offset

	lives []life // what is known of each input as a whole
}

// end is the last stable offset of an input partition; -1 if the proof has none.
func (pr *proof) end(topic string, partition int32) int64 { return at(pr.ends, topic, partition) }

// logEnd is the log end offset; above end while somebody's transaction is open.
func (pr *proof) logEnd(topic string, partition int32) int64 { return at(pr.logs, topic, partition) }

func at(of map[string][]int64, topic string, partition int32) int64 {
	if ends := of[topic]; int(partition) < len(ends) {
		return ends[partition]
	}
	return -1
}

// endProof keeps the newest proof. One goroutine asks, all lanes read.
type endProof struct {
	admin  *kadm.Client
	topics []string
	now    func() time.Time
	log    *zap.Logger
	latest atomic.Pointer[proof]

	silence *silence
}

// run asks until the context ends.
func (ep *endProof) run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := ep.ask(ctx); err != nil && ctx.Err() == nil {
			ep.log.Warn("cannot ask where the inputs end; the clock waits", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ask makes a new proof. Control records count as positions on both sides: the session keeps them (KeepControlRecords),
// so a transactional input that is read to its end has position = last stable offset, not one less.
func (ep *endProof) ask(ctx context.Context) error {
	asOf := ep.now().UnixMilli()
	logs, err := ep.admin.ListEndOffsets(ctx, append(ep.silence.topics(ep.topics), ep.topics...)...) // first: a stable offset that has reached it leaves nothing open
	if err != nil {
		return err
	}
	stable, err := ep.admin.ListCommittedOffsets(ctx, ep.topics...)
	if err != nil {
		return err
	}
	ends := offsetsByTopic(logs)
	ep.latest.Store(&proof{asOf: asOf, ends: offsetsByTopic(stable), logs: ends, lives: ep.silence.observe(asOf, ends)})
	return nil
}

func offsetsByTopic(listed kadm.ListedOffsets) map[string][]int64 {
	out := map[string][]int64{}
	for topic, partitions := range listed {
		ends := make([]int64, len(partitions))
		for i := range ends {
			ends[i] = -1
		}
		for p, lo := range partitions {
			if lo.Err == nil && int(p) < len(ends) {
				ends[p] = lo.Offset
			}
		}
		out[topic] = ends
	}
	return out
}

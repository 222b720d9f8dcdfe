package processor

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestTakeoverWaitsForAnOpenTransaction is row 5: a process was cut off after its offsets had joined the transaction, and
// its commit arrives while the heir asks for the group's offsets. Until it is settled they are unstable, and neither "none"
// nor those of the transaction before.
func TestTakeoverWaitsForAnOpenTransaction(t *testing.T) {
	th := newTwoHalves(t, 1)
	var underway atomic.Pointer[kmsg.EndTxnRequest]
	var delivering atomic.Bool
	th.control(kmsg.EndTxn, func(kreq kmsg.Request) reply {
		req := kreq.(*kmsg.EndTxnRequest)
		if delivering.Load() || !req.Commit {
			return pass
		}
		underway.CompareAndSwap(nil, th.late(req))
		return reply{handled: true} // and no answer
	})
	lost := th.start(th.second(th.first.State, "p0"))
	th.await("a commit under way", func() bool { return underway.Load() != nil })
	lost.network.cut()

	co := th.second(t.TempDir(), "p1")
	th.expel(co, "p0-0")
	asked := th.requests(kmsg.OffsetFetch)
	heir := th.start(co)
	th.await("the heir to ask for the offsets", func() bool { return asked.Load() >= 4 })
	if heir.logs.FilterMessage("task restored").Len() > 0 {
		t.Error("the heir is restored although nobody knows yet up to where")
	}
	delivering.Store(true)
	if code := th.deliver(underway.Load()); code != 0 {
		t.Fatalf("the commit under way was refused: %v", kerr.ErrorForCode(code))
	}
	heir.finish()
	th.check()
}

// TestTwoProcessesAndOneIsKilled: one is cut off in the middle of a transaction and expelled, the other takes its
// partitions from the changelog.
func TestTwoProcessesAndOneIsKilled(t *testing.T) {
	wo := newWorld(t, 4, testBundle)
	var events []event
	for _, account := range []string{"acme", "bolt", "cord", "dune", "echo", "fern", "gust", "hill"} {
		events = append(events, visits(account, "ann", day0, quietAfter*2/3, 6)...)
	}
	events = inOrder(events)
	until := day0.AddDate(0, 0, 15)
	co := wo.config()
	co.Clock, co.MaxBatch, co.TransactionTimeout = "event", 2, time.Second // nobody returns under the id: the broker ends it
	one := wo.start(co)
	other := toEnd(co, until)
	other.Instance, other.State = "p1", t.TempDir()
	one.ready(0, 1, 2, 3)
	held, release := one.holdProduce()
	wo.publishEvents(events...)
	<-held
	one.network.cut()
	close(release)
	wo.expel(co, "p0-0")
	one.stop()
	two := wo.start(other)
	two.finish()
	wo.wantKeys(expected(events, until))
	wo.wantSequences()
	if got, want := digest(t, other.State), newPlain(t, 4, events, until); subjectsOf(got) != subjectsOf(want) {
		t.Errorf("state after the kill:\n%suninterrupted:\n%s", got, want)
	}
}

package processor

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// expel takes a member out of the group without asking it, as a session timeout does.
func (wo *world) expel(co Config, instance string) {
	wo.t.Helper()
	if _, err := wo.admin.LeaveGroup(wo.ctx, kadm.LeaveGroup(co.group()).InstanceIDs(instance)); err != nil {
		wo.t.Fatalf("expel %s: %v", instance, err)
	}
}

// deafen answers every heartbeat of a member as if all were well, so that it does not learn what the group decides.
func (wo *world) deafen(instance string) {
	wo.control(kmsg.Heartbeat, func(kreq kmsg.Request) reply {
		if id := kreq.(*kmsg.HeartbeatRequest).InstanceID; id == nil || *id != instance {
			return pass
		}
		return reply{response: kreq.ResponseKind(), handled: true}
	})
}

// TestAZombieTimerDoesNotCommit is rule 5, row 18: a process that has lost its partitions without knowing fires a timer.
// Its transaction reads nothing; only the offsets that it commits all the same tell the broker that it is a zombie.
func TestAZombieTimerDoesNotCommit(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	wo.deafen("p0-0")
	first := login("1", "acme", "ann", day0)
	wo.publishEvents(first)
	clock := newWallClock(day0.Add(time.Hour))
	zombie := wo.start(wo.config(), WithClock(clock.now))
	wo.intentsCome(1)
	zombie.ready(0)

	co := wo.config()
	co.Instance = "p1"
	wo.expel(co, "p0-0")
	heirClock := newWallClock(day0.Add(time.Hour))
	heir := wo.start(co, WithClock(heirClock.now))
	heir.ready(0)

	refused := wo.watchEndTxn()
	clock.advance(5 * 24 * time.Hour)
	wo.await("the zombie's transaction to end", func() bool { return refused.commits.Load()+refused.aborts.Load() > 0 })
	heirClock.advance(5 * 24 * time.Hour)
	heir.clockPast(0, day0.Add(4*24*time.Hour))
	wo.intentsCome(2)
	heir.halt()
	wo.wantKeys([]string{helloKey(first), quietKey(first)})
	wo.wantSequences()
	if refused.aborts.Load() == 0 {
		t.Error("the zombie's transaction was not aborted")
	}
}

// holdProduce stops a process in the middle of its next transaction: held is closed when its records have left, and it
// learns that they arrived when release is closed. The heartbeats go on: they have a connection of their own.
func (ru *running) holdProduce() (held, release chan struct{}) {
	held, release = make(chan struct{}), make(chan struct{})
	var once sync.Once
	ru.network.onAnswer(kmsg.Produce, func() {
		once.Do(func() { close(held) })
		select {
		case <-release:
		case <-ru.wo.ctx.Done():
		}
	})
	return held, release
}

// TestAJoinDuringATransactionWaits is rule 6: without BlockRebalanceOnPoll any join between poll and End aborts it.
func TestAJoinDuringATransactionWaits(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	ends, beats := wo.watchEndTxn(), wo.requests(kmsg.Heartbeat)
	co := wo.config()
	co.SessionTimeout, co.TransactionTimeout = 3*time.Second, 2900*time.Millisecond
	clock := newWallClock(day0)
	one := wo.start(co, WithClock(clock.now))
	one.ready(0, 1)
	held, release := one.holdProduce()
	events := append(visits("acme", "ann", day0, time.Minute, 3), visits("bolt", "bob", day0, time.Minute, 3)...)
	wo.publishEvents(inOrder(events)...)
	<-held
	joins := wo.requests(kmsg.JoinGroup)
	other := co
	other.Instance, other.State = "p1", t.TempDir()
	two := wo.start(other, WithClock(clock.now))
	wo.await("the second member to join", func() bool { return joins.Load() > 0 })
	seen := beats.Load()
	wo.await("the first member to hear of it", func() bool { return beats.Load() >= seen+2 })
	close(release)
	wo.await("both members to have one task", func() bool {
		tasks1, _ := one.statuses.list()
		tasks2, _ := two.statuses.list()
		return len(tasks1) == 1 && len(tasks2) == 1
	})
	clock.advance(time.Hour)
	wo.intentsCome(6)
	one.halt()
	two.halt()
	if ends.aborts.Load() != 0 || one.metric("transaction_resolves_total") != 0 {
		t.Errorf("%d transactions were aborted, %v resolved: the join must wait for the transaction", ends.aborts.Load(), one.metric("transaction_resolves_total"))
	}
	wo.wantKeys(expected(events, day0))
	wo.wantSequences()
}

// TestNoTransactionIsAbortedForAPastRebalance is rule 7: a revocation stays noted in the session until the next End, which
// would abort a good batch.
func TestNoTransactionIsAbortedForAPastRebalance(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	ends := wo.watchEndTxn()
	co := wo.config()
	co.SessionTimeout, co.TransactionTimeout = 3*time.Second, 2900*time.Millisecond
	clock := newWallClock(day0)
	one := wo.start(co, WithClock(clock.now))
	one.ready(0, 1)
	other := co
	other.Instance, other.State = "p1", t.TempDir()
	two := wo.start(other, WithClock(clock.now))
	wo.await("the partitions to be shared", func() bool {
		tasks1, _ := one.statuses.list()
		tasks2, _ := two.statuses.list()
		return len(tasks1) == 1 && len(tasks2) == 1
	})
	events := append(visits("acme", "ann", day0, time.Minute, 3), visits("bolt", "bob", day0, time.Minute, 3)...)
	wo.publishEvents(inOrder(events)...)
	clock.advance(time.Hour)
	wo.intentsCome(6)
	one.halt()
	two.halt()
	if got := one.metric("transaction_resolves_total") + two.metric("transaction_resolves_total"); got != 0 || ends.aborts.Load() != 0 {
		t.Errorf("%v transactions were not committed at once, %d aborted", got, ends.aborts.Load())
	}
	wo.wantKeys(expected(events, day0))
}

// TestEndDoesNotHangWhenTheHeartbeatsHaveEnded is rule 6 and row 6: the heartbeat loop ends with an error while the
// batch is being committed. End then waits for the lost callback, and that for AllowRebalance.
func TestEndDoesNotHangWhenTheHeartbeatsHaveEnded(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	var failing, lost atomic.Bool
	wo.control(kmsg.Heartbeat, func(kreq kmsg.Request) reply {
		if !failing.Load() {
			return pass
		}
		resp := kreq.ResponseKind().(*kmsg.HeartbeatResponse)
		resp.ErrorCode = kerr.UnknownMemberID.Code
		lost.Store(true)
		return reply{response: resp, handled: true}
	})
	co := wo.config()
	co.SessionTimeout, co.TransactionTimeout = 3*time.Second, 2900*time.Millisecond
	clock := newWallClock(day0)
	ru := wo.start(co, WithClock(clock.now))
	ru.ready(0)
	held, release := ru.holdProduce()
	wo.publishEvents(visits("acme", "ann", day0, time.Minute, 1)...)
	<-held
	failing.Store(true)
	wo.await("the heartbeats to end", lost.Load)
	close(release)
	failing.Store(false)
	events := visits("acme", "ann", day0, time.Minute, 3)
	wo.publishEvents(events[1:]...)
	clock.advance(time.Hour)
	wo.intentsCome(3)
	ru.halt()
	wo.wantKeys(expected(events, day0))
	wo.wantSequences()
}

// TestTwoLanesShareThePartitions: each lane is a member of its own with a transactional id of its own.
func TestTwoLanesShareThePartitions(t *testing.T) {
	wo := newWorld(t, 4, testBundle)
	var events []event
	for _, account := range []string{"acme", "bolt", "cord", "dune", "echo", "fern", "gust", "hill"} {
		events = append(events, visits(account, "ann", day0, quietAfter/2, 4)...)
	}
	events = inOrder(events)
	wo.publishEvents(events...)
	until := day0.AddDate(0, 0, 10)
	ids := map[string]bool{}
	wo.control(kmsg.EndTxn, func(kreq kmsg.Request) reply {
		ids[kreq.(*kmsg.EndTxnRequest).TransactionalID] = true // controls run one at a time
		return pass
	})
	co := toEnd(wo.config(), until)
	co.Lanes, co.MaxBatch = 2, 5
	wo.start(co).finish()
	wo.wantKeys(expected(events, until))
	wo.wantSequences()
	if len(ids) != 2 || !ids["holdfast-processor-p0-0"] || !ids["holdfast-processor-p0-1"] {
		t.Errorf("transactional ids: %v", ids)
	}
}

// TestASecondProcessWithTheSameInstanceIsNamed: two live processes with one name would fence each other for ever.
func TestASecondProcessWithTheSameInstanceIsNamed(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	one := wo.start(wo.config())
	one.ready(0)
	two := wo.start(wo.config())
	wo.await("one of them to end", func() bool {
		select {
		case <-one.ended:
			return true
		case <-two.ended:
			return true
		default:
			return false
		}
	})
	loser := one
	select {
	case <-two.ended:
		loser = two
	default:
	}
	loser.fails(`instance "p0"`, "--instance", "--state")
}

// TestTheGroupMustAssignAPartitionWhole: a member of the group with other inputs would split an account.
func TestTheGroupMustAssignAPartitionWhole(t *testing.T) {
	la := &lane{proc: &Processor{config: DefaultConfig()}, session: &session{inputs: []string{"a", "b"}}}
	got, err := la.wholePartitions(groupEvent{partitions: map[string][]int32{"a": {1, 0}, "b": {0, 1}}})
	if err != nil || len(got) != 2 || got[0] != 0 || got[1] != 1 {
		t.Errorf("whole partitions: %v, %v", got, err)
	}
	_, err = la.wholePartitions(groupEvent{partitions: map[string][]int32{"a": {0, 1}, "b": {0}}})
	if err == nil {
		t.Fatal("half a partition was accepted")
	}
	wantText(t, err.Error(), "partition 1", "1 of 2 inputs", "must read the same topics")
}

// TestAStopDoesNotWaitForBrokersForEver: the brokers went away in the middle of a transaction, and the process is told to
// stop. What it computed is lost, as in a crash, and the next process computes it again.
func TestAStopDoesNotWaitForBrokersForEver(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	clock := newWallClock(day0)
	ru := wo.start(wo.config(), WithClock(clock.now))
	ru.ready(0)
	held, release := ru.holdProduce()
	events := visits("acme", "ann", day0, time.Minute, 2)
	wo.publishEvents(events...)
	<-held
	ru.network.cut()
	close(release)
	ru.stop()
	if err := ru.wait(); err != nil {
		t.Errorf("run: %v", err)
	}
	until := day0.AddDate(0, 0, 9)
	wo.runToEnd(until)
	wo.wantKeys(expected(events, until))
	wo.wantSequences()
}

// TestAStaticRestartMovesNothing: a process that is back within the session timeout finds its partitions as they were, and
// nobody else is asked to give anything up.
func TestAStaticRestartMovesNothing(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	clock := newWallClock(day0)
	co := wo.config()
	one := wo.start(co, WithClock(clock.now))
	one.ready(0, 1)
	other := wo.config()
	other.Instance = "p1"
	other.SessionTimeout, other.TransactionTimeout = 3*time.Second, 2900*time.Millisecond
	two := wo.start(other, WithClock(clock.now))
	shared := func() bool {
		tasks1, _ := one.statuses.list()
		tasks2, _ := two.statuses.list()
		return len(tasks1) == 1 && len(tasks2) == 1
	}
	wo.await("the partitions to be shared", shared)
	before := one.metric("rebalances_total")
	two.halt()
	two = wo.start(other, WithClock(clock.now))
	wo.await("the partitions to be as before", shared)
	if got := two.metric("restore_records_total"); got != 0 {
		t.Errorf("%v changelog records were read again", got)
	}
	events := append(visits("acme", "ann", day0, time.Minute, 3), visits("bolt", "bob", day0, time.Minute, 3)...)
	wo.publishEvents(inOrder(events)...)
	clock.advance(time.Hour)
	wo.intentsCome(6)
	if after := one.metric("rebalances_total"); after != before {
		t.Errorf("%v group events reached the process that went on", after-before)
	}
	one.halt()
	two.halt()
	wo.wantKeys(expected(events, day0))
	wo.wantSequences()
}

package processor

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"holdfast/schemas"
)

// stopAt holds a lane where it logs a message for the first time, until release is closed.
func stopAt(message string) (option Option, reached, release chan struct{}) {
	reached, release = make(chan struct{}), make(chan struct{})
	var once atomic.Bool
	hook := zap.Hooks(func(entry zapcore.Entry) error {
		if entry.Message == message && once.CompareAndSwap(false, true) {
			close(reached)
			<-release
		}
		return nil
	})
	return func(pr *Processor) { pr.log = pr.log.WithOptions(hook) }, reached, release
}

// TestATaskEndsWhenItsRevocationIsSwallowed: the session tells of one revocation between two Ends. A member that misses
// the second one still has a task that it does not own, with a generation that the coordinator takes.
func TestATaskEndsWhenItsRevocationIsSwallowed(t *testing.T) {
	wo := newWorld(t, 4, testBundle)
	co := wo.config()
	co.SessionTimeout, co.TransactionTimeout = 3*time.Second, 2900*time.Millisecond
	clock := newWallClock(day0)
	member := func(instance string, options ...Option) *running {
		own := co
		own.Instance, own.State = instance, t.TempDir()
		return wo.start(own, append(options, WithClock(clock.now))...)
	}
	option, reached, release := stopAt("task runs")
	last := member("z", option)
	<-reached // between two polls: nothing holds back the group
	member("a").ready(0, 1)
	member("b").ready(2)
	close(release)
	wo.await("the third member to have its task", func() bool {
		_, lanes := last.statuses.list()
		return len(lanes) == 1 && len(lanes[0].Restoring) == 0 && last.statuses.has(3)
	})
	for partition := range int32(3) {
		if last.statuses.has(partition) {
			t.Errorf("the member still runs partition %d, which it has lost", partition)
		}
	}
}

// TestTheLastRecordOfABacklogIsFoldedFirst: with it the input is read to its end, and the clock may follow the wall. But
// who has come back within the lateness must not be called quiet by the record that says so.
func TestTheLastRecordOfABacklogIsFoldedFirst(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	gone, back := login("1", "acme", "ann", day0), login("2", "acme", "ann", day0.Add(quietAfter+5*time.Minute))
	wo.publishEvents(gone, back)
	ru := wo.start(wo.config(), WithClock(newWallClock(back.at.Add(24*time.Hour)).now))
	ru.clockPast(0, back.at.Add(23*time.Hour))
	ru.halt()
	wo.wantKeys([]string{helloKey(gone), helloKey(back)})
}

// TestTimersBeforeAnEventAreBounded: an event that comes after a long silence makes many timers due. No transaction fires
// more than its limit, and none of them is lost.
func TestTimersBeforeAnEventAreBounded(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	var events []event
	for _, user := range []string{"ann", "bob", "cat", "dan", "eve"} {
		events = append(events, login(user, "acme", user, day0))
	}
	events = append(events, login("late", "bolt", "fay", day0.AddDate(0, 0, 10)))
	wo.publishEvents(events...)
	until := day0.AddDate(0, 0, 10).Add(time.Hour)
	co := toEnd(wo.config(), until)
	co.TimersPerBatch = 2
	wo.start(co).finish()
	wo.wantKeys(expected(events, until))
	for _, ma := range wo.wantSequences() {
		if ma.Timers > int64(co.TimersPerBatch) {
			t.Errorf("transaction %d fired %d timers, the limit is %d", ma.Sequence, ma.Timers, co.TimersPerBatch)
		}
	}
}

// TestOffsetsAreOfTheGenerationThatGaveTheTasks: a member that has not heard of a new generation has no say in it.
func TestOffsetsAreOfTheGenerationThatGaveTheTasks(t *testing.T) {
	la := &lane{generation: 3}
	tasks := []*task{{partition: 2, inputs: []*input{{topic: "a", next: 7}}}}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.Generation = 4
	err := la.enter(req, tasks)
	if err == nil || len(req.Topics) != 0 {
		t.Fatalf("offsets of generation 3 entered generation 4: %v", req.Topics)
	}
	wantText(t, err.Error(), "generation 4", "are of 3")
	req.Generation = 3
	if err := la.enter(req, tasks); err != nil || len(req.Topics) != 1 {
		t.Errorf("offsets of the own generation: %v, %v", req.Topics, err)
	}
}

// TestAnEmptyPartitionOfAnotherProcessIsDone: without `until` a task that reads nothing commits nothing, and the others
// must not wait for that.
func TestAnEmptyPartitionOfAnotherProcessIsDone(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	account := "acme"
	for schemas.PartitionOf(account, 2) != 1 { // the second process gets partition 1
		account += "e"
	}
	first := login("1", account, "ann", day0)
	co := wo.config()
	co.Clock = "event"
	co.SessionTimeout, co.TransactionTimeout = 3*time.Second, 2900*time.Millisecond
	one := wo.start(co)
	one.ready(0, 1)
	other := co
	other.Instance, other.State, other.ExitWhenDone = "p1", t.TempDir(), true
	wo.publishEvents(first)
	wo.await("the record to be processed", func() bool { ts, _ := one.status(1); return ts.Sequence == 1 })
	wo.start(other).finish()
	one.halt()
	wo.wantSequences()
}

// TestAnOffsetThatAnOperatorSetIsObeyedForward: it is what the message about lost records says to do.
func TestAnOffsetThatAnOperatorSetIsObeyedForward(t *testing.T) {
	for _, tc := range []struct {
		set  int64
		want []int // of the visits
	}{{2, []int{0, 2}}, {0, []int{0, 1, 2}}} {
		t.Run(fmt.Sprintf("to %d", tc.set), func(t *testing.T) {
			wo := newWorld(t, 1, testBundle)
			events := visits("acme", "ann", day0, time.Minute, 3)
			clock := newWallClock(day0.Add(time.Hour))
			co := wo.config()
			wo.publishEvents(events[0])
			one := wo.start(co, WithClock(clock.now))
			wo.intentsCome(1)
			one.halt()
			wo.expel(co, "p0-0")
			set := kadm.Offsets{}
			set.AddOffset(wo.topics.UserActions, 0, tc.set, -1)
			if err := wo.admin.CommitAllOffsets(wo.ctx, co.group(), set); err != nil {
				t.Fatal(err)
			}
			wo.publishEvents(events[1:]...)
			two := wo.start(co, WithClock(clock.now))
			wo.intentsCome(len(tc.want))
			two.halt()
			var want []string
			for _, i := range tc.want {
				want = append(want, helloKey(events[i]))
			}
			wo.wantKeys(want)
		})
	}
}

// TestDurationsThatCannotWorkAreRefused: with a negative grace the clock runs ahead of what is proven, and without a
// deadline every restore fails at once.
func TestDurationsThatCannotWorkAreRefused(t *testing.T) {
	co := DefaultConfig()
	co.Grace, co.StopGrace, co.RestoreDeadline = -time.Second, -time.Second, 0
	wantText(t, co.Validate().Error(), "grace: got -1s", "stop_grace: got -1s", "restore_deadline: got 0s")
}

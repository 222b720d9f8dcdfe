package processor

import (
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
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

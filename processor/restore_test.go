package processor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"holdfast/state"
)

// digest sums up the subjects of state folders of processes that have ended.
func digest(t *testing.T, dirs ...string) string {
	t.Helper()
	digests, err := state.DigestDirs(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, pd := range digests {
		if pd.Restoring {
			t.Errorf("partition %d was left in the middle of a restore", pd.Partition)
		}
		text += fmt.Sprintf("%d: %d subjects, transaction %d, %x\n", pd.Partition, pd.Subjects, pd.Sequence, pd.SHA256)
	}
	return text
}

// copyDir copies the state of a process that has ended: what a disk looks like that was restored from a backup.
func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "state")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// forget deletes the group: its offsets have expired.
func (wo *world) forget(group string) {
	wo.t.Helper()
	if _, err := wo.admin.DeleteGroup(wo.ctx, group); err != nil {
		wo.t.Fatal(err)
	}
}

// twoHalves is a world whose first half has been processed by a process that ended gracefully.
type twoHalves struct {
	*world
	events []event
	first  Config // of the first process
	until  time.Time
}

func newTwoHalves(t *testing.T, partitions int32) *twoHalves {
	t.Helper()
	th := &twoHalves{world: newWorld(t, partitions, testBundle), until: day0.AddDate(0, 0, 20)}
	for _, account := range []string{"acme", "bolt", "cord"} {
		th.events = append(th.events, visits(account, "ann", day0, quietAfter/3, 8)...)
		th.events = append(th.events, visits(account, "bob", day0, quietAfter*3/2, 4)...)
	}
	th.events = inOrder(th.events)
	half := len(th.events) / 2
	th.publishEvents(th.events[:half]...)
	th.first = th.config()
	th.first.Clock, th.first.ExitWhenDone, th.first.MaxBatch = "event", true, 5
	th.start(th.first).finish()
	th.publishEvents(th.events[half:]...)
	return th
}

// second is a process that reads the rest.
func (th *twoHalves) second(stateDir, instance string) Config {
	co := toEnd(th.config(), th.until)
	co.State, co.Instance = stateDir, instance
	return co
}

// check compares with the oracle.
func (th *twoHalves) check() {
	th.t.Helper()
	th.wantKeys(expected(th.events, th.until))
	th.wantSequences()
}

// TestAGracefulStopLeavesNothingToRestore: the last checkpoint is of the last transaction.
func TestAGracefulStopLeavesNothingToRestore(t *testing.T) {
	th := newTwoHalves(t, 2)
	ru := th.start(th.second(th.first.State, "p0"))
	ru.finish()
	if got := ru.metric("restore_records_total"); got != 0 {
		t.Errorf("%v changelog records were read again", got)
	}
	th.check()
}

// TestTakeoverFromTheChangelog: another process without any state goes on where the first one ended, and ends in the
// same state as one that was never interrupted.
func TestTakeoverFromTheChangelog(t *testing.T) {
	th := newTwoHalves(t, 2)
	heir := th.second(t.TempDir(), "p1")
	ru := th.start(heir)
	ru.finish()
	if got := ru.metric("restore_records_total"); got == 0 {
		t.Error("nothing was read from the changelog")
	}
	th.check()
	whole := newPlain(t, 2, th.events, th.until)
	if got := digest(t, heir.State); subjectsOf(got) != subjectsOf(whole) {
		t.Errorf("state after the takeover:\n%swithout one:\n%s", got, whole)
	}
}

// newPlain runs the events in one piece in a world of their own and returns the digest of the state.
func newPlain(t *testing.T, partitions int32, events []event, until time.Time) string {
	t.Helper()
	wo := otherWorld(t, partitions, testBundle)
	wo.publishEvents(events...)
	co := toEnd(wo.config(), until)
	wo.start(co).finish()
	return digest(t, co.State)
}

// subjectsOf leaves the transaction numbers out: how many there were depends on the batches.
func subjectsOf(digests string) string {
	var kept []string
	for _, line := range strings.Split(digests, "\n") {
		before, after, _ := strings.Cut(line, ", transaction ")
		_, hash, _ := strings.Cut(after, ", ")
		kept = append(kept, before+" "+hash)
	}
	return strings.Join(kept, "\n")
}

// TestLocalStateBehindReadsTheTail: only what the local state lacks is read from the changelog.
func TestLocalStateBehindReadsTheTail(t *testing.T) {
	th := newTwoHalves(t, 1)
	backup := copyDir(t, th.first.State)
	th.start(th.second(th.first.State, "p0")).finish()
	th.check()
	all := len(th.read(th.topics.Changelog))
	again := th.start(th.second(backup, "p0"))
	again.finish()
	if got := int(again.metric("restore_records_total")); got == 0 || got >= all {
		t.Errorf("%d of %d changelog records were read, want the tail only", got, all)
	}
	th.check()
	if got, want := digest(t, backup), digest(t, th.first.State); subjectsOf(got) != subjectsOf(want) {
		t.Errorf("restored state:\n%swant:\n%s", got, want)
	}
}

// TestResumeFromTheTaskRecordWithoutOffsets is H8: group offsets expire after a week; the task record knows the inputs'
// positions as well.
func TestResumeFromTheTaskRecordWithoutOffsets(t *testing.T) {
	for _, tc := range []struct {
		name  string
		local bool
	}{{"with local state", true}, {"from the changelog alone", false}} {
		t.Run(tc.name, func(t *testing.T) {
			th := newTwoHalves(t, 2)
			th.forget(th.first.group())
			co := th.second(t.TempDir(), "p1")
			if tc.local {
				co.State = th.first.State
			}
			th.start(co).finish()
			th.check()
		})
	}
}

// TestRestoreIsBoundedByTheLogEnd is H5 and 2.6.4: the metadata is lost, and a crashed writer's transaction hides the
// newest committed transactions of the changelog. A restore up to the last stable offset would succeed with old state.
func TestRestoreIsBoundedByTheLogEnd(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	events := visits("acme", "ann", day0, quietAfter/2, 6)
	wo.publishEvents(events[:3]...)
	co := wo.config()
	co.Clock, co.ExitWhenDone = "event", true
	wo.start(co).finish()
	hanging := wo.openTransaction(wo.topics.Changelog, 0, "crashed")
	wo.publishEvents(events[3:]...)
	wo.start(co).finish()
	wo.forget(co.group())

	until := day0.AddDate(0, 0, 10)
	heir := toEnd(co, until)
	heir.State = t.TempDir()
	fetches := wo.requests(kmsg.Fetch)
	ru := wo.start(heir)
	wo.await("the restore to wait for the open transaction", func() bool { return restores(ru) && fetches.Load() > 3 })
	if _, runs := ru.status(0); runs {
		t.Fatal("the task runs although committed records of its changelog are hidden")
	}
	wo.end(hanging, kgo.TryAbort)
	ru.finish()
	wo.wantKeys(expected(events, until))
	wo.wantSequences()
}

func restores(ru *running) bool {
	_, lanes := ru.statuses.list()
	for _, ls := range lanes {
		if len(ls.Restoring) > 0 {
			return true
		}
	}
	return false
}

// TestNothingIsReadBeforeTheRestoreEnds is rule 11: partitions are paused when they are assigned. The restore is held up
// by an open transaction, and records are waiting.
func TestNothingIsReadBeforeTheRestoreEnds(t *testing.T) {
	th := newTwoHalves(t, 1)
	hanging := th.openTransaction(th.topics.Changelog, 0, "crashed")
	th.forget(th.first.group())
	ends, fetches := th.watchEndTxn(), th.requests(kmsg.Fetch)
	ru := th.start(th.second(t.TempDir(), "p1"))
	th.await("the restore to wait", func() bool { return restores(ru) && fetches.Load() > 3 })
	if ends.commits.Load() != 0 || ru.metric("sessions_lost_total") != 0 {
		t.Errorf("%d transactions, %v sessions lost before the task was restored", ends.commits.Load(), ru.metric("sessions_lost_total"))
	}
	th.end(hanging, kgo.TryAbort)
	ru.finish()
	if got := ru.metric("sessions_lost_total"); got != 0 {
		t.Errorf("%v sessions were lost", got)
	}
	th.check()
}

// TestARestoreWithoutProgressSaysWhy: no silent hang (2.6.4).
func TestARestoreWithoutProgressSaysWhy(t *testing.T) {
	th := newTwoHalves(t, 1)
	th.openTransaction(th.topics.Changelog, 0, "crashed")
	th.forget(th.first.group())
	clock := newWallClock(day0)
	fetches := th.requests(kmsg.Fetch)
	ru := th.start(th.second(t.TempDir(), "p1"), WithClock(clock.now))
	th.await("the restore to wait", func() bool { return restores(ru) && fetches.Load() > 3 })
	clock.advance(4 * time.Minute)
	ru.fails("restore partition 0", "no progress", "truncated", "never ended")
}

// TestATruncatedChangelogIsRefused: the group has committed a transaction that the changelog no longer has.
func TestATruncatedChangelogIsRefused(t *testing.T) {
	th := newTwoHalves(t, 1)
	ends, err := th.admin.ListEndOffsets(th.ctx, th.topics.Changelog)
	if err != nil {
		t.Fatal(err)
	}
	end, _ := ends.Lookup(th.topics.Changelog, 0)
	if err := th.broker.Cluster().DeleteRecords(th.topics.Changelog, 0, end.Offset); err != nil {
		t.Fatal(err)
	}
	th.start(th.second(t.TempDir(), "p1")).fails("restore partition 0", "without transaction", "truncated")
}

// TestLocalStateAheadIsRefused: the brokers lost data, or the state belongs elsewhere. Only an operator may drop it.
func TestLocalStateAheadIsRefused(t *testing.T) {
	for _, tc := range []struct {
		name     string
		lose     func(*twoHalves) // what happens to the brokers
		sequence int64            // that they know of afterwards
	}{
		{"offsets of an older transaction", func(th *twoHalves) { th.rewindGroup(2) }, 2},
		{"another cluster", func(th *twoHalves) { th.replaceWorld() }, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			th := newTwoHalves(t, 1)
			tc.lose(th)
			co := th.second(th.first.State, "p0")
			th.start(co).fails("restore partition 0", "the local state is at transaction", "--accept-rewind", "--state")
			co.AcceptRewind = true
			ru := th.start(co)
			ru.finish()
			if runs := ru.logs.FilterMessage("task runs").All(); len(runs) != 1 || runs[0].ContextMap()["sequence"] != tc.sequence {
				t.Errorf("the task began at %v, want transaction %d", runs, tc.sequence)
			}
		})
	}
}

// rewindGroup gives the group the offsets of an earlier transaction, as a broker has them that was restored from an old
// snapshot.
func (th *twoHalves) rewindGroup(sequence int64) {
	th.t.Helper()
	record := th.taskRecords()[0][sequence-1]
	offsets := kadm.Offsets{}
	for _, po := range record.Positions {
		offsets.Add(kadm.Offset{Topic: po.Topic, Partition: 0, At: po.Offset, LeaderEpoch: -1, Metadata: mark{sequence: sequence, nonce: "old", attempt: 1}.String()})
	}
	if err := th.admin.CommitAllOffsets(th.ctx, th.first.group(), offsets); err != nil {
		th.t.Fatal(err)
	}
}

// replaceWorld gives the test an empty cluster.
func (th *twoHalves) replaceWorld() {
	th.t.Helper()
	th.world = otherWorld(th.t, th.partitions, testBundle)
	th.publishEvents(th.events...)
}

// TestLocalStateThatIsTooOldIsRebuilt: the changelog keeps tombstones for a week; older local state could revive what was
// erased.
func TestLocalStateThatIsTooOldIsRebuilt(t *testing.T) {
	th := newTwoHalves(t, 1)
	clock := newWallClock(time.Now().Add(8 * 24 * time.Hour))
	ru := th.start(th.second(th.first.State, "p0"), WithClock(clock.now))
	ru.finish()
	if got := ru.metric("restore_records_total"); got == 0 {
		t.Error("nothing was read from the changelog")
	}
	if ru.logs.FilterMessageSnippet("older than what the changelog keeps").Len() != 1 {
		t.Error("it was not said")
	}
	th.check()
}

// TestLostInputStopsTheLane is 3.15 and H2: records that were not processed are gone. Nothing is skipped silently.
func TestLostInputStopsTheLane(t *testing.T) {
	th := newTwoHalves(t, 1)
	if err := th.broker.Cluster().DeleteRecords(th.topics.UserActions, 0, int64(len(th.events)-1)); err != nil {
		t.Fatal(err)
	}
	before := len(th.manifests())
	ru := th.start(th.second(th.first.State, "p0"))
	ru.fails(th.topics.UserActions+"/0", "are gone", "Nothing was skipped")
	if got := ru.metric("input_data_loss_total", th.topics.UserActions); got != 1 {
		t.Errorf("data losses counted: %v", got)
	}
	for _, ma := range th.manifests()[before:] { // one that only says that old subjects were judged is fine
		if in := ma.Inputs[3]; in.FromOffset != in.ToOffset {
			t.Errorf("transaction %d read beyond the loss: %d to %d", ma.Sequence, in.FromOffset, in.ToOffset)
		}
	}
}

// TestALowerRevisionIsRefused: a rolling deploy must not flap between two bundles.
func TestALowerRevisionIsRefused(t *testing.T) {
	wo := newWorld(t, 1, strings.Replace(testBundle, "revision: 1", "revision: 7", 1))
	events := visits("acme", "ann", day0, quietAfter/2, 4)
	wo.publishEvents(events[:2]...)
	co := wo.config()
	co.Clock, co.ExitWhenDone = "event", true
	wo.start(co).finish()
	wo.writeBundle(strings.Replace(testBundle, "revision: 1", "revision: 6", 1))
	wo.publishEvents(events[2:]...)
	until := day0.AddDate(0, 0, 10)
	co = toEnd(co, until)
	wo.start(co).fails("revision 7", "revision 6", "--accept-lower-revision")
	co.AcceptLowerRevision = true
	wo.start(co).finish()
	wo.wantKeys(expected(events, until))
}

// TestAStateFolderHasOneProcess is part of bad input: the second process says who is wrong.
func TestAStateFolderHasOneProcess(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	co := wo.config()
	one := wo.start(co)
	one.ready(0)
	wo.start(co).fails(co.State)
	one.halt()
}

// TestOffsetsOfAnotherProgramAreRefused: someone else commits in our group.
func TestOffsetsOfAnotherProgramAreRefused(t *testing.T) {
	for _, tc := range []struct {
		name, metadata string
		topics         int
		want           string
	}{
		{"foreign metadata", "consumer-7", 5, `"consumer-7" is not ours`},
		{"marks that differ", mark{sequence: 1, nonce: "x", attempt: 1}.String(), 1, "different marks"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			th := newTwoHalves(t, 1)
			offsets := kadm.Offsets{}
			for _, topic := range (&Processor{config: th.first}).inputTopics()[:tc.topics] {
				offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: 0, LeaderEpoch: -1, Metadata: tc.metadata})
			}
			if err := th.admin.CommitAllOffsets(th.ctx, th.first.group(), offsets); err != nil {
				t.Fatal(err)
			}
			th.start(th.second(th.first.State, "p0")).fails(tc.want, "does another program commit in")
		})
	}
}

//go:build mutants

package processor

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A rule without a test that fails when the rule is gone is a wish. Each mutant takes one rule out of a copy of one file;
// the test that stands for the rule must then fail. `make mutants` runs them all and prints the table.

// mutant is a rule and how to remove it.
type mutant struct {
	rule     string
	file     string // from this folder
	old, new string // old must be there exactly once
	test     string // the test that must fail, behind its folder if that is another one
}

var mutants = []mutant{
	{"every transaction has a manifest (rule 5, row 3)", "wire.go",
		"wi.records = append(wi.records, wi.record(wi.topics.Manifest", "_ = append(wi.records, wi.record(wi.topics.Manifest",
		"TestEveryTransactionCommitsEveryInput"},
	{"the offset gate, also of transactions that only fire timers (rule 5, row 18)", "txn.go",
		"\tgate(req, tasks)\n", "\tif len(req.Topics) > 0 {\n\t\tgate(req, tasks)\n\t}\n", "TestAZombieTimerDoesNotCommit"},
	{"the gate has every input (row 2)", "attempt.go",
		"\t\t\tentry := kmsg", "\t\t\tif in.from == in.next {\n\t\t\t\tcontinue\n\t\t\t}\n\t\t\tentry := kmsg", "TestEveryTransactionCommitsEveryInput"},
	{"the gate commits the task's own positions", "attempt.go",
		"ta.partition, in.next, -1, kmsg", "ta.partition, in.next+int64(in.held()), -1, kmsg", "TestInputsAreMergedByEventTime"},
	{"offsets carry the mark of their transaction (rule 4, row 4)", "attempt.go",
		"kmsg.StringPtr(ta.attempt)", `kmsg.StringPtr("")`, "TestMarkManifestAndTaskRecordAgree"},
	{"marks are unique per process (row 11)", "attempt.go",
		"markVersion, ma.sequence, ma.nonce,", `markVersion, ma.sequence, "",`, "TestDecideByTheWholeMark"},
	{"a join waits for the transaction: BlockRebalanceOnPoll (rule 6)", "session.go",
		"kgo.Balancers(kgo.RangeBalancer()), kgo.BlockRebalanceOnPoll(),", "kgo.Balancers(kgo.RangeBalancer()),", "TestAJoinDuringATransactionWaits"},
	{"every turn allows rebalances (rule 6)", "lane.go",
		"\tdefer la.session.AllowRebalance()\n\tif err := la.handleGroup", "\tif err := la.handleGroup", "TestNoTransactionIsAbortedForAPastRebalance"},
	{"the watchdog of End (rule 6, row 6)", "txn.go",
		"const watchdogAfter = 2 * time.Second", "const watchdogAfter = time.Hour", "TestEndDoesNotHangWhenTheHeartbeatsHaveEnded"},
	{"the revoked flag is cleared (rule 7, row 25)", "lane.go",
		"if err := la.session.clearRevoked(ctx); err != nil {", "if err := ctx.Err(); err != nil {", "TestNoTransactionIsAbortedForAPastRebalance"},
	{"what End does not report committed is resolved (rule 8, row 9)", "txn.go",
		"err = la.txnResolve(ctx, tasks, produced, err)", "err = la.txnAbort(ctx, tasks)", "TestAnEndThatIsNotReportedCommitted/unknown_error,_applied$"},
	// Not here: to decide without settling (row 12). Offsets of a transaction that is not settled are unstable, which leads
	// to the next session too: the rule is guarded twice, and taking one guard away changes nothing that can be seen.
	{"what cannot be settled here is left to the next session", "txn.go",
		"case stuckProducer(err):", "case false:", "TestNothingIsDecidedBeforeItIsSettled"},
	{"a session that is refused its producer id makes way for another", "session.go",
		"if stuckProducer(err) && !fatalKafka(err) {", "if false {", "TestAProducerIDThatIsRefusedOnceIsAskedForAgain"},
	{"committed and usable are two answers (row 10)", "txn.go",
		"return false, nil // the epoch", "return true, nil // the epoch", "TestCommittedAndUsableAreTwoAnswers"},
	{"a failed produce is never committed (rule 9, H3)", "txn.go",
		"\treturn po.err\n", "\treturn nil\n", "TestAFailedProduceIsNeverCommitted"},
	{"records that are not committed are not written over", "slab.go",
		"if !rs.reusable {", "if rs.texts.piece == 0 {", "TestRecordsThatAreNotCommittedStayAsTheyAre"},
	{"a lane that cannot produce gives up", "txn.go",
		"la.produceFailures > produceTries", "la.produceFailures < 0", "TestARecordThatCanNeverBeProducedEndsTheLane"},
	{"partitions are paused until restored (rule 11)", "session.go",
		"\tcl.PauseFetchPartitions(partitions)", "\t_ = cl", "TestNothingIsReadBeforeTheRestoreEnds"},
	{"ProducerID at the start of a session (rule 12, row 16)", "session.go",
		"\tif err := la.takeOver(ctx, se); err != nil {", "\tif err := ctx.Err(); err != nil {", "TestASessionBeginsWithItsProducerID"},
	{"offsets are read stable (row 5)", "resolve.go",
		"pr.admin.FetchOffsets(kadm.RequireStable(ctx), pr.config.group())", "pr.admin.FetchOffsets(ctx, pr.config.group())", "TestTakeoverWaitsForAnOpenTransaction"},
	{"a restore is bounded by the log end (H5)", "topics.go",
		"ends, err := pr.admin.ListEndOffsets(ctx, topic)", "ends, err := pr.admin.ListCommittedOffsets(ctx, topic)", "TestRestoreIsBoundedByTheLogEnd"},
	{"a restore reads up to the mark", "restore.go",
		"case !ok && bound.sequence == 0 && bound.start == bound.end:", "case !ok:", "TestTakeoverFromTheChangelog"},
	{"the task record knows the positions (H8)", "saved.go",
		"in.next, in.highest = po.Offset, po.HighestEventTime", "in.highest = po.HighestEventTime", "TestResumeFromTheTaskRecordWithoutOffsets"},
	{"local state ahead is refused (2.5)", "local.go",
		"case la.proc.config.AcceptRewind:", "case la.proc.config.AcceptRewind || true:", "TestLocalStateAheadIsRefused"},
	{"a newest transaction that was taken back is seen (8, 2.4)", "local.go",
		"case or.before == bound.mark && local.ChangelogNext <= bound.end:", "case false:", "TestLocalStateIsJudgedByItsTransactions"},
	{"only the committed transaction gets its markers", "markproof.go",
		"markOf(rec) == mark", "true", "TestMissingMarkersOfACommittedTransactionAreWritten"},
	{"a session begins with nothing open that a broker forgot", "session.go",
		"err := la.endOwn(ctx, se)", "err := ctx.Err()", "TestASessionBeginsWithNothingOpen"},
	{"nothing is open after an abort", "txn.go",
		"if err := la.endOwn(ctx, la.session); err != nil {", "if err := ctx.Err(); err != nil {", "TestATransactionThatDidNotCommitIsOverBeforeTheNext/aborted$"},
	{"nothing is open after a doubt", "resolve.go",
		"if err := la.endOwn(ctx, la.session); err != nil {", "if err := ctx.Err(); err != nil {", "TestATransactionThatDidNotCommitIsOverBeforeTheNext/in_doubt$"},
	{"a broker that comes back is asked before it is written to", "session.go",
		"again.joined.Store(true)", "again.joined.Store(false)", "TestABrokerThatComesBackIsAskedBeforeItIsWrittenTo"},
	{"offsets that stay unstable are looked into", "resolve.go",
		"pr.now().Sub(looked) > hangingAfter", "false", "TestOffsetsThatStayUnstableAreLookedInto"},
	{"a marker says how its transaction ended", "hanging.go",
		"Commit: end == endingCommit", "Commit: true", "TestMarkersThatABrokerForgotAreWritten/it_was_aborted$"},
	{"only what is still open after the log was read is ended", "hanging.go",
		"end == endingUnknown || !contains(before, op)", "end == endingUnknown", "TestMarkersThatABrokerForgotAreWritten/it_ended_while_the_log_was_read,_and_another_began$"},
	{"only our own transactions are ended", "hanging.go",
		`strings.HasPrefix(txn.TxnID, pr.config.App+"-")`, `strings.HasPrefix(txn.TxnID, "")`, "TestMarkersThatABrokerForgotAreWritten/it_is_somebody_else's$"},
	{"what the coordinator has under way is left to it", "hanging.go",
		" || underWay[txn.State]", "", "TestMarkersThatABrokerForgotAreWritten/the_coordinator_has_it_under_way$"},
	{"a decision counts when the coordinator has gone on", "txnlog.go",
		"\t\t\t\tdecided = endingAbort\n", "\t\t\t\tdecided, ended = endingAbort, endingCommit\n", "TestMarkersThatABrokerForgotAreWritten/the_log_has_it_under_way$"},
	{"a decision belongs to the epoch before it", "txnlog.go",
		"begun = step.ProducerEpoch == epoch", "begun = true", "TestTheTransactionLogSaysHowATransactionEnded"},
	{"a changelog of another history is noticed (row 11)", "restore.go",
		"or.before != rp.lastMark", "false", "TestAChangelogThatGoesOnFromAnotherTransactionIsNoticed"},
	{"state older than the tombstones is rebuilt (2.5)", "local.go",
		"case la.proc.tooOld(or):", "case false:", "TestLocalStateThatIsTooOldIsRebuilt"},
	{"a restore without progress says so (2.6)", "restore.go",
		"stuck > la.proc.config.RestoreDeadline", "stuck < 0", "TestARestoreWithoutProgressSaysWhy"},
	{"the error of a restore ends the lane", "group.go",
		"\tdelete(la.pending, re.partition) // also", "\t// also", "TestATruncatedChangelogIsRefused"},
	{"lost input is never skipped (H2, 3.15)", "session.go",
		"kgo.ConsumeResetOffset(kgo.NoResetOffset())", "kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())", "TestLostInputStopsTheLane"},
	{"inputs are read committed (3.14)", "session.go",
		"kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),", "kgo.KeepControlRecords(),", "TestTheEndOfAnInputCountsMarkers"},
	{"control records count for caught up (row 20)", "session.go",
		"kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),", "kgo.FetchIsolationLevel(kgo.ReadCommitted()),", "TestTheEndOfAnInputCountsMarkers"},
	{"the end of an input is the last stable offset (2.8)", "endproof.go",
		"ep.admin.ListCommittedOffsets(ctx", "ep.admin.ListEndOffsets(ctx", "TestAnOpenTransactionOnAnInputHoldsTheClock"},
	{"an input with backlog holds the live clock (2.8)", "clock.go",
		"case !in.proven():", "case !in.proven() && cl.mode == modeEvent:", "TestNoFalseAbsence"},
	{"an idle live clock follows the wall clock (2.8)", "clock.go",
		"low = min(low, in.asOf-cl.graceMillis)", "low = min(low, read)", "TestEveryTransactionCommitsEveryInput"},
	{"an event clock ends at until", "task.go",
		"rules.EndClock(ta.until)", "rules.EndClock(ta.until - 1)", "TestAnEventClockEndsWithItsEvents"},
	{"the future is clamped", "deadletter.go", "in.event.At = limit", "_ = limit", "TestTheFutureIsClamped"},
	{"heads are held until no input can bring an earlier one", "merge.go",
		"if first == nil || !ta.mayTake(first) {", "if first == nil {", "TestInputsAreMergedByEventTime"},
	{"profiles are read first", "align.go",
		"case in.kind != schemas.KindProfile && !ta.profilesRead, in.held() >= limit:", "case in.held() >= limit:", "TestProfilesAreReadFirst"},
	{"a failed record is taken back", "task.go", "\t\t\tta.part.Rollback()\n", "", "TestAPanickingRuleTakesTheRecordBack"},
	{"a failed timer is disarmed", "task.go",
		"if err := ta.guard(func() error { return ta.rules.Disarm(ref, fault.playbook, fault.step) }); err != nil {", "if err := error(nil); err != nil {", "TestAPanickingTimerIsDisarmed"},
	{"the wrong partition is a dead letter", "deadletter.go",
		"return avro.CheckPartition(ev, ta.partitions)", "return nil", "TestEveryBadRecordIsADeadLetterAndThePartitionGoesOn"},
	{"a poison that does not fit is named", "deadletter.go", "weight > maxValueBytes", "weight < 0", "TestAPoisonTooLargeForADeadLetter"},
	{"a lower revision is refused", "open.go",
		"ta.saved.record.BundleRevision <= ta.bundle.Revision", "true", "TestALowerRevisionIsRefused"},
	{"a fenced instance is named", "lane.go",
		"case errors.Is(fe.Err, kerr.FencedInstanceID):", "case false:", "TestASecondProcessWithTheSameInstanceIsNamed"},
	{"a stop does not wait for brokers for ever", "lane.go",
		"\t\tla.proc.wait(late, la.proc.config.StopGrace)\n\t\tcancel()\n", "", "TestAStopDoesNotWaitForBrokersForEver"},
	{"of several signals of a key the newest is written", "signals.go",
		"ne.keys[before] = \"\"", "_ = before", "TestOnlyTheNewestSignalOfAKeyIsWritten"},
	{"a receipt waits for what came before it", "merge.go",
		"if first.kind == schemas.KindProfile {", "if !first.holdsClock() {", "TestAReceiptWaitsForWhatCameBeforeIt"},
	{"duplicates change nothing and are counted", "../topology/operator/duplicate.go",
		"return len(ring) > 0 &&", "return len(ring) < 0 &&", "TestAReplayOfAWholeTopicSaysNothingNew"},
	{"no transaction names a bundle whose text is not kept", "processor.go",
		"if err := pr.keepBundle(ctx); err != nil {", "if err := ctx.Err(); err != nil {", "TestNoTransactionNamesABundleThatIsNotKept"},
	{"a silent input freezes its absences", "silence.go",
		"case !frozen && li.Silent:", "case false:", "TestADeadInputFreezesUntilItSpeaks"},
	{"a silent input that speaks is released", "silence.go",
		"case frozen && li.Total != ta.saved.totalOf(li.Input):", "case false:", "TestADeadInputFreezesUntilItSpeaks"},
	{"a restart remembers how long an input was silent", "silence.go",
		"known.SpokeAt = min(known.SpokeAt, li.SpokeAt)", "_ = li", "TestARestartRemembersWhatWasKnown"},
	{"what was frozen is let go evenly", "../topology/operator/freeze.go",
		`ready = max(ready, si.Until+spread("release", pa.identity(), si.Over))`, "ready = max(ready, si.Until)", "../topology/operator TestADeadSourceFreezesItsAbsences"},
	{"secrets are masked", "config.go", "masked.Registry = maskURL(co.Registry)", "", "TestPrintMasksSecrets"},
	{"a variable that names no key is refused", "config.go", `if key == "topics" || key == "heartbeats" || !hasKey(key) {`, `if key == "topics" {`, "TestBadCommandLines"},
}

// mutantPatience is how long a test of a mutant waits for what does not come.
const mutantPatience = "const patience = 4 * time.Second"

// TestMutants kills every mutant. The tests must pass first; one rule alone: -run 'TestMutants/gate'.
func TestMutants(t *testing.T) {
	if out, err := runTests(t, nil, "Test"); err != nil {
		t.Fatalf("the tests fail without any mutant: %v\n%s", err, tail(out))
	}
	var killed atomic.Int64
	t.Cleanup(func() { fmt.Printf("%d of %d mutants killed\n", killed.Load(), len(mutants)) })
	for _, mu := range mutants {
		t.Run(mu.rule, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			verdict := mu.judge(t)
			if verdict == "killed" {
				killed.Add(1)
			} else {
				t.Errorf("%s by %s", verdict, mu.test)
			}
			fmt.Printf("%-9s %-78s %-13s %5.1fs  %s\n", verdict, mu.rule, mu.file, time.Since(began).Seconds(), mu.test)
		})
	}
}

// judge runs the test of a mutant and says what became of it.
func (mu mutant) judge(t *testing.T) string {
	t.Helper()
	overlay, err := mu.apply(t)
	if err != nil {
		t.Fatal(err)
	}
	out, err := runTests(t, overlay, mu.test)
	switch {
	case strings.Contains(out, "no tests to run"):
		return "NO TEST"
	case err == nil:
		return "SURVIVED"
	case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
		t.Log(tail(out))
		return "NO BUILD"
	}
	return "killed"
}

// apply writes the mutated file into a folder of its own and returns what replaces what.
func (mu mutant) apply(t *testing.T) (map[string]string, error) {
	t.Helper()
	path, err := filepath.Abs(mu.file)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(text), mu.old); n != 1 {
		return nil, fmt.Errorf("the text to replace is %d times in %s, want once: %q", n, mu.file, mu.old)
	}
	mutated := filepath.Join(t.TempDir(), filepath.Base(mu.file))
	return map[string]string{path: mutated}, os.WriteFile(mutated, []byte(strings.Replace(string(text), mu.old, mu.new, 1)), 0o644)
}

// runTests runs tests of this package on the tree with some files replaced.
func runTests(t *testing.T, replace map[string]string, run string) (string, error) {
	t.Helper()
	folder, test, elsewhere := strings.Cut(run, " ")
	if !elsewhere {
		folder, test = ".", run
	}
	limit := "-timeout=3m" // all tests at once, on a loaded machine
	if replace != nil {
		limit = "-timeout=30s" // a mutant may hang
	}
	args := []string{"test", "-count=1", limit, "-run", test}
	if replace != nil {
		harness, err := filepath.Abs("harness_test.go")
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(harness)
		if err != nil {
			t.Fatal(err)
		}
		impatient := filepath.Join(t.TempDir(), "harness_test.go")
		if err := os.WriteFile(impatient, []byte(strings.Replace(string(text), "const patience = 60 * time.Second", mutantPatience, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		replace[harness] = impatient
		overlay, err := json.Marshal(map[string]any{"Replace": replace})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "overlay.json")
		if err := os.WriteFile(file, overlay, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-overlay", file)
	}
	out, err := exec.CommandContext(t.Context(), "go", append(args, folder)...).CombinedOutput()
	return string(out), err
}

func tail(out string) string { return out[max(0, len(out)-2000):] }

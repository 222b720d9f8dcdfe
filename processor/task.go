package processor

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/state"
	"holdfast/topology"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// task is the sole owner of one partition of all inputs: its clock, its state, its computation.
//
// Invariant: between transactions `saved` describes exactly what `part` has as committed state; begin starts from it,
// apply moves it on, discard goes back to it.
type task struct {
	partition        int32
	partitions       int32  // of every input
	app, codeVersion string // for the manifest
	bundle           *playbook.Bundle
	part             *state.Partition
	rules            *operator.Task
	decoder          avro.Decoder
	wire             wire
	until            int64 // ms; noTime if there is none
	timerLimit       int   // most timers of a transaction

	inputs       []*input // in rank order
	clock        clock
	out          outputs
	counts       counts
	saved        saved
	profilesRead bool  // to their end, once: only then the other inputs are read
	finished     bool  // event mode: everything due by `until` has fired
	touched      bool  // timers were looked at or subjects judged: there is something to commit
	more         bool  // the limits of a transaction left something for the next one
	overdue      int64 // from when (ms) the first timer could have fired that was left; 0 if none was
	timersLeft   int   // how many the transaction may still fire
	proven       *proof
	moves        []int64          // of StateMoves, that were counted
	lives        []life           // what was known of the inputs as a whole when the batch began
	noBreaker    bool             // silent inputs freeze nothing
	releaseOver  int64            // ms, for how long what was frozen is let go
	writtenBy    *playbook.Bundle // of the state when the task began; nil if its text is not known

	wallMillis int64  // t_ref of the batch
	sequence   int64  // of the transaction at hand
	attempt    string // the mark of it
	staged     state.TaskRecord
	changes    []state.ChangelogRecord
	manifest   schemas.Manifest
	stalled    error // why the batch could not be computed; the state is untouched

	wireRecord avro.Record
	headers    []schemas.Header
}

// saved is what the last committed transaction left.
type saved struct {
	record   state.TaskRecord
	fresh    bool // no transaction yet
	attempt  string
	finished bool
	lives    []life
}

// counts is what one transaction did; the manifest has them and the metrics add them up.
type counts struct {
	records, duplicates, late, clamped, dead, timers, timersFailed, rewound int64
	latest                                                                  int64 // ms: how far the latest of them was behind the clock
}

// failedRule is the rule or timer that was being judged when the computation failed.
type failedRule struct {
	playbook, step string
	due            int64
}

// clockMillis is C, with 0 for a clock that has not read anything.
func (ta *task) clockMillis() int64 { return max(ta.clock.now, 0) }

// begin opens a batch. Records are handed to the inputs before.
func (ta *task) begin(wallMillis int64, pr *proof) {
	ta.wallMillis, ta.proven = wallMillis, pr
	ta.counts, ta.manifest = counts{}, schemas.Manifest{ClockBefore: ta.clockMillis()}
	ta.more, ta.touched, ta.overdue, ta.timersLeft = false, false, 0, ta.timerLimit
	ta.out.reset()
	for _, in := range ta.inputs {
		in.decoded = false // a held head is clamped to the wall time of the transaction that folds it: the manifest has that one
		in.from, in.end, in.asOf = in.next, -1, noTime
		if pr != nil {
			in.end, in.asOf = pr.end(in.topic, ta.partition), pr.asOf
			in.open = pr.logEnd(in.topic, ta.partition) > in.end
		}
	}
}

// compute processes what may be taken of the records in hand, at most budget of them, then lets time pass as far as it is
// proven. It returns what is left of the budget. The error is one of the local state: then nothing may be committed.
func (ta *task) compute(budget int) (left int, err error) {
	defer ta.catchFault(&err)
	ta.heed(ta.proven)
	for in := ta.lowest(); in != nil; in = ta.lowest() {
		if budget == 0 || ta.out.full() || !ta.ripen() {
			ta.more = true
			return budget, nil // time passes when the heads have been taken
		}
		ta.fold(in)
		budget--
	}
	ta.clock.advance(ta.inputs)
	ta.sweep()
	if ta.fireDue() {
		ta.rules.Forget()
	}
	ta.finish()
	return budget, nil
}

// catchFault turns a stateFault panic into the error that it carries.
func (ta *task) catchFault(err *error) {
	switch caught := recover().(type) {
	case nil:
	case stateFault:
		*err = caught.err
	default:
		panic(caught)
	}
}

// ripen moves the clock to the next head and fires what is due before it; false when that is more than one transaction
// takes: then the head waits for the next one.
//
// Invariant: until an event is folded its input is not at its end. The last record of a backlog would otherwise be judged
// with the clock of the wall, and who has just come back would be called absent.
func (ta *task) ripen() bool {
	ta.clock.advance(ta.inputs)
	return ta.fireDue()
}

// fold processes the event at the head of an input, for which the clock is ripe.
func (ta *task) fold(in *input) {
	ev := &in.event
	rec := in.records[in.head]
	in.highest = max(in.highest, ev.At)
	in.pass()
	ta.counts.records++
	ta.addRun(in)
	if behind := ta.clock.now - ev.At; behind > ta.bundle.Lateness.Milliseconds() {
		ta.counts.late++
		ta.counts.latest = max(ta.counts.latest, behind)
	}
	known := ta.rules.Counts().Duplicates
	err := ta.process(ev)
	if _, overdue := ta.rules.Overdue(); err != nil && overdue {
		ta.catchUp(ev)
		err = ta.process(ev)
	}
	if err != nil {
		ta.buryEvent(rec, ev, err)
	}
	ta.counts.duplicates += ta.rules.Counts().Duplicates - known
}

func (ta *task) process(ev *schemas.Event) error {
	return ta.guard(func() error { return ta.rules.ProcessEvent(ev, ta.clock.now) })
}

// catchUp does what comes before an event one by one, because one of it failed: that one goes, the others stay.
func (ta *task) catchUp(ev *schemas.Event) {
	for more := true; more; {
		err := ta.guard(func() (err error) {
			more, err = ta.rules.CatchUp(ev, ta.clock.now)
			return err
		})
		if err != nil {
			ta.disarmOverdue(err)
			more = true
		}
	}
}

// buryEvent dead-letters an event that was decoded and could not be processed.
func (ta *task) buryEvent(rec *kgo.Record, ev *schemas.Event, cause error) {
	dead := ta.deadRecord(rec, "fold", codeOf(cause), cause)
	dead.AccountID, dead.UserID = strings.Clone(ev.Account), strings.Clone(ev.User)
	if name, step, _, ok := ta.rules.Rule(); ok {
		dead.Stage, dead.Playbook, dead.Step = "rule", name, step
	}
	ta.out.deadLetters = append(ta.out.deadLetters, dead)
	ta.counts.dead++
}

// guard runs a piece of pure computation; if it fails or panics, everything it changed is taken back.
func (ta *task) guard(compute func() error) (err error) {
	ta.part.Savepoint()
	ta.out.savepoint()
	defer func() {
		if cause := recover(); cause != nil {
			if fault, ok := cause.(stateFault); ok {
				panic(fault)
			}
			err = &recovered{cause: cause, stack: debug.Stack()}
		}
		if err != nil {
			ta.part.Rollback()
			ta.out.rollback()
		}
	}()
	return compute()
}

// fireDue fires what the clock has passed, in the order of (instant, subject); false when the limit of the transaction
// left some of it.
func (ta *task) fireDue() bool {
	for {
		ready := topology.Wake(ta.nextWake()).Ready()
		if ready >= ta.clock.now {
			return true
		}
		if ta.timersLeft == 0 || ta.out.full() {
			ta.more, ta.overdue = true, ready
			return false
		}
		ta.timersLeft--
		ta.fire(ta.nextDue(), func(ref topology.Ref) (bool, error) { return ta.rules.Fire(ref, ta.clock.now) })
	}
}

// nextWake is the earliest wake of any subject.
func (ta *task) nextWake() int64 {
	wake, err := ta.part.NextWake()
	if err != nil {
		panic(stateFault{err})
	}
	return wake
}

// nextDue is the subject that has it.
func (ta *task) nextDue() topology.Ref {
	due, _, err := ta.part.NextDue()
	if err != nil {
		panic(stateFault{err})
	}
	return subjectRef(due.Key)
}

// fire fires one unit of one subject. A timer that fails is dead-lettered and disarmed; the subject goes on.
func (ta *task) fire(ref topology.Ref, unit func(topology.Ref) (bool, error)) {
	ta.touched = true
	var fired bool
	err := ta.guard(func() (err error) { fired, err = unit(ref); return err })
	if err == nil {
		if fired {
			ta.counts.timers++
		}
		return
	}
	ta.disarm(ref, err)
}

// disarmOverdue disarms what failed before its event, or in a sweep. A failure that belongs to no subject could not be kept
// from coming again: it is a fault of the lane.
func (ta *task) disarmOverdue(cause error) {
	ref, ok := ta.rules.Overdue()
	if !ok {
		panic(stateFault{fmt.Errorf("partition %d: %w", ta.partition, cause)})
	}
	ta.disarm(ref, cause)
}

// disarm dead-letters the timer that was being judged and takes it off its subject. Failing that, nothing could stop it
// from coming again for ever, so a second failure is a fault of the lane.
func (ta *task) disarm(ref topology.Ref, cause error) {
	var fault failedRule
	fault.playbook, fault.step, fault.due, _ = ta.rules.Rule()
	ta.out.deadLetters = append(ta.out.deadLetters, ta.deadTimer(ref, fault, cause))
	ta.counts.timersFailed++
	if err := ta.guard(func() error { return ta.rules.Disarm(ref, fault.playbook, fault.step) }); err != nil {
		panic(stateFault{fmt.Errorf("disarm %s/%s of account %q: %w", fault.playbook, fault.step, ref.Account, err)})
	}
}

// sweepLimit is how many silent subjects one transaction judges after a bundle has changed.
const sweepLimit = 5_000

// sweep judges subjects that were there before a new playbook and have been silent since, some at a time.
func (ta *task) sweep() {
	if !ta.rules.Sweeping() {
		return
	}
	ta.touched = true
	done := false
	for err := error(nil); ; ta.disarmOverdue(err) {
		if err = ta.guard(func() (err error) { done, err = ta.rules.Sweep(ta.clock.now, sweepLimit); return err }); err == nil {
			break
		}
	}
	ta.more = ta.more || !done
}

// finish ends an event clock: with all inputs read to their end W becomes `until`, and what is due by then fires, every
// instant in order, publications too.
func (ta *task) finish() {
	if ta.until == noTime || ta.more || ta.finished || !ta.atEnd() {
		return
	}
	for topology.Wake(ta.nextWake()).Ready() < ta.rules.EndClock(ta.until) {
		if ta.timersLeft == 0 || ta.out.full() {
			ta.more = true
			return
		}
		ta.timersLeft--
		ta.fire(ta.nextDue(), func(ref topology.Ref) (bool, error) { return ta.rules.FireUntil(ref, ta.until) })
	}
	ta.clock.now = max(ta.clock.now, ta.until)
	ta.finished = true
}

// atEnd says that every input is read to where it was proven to end.
func (ta *task) atEnd() bool {
	for _, in := range ta.inputs {
		if !in.proven() {
			return false
		}
	}
	return true
}

// done says that an event clock has nothing left to do.
func (ta *task) done() bool {
	return ta.clock.mode == modeEvent && !ta.more && !ta.rules.Sweeping() && ta.atEnd() && (ta.until == noTime || ta.finished)
}

// dirty says whether the transaction has anything to commit: read records, timers that were looked at, judged subjects,
// or the end of the clock.
func (ta *task) dirty() bool {
	if ta.touched || ta.finished != ta.saved.finished {
		return true
	}
	for _, in := range ta.inputs {
		if in.next != in.from {
			return true
		}
	}
	return false
}

// addRun notes the order of the merge: run lengths of input indexes.
func (ta *task) addRun(in *input) {
	index := int32(0)
	for i := range ta.inputs {
		if ta.inputs[i] == in {
			index = int32(i)
		}
	}
	if n := len(ta.manifest.Order); n > 0 && ta.manifest.Order[n-2] == index {
		ta.manifest.Order[n-1]++
		return
	}
	ta.manifest.Order = append(ta.manifest.Order, index, 1)
}

// Package processor is the runtime: it reads the inputs, drives the pure topology over the state, and publishes what
// was decided, exactly once.
//
// # What a transaction is
//
// A lane (one goroutine, one group member, one transactional id) repeats:
//
//  1. collect   what bounded polls return, for all tasks of the lane, behind what they hold of earlier ones
//  2. compute   per task: inputs merged by event time, record by record, as far as no other input can bring an earlier
//     event (merge.go); due timers fire in between; whatever a record changed is rolled back if it fails, and the record
//     becomes a dead letter
//  3. stage     changelog (one record per changed subject, the task record last), intents, decisions, signals, dead
//     letters and the manifest are produced
//  4. commit    input offsets join the transaction (the gate), then EndTxn
//  5. apply     what was staged becomes the committed state: cache and open checkpoint. Pebble follows seconds later
//
// The order is the guarantee. Until 4 is known to have succeeded nothing outside the overlay has changed, so a crash, a
// fence or an abort at any earlier point leaves no trace: the same input is read again. After 4 the transaction is true
// even if this process never learns it: whoever owns the task next reads the sequence in the committed offset's metadata
// and replays the changelog up to the task record of that sequence (restore.go).
//
// What may be repeated: computing. A batch may be computed any number of times, and each time gives the same result for
// the same order and clock. What happens once: the effect of a record on state and outputs, for whoever reads committed.
//
// # Who owns what
//
//	Processor  process: config, bundle, store, admin HTTP, lanes; decides when the process is done
//	lane       session, batch, transaction; its tasks. One goroutine, no locks
//	task       partition p of all inputs: clock, merge, state of p, pure computation of p
//	endProof   one goroutine per process: where the inputs end (last stable offsets), as of when
//	restore    one goroutine per task being restored; owns the task's state until it is handed to the lane
//
// Rejected: a producer per task (markers and 2 ms per transaction for each), one session per process (a slow task
// aborts all), deciding from End's return value alone (false, nil also follows a commit; resolve.go).
package processor

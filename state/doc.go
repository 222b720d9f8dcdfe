// Package state is the durable memory of the tasks: one Pebble store per process, a key range per partition. It knows
// subjects, cells and wakes, but not what they mean.
//
// The changelog topic is the write-ahead log of the state; Pebble holds checkpoints of it. So a transaction costs no disk
// write here, and a crash costs the replay of the changelog since the last checkpoint.
//
// # The life of a task, in calls
//
//	st, err := state.Open(dir, state.Options{})         one per process; locks the directory
//	ca := state.NewCache(bytes)                          one per lane
//	pa, err := st.OpenPartition(p, ca)                   one per task
//
//	next, task, err := pa.BeginRestore()                 if pa.Committed() is behind the committed sequence, or missing
//	task, err = pa.Restore(key, value, offset)           changelog records from next on, until task.Sequence is the wanted one
//	err = pa.EndRestore()
//
//	pa.Savepoint()                                       per record and per timer
//	su, err := pa.Open(key); su.SetInt(...)
//	due, ok, err := pa.NextDue()
//	pa.Rollback()                                        if it failed
//	records, err := pa.Stage(task)                       encoded: the changelog gets them, the task record last
//	err = pa.Apply(changelogNext)                        the transaction is known to be committed
//	pa.Discard()                                         or known not to be
//
//	ck, err := pa.Swap()                                 between transactions, when limits.Reached(pa.Pending()) or the interval is over
//	go ck.Write()                                        in the background, one atomic synced batch
//	err = pa.Finish(ck)                                  on the lane, after Write has returned
//
// # Rules
//
//  1. Only committed state goes below the overlay: a transaction in doubt is neither applied nor discarded until its
//     fate is known, and a crash never finds anything to undo.
//  2. The store shows exactly the state after the transaction of its task record, never a part of one.
//  3. Timers live in the records. The index is derived (due.go) and is never in the changelog.
//  4. Encodings are canonical and start with a version (record_codec.go, task_record.go). The key space is on one page
//     (keys.go).
//  5. When a checkpoint cannot be written, the transactions in it are committed all the same: the store is stale
//     (Store.Failed) and nobody may use it any more. Close it, open it, restore.
//
// Reading order: keys, record, subject, overlay, partition, read, batch, swap, checkpoint, timers, due, restore, cache, store.
package state

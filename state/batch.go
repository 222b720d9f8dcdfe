package state

import "fmt"

// ChangelogRecord is what the changelog topic gets, in partition = task. Its bytes stay as they are until the next
// transaction is staged after this one was applied; those of a discarded transaction stay for ever. They are not to be
// written.
type ChangelogRecord struct {
	Key   []byte
	Value []byte // nil = tombstone
}

// staged is a transaction that has been encoded, and may be committed or not.
type staged struct {
	subjects []stagedSubject
	task     TaskRecord
	done     bool // Stage was called
	records  []ChangelogRecord
	order    []ranked
}

type stagedSubject struct {
	subject *Subject
	value   []byte
}

// Stage ends the writing of a transaction and returns what the changelog gets: the subjects that changed, in key order,
// each once, and the task record as the last. Then comes Apply, when the transaction is known to be committed, or
// Discard. A subject that ends as it was committed gets no record.
func (pa *Partition) Stage(task TaskRecord) ([]ChangelogRecord, error) {
	if err := pa.store.Failed(); err != nil {
		return nil, err
	}
	if pa.restore.next != notRestoring {
		return nil, fmt.Errorf("stage transaction %d of partition %d: its restore has not ended", task.Sequence, pa.id)
	}
	if pa.staged.done {
		return nil, fmt.Errorf("stage transaction %d of partition %d: transaction %d is neither applied nor discarded", task.Sequence, pa.id, pa.staged.task.Sequence)
	}
	if !pa.arena.free {
		pa.staged.records = nil // the caller may still look at them
	}
	pa.arena.begin()
	records := pa.staged.records[:0]
	for _, ra := range pa.dirty() {
		if record, ok := pa.stageSubject(pa.overlay.subjects[ra.index]); ok {
			records = append(records, record)
		}
	}
	pa.staged.task, pa.staged.done = task.clone(), true
	pa.staged.task.ChangelogNext = 0
	pa.value = pa.staged.task.Append(pa.value[:0])
	records = append(records, ChangelogRecord{Key: pa.arena.copy(taskKey(pa.id)[partitionBytes:]), Value: pa.arena.copy(pa.value)})
	pa.staged.records = records
	return records, nil
}

// dirty ranks the subjects that were written in key order.
func (pa *Partition) dirty() []ranked {
	order := pa.staged.order[:0]
	for i, su := range pa.overlay.used() {
		if su.dirty {
			order = append(order, rank(su.key, i))
		}
	}
	sortRanked(order, func(i int) []byte { return pa.overlay.subjects[i].key })
	pa.staged.order = order
	return order
}

func (pa *Partition) stageSubject(su *Subject) (ChangelogRecord, bool) {
	pa.value = su.record.Append(pa.value[:0])
	if pa.unchanged(su, pa.value) {
		pa.stats.Unchanged++
		return ChangelogRecord{}, false
	}
	record := ChangelogRecord{Key: pa.arena.copy(su.key[partitionBytes:])}
	if len(pa.value) > 0 {
		record.Value = pa.arena.copy(pa.value)
	}
	pa.staged.subjects = append(pa.staged.subjects, stagedSubject{su, record.Value})
	pa.stats.Staged++
	return record, true
}

// unchanged compares with what is committed, as far as that is at hand: a read of Pebble would cost more than a record.
func (pa *Partition) unchanged(su *Subject, value []byte) bool {
	if !su.stored {
		return len(value) == 0
	}
	old, ok := pa.cache.find(su.hash, su.key)
	return ok && string(old) == string(value)
}

// Apply ends a staged transaction that is known to be committed: its records become the committed state. changelogNext
// is the offset after the last of them.
func (pa *Partition) Apply(changelogNext int64) error {
	if !pa.staged.done {
		return fmt.Errorf("apply transaction of partition %d: nothing is staged", pa.id)
	}
	for _, ss := range pa.staged.subjects {
		pa.cache.put(ss.subject.hash, ss.subject.key, ss.value)
		pa.open.layer.put(ss.subject.hash, ss.subject.key, ss.value)
	}
	pa.committed, pa.has = pa.staged.task, true
	pa.committed.ChangelogNext = changelogNext
	pa.open.records += len(pa.staged.subjects) + 1
	pa.arena.free = true // checkpoint and cache have copies, and what is committed was sent
	pa.end()
	return pa.pruneDue()
}

// Discard ends a transaction that is known not to be committed, staged or not: nothing of it remains.
func (pa *Partition) Discard() {
	for _, su := range pa.overlay.used() {
		if su.moved {
			pa.due.note(su.before, su.key)
		}
	}
	pa.due.known = false
	pa.end()
}

func (pa *Partition) end() {
	clear(pa.staged.subjects)
	pa.staged = staged{subjects: pa.staged.subjects[:0], records: pa.staged.records, order: pa.staged.order[:0]}
	pa.overlay.reset()
	pa.last = nil
}

// pruneDue keeps the heap of recent wakes in proportion to the subjects that moved.
func (pa *Partition) pruneDue() error {
	if len(pa.due.recent) < 4096+4*len(pa.open.layer.parts) {
		return nil
	}
	return pa.due.prune(pa.isDue)
}

package state

import "fmt"

// ChangelogRecord is what the changelog topic gets, in partition = task. It belongs to the caller.
type ChangelogRecord struct {
	Key   []byte
	Value []byte // nil = tombstone
}

// staged is a transaction that has been encoded, and may be committed or not.
type staged struct {
	subjects []stagedSubject
	task     TaskRecord
	done     bool // Stage was called
	size     int  // bytes
	hint     int  // bytes of the transaction before, to make room at once
}

type stagedSubject struct {
	subject *Subject
	value   []byte
}

// arena hands out bytes of a few large pieces. They belong to the transaction: the Kafka client may hold them for
// longer than the partition, so they are not used again.
type arena struct{ free []byte }

const arenaPiece = 64 << 10

func (ar *arena) copy(b []byte) []byte {
	if len(b) > cap(ar.free)-len(ar.free) {
		ar.free = make([]byte, 0, max(arenaPiece, len(b)))
	}
	from := len(ar.free)
	ar.free = append(ar.free, b...)
	return ar.free[from:len(ar.free):len(ar.free)]
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
	ar := arena{free: make([]byte, 0, pa.staged.hint)}
	order := pa.dirty()
	records := make([]ChangelogRecord, 0, len(order)+1)
	for _, ra := range order {
		if record, ok := pa.stageSubject(pa.overlay.subjects[ra.index], &ar); ok {
			records = append(records, record)
		}
	}
	pa.staged.task, pa.staged.done = task.clone(), true
	pa.staged.task.ChangelogNext = 0
	pa.value = pa.staged.task.Append(pa.value[:0])
	return append(records, ChangelogRecord{Key: ar.copy(taskKey(pa.id)[partitionBytes:]), Value: ar.copy(pa.value)}), nil
}

// dirty ranks the subjects that were written in key order.
func (pa *Partition) dirty() []ranked {
	order := make([]ranked, 0, pa.overlay.n)
	for i, su := range pa.overlay.used() {
		if su.dirty {
			order = append(order, rank(su.key, i))
		}
	}
	sortRanked(order, func(i int) []byte { return pa.overlay.subjects[i].key })
	return order
}

func (pa *Partition) stageSubject(su *Subject, ar *arena) (ChangelogRecord, bool) {
	pa.value = su.record.Append(pa.value[:0])
	if pa.unchanged(su, pa.value) {
		pa.stats.Unchanged++
		return ChangelogRecord{}, false
	}
	record := ChangelogRecord{Key: ar.copy(su.key[partitionBytes:])}
	if len(pa.value) > 0 {
		record.Value = ar.copy(pa.value)
	}
	pa.staged.subjects = append(pa.staged.subjects, stagedSubject{su, record.Value})
	pa.staged.size += len(record.Key) + len(record.Value)
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
	pa.staged = staged{subjects: pa.staged.subjects[:0], hint: pa.staged.size + pa.staged.size/8}
	pa.overlay.reset()
}

// pruneDue keeps the heap of recent wakes in proportion to the subjects that moved.
func (pa *Partition) pruneDue() error {
	if len(pa.due.recent) < 4096+4*len(pa.open.layer.parts) {
		return nil
	}
	return pa.due.prune(pa.isDue)
}

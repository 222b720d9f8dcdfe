package state

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// Mem is the obvious implementation of Memory: maps, copied whole where Partition is clever. It is what Partition is
// tested against, and a memory for tests of other rooms. Its state ends with it.
type Mem struct {
	partition uint32
	committed map[string][]byte // full key to stored bytes
	task      TaskRecord
	has       bool
	open      map[string]*Subject
	saved     map[string]memImage
	staged    map[string][]byte
	next      *TaskRecord
}

type memImage struct {
	record Record
	dirty  bool
}

// NewMem returns an empty memory of a partition.
func NewMem(partition uint32) *Mem {
	return &Mem{partition: partition, committed: map[string][]byte{}, open: map[string]*Subject{}, saved: map[string]memImage{}}
}

// Open implements Memory.
func (me *Mem) Open(sk SubjectKey) (*Subject, error) {
	full := sk.Append(appendSpace(nil, me.partition, spaceSubjects))
	if len(full) > spaceBytes+MaxKeyBytes {
		return nil, fmt.Errorf("open subject %.80s...: its key has %d bytes, the limit is %d", sk, len(full)-spaceBytes, MaxKeyBytes)
	}
	if su := me.open[string(full)]; su != nil {
		return su, nil
	}
	su := &Subject{key: full, owner: me}
	if err := su.record.Decode(me.committed[string(full)]); err != nil {
		return nil, fmt.Errorf("open subject %s: %w", sk, err)
	}
	me.open[string(full)] = su
	return su, nil
}

// Savepoint implements Memory.
func (me *Mem) Savepoint() {
	clear(me.saved)
	for key, su := range me.open {
		me.saved[key] = memImage{su.record.clone(), su.dirty}
	}
}

// Rollback implements Memory.
func (me *Mem) Rollback() {
	for key, su := range me.open {
		im, ok := me.saved[key]
		if !ok { // opened since: as it was committed
			_ = im.record.Decode(me.committed[key]) // it decoded when it was opened
		}
		su.record, su.dirty = im.record.clone(), im.dirty
	}
}

func (me *Mem) beforeWrite(su *Subject) { su.dirty = true }
func (me *Mem) wakeMoved(*Subject)      {}

// NextDue implements Memory.
func (me *Mem) NextDue() (due Due, ok bool, err error) {
	var first dueEntry
	consider := func(key string, wake int64) {
		de := dueEntry{wake, []byte(key)}
		if wake != NoWake && (!ok || de.compare(first) < 0) {
			first, ok = de, true
		}
	}
	for key, su := range me.open {
		consider(key, su.record.Wake())
	}
	for key, value := range me.committed {
		if me.open[key] == nil {
			wake, _ := peekWake(value)
			consider(key, wake)
		}
	}
	if !ok {
		return Due{}, false, nil
	}
	sk, err := ParseSubjectKey(first.key[spaceBytes:])
	return Due{Key: sk, Wake: first.wake}, true, err
}

// NextWake implements Memory.
func (me *Mem) NextWake() (int64, error) {
	due, ok, err := me.NextDue()
	if !ok {
		return NoWake, err
	}
	return due.Wake, err
}

// Scan implements Memory: it sees every committed subject.
func (me *Mem) Scan(after SubjectKey, f func(SubjectKey) bool) error {
	for _, key := range slices.Sorted(maps.Keys(me.committed)) {
		sk, err := ParseSubjectKey([]byte(key)[spaceBytes:])
		if err != nil {
			return fmt.Errorf("scan: %w", err)
		}
		if after != (SubjectKey{}) && sk.Compare(after) <= 0 {
			continue
		}
		if !f(sk) {
			return nil
		}
	}
	return nil
}

// Stage implements Memory.
func (me *Mem) Stage(task TaskRecord) ([]ChangelogRecord, error) {
	if me.next != nil {
		return nil, fmt.Errorf("stage transaction %d of partition %d: transaction %d is neither applied nor discarded", task.Sequence, me.partition, me.next.Sequence)
	}
	me.staged = map[string][]byte{}
	var out []ChangelogRecord
	for _, key := range slices.Sorted(maps.Keys(me.open)) {
		value := me.open[key].record.Append(nil)
		if !me.open[key].dirty || bytes.Equal(value, me.committed[key]) {
			continue
		}
		me.staged[key] = value
		out = append(out, ChangelogRecord{Key: []byte(key)[partitionBytes:], Value: value})
	}
	next := task.clone()
	next.ChangelogNext = 0
	me.next = &next
	return append(out, ChangelogRecord{Key: taskKey(me.partition)[partitionBytes:], Value: next.Append(nil)}), nil
}

// Apply implements Memory.
func (me *Mem) Apply(changelogNext int64) error {
	if me.next == nil {
		return fmt.Errorf("apply transaction of partition %d: nothing is staged", me.partition)
	}
	for key, value := range me.staged {
		if value == nil {
			delete(me.committed, key)
		} else {
			me.committed[key] = value
		}
	}
	me.task, me.has = *me.next, true
	me.task.ChangelogNext = changelogNext
	me.Discard()
	return nil
}

// Discard implements Memory.
func (me *Mem) Discard() {
	me.staged, me.next = nil, nil
	clear(me.open)
	clear(me.saved)
}

// Committed implements Memory.
func (me *Mem) Committed() (TaskRecord, bool) { return me.task.clone(), me.has }

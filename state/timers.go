package state

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// What the partition does with its due index (due.go): answer, check against the records, read more of Pebble.

func (pa *Partition) noteWake(su *Subject) { pa.due.note(su.record.Wake(), su.key) }

// beforeWrite implements owner.
func (pa *Partition) beforeWrite(su *Subject) { pa.overlay.save(su) }

// wakeMoved implements owner.
func (pa *Partition) wakeMoved(su *Subject) {
	su.moved = true
	pa.noteWake(su)
}

// Due is a subject with its wake.
type Due struct {
	Key  SubjectKey
	Wake int64
}

// NextDue returns the subject with the earliest wake as the open transaction sees it, at a tie the first in key order.
// It stays the answer until that wake is moved: firing a timer means to open the subject and to set another wake.
func (pa *Partition) NextDue() (due Due, ok bool, err error) {
	if !pa.due.known {
		if err := pa.findDue(); err != nil {
			return Due{}, false, fmt.Errorf("next due of partition %d: %w", pa.id, err)
		}
	}
	if !pa.due.any {
		return Due{}, false, nil
	}
	sk, err := ParseSubjectKey(pa.due.top.key[spaceBytes:])
	if err != nil {
		return Due{}, false, fmt.Errorf("next due of partition %d: %w", pa.id, err)
	}
	return Due{Key: sk, Wake: pa.due.top.wake}, true, nil
}

// NextWake is NextDue without the subject: cheap enough to be asked before every record.
func (pa *Partition) NextWake() (int64, error) {
	if !pa.due.known {
		if err := pa.findDue(); err != nil {
			return 0, fmt.Errorf("next due of partition %d: %w", pa.id, err)
		}
	}
	if !pa.due.any {
		return NoWake, nil
	}
	return pa.due.top.wake, nil
}

func (pa *Partition) findDue() error {
	for {
		if len(pa.due.page) == 0 && !pa.due.exhausted {
			if err := pa.turnPage(); err != nil {
				return err
			}
		}
		first, ok := pa.due.first()
		if !ok {
			pa.due.settle(dueEntry{}, false)
			return nil
		}
		isTrue, err := pa.isDue(first)
		if err != nil {
			return err
		}
		if isTrue {
			pa.due.settle(first, true)
			return nil
		}
		pa.due.drop(first)
	}
}

// isDue says that the record has the wake of the pair.
func (pa *Partition) isDue(de dueEntry) (bool, error) {
	hash := pa.cache.hash(de.key)
	if su := pa.overlay.find(hash, de.key); su != nil {
		return su.record.Wake() == de.wake, nil
	}
	value, err := pa.read(hash, de.key)
	if err != nil {
		return false, err
	}
	wake, err := peekWake(value)
	return wake == de.wake, err
}

const timerPage = 128

// turnPage reads the next timer keys from Pebble. No iterator stays open: one would keep old tables alive. It may see a
// checkpoint that is still in the heaps, too; a pair seen twice does no harm.
func (pa *Partition) turnPage() error {
	if err := pa.store.Failed(); err != nil {
		return err
	}
	_, upper := spaceBounds(pa.id, spaceTimers)
	it, err := pa.store.db.NewIter(&pebble.IterOptions{LowerBound: pa.due.after, UpperBound: upper})
	if err != nil {
		return err
	}
	page := make([]dueEntry, 0, timerPage)
	ok := it.First()
	for ; ok && len(page) < timerPage && err == nil; ok = it.Next() {
		var de dueEntry
		if de, err = parseTimer(it.Key()); err == nil {
			page = append(page, de)
			pa.due.after = append(append(pa.due.after[:0], it.Key()...), 0) // the least key after it
		}
	}
	if err := errors.Join(err, it.Error(), it.Close()); err != nil {
		return err
	}
	pa.due.page, pa.due.exhausted = page, !ok
	return nil
}

package state

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Scan calls f with every subject of the last written checkpoint that comes after `after` in key order (the zero key:
// from the start), until f returns false. Subjects may be opened meanwhile. What was committed since that checkpoint is
// not seen: a subject made since is missing, and one removed since is opened empty.
func (pa *Partition) Scan(after SubjectKey, f func(SubjectKey) bool) error {
	lower, upper := spaceBounds(pa.id, spaceSubjects)
	if after != (SubjectKey{}) {
		lower = append(after.Append(lower), 0) // the least key after it
	}
	err := pa.store.each(lower, upper, func(key, _ []byte) (bool, error) {
		sk, err := ParseSubjectKey(key[spaceBytes:])
		if err != nil {
			return false, err
		}
		return f(sk), nil
	})
	if err != nil {
		return fmt.Errorf("scan partition %d: %w", pa.id, err)
	}
	return nil
}

// each calls f with the keys and values between the bounds until it returns false. They are valid during the call.
func (st *Store) each(lower, upper []byte, f func(key, value []byte) (bool, error)) error {
	it, err := st.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return err
	}
	more := true
	for ok := it.First(); ok && more && err == nil; ok = it.Next() {
		var value []byte
		if value, err = it.ValueAndErr(); err == nil {
			more, err = f(it.Key(), value)
		}
	}
	return errors.Join(err, it.Error(), it.Close())
}

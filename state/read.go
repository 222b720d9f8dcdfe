package state

import (
	"bytes"
	"fmt"
)

// Reading goes down the layers. Before: a key that the topology made. After: its Subject, in the overlay.

// Open returns a subject as the open transaction sees it; one that was never written is empty. The same key gives the
// same subject until the transaction ends.
func (pa *Partition) Open(sk SubjectKey) (*Subject, error) {
	pa.key = sk.Append(appendSpace(pa.key[:0], pa.id, spaceSubjects))
	if pa.last != nil && bytes.Equal(pa.last.key, pa.key) { // an event asks for its account again and again
		return pa.last, nil
	}
	su, err := pa.openOther(sk)
	pa.last = su
	return su, err
}

// openOther opens the subject of pa.key, which is not the last one that was opened.
func (pa *Partition) openOther(sk SubjectKey) (*Subject, error) {
	hash := pa.cache.hash(pa.key)
	if su := pa.overlay.find(hash, pa.key); su != nil {
		return su, nil
	}
	if len(pa.key) > spaceBytes+MaxKeyBytes {
		return nil, fmt.Errorf("open subject %.80s...: its key has %d bytes, the limit is %d", sk, len(pa.key)-spaceBytes, MaxKeyBytes)
	}
	value, err := pa.read(hash, pa.key)
	if err != nil {
		return nil, fmt.Errorf("open subject %s: %w", sk, err)
	}
	su := pa.overlay.add(hash, pa.key, pa)
	if err := su.record.Decode(value); err != nil {
		pa.overlay.drop()
		return nil, fmt.Errorf("open subject %s: %w", sk, err)
	}
	su.stored, su.before = len(value) > 0, su.record.Wake()
	return su, nil
}

// read returns the committed bytes of a subject, nothing if it does not exist. They are valid until the next read.
func (pa *Partition) read(hash uint32, key []byte) ([]byte, error) {
	if value, ok := pa.cache.find(hash, key); ok {
		pa.cache.stats.Hits++
		return value, nil
	}
	if value, ok := pa.readLayers(hash, key); ok {
		pa.cache.stats.Misses++
		pa.cache.put(hash, key, value)
		return value, nil
	}
	if pa.cache.whole[pa.id] {
		pa.cache.stats.Absences++
		return nil, nil
	}
	pa.cache.stats.Misses++
	return pa.readStore(hash, key)
}

func (pa *Partition) readLayers(hash uint32, key []byte) ([]byte, bool) {
	if value, ok := pa.open.layer.find(hash, key); ok {
		return value, true
	}
	if pa.writing == nil {
		return nil, false
	}
	return pa.writing.layer.find(hash, key)
}

func (pa *Partition) readStore(hash uint32, key []byte) ([]byte, error) {
	if err := pa.store.Failed(); err != nil {
		return nil, err
	}
	pa.stats.Reads++
	value, ok, err := pa.store.get(pa.value[:0], key)
	if err != nil {
		return nil, err
	}
	pa.value = value
	if ok {
		pa.cache.put(hash, key, value)
	}
	return value, nil
}

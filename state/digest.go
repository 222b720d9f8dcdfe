package state

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// PartitionDigest sums up the subjects of a partition: two states with one digest are the same.
type PartitionDigest struct {
	Partition uint32
	Dir       string // of the store it was read from
	Sequence  int64  // of the task record, 0 if there is none
	Restoring bool   // a restore was interrupted: the subjects may be in the middle of a transaction
	Subjects  int
	SHA256    [sha256.Size]byte
}

// String is one line for people and scripts.
func (pd PartitionDigest) String() string {
	return fmt.Sprintf("partition %d sequence %d subjects %d sha256 %s", pd.Partition, pd.Sequence, pd.Subjects, hex.EncodeToString(pd.SHA256[:]))
}

// Digest sums up every partition as of its last written checkpoint, in order.
//
// The digest is SHA-256 over the subjects in key order: length of the key (4, big endian), key, length of the record
// (4), record without its wake. A wake says when to look, not what is remembered, and how early it is may depend on where
// batches ended; a subject with nothing but a wake is left out.
func (st *Store) Digest() ([]PartitionDigest, error) {
	partitions, err := st.Partitions()
	if err != nil {
		return nil, err
	}
	var out []PartitionDigest
	for _, partition := range partitions {
		pd, err := st.digest(partition)
		if err != nil {
			return nil, fmt.Errorf("digest partition %d of %s: %w", partition, st.dir, err)
		}
		out = append(out, pd)
	}
	return out, nil
}

func (st *Store) digest(partition uint32) (PartitionDigest, error) {
	pd := PartitionDigest{Partition: partition, Dir: st.dir}
	if err := st.describe(&pd); err != nil {
		return pd, err
	}
	sum := summed{hash: sha256.New()}
	lower, upper := spaceBounds(partition, spaceSubjects)
	err := st.each(lower, upper, func(key, value []byte) (bool, error) { return true, sum.add(key[spaceBytes:], value) })
	if err != nil {
		return pd, err
	}
	pd.Subjects = sum.subjects
	sum.hash.Sum(pd.SHA256[:0])
	return pd, nil
}

// describe reads the notes of the partition.
func (st *Store) describe(pd *PartitionDigest) error {
	b, ok, err := st.get(nil, taskKey(pd.Partition))
	if err != nil {
		return err
	}
	if ok {
		task, err := DecodeTaskRecord(b)
		if err != nil {
			return err
		}
		pd.Sequence = task.Sequence
	}
	_, pd.Restoring, err = st.get(nil, noteKey(pd.Partition, restoreNote))
	return err
}

// summed is a digest in the making.
type summed struct {
	hash     hash.Hash
	record   Record
	buf      []byte
	subjects int
}

func (su *summed) add(subject, value []byte) error {
	if err := su.record.Decode(value); err != nil {
		return fmt.Errorf("subject %x: %w", subject, err)
	}
	if su.record.Empty() {
		return nil
	}
	su.subjects++
	su.buf = su.record.appendBody(su.buf[:0], false)
	for _, b := range [][]byte{subject, su.buf} {
		su.hash.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b)))) // a hash never fails
		su.hash.Write(b)
	}
	return nil
}

// DigestDirs sums up the state directories of processes that have stopped. Of a partition that is in several of them,
// the one with the highest task sequence counts: the others gave it up earlier.
func DigestDirs(dirs ...string) ([]PartitionDigest, error) { return digestDirs(vfs.Default, dirs) }

func digestDirs(fs vfs.FS, dirs []string) ([]PartitionDigest, error) {
	best := map[uint32]PartitionDigest{}
	for _, dir := range dirs {
		all, err := digestDir(fs, dir)
		if err != nil {
			return nil, err
		}
		for _, pd := range all {
			if old, ok := best[pd.Partition]; !ok || pd.newer(old) {
				best[pd.Partition] = pd
			}
		}
	}
	out := make([]PartitionDigest, 0, len(best))
	for _, pd := range best {
		out = append(out, pd)
	}
	slices.SortFunc(out, func(a, b PartitionDigest) int { return int(a.Partition) - int(b.Partition) })
	return out, nil
}

// newer prefers whole states, then later ones.
func (pd PartitionDigest) newer(other PartitionDigest) bool {
	if pd.Restoring != other.Restoring {
		return other.Restoring
	}
	return pd.Sequence > other.Sequence
}

func digestDir(fs vfs.FS, dir string) (out []PartitionDigest, err error) {
	if _, err := fs.Stat(fs.PathJoin(dir, instanceFile)); err != nil {
		return nil, fmt.Errorf("digest %s: %w: this is not a state directory", dir, err)
	}
	st, err := Open(dir, Options{FS: fs, readOnly: true})
	if err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	out, err = st.Digest()
	if closing := st.Close(); err == nil {
		err = closing
	}
	return out, err
}

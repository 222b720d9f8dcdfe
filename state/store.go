package state

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable/block"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options of a store. The zero value is what the product uses.
type Options struct {
	FS         vfs.FS    // where the directory lies; nil = the disk. See NewMemFS
	BlockBytes int64     // block cache, in addition to the memtables; 0 = 64 MiB
	Random     io.Reader // of the instance id; nil = crypto/rand
	// Logf is told what Pebble finds worth telling: problems, not progress. nil = nowhere.
	Logf func(format string, args ...any)

	readOnly bool
}

// NewMemFS is a file system in memory, for tests.
func NewMemFS() vfs.FS { return vfs.NewMem() }

const (
	memtableBytes    = 16 << 20
	memtables        = 4
	blockCacheBytes  = 64 << 20
	fileCacheShards  = 2
	maxOpenFiles     = 1000
	lockFile         = "LOCK"
	instanceFile     = "INSTANCE"
	pebbleDir        = "pebble"
	instanceBytes    = 8
	dirMode          = 0o700
	formatOfTheStore = pebble.FormatValueSeparation // never lower it: a store does not go back
)

// Store is the durable memory of a process: one Pebble store in a directory that belongs to it alone. Its partitions
// may be used by different goroutines, each by one.
type Store struct {
	dir      string
	db       *pebble.DB
	lock     io.Closer
	instance string
	failed   atomic.Pointer[error]
	mu       sync.Mutex
	open     map[uint32]bool // partitions in use
}

// Open opens the store in dir and makes it if it is not there. The directory is locked until Close.
func Open(dir string, op Options) (*Store, error) {
	if op.FS == nil {
		op.FS = vfs.Default
	}
	if op.Random == nil {
		op.Random = rand.Reader
	}
	if err := op.FS.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("make state directory %s: %w", dir, err)
	}
	lock, err := op.FS.Lock(op.FS.PathJoin(dir, lockFile))
	if err != nil {
		return nil, fmt.Errorf("state directory %s is in use by another process: %w; stop it, or give this one a directory of its own", dir, err)
	}
	st := &Store{dir: dir, lock: lock, open: map[uint32]bool{}}
	if err := st.openLocked(op); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return st, nil
}

func (st *Store) openLocked(op Options) (err error) {
	if st.instance, err = instanceID(op, st.dir); err != nil {
		return fmt.Errorf("open state directory %s: %w", st.dir, err)
	}
	options := pebbleOptions(op)
	defer options.Cache.Unref()
	st.db, err = pebble.Open(op.FS.PathJoin(st.dir, pebbleDir), options)
	if err != nil {
		return fmt.Errorf("open state directory %s: %w; if it is damaged, remove it: the state comes back from the changelog", st.dir, err)
	}
	if op.readOnly {
		return nil
	}
	// Crash: Pebble syncs its own directory, but not that the directory is there.
	for _, dir := range []string{st.dir, op.FS.PathDir(st.dir)} {
		if err := syncDir(op.FS, dir); err != nil {
			return errors.Join(fmt.Errorf("sync directory %s: %w", dir, err), st.db.Close())
		}
	}
	return nil
}

// pebbleOptions are the values that were measured: docs and reasons in the performance notes of the project.
func pebbleOptions(op Options) *pebble.Options {
	wanted := op.BlockBytes
	if wanted == 0 {
		wanted = blockCacheBytes
	}
	po := &pebble.Options{
		FS: op.FS,
		// Pebble takes its memtables out of the block cache: a cache of two memtables would hold no block at all.
		Cache:                       pebble.NewCache(wanted + 2*memtableBytes),
		MemTableSize:                memtableBytes,
		MemTableStopWritesThreshold: memtables,
		L0CompactionThreshold:       8, // of tables, one or two a checkpoint; bloom filters make up for it
		L0StopWritesThreshold:       40,
		LBaseMaxBytes:               64 << 20,
		MaxOpenFiles:                maxOpenFiles,
		BytesPerSync:                512 << 10,
		FormatMajorVersion:          formatOfTheStore,
		CompactionConcurrencyRange:  func() (int, int) { return 1, 2 },
		Logger:                      problems{op.Logf},
		ReadOnly:                    op.readOnly,
	}
	po.TargetFileSizes[0] = 8 << 20
	po.Experimental.FileCacheShards = fileCacheShards
	for i := range po.Levels {
		le := &po.Levels[i]
		le.BlockSize, le.IndexBlockSize = 8<<10, 256<<10
		le.FilterPolicy, le.FilterType = bloom.FilterPolicy(10), pebble.TableFilter
		le.Compression = func() *block.CompressionProfile { return block.SnappyCompression }
	}
	return po
}

// problems passes on what Pebble reports as an error.
type problems struct{ logf func(string, ...any) }

// Infof is not passed on.
func (problems) Infof(string, ...any) {}

// Errorf reports a problem.
func (pr problems) Errorf(format string, args ...any) {
	if pr.logf != nil {
		pr.logf(format, args...)
	}
}

// Fatalf panics: Pebble does not expect it to return. In Checkpoint.Write it becomes an error.
func (pr problems) Fatalf(format string, args ...any) { panic(fmt.Errorf(format, args...)) }

// InstanceID is a random name of this state directory, the same for as long as it exists.
func (st *Store) InstanceID() string { return st.instance }

// Dir is the directory of the store.
func (st *Store) Dir() string { return st.dir }

// Failed returns why the store is stale, nil if it is not. A stale store must not be used any more: committed
// transactions may be missing in it. Close it, open it again, and restore.
func (st *Store) Failed() error {
	if cause := st.failed.Load(); cause != nil {
		return fmt.Errorf("state directory %s is stale: %w", st.dir, *cause)
	}
	return nil
}

func (st *Store) fail(cause error) { st.failed.CompareAndSwap(nil, &cause) }

// Close releases the directory. What was not checkpointed is in the changelog.
func (st *Store) Close() error {
	if err := errors.Join(st.db.Close(), st.lock.Close()); err != nil {
		return fmt.Errorf("close state directory %s: %w", st.dir, err)
	}
	return nil
}

// Partitions are the partitions that have something in the store, in order.
func (st *Store) Partitions() ([]uint32, error) {
	it, err := st.db.NewIter(nil)
	if err != nil {
		return nil, fmt.Errorf("list partitions: %w", err)
	}
	var out []uint32
	for ok := it.First(); ok; {
		partition := partitionOf(it.Key())
		out = append(out, partition)
		_, next := partitionBounds(partition)
		ok = next != nil && it.SeekGE(next)
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return nil, fmt.Errorf("list partitions: %w", err)
	}
	return out, nil
}

// get returns a copy of a value, appended to b; ok is false when the key is not there.
func (st *Store) get(b, key []byte) (value []byte, ok bool, err error) {
	v, closer, err := st.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return b, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read %x: %w", key, err)
	}
	b = append(b, v...)
	if err := closer.Close(); err != nil {
		return nil, false, fmt.Errorf("read %x: %w", key, err)
	}
	return b, true, nil
}

// empty says that the store has nothing between the bounds.
func (st *Store) empty(lower, upper []byte) (bool, error) {
	it, err := st.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return false, err
	}
	some := it.First()
	return !some, errors.Join(it.Error(), it.Close())
}

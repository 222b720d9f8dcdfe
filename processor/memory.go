package processor

import (
	"os"
	"runtime/debug"
)

// The cache holds no pointers, and most of what a transaction allocates dies with it, so the collector may wait longer than
// usual; the limit keeps it from waiting until the machine is full. Both are the default only: GOGC and GOMEMLIMIT win.
//
// The limit follows the cache. Beside it lie two checkpoints of a third of it each, the block cache and the memtables of
// Pebble (about 160 MiB), fetches and the records of a transaction (about 150 MiB); the rest is what the collector may let
// lie about. With less it would run all the time, with more it would only take what is there.
const (
	gcPercent     = 200
	memoryBesides = 640 << 20 // bytes
)

// memoryLimit is what the process may take for a cache of that many bytes.
func memoryLimit(cacheBytes int) int64 {
	return int64(cacheBytes) + 2*int64(cacheBytes)/3 + memoryBesides
}

// tuneMemory sets how the process uses memory, for a cache of that many bytes.
func tuneMemory(cacheBytes int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit(cacheBytes))
	}
}

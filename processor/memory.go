package processor

import (
	"os"
	"runtime/debug"
)

// The cache holds no pointers, and most of what a transaction allocates dies with it, so the collector may wait longer than
// usual; the limit keeps it from waiting until the machine is full. Both are the default only: GOGC and GOMEMLIMIT win.
const (
	gcPercent     = 400
	memoryBesides = 1280 << 20 // bytes: fetches, a transaction, checkpoints, Pebble
)

// tuneMemory sets how the process uses memory, for a cache of that many bytes.
func tuneMemory(cacheBytes int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(cacheBytes) + memoryBesides)
	}
}

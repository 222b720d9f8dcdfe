package avro

import (
	"sync"

	"github.com/linkedin/goavro/v2"
)

// goavro allocates what a block count asks for before it looks at the bytes: by default a message of four bytes can
// demand gigabytes. Its limits are package variables, set here once, before the first codec is built. The cursor, which
// allocates nothing, keeps to the same count: a datum is accepted or not whoever reads it.
const (
	maxBlockItems = 1 << 12  // items in one block of an array or map; our own encoder starts a new block earlier
	maxBytes      = 16 << 20 // of a fixed; a text cannot be longer than its record
)

var limitsOnce sync.Once

func setLimits() {
	limitsOnce.Do(func() {
		goavro.MaxBlockCount = maxBlockItems
		goavro.MaxBlockSize = maxBytes
	})
}

package processor

import "github.com/twmb/franz-go/pkg/kgo"

// recordSlabs is the memory of the records that a lane produces in one transaction. The next one uses it again.
//
// Invariant: it is used again only after reuse, which says that the transaction is committed. Then every promise was kept
// before End, so the client has written every record and looks at none of them any more. The records of a transaction
// that did not commit are left to the garbage collector.
type recordSlabs struct {
	reusable bool
	texts    slab[byte]
	slots    slab[kgo.Record]
	entries  slab[kgo.RecordHeader]
}

// Sizes of the pieces.
const (
	textPiece   = 64 << 10
	recordPiece = 256
	headerPiece = 2048
)

// reuse says that the records of the transaction at hand are committed.
func (rs *recordSlabs) reuse() { rs.reusable = true }

// begin makes room for the records of a transaction.
func (rs *recordSlabs) begin() {
	if !rs.reusable {
		rs.texts, rs.slots, rs.entries = slab[byte]{piece: textPiece}, slab[kgo.Record]{piece: recordPiece}, slab[kgo.RecordHeader]{piece: headerPiece}
	}
	rs.reusable = false
	rs.texts.empty()
	rs.slots.empty()
	rs.entries.empty()
}

// slab hands out room in a few large pieces, which stay where they are until it is emptied.
type slab[T any] struct {
	piece   int // values of a piece; what is larger has one of its own
	pieces  [][]T
	filling int // the piece that is being filled
}

// mostPieces bounds what a slab keeps from one transaction to the next.
const mostPieces = 64

// take returns room for n values, with whatever was there before.
func (sl *slab[T]) take(n int) []T {
	for ; sl.filling < len(sl.pieces); sl.filling++ {
		if pi := sl.pieces[sl.filling]; cap(pi)-len(pi) >= n {
			from := len(pi)
			sl.pieces[sl.filling] = pi[:from+n]
			return pi[from : from+n : from+n]
		}
	}
	sl.pieces = append(sl.pieces, make([]T, n, max(n, sl.piece)))
	return sl.pieces[sl.filling][:n:n]
}

// empty takes everything back. Requires: nobody looks at it any more.
func (sl *slab[T]) empty() {
	kept := sl.pieces[:0]
	for _, pi := range sl.pieces {
		if cap(pi) <= 2*sl.piece && len(kept) < mostPieces {
			kept = append(kept, pi[:0])
		}
	}
	clear(sl.pieces[len(kept):])
	sl.pieces, sl.filling = kept, 0
}

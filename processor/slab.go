package processor

// slab hands out room in a few large pieces, which stay where they are until it is emptied: the records of a transaction
// point into it.
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

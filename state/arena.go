package state

// arena hands out copies of bytes. They lie in a few pieces, which the next transaction uses again once this one is
// applied; those of a discarded one are left to the garbage collector: the Kafka client may still be sending them.
type arena struct {
	pieces  [][]byte
	filling int  // the piece that is being filled
	free    bool // nobody looks at the copies any more
}

const (
	arenaPiece = 64 << 10
	mostPieces = 16 // that are kept
)

// begin makes room for a transaction.
func (ar *arena) begin() {
	if !ar.free {
		*ar = arena{}
		return
	}
	kept := ar.pieces[:0]
	for _, pi := range ar.pieces {
		if cap(pi) == arenaPiece && len(kept) < mostPieces {
			kept = append(kept, pi[:0])
		}
	}
	clear(ar.pieces[len(kept):])
	*ar = arena{pieces: kept}
}

// copy returns a copy of b that is never nil.
func (ar *arena) copy(b []byte) []byte {
	for ; ar.filling < len(ar.pieces); ar.filling++ {
		if pi := ar.pieces[ar.filling]; cap(pi)-len(pi) >= len(b) {
			ar.pieces[ar.filling] = append(pi, b...)
			return ar.pieces[ar.filling][len(pi):][:len(b):len(b)]
		}
	}
	ar.pieces = append(ar.pieces, append(make([]byte, 0, max(arenaPiece, len(b))), b...))
	return ar.pieces[ar.filling][:len(b):len(b)]
}

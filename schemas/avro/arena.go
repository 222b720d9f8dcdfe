package avro

// arena is where the texts of events are made that the record's bytes do not have as they are: the id of a profile, a
// date as text. It allocates once in hundreds of records, and what was made stays as it is.
//
// Rejected: a buffer in the event that the next record overwrites. The event's other strings outlive the call they were
// passed to as long as somebody refers to them; these would change silently.
type arena struct{ free []byte }

const arenaBytes = 16 << 10

// room returns an empty slice that so many bytes can be appended to.
func (ar *arena) room(bytes int) []byte {
	if cap(ar.free) < bytes {
		ar.free = make([]byte, 0, max(arenaBytes, bytes))
	}
	return ar.free
}

// keep takes what was appended to room, as text.
func (ar *arena) keep(text []byte) string {
	ar.free = text[len(text):]
	return alias(text)
}

package operator

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"holdfast/schemas"
	"holdfast/topology"
)

// Duplicates (design.md 6): a record whose (source, id) was read before changes nothing and decides nothing. What was
// read is remembered with the subject of the record, its user or else its account:
//
//	user actions                 the last 32 ids, 8 bytes each, in one ring
//	billing, support, receipts   the ids of 7 days of event time, 16 bytes each, a cell for each day (UTC)
//
// A record that named no id has its position for one, which no other record has: it costs nothing. Profiles are not
// remembered: the newest changed_at wins, and the same one again says the same.
//
// A record that failed is forgotten with all else that it did, so it may be sent again.

const (
	actionIDs    = 32 // of a user that are remembered
	actionIDSize = 8
	exactIDSize  = 16
	exactDays    = 7
	dayMillis    = 24 * 60 * 60 * 1000
)

// actionIDsKey is the ring of a subject's user actions.
var actionIDsKey = topology.Key("ids")

// exactIDKeys are the days of the exact ids: day d is in the cell d modulo their number, the days of a week and today.
var exactIDKeys = func() (keys [exactDays + 1]uint32) {
	for i := range keys {
		keys[i] = topology.Key(fmt.Sprintf("ids.day/%d", i))
	}
	return keys
}()

// identity is what makes the event at hand a duplicate of another.
type identity struct {
	sub    topology.Subject // that remembers it; nil if nobody has to
	exact  bool
	day    int64
	hash   [exactIDSize]byte // of source and id; a user action has its first bytes only
	buffer []byte
}

// identify says what would make the event a duplicate.
func (ta *Task) identify(ev *schemas.Event, account, user *party) *identity {
	id := &ta.identity
	id.sub = nil
	if !ta.remembersID(ev) {
		return id
	}
	id.sub = account.sub
	if user != nil {
		id.sub = user.sub
	}
	id.exact, id.day = ev.Kind != schemas.KindUserAction, floorDiv(ev.At, dayMillis)
	if !id.exact {
		binary.LittleEndian.PutUint64(id.hash[:], hashID(ev.Source, ev.ID))
		return id
	}
	id.buffer = append(append(append(id.buffer[:0], ev.Source...), 0), ev.ID...)
	sum := sha256.Sum256(id.buffer)
	copy(id.hash[:], sum[:])
	return id
}

// duplicate says that the event was read before.
func (id *identity) duplicate() bool {
	switch {
	case id.sub == nil:
		return false
	case !id.exact:
		ring, _ := id.sub.Bytes(actionIDsKey)
		return len(ring) > 0 && holdsID(ring[1:], id.hash[:actionIDSize])
	}
	for _, key := range exactIDKeys {
		if day, ids := idsOfDay(id.sub, key); abs(day-id.day) <= exactDays && holdsID(ids, id.hash[:]) {
			return true
		}
	}
	return false
}

// remember keeps the identity of an event that is being processed.
func (id *identity) remember() {
	switch {
	case id.sub == nil:
	case id.exact:
		id.rememberExactly()
	default:
		id.rememberAction()
	}
}

// rememberAction writes into the ring: the place of the next id, then the ids.
func (id *identity) rememberAction() {
	ring, _ := id.sub.Bytes(actionIDsKey)
	id.buffer = append(id.buffer[:0], ring...)
	if len(ring) == 0 {
		id.buffer = append(id.buffer, 0)
	}
	at := 1 + int(id.buffer[0])*actionIDSize
	if at >= len(id.buffer) {
		id.buffer = append(id.buffer, id.hash[:actionIDSize]...)
	} else {
		copy(id.buffer[at:], id.hash[:actionIDSize])
	}
	id.buffer[0] = (id.buffer[0] + 1) % actionIDs
	id.sub.SetBytes(actionIDsKey, id.buffer)
}

// rememberExactly adds to the cell of the day and drops the days that nobody asks for any more.
func (id *identity) rememberExactly() {
	key := exactIDKeys[floorMod(id.day, int64(len(exactIDKeys)))]
	day, ids := idsOfDay(id.sub, key)
	if len(ids) > 0 && day > id.day {
		return // older than what is kept
	}
	id.buffer = binary.AppendVarint(id.buffer[:0], id.day)
	if day == id.day {
		id.buffer = append(id.buffer, ids...)
	} else {
		id.forgetBefore(id.day - exactDays)
	}
	id.sub.SetBytes(key, append(id.buffer, id.hash[:]...))
}

func (id *identity) forgetBefore(day int64) {
	for _, key := range exactIDKeys {
		if kept, ids := idsOfDay(id.sub, key); len(ids) > 0 && kept < day {
			id.sub.Delete(key)
		}
	}
}

// idsOfDay reads a cell of exact ids: its day and the ids, one behind the other.
func idsOfDay(sub topology.Subject, key uint32) (day int64, ids []byte) {
	cell, _ := sub.Bytes(key)
	day, n := binary.Varint(cell)
	if n <= 0 {
		return 0, nil
	}
	return day, cell[n:]
}

// holdsID says whether a list of ids of equal size has one.
func holdsID(ids, id []byte) bool {
	first := binary.LittleEndian.Uint64(id)
	for ; len(ids) >= len(id); ids = ids[len(id):] {
		if binary.LittleEndian.Uint64(ids) == first && string(ids[:len(id)]) == string(id) {
			return true
		}
	}
	return false
}

// hashID is the MurmurHash64A of a source and an id: seed 0 for the source, what came out of it for the id.
func hashID(source, id string) uint64 { return murmur64(id, murmur64(source, 0)) }

func murmur64(text string, seed uint64) uint64 {
	const mix = 0xc6a4a7935bd1e995
	hash := seed ^ uint64(len(text))*mix
	for ; len(text) >= 8; text = text[8:] {
		word := word64(text, 8) * mix
		word ^= word >> 47
		hash = (hash ^ word*mix) * mix
	}
	if len(text) > 0 {
		hash = (hash ^ word64(text, len(text))) * mix
	}
	hash = (hash ^ hash>>47) * mix
	return hash ^ hash>>47
}

// word64 reads n bytes, the lowest first.
func word64(text string, n int) (word uint64) {
	for i := n - 1; i >= 0; i-- {
		word = word<<8 | uint64(text[i])
	}
	return word
}

func floorDiv(a, b int64) int64 { return (a - floorMod(a, b)) / b }

func floorMod(a, b int64) int64 { return (a%b + b) % b }

func abs(n int64) int64 { return max(n, -n) }

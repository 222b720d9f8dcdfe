// Package topology is what is computed, pure: no input or output, no clock, no goroutine, no lock, no log, no metric.
// This package holds what its rooms share and what it needs of the world: the memory of a subject, the store that
// hands subjects out, and the sink that takes what was decided. `processor` connects them to `state` and Kafka.
package topology

import (
	"math"

	"holdfast/schemas"
)

// Ref names a subject. It is a value; its strings may alias a record's buffer until the store is asked to Open it.
type Ref struct {
	Account string
	Kind    SubjectKind
	ID      string // user id, role ..., "" for the account
}

// SubjectKind says what a subject is. The letters are part of the stored key: they never change.
type SubjectKind byte

// The subjects of an account.
const (
	SubjectAccount SubjectKind = 'a' // the account itself
	SubjectRoster  SubjectKind = 'r' // the users of the account that have a role; ID is the role
	SubjectUser    SubjectKind = 'u' // a user within the account
)

// Cells is the memory of one subject as expressions read it: sparse cells, each an integer or a string of bytes,
// under 32-bit keys (Key). A subject that was never written has no cells.
type Cells interface {
	// Int returns the integer at key; ok is false when the cell is absent.
	Int(key uint32) (v int64, ok bool)
	// Bytes returns the bytes at key, valid until the next write to this subject.
	Bytes(key uint32) (b []byte, ok bool)
}

// Subject is a subject opened for one record or timer. Writes become part of the transaction; when the record
// fails, the store takes them back.
type Subject interface {
	Cells
	SetInt(key uint32, v int64)
	SetBytes(key uint32, b []byte) // copies b
	Delete(key uint32)
	// Wake is the earliest instant at which the subject wants to be looked at; NoWake if never.
	Wake() Wake
	SetWake(Wake)
	// Empty says that the subject has no cell.
	Empty() bool
}

// Store hands out the subjects of one task.
type Store interface {
	// Open returns the subject as the open transaction sees it. The same Ref gives the same Subject until the
	// transaction or a rollback ends it; do not keep it beyond the record or timer at hand.
	Open(Ref) Subject
	// Scan calls f with every subject that was in the store when the task was opened and comes after `after` in key
	// order (the zero Ref: from the start), until f returns false. It may be called only between records.
	Scan(after Ref, f func(Ref) bool) error
}

// Sink takes what was decided for the record or timer at hand. What it is given belongs to it.
type Sink interface {
	Intent(*schemas.MessageIntent)
	Decision(*schemas.Decision)
	Signal(*schemas.Signal)
}

// Wake is an instant of the task clock packed with what waits for it: Ready()*2, +1 for a publication. Its order is
// the order of firing (language.md 15: timers first at a tie). A wake fires when the clock C is past Ready: C > Ready.
// A timer's Ready is due + lateness (so it fires when W = C - lateness passes due), a publication's is slot + collect.
type Wake int64

// NoWake never fires.
const NoWake Wake = math.MaxInt64

// TimerAt is the wake of a timer that becomes possible when the clock passes ready (ms).
func TimerAt(ready int64) Wake { return Wake(ready * 2) }

// PublicationAt is the wake of a publication that becomes possible when the clock passes ready (ms).
func PublicationAt(ready int64) Wake { return Wake(ready*2 + 1) }

// Ready is the instant (ms) that the clock has to pass.
func (wa Wake) Ready() int64 { return int64(wa) >> 1 }

// Key is the stable key of a cell: FNV-1a of its canonical name. The bundle refuses two names with one key.
func Key(name string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(name); i++ {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}

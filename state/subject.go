package state

// Subject is a subject opened in a transaction: its record as the transaction sees it. It stays valid until the
// transaction is applied or discarded.
type Subject struct {
	record Record
	key    []byte // full key
	hash   uint32
	owner  owner
	epoch  uint32 // of the savepoint that has an image of this subject
	dirty  bool   // written in this transaction
	stored bool   // exists in the committed state
	moved  bool   // the wake was changed in this transaction
	before int64  // the committed wake
}

// owner is told before a subject is written and when its wake changes, so that it can take both back.
type owner interface {
	beforeWrite(*Subject)
	wakeMoved(*Subject)
}

// Key names the subject.
func (su *Subject) Key() SubjectKey {
	sk, _ := ParseSubjectKey(su.key[spaceBytes:]) // made by Append: it parses
	return sk
}

// Int returns the integer at key; ok is false when there is none.
func (su *Subject) Int(key uint32) (v int64, ok bool) { return su.record.Int(key) }

// Bytes returns the bytes at key, valid until the next write to this subject.
func (su *Subject) Bytes(key uint32) (b []byte, ok bool) { return su.record.Bytes(key) }

// Wake is the instant at which the subject wants to be looked at, NoWake if never.
func (su *Subject) Wake() int64 { return su.record.Wake() }

// Empty says that the subject has no cell.
func (su *Subject) Empty() bool { return su.record.Empty() }

// Len is the number of cells.
func (su *Subject) Len() int { return su.record.Len() }

// Record is the subject's memory, to look at: writes go through the subject.
func (su *Subject) Record() *Record { return &su.record }

// SetInt puts an integer at key.
func (su *Subject) SetInt(key uint32, v int64) {
	su.owner.beforeWrite(su)
	su.record.SetInt(key, v)
}

// SetBytes puts a copy of b at key.
func (su *Subject) SetBytes(key uint32, b []byte) {
	su.owner.beforeWrite(su)
	su.record.SetBytes(key, b)
}

// Delete removes the cell at key, if there is one.
func (su *Subject) Delete(key uint32) {
	su.owner.beforeWrite(su)
	su.record.Delete(key)
}

// SetWake sets the instant at which the subject wants to be looked at.
func (su *Subject) SetWake(wake int64) {
	if wake == su.record.Wake() {
		return
	}
	su.owner.beforeWrite(su)
	su.record.SetWake(wake)
	su.owner.wakeMoved(su)
}

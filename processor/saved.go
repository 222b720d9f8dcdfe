package processor

import (
	"encoding/binary"
	"errors"
	"fmt"

	"holdfast/schemas"
	"holdfast/state"
)

// resume puts the task at its last committed transaction: after a restore, and after every transaction that did not
// commit.
func (ta *task) resume() error {
	record := ta.saved.record
	or, rules, err := splitMeta(record.Meta)
	if err != nil {
		return fmt.Errorf("partition %d: %w", ta.partition, err)
	}
	ta.saved.lives, ta.lives = or.lives, or.lives
	ta.clock.now = noTime
	if !ta.saved.fresh && record.Clock > 0 {
		ta.clock.now = record.Clock
	}
	for _, in := range ta.inputs {
		for _, po := range record.Positions {
			if po.Topic == in.topic {
				in.next, in.highest = po.Offset, po.HighestEventTime
			}
		}
	}
	ta.finished, ta.more = ta.saved.finished, false
	writtenBy := ta.writtenBy
	if record.BundleHash == ta.bundle.Hash {
		writtenBy = ta.bundle
	}
	if err := ta.rules.ResumeFrom(writtenBy, rules, ta.clockMillis(), ta.saved.fresh); err != nil {
		return fmt.Errorf("resume partition %d: %w", ta.partition, err)
	}
	return nil
}

// keepPositions makes the inputs' positions part of what discard goes back to.
func (ta *task) keepPositions() {
	ta.saved.record.Positions = ta.positions()
}

func (ta *task) positions() []state.Position {
	positions := make([]state.Position, 0, len(ta.inputs))
	for _, in := range ta.inputs {
		positions = append(positions, state.Position{Topic: in.topic, Offset: in.next, HighestEventTime: in.highest})
	}
	return positions
}

// record is the task record of the transaction at hand.
func (ta *task) record() state.TaskRecord {
	return state.TaskRecord{
		Sequence: ta.sequence, Positions: ta.positions(), Clock: ta.clockMillis(),
		BundleHash: ta.bundle.Hash, BundleRevision: ta.bundle.Revision,
		Meta: ta.rules.AppendMeta(origin{wallMillis: ta.wallMillis, mark: ta.attempt, before: ta.saved.attempt, lives: ta.lives}.append(nil)),
	}
}

// apply makes the transaction at hand the committed state.
func (ta *task) apply(changelogNext int64) error {
	if err := ta.part.Apply(changelogNext); err != nil {
		return fmt.Errorf("apply partition %d: %w", ta.partition, err)
	}
	ta.staged.ChangelogNext = changelogNext
	ta.saved = saved{record: ta.staged, attempt: ta.attempt, finished: ta.finished, lives: ta.lives}
	return nil
}

// discard forgets the transaction at hand. What the inputs hold is dropped when the client is rewound (txn.go).
func (ta *task) discard() {
	ta.part.Discard()
	ta.takeMoves()
	if err := ta.resume(); err != nil {
		ta.stalled = err // what was readable before cannot have become unreadable
	}
}

// origin says which transaction a task record is of. It is the processor's part of the record's meta; what the topology
// keeps follows. Sequences alone do not tell two histories apart: a transaction that the brokers took back and the one
// that was committed in its place have the same.
//
//	version (1) = 2 | varint wall time, ms | mark | mark of the transaction before     (strings with a uvarint length)
//	| uvarint number of inputs | (u8 input | total | spoke at | usual gap | watched since)...     (varints, ms)
//
// Version 1 ends before the inputs.
type origin struct {
	wallMillis int64
	mark       string
	before     string // "" for the first transaction
	lives      []life // what was known of the inputs as a whole
}

const metaVersion = 2

func (or origin) append(b []byte) []byte {
	b = binary.AppendVarint(append(b, metaVersion), or.wallMillis)
	for _, text := range []string{or.mark, or.before} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	b = binary.AppendUvarint(b, uint64(len(or.lives)))
	for _, li := range or.lives {
		b = append(b, byte(li.Input))
		for _, number := range []int64{li.Total, li.SpokeAt, li.Usual, li.Watched} {
			b = binary.AppendVarint(b, number)
		}
	}
	return b
}

var errBadMeta = errors.New("the task record's meta is damaged")

// splitMeta is the inverse: the origin, and what the topology keeps. A task that has committed nothing has no meta.
func splitMeta(meta []byte) (or origin, rules []byte, err error) {
	if len(meta) == 0 {
		return origin{}, nil, nil
	}
	wallMillis, n := binary.Varint(meta[1:])
	if meta[0] < 1 || meta[0] > metaVersion || n <= 0 {
		return origin{}, nil, errBadMeta
	}
	or.wallMillis, rules = wallMillis, meta[1+n:]
	for _, text := range []*string{&or.mark, &or.before} {
		size, n := binary.Uvarint(rules)
		if n <= 0 || size > uint64(len(rules)-n) {
			return origin{}, nil, errBadMeta
		}
		*text, rules = string(rules[n:n+int(size)]), rules[n+int(size):]
	}
	if meta[0] > 1 {
		or.lives, rules, err = splitLives(rules)
	}
	return or, rules, err
}

func splitLives(b []byte) (lives []life, rest []byte, err error) {
	count, n := binary.Uvarint(b)
	if n <= 0 || count > uint64(len(b)) {
		return nil, nil, errBadMeta
	}
	rest = b[n:]
	for range count {
		if len(rest) == 0 {
			return nil, nil, errBadMeta
		}
		li := life{Input: schemas.Kind(rest[0])}
		rest = rest[1:]
		for _, number := range []*int64{&li.Total, &li.SpokeAt, &li.Usual, &li.Watched} {
			if *number, n = binary.Varint(rest); n <= 0 {
				return nil, nil, errBadMeta
			}
			rest = rest[n:]
		}
		lives = append(lives, li)
	}
	return lives, rest, nil
}

package processor

import (
	"encoding/binary"
	"errors"
	"fmt"

	"holdfast/state"
)

// resume puts the task at its last committed transaction: after a restore, and after every transaction that did not
// commit.
func (ta *task) resume() error {
	record := ta.saved.record
	_, rules, err := splitMeta(record.Meta)
	if err != nil {
		return fmt.Errorf("partition %d: %w", ta.partition, err)
	}
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
	ta.finished, ta.swept, ta.more = ta.saved.finished, false, false
	if err := ta.rules.Resume(rules, ta.clockMillis(), ta.saved.fresh); err != nil {
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
		Meta: ta.rules.AppendMeta(appendMeta(nil, ta.wallMillis)),
	}
}

// apply makes the transaction at hand the committed state.
func (ta *task) apply(changelogNext int64) error {
	if err := ta.part.Apply(changelogNext); err != nil {
		return fmt.Errorf("apply partition %d: %w", ta.partition, err)
	}
	ta.staged.ChangelogNext = changelogNext
	ta.saved = saved{record: ta.staged, attempt: ta.attempt, finished: ta.finished}
	return nil
}

// discard forgets the transaction at hand. What the inputs hold is dropped when the client is rewound (txn.go).
func (ta *task) discard() {
	ta.part.Discard()
	if err := ta.resume(); err != nil {
		ta.stalled = err // what was readable before cannot have become unreadable
	}
}

// The processor's part of the task record's meta: a version and the wall time of the transaction (ms, varint). What the
// topology keeps follows.
const metaVersion = 1

func appendMeta(b []byte, wallMillis int64) []byte {
	return binary.AppendVarint(append(b, metaVersion), wallMillis)
}

var errBadMeta = errors.New("the task record's meta is damaged")

func splitMeta(meta []byte) (wallMillis int64, rules []byte, err error) {
	if len(meta) == 0 {
		return 0, nil, nil
	}
	wallMillis, n := binary.Varint(meta[1:])
	if meta[0] != metaVersion || n <= 0 {
		return 0, nil, errBadMeta
	}
	return wallMillis, meta[1+n:], nil
}

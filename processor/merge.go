package processor

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
)

// The merge. A task's inputs are one sequence: the head with the lowest event time first (language.md 11). A head may only
// be taken when no other input can still bring an earlier one: each has a head too, or is proven to be at its end. Until
// then the head is held, in memory, and its record stays uncommitted: the offsets of a transaction are the task's own
// positions, not what was polled (attempt.go). So a small topic that arrives whole in the first poll does not run months
// ahead of a large one, and how the brokers happened to answer changes nothing.
//
// A live clock lets a head go up to max_skew ahead of an input that is behind: one partition that does not answer must
// not stop everything at once.
//
// Receipts wait like the rest, for nobody: what became of an intent is judged after what led to it, and a sender that is
// silent holds nothing back.
//
// Rejected: to process all of a poll (the session commits all of it by itself). The order of topics would be the order
// in which they were fetched, and an account that cancelled in May would be quiet in January.

// input is one input partition of a task: where it stands, and what was polled of it.
type input struct {
	topic string
	kind  schemas.Kind

	next    int64 // offset of the first record that is not processed
	highest int64 // highest event time read, ms; noTime if none
	end     int64 // last stable offset of the newest proof; -1 if unknown
	open    bool  // that proof found records beyond end, in somebody's open transaction
	asOf    int64 // wall time (ms) of that proof

	passedStamp int64 // Kafka timestamp (ms) of the newest processed record; 0 if none
	behindSince int64 // wall time (ms) since which records wait; 0 if none does

	from    int64         // next when the batch began
	records []*kgo.Record // polled, offset order
	head    int           // records[head] is the first unprocessed one
	event   schemas.Event // records[head], decoded and clamped
	decoded bool          // event is filled in
	stalled error         // why the head cannot be decoded yet: the registry does not answer

	paused     bool // for the client (align.go)
	wantPaused bool
}

// unread says that polled records of the input are not processed yet.
func (in *input) unread() bool { return in.head < len(in.records) }

// held is how many.
func (in *input) held() int { return len(in.records) - in.head }

// proven says that everything was processed that there was when the newest proof was made. Records of an open transaction
// count: they cannot be read yet, and somebody may be back in them.
func (in *input) proven() bool { return in.end >= 0 && !in.open && in.next >= in.end && !in.unread() }

// oldestPending is the Kafka timestamp (ms) of the first record that waits, 0 if none does. As long as that record was
// not polled it is a bound from the other side: the newest processed one, or when it was first seen that records wait.
func (in *input) oldestPending(nowMillis int64) int64 {
	switch {
	case in.unread():
		return in.records[in.head].Timestamp.UnixMilli()
	case in.end <= in.next:
		in.behindSince = 0
		return 0
	}
	if in.behindSince == 0 {
		in.behindSince = nowMillis
	}
	return max(min(in.passedStamp, in.behindSince), 1)
}

// take appends polled records behind what is held, and returns how many it refused: records below the input's position,
// which a healthy client never delivers. To fold one again would count it twice.
func (in *input) take(records []*kgo.Record) (rewound int64) {
	next := in.next
	if in.unread() {
		next = in.records[len(in.records)-1].Offset + 1
	}
	if in.head > 0 {
		n := copy(in.records, in.records[in.head:])
		clear(in.records[n:])
		in.records, in.head = in.records[:n], 0
	}
	for _, rec := range records {
		if rec.Offset < next {
			rewound++
			continue
		}
		in.records = append(in.records, rec)
	}
	return rewound
}

// drop forgets what was polled: the client reads it again.
func (in *input) drop() {
	clear(in.records)
	in.records, in.head, in.decoded, in.stalled = in.records[:0], 0, false, nil
}

// pass moves behind the record at the head.
func (in *input) pass() {
	in.next = in.records[in.head].Offset + 1
	in.passedStamp = in.records[in.head].Timestamp.UnixMilli()
	in.head++
	in.decoded = false
}

// lowest returns the input whose head is the next event of the task; nil when there is none that may be taken yet.
// Inputs are in rank order, so a tie goes to the earlier one; within one input offsets are in order anyway.
func (ta *task) lowest() *input {
	var first *input
	for _, in := range ta.inputs {
		if (in.decoded || ta.ready(in)) && (first == nil || in.event.At < first.event.At) {
			first = in
		}
	}
	if first == nil || !ta.mayTake(first) {
		return nil
	}
	return first
}

// mayTake says whether no other input can still bring an earlier event.
func (ta *task) mayTake(first *input) bool {
	if first.kind == schemas.KindProfile {
		return true
	}
	for _, in := range ta.inputs {
		if in == first || !in.holdsClock() || in.decoded || in.proven() {
			continue
		}
		if ta.clock.mode == modeEvent || first.event.At > in.highest+ta.bundle.MaxSkew.Milliseconds() {
			return false
		}
	}
	return true
}

// ready passes over what is not an event (control records, dead letters) until the head of the input is a decoded event;
// false when there is none.
func (ta *task) ready(in *input) bool {
	in.stalled = nil
	for in.unread() && !in.decoded && in.stalled == nil {
		rec := in.records[in.head]
		if rec.Attrs.IsControl() {
			in.pass()
			continue
		}
		ta.decodeHead(in, rec)
	}
	return in.decoded
}

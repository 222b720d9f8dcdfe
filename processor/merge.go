package processor

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
)

// input is one input partition of a task: where it stands, and its part of the batch at hand.
type input struct {
	topic string
	kind  schemas.Kind

	next       int64 // offset of the first record that is not processed
	highest    int64 // highest event time read, ms; noTime if none
	provenAsOf int64 // wall time (ms) as of which next >= the last stable offset; noTime if not proven
	end        int64 // last stable offset of the newest proof; -1 if unknown

	behind     int   // proofs in a row that found it short of its end
	provenFor  int64 // asOf of the proof that was used last
	paused     bool  // for the client (align.go)
	wantPaused bool

	from    int64         // next when the batch began
	records []*kgo.Record // of the batch, offset order
	head    int           // records[head] is the first unprocessed one
	event   schemas.Event // records[head], decoded and clamped
	decoded bool          // event is filled in
}

// unread says that the batch holds records of the input that are not processed yet.
func (in *input) unread() bool { return in.head < len(in.records) }

// take gives the input its records of a new batch.
func (in *input) take(records []*kgo.Record) {
	in.records, in.head, in.decoded = records, 0, false
}

// pass moves behind the record at the head.
func (in *input) pass() {
	in.next = in.records[in.head].Offset + 1
	in.head++
	in.decoded = false
}

// prove uses a proof of where the input ends (endproof.go).
func (in *input) prove(asOf, end int64) {
	in.end, in.provenAsOf = end, noTime
	if end >= 0 && in.next >= end {
		in.provenAsOf, in.behind = asOf, 0
	} else if asOf != in.provenFor {
		in.behind++
	}
	in.provenFor = asOf
}

// lowest is the merge of language.md 11: the head with the lowest event time first, ties by rank of the topic, then by
// offset (within one topic offsets are in order anyway). It decodes what has become a head; nil when all is processed.
func (ta *task) lowest() *input {
	var first *input
	for _, in := range ta.inputs { // in rank order: a tie stays with the earlier one
		if !ta.ready(in) {
			continue
		}
		if first == nil || in.event.At < first.event.At {
			first = in
		}
	}
	return first
}

// ready passes over what is not an event (control records, records read before, dead letters) until the head of the
// input is a decoded event; false when none is left in the batch.
func (ta *task) ready(in *input) bool {
	for in.unread() && !in.decoded {
		rec := in.records[in.head]
		switch {
		case rec.Offset < in.next:
			// Never seen in a healthy client: a rewind below what is committed. To fold it again would count it twice.
			ta.counts.rewound++
			in.head++
		case rec.Attrs.IsControl():
			in.pass()
		default:
			ta.decodeHead(in, rec)
		}
	}
	return in.unread()
}

package processor

import "holdfast/schemas"

// noTime is the clock of a task that has seen nothing, and the highest event time of an input without a record.
const noTime = int64(-1 << 62)

// Clock modes.
const (
	modeLive  = "live"
	modeEvent = "event"
)

// clock is the task clock C of language.md 11:
//
//	live   C = min over inputs of (proven caught up as of t ? t - grace : highest event time read)
//	event  C = min over inputs that are not at their end of (highest event time read); with all at their end, the
//	       highest event time of all
//
// A head that is held (merge.go) has been read: a sparse input does not hold back what the merge has already put in order.
//
// Invariant: C never goes back. An input that has shown neither a record nor its end holds C where it is. Profiles and
// receipts do not count: facts about people and news of deliveries say nothing about how far the product's events are.
type clock struct {
	mode        string
	graceMillis int64
	now         int64 // C, ms; noTime before the first reading
}

// advance moves C to what the inputs allow.
func (cl *clock) advance(inputs []*input) {
	low, high := int64(1)<<62, noTime
	for _, in := range inputs {
		if !in.holdsClock() {
			continue
		}
		read := in.highest
		if in.decoded { // held: read, and nothing earlier is behind it
			read = max(read, in.event.At)
		}
		high = max(high, in.highest)
		switch {
		case !in.proven():
			low = min(low, read)
		case cl.mode == modeLive:
			low = min(low, in.asOf-cl.graceMillis)
		}
	}
	if low == 1<<62 { // event mode, all at their end
		low = high
	}
	cl.now = max(cl.now, low)
}

// holdsClock says whether the input takes part in C.
func (in *input) holdsClock() bool {
	return in.kind != schemas.KindProfile && in.kind != schemas.KindReceipt
}

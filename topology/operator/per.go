package operator

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// `again: per PATH`: each value has its own edge, its own episode and its own re-entry. An unknown value enters none.

// perText is the value of `again: per`, as an episode is named by it; "" with true where there is no `per`, false where
// the value is unknown.
func (ta *Task) perText(ru *rule, fr *lang.Frame) (per string, known bool) {
	if ru.Again.Kind != playbook.AgainPer {
		return "", true
	}
	va := ru.Again.Per.Eval(fr)
	if va.Kind == value.Unknown || va.Bound != value.Exact {
		return "", false
	}
	return strings.Clone(va.String()), true
}

// refusesValue is refuses for `again: per`.
func (ru *rule) refusesValue(li *life, at int64, per string) string {
	before, entered := li.valueAt(per)
	switch {
	case li.openOf(per):
		return "an episode is open for " + per + " since " + instantText(before)
	case !entered:
		return ""
	case ru.Again.Every == 0:
		return "again: per " + ru.Again.Per.Source + ", and " + per + " entered at " + instantText(before)
	case at < before+ru.Again.Every:
		return "again: every " + value.FormatDuration(ru.Again.Every, "") + ", and " + per + " entered at " + instantText(before)
	}
	return ""
}

// perTurned says that the value of a condition's `per` is another one than that whose edge is remembered, and remembers
// it. Requires: the frame is the subject's.
func (ta *Task) perTurned(pa *party, ru *rule, fr *lang.Frame) bool {
	if ru.Again.Kind != playbook.AgainPer || ru.Again.OfEvent || ru.Start.When == nil {
		return false
	}
	is := hashOf(ru.Again.Per.Eval(fr))
	was, _ := pa.sub.Int(ru.perKey)
	if is == was {
		return false
	}
	if is == 0 {
		pa.sub.Delete(ru.perKey)
	} else {
		pa.sub.SetInt(ru.perKey, is)
	}
	return true
}

// hashOf is a number for a value (FNV-1a, without a write on the heap); 0 for an unknown one.
func hashOf(va value.Value) int64 {
	if va.Kind == value.Unknown || va.Bound != value.Exact {
		return 0
	}
	hash := uint64(14695981039346656037)
	add := func(b byte) { hash = (hash ^ uint64(b)) * 1099511628211 }
	add(byte(va.Kind))
	for i := 0; i < len(va.Text); i++ {
		add(va.Text[i])
	}
	for n := uint64(va.Num); n > 0; n >>= 8 {
		add(byte(n))
	}
	return int64(hash | 1)
}

// valueReturns says that `every D` lets the value of the moment in again at an instant.
func (ta *Task) valueReturns(pa *party, ru *rule, li *life, due int64) bool {
	at, ok := ta.valueRearms(pa, ru, li, due)
	return ok && at == due
}

// valueRearms is when `per PATH every D` lets the value of the moment in again.
func (ta *Task) valueRearms(pa *party, ru *rule, li *life, now int64) (at int64, ok bool) {
	if ru.Again.Kind != playbook.AgainPer || ru.Again.Every == 0 || ru.Again.OfEvent {
		return 0, false
	}
	per, known := ta.perText(ru, ta.see(pa, now))
	if !known || li.openOf(per) {
		return 0, false
	}
	entered, ok := li.valueAt(per)
	return entered + ru.Again.Every, ok
}

// perEnds says why an episode ends with the value that it belongs to; "" if it does not.
func (ta *Task) perEnds(pa *party, ru *rule, ep *episode, now int64) string {
	if ru.Again.Kind != playbook.AgainPer || ru.Again.OfEvent {
		return ""
	}
	is, known := ta.perText(ru, ta.within(pa, ru, ep, now))
	switch {
	case !known:
		return ru.Again.Per.Source + " is unknown, it was " + ep.Per
	case is != ep.Per:
		return ru.Again.Per.Source + " is " + is + ", it was " + ep.Per
	}
	return ""
}

// Marks among the values of a life whose start has `once: true`: what no value looks like.
const (
	seenPrefix    = "\x00="     // a value came, whether it entered or not: it is never first again
	seenFromStart = "\x00start" // the values are known from the subject's first such event on
)

// sawBefore says that an event with the value came before, and remembers that one came now.
func (ta *Task) sawBefore(pa *party, ru *rule, li *life, per string, oc occasion) bool {
	_, entered := li.valueAt(per)
	_, seen := li.valueAt(seenPrefix + per)
	li.setValue(seenPrefix+per, oc.at)
	if _, whole := li.valueAt(seenFromStart); whole || ta.earlier[ru.Index] == wasUntrue {
		li.setValue(seenFromStart, oc.at)
	}
	ta.setLife(pa, ru, li, oc.now)
	return entered || seen
}

// isRepeated says that the event is not the first such of its subject, where the start wants the first: with `per`, the
// first with its value. What cannot be known is not first.
func (ta *Task) isRepeated(pa *party, ru *rule, li *life, oc occasion) bool {
	if ru.Again.Kind != playbook.AgainPer {
		return ta.earlier[ru.Index] == wasTrue
	}
	fr := ta.see(pa, oc.now)
	fr.Event = oc.event
	if per, known := ta.perText(ru, fr); known && ta.sawBefore(pa, ru, li, per, oc) {
		return true
	}
	if !lang.Complete(fr, ru.Each) {
		return true
	}
	if _, whole := li.valueAt(seenFromStart); whole {
		return false
	}
	for _, first := range ru.Start.First { // of what came before the playbook it remembers no values
		if at := first.Eval(fr); at.Kind == value.Time && at.Num < ru.activation.At && ru.activation.Generation > 0 {
			return true
		}
	}
	return false
}

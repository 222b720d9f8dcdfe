package operator

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// The source-silence breaker (design.md 5, G3). The processor says that a whole input has fallen silent (Freeze) and that
// it speaks again (Release). Meanwhile no absence on that input is found: what is due after the last sign of life waits.
// Once the input speaks again what waits is let go slowly, each subject at an instant of its own within the hour (or what
// the processor says), by the hash of the subject. An absence that was over before the silence began is well-founded and
// fires as always.
//
// What waits keeps its due instant, and the ids that come of it. It is not offered while the input is silent (search), so
// the wake of its subject is a look each few minutes; when the input speaks again the look finds the instant of release.
// If the subject's own events have moved the due instant by then, nothing was absent.
//
// Frozen is what time alone would decide of:
//
//	a playbook whose start or re-entry waits for the input   its starts, steps, publications, stops, states
//	a step that waits for the input or asks it in its `if`   that step
//	a stop, a state that waits for the input                 the stops and states of that playbook
//	a document that reads the input                          the document; it is judged as a whole at its release
//
// What an event decides is never frozen: it arrived.

// Silence is a time in which an input said nothing.
type Silence struct {
	Input schemas.Kind
	Since int64 // ms, the last sign of life
	Until int64 // ms, when it spoke again; 0: it is silent
	Over  int64 // ms, for how long after Until absences are let go
}

// lookEvery is how often a subject with something frozen is looked at (ms).
const lookEvery = 5 * 60 * 1000

// Freeze takes note that an input has fallen silent, since an instant (ms). An input that falls silent again before
// everything of the last silence was let go has been silent since then.
func (ta *Task) Freeze(input schemas.Kind, since int64) {
	i, found := ta.silenceOf(input)
	if found {
		ta.meta.Silences[i].Until = 0
		return
	}
	ta.meta.Silences = slices.Insert(slices.Clone(ta.meta.Silences), i, Silence{Input: input, Since: since})
}

// Release takes note that an input speaks again, at an instant (ms), and for how long what waits is let go.
func (ta *Task) Release(input schemas.Kind, at, over int64) {
	i, found := ta.silenceOf(input)
	if found && ta.meta.Silences[i].Until == 0 {
		ta.meta.Silences = slices.Clone(ta.meta.Silences)
		ta.meta.Silences[i].Until, ta.meta.Silences[i].Over = at, max(over, 1)
	}
}

// Silences are those that still hold something back, sorted by input.
func (ta *Task) Silences() []Silence { return ta.meta.Silences }

// IsFrozen says that an input is known to be silent.
func (ta *Task) IsFrozen(input schemas.Kind) bool {
	i, found := ta.silenceOf(input)
	return found && ta.meta.Silences[i].Until == 0
}

func (ta *Task) silenceOf(input schemas.Kind) (int, bool) {
	list := ta.meta.Silences
	i := sort.Search(len(list), func(i int) bool { return list[i].Input >= input })
	return i, i < len(list) && list[i].Input == input
}

// Forget drops what the task no longer has to remember: silences that hold nothing back, edits that were followed by all.
// Requires: everything that the clock has passed has fired.
func (ta *Task) Forget() {
	ta.forgetSilences()
	ta.forgetEdits()
}

// forgetSilences drops those of which nothing can wait any more.
func (ta *Task) forgetSilences() {
	over := func(si Silence) bool {
		return si.Until != 0 && ta.clock > si.Until+si.Over+lookEvery+ta.maxLateness
	}
	if slices.ContainsFunc(ta.meta.Silences, over) {
		ta.meta.Silences = slices.DeleteFunc(slices.Clone(ta.meta.Silences), over)
	}
}

// inputs is a set of inputs.
type inputs uint8

func (in inputs) has(kind schemas.Kind) bool { return in&(1<<kind) != 0 }

// inputsOf are the inputs whose events some expressions are computed of.
func inputsOf(programs ...*lang.Program) (in inputs) {
	for _, pr := range programs {
		if pr == nil {
			continue
		}
		for _, def := range pr.Watches() {
			in |= inputsOfEvent(def)
		}
	}
	return in
}

func inputsOfEvent(def *lang.EventDef) (in inputs) {
	if def.Any == nil {
		return 1 << def.Kind
	}
	for _, other := range def.Any {
		in |= inputsOfEvent(other)
	}
	return in
}

// waitingFor are the inputs whose silence freezes something of a playbook.
type waitingFor struct {
	start  inputs // everything that time decides
	others inputs // stops and states
	steps  []inputs
}

func newWaitingFor(pb *playbook.Playbook) (wf waitingFor) {
	wf.start = inputsOf(pb.Start.When, pb.Again.When)
	if len(pb.Start.Events) == 0 || pb.Start.Settle > 0 {
		wf.start |= inputsOf(pb.Start.If)
	}
	for i := range pb.Stops {
		wf.others |= inputsOf(pb.Stops[i].When)
	}
	for i := range pb.States {
		for _, mo := range slices.Concat(pb.States[i].After, pb.States[i].Goto) {
			wf.others |= inputsOf(mo.If, mo.When)
		}
	}
	for _, st := range pb.Steps {
		wf.steps = append(wf.steps, inputsOf(st.When, st.If, st.At))
	}
	return wf
}

// listInputs says for playbooks and documents which inputs they wait for.
func (ta *Task) listInputs() {
	for _, ru := range ta.rules {
		ta.frozen = append(ta.frozen, newWaitingFor(ru.Playbook))
	}
	for _, de := range ta.docs.all {
		ta.frozenDocs = append(ta.frozenDocs, inputsOf(de.Programs()...))
	}
}

// of are the inputs that one unit waits for.
func (wf *waitingFor) of(un unit) inputs {
	switch {
	case un.work == workEnds:
		return 0
	case un.step != nil:
		return wf.start | wf.steps[un.step.Index]
	case un.work == workStart:
		return wf.start
	}
	return wf.start | wf.others
}

// delay moves a unit that waits for a silent input: to the next look at its subject, or to its release. Its due instant
// stays.
func (ta *Task) delay(pa *party, un unit) (later unit, delayed bool) {
	if un.rule == nil {
		return un, false
	}
	ready, held := ta.heldUntil(pa, ta.frozen[un.rule.Index].of(un), un.due)
	if !held || ready <= un.wake.Ready() {
		return un, false
	}
	un.wake = topology.TimerAt(ready)
	return un, true
}

// heldUntil is until when something that is due and waits for some inputs is held back.
func (ta *Task) heldUntil(pa *party, in inputs, due int64) (ready int64, held bool) {
	for _, si := range ta.meta.Silences {
		if !in.has(si.Input) || due <= si.Since || si.Until != 0 && due > si.Until+si.Over {
			continue
		}
		held = true
		if si.Until == 0 {
			ready = max(ready, ta.nextLook(pa))
		} else {
			ready = max(ready, si.Until+spread("release", pa.identity(), si.Over))
		}
	}
	return ready, held
}

// nextLook is the next instant at which a subject with something frozen is looked at: they take turns.
func (ta *Task) nextLook(pa *party) int64 {
	turn := spread("look", pa.identity(), lookEvery)
	return ta.clock - floorMod(ta.clock-turn, lookEvery) + lookEvery
}

// startFrom is judgedFrom for a start of which something may be held back: what came due in the silence is still to come,
// whatever was judged of the subject since.
func (ta *Task) startFrom(pa *party, ru *rule, cursor int64) int64 {
	from := ru.judgedFrom(pa, cursor)
	if since, held := ta.frozenSince(ru); held {
		from = max(cursor, min(from, since))
	}
	return from
}

// keepsEdge says that a start's condition, which time made true, is not for an event to find: it is held back.
func (ta *Task) keepsEdge(pa *party, ru *rule, now int64) bool {
	return ta.isHeld(pa, ta.frozen[ru.Index].start, now)
}

// isHeld says that what waits for some inputs is held back at an instant.
func (ta *Task) isHeld(pa *party, in inputs, at int64) bool {
	ready, held := ta.heldUntil(pa, in, at)
	return held && ready > at
}

// documentDue is the next instant at which a document is judged: while it is held back, a look at the subject; then its
// release, at which it is judged as a whole.
func (ta *Task) documentDue(pa *party, de *derived, from, due int64) int64 {
	for _, si := range ta.meta.Silences {
		if !ta.frozenDocs[de.index].has(si.Input) {
			continue
		}
		release := si.Until + spread("release", pa.identity(), max(si.Over, 1))
		switch {
		case si.Until == 0 && due > si.Since:
			due = max(ta.nextLook(pa), from+1)
		case si.Until != 0 && from > si.Since && from < release:
			due = release
		}
	}
	return due
}

// frozenSince is the last instant at which nothing of a start was held back.
func (ta *Task) frozenSince(ru *rule) (since int64, held bool) {
	since = lang.Never
	for _, si := range ta.meta.Silences {
		if ta.frozen[ru.Index].start.has(si.Input) {
			since, held = min(since, si.Since), true
		}
	}
	return since, held
}

// heldBack says for a decision which silence kept it waiting; "" if none did.
func (ta *Task) heldBack(ru *rule, oc occasion) string {
	if oc.event != nil {
		return ""
	}
	for _, si := range ta.meta.Silences {
		if ta.frozen[ru.Index].start.has(si.Input) && oc.at > si.Since && si.Until != 0 {
			return fmt.Sprintf("; held back: %s was silent from %s to %s", si.Input, instantText(si.Since), instantText(si.Until))
		}
	}
	return ""
}

// spread gives everybody a place of their own in a length of time (ms): the same for the same purpose, even over all.
func spread(purpose, subject string, length int64) int64 {
	return int64(hashPair(purpose, subject) % uint64(length))
}

// hashPair is hash(a, b) of language.md 15: the first 8 bytes, big-endian, of SHA-256(a/b).
func hashPair(a, b string) uint64 {
	sum := sha256.Sum256([]byte(a + "/" + b))
	return binary.BigEndian.Uint64(sum[:])
}

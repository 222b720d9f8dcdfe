package operator

import (
	"sort"

	"holdfast/schemas"
	"holdfast/topology/value"
)

// life is what a subject has lived through in one playbook: whether it entered, when, and the episodes that still
// matter. It is one cell, encoded by life_codec.go.
type life struct {
	Entered   bool  // it entered once, or was marked as if it had
	Armed     bool  // `again: after X`: X happened since the entry
	EnteredAt int64 // ms, start.time of the newest entry
	Episodes  []episode

	wasOpen int // open episodes when it was loaded; not part of the cell
}

// episode is one run of a playbook for a subject.
//
// Invariant: Over implies that no step is held. An episode that is over is kept only while a late event could still
// make us regret what it published (prune).
type episode struct {
	ID       string // episode part of the dedupe key: once, existing, e.SOURCE~ID, t.MS
	StartAt  int64  // ms, start.time
	JudgedTo int64  // ms, up to where time alone was judged for the stops
	Over     bool
	ByEvent  bool // an event made it start
	Existing bool // the subject was there before the playbook
	Test     bool
	Deaf     bool // a stop that could not be judged was disarmed
	Trigger  *schemas.EventRef
	Trace    string        // trace_parent of the trigger
	Captures []value.Value // fields of the start event, in the order of Playbook.Captures
	Steps    []stepState   // the steps that left waiting, sorted by ID
}

// phase is how far a step of an episode has come. Waiting is the reserved zero: such a step is not stored.
type phase byte

const (
	waiting   phase = iota
	held            // decided, its slot is ahead
	published       // its intents are out
	dropped         // decided and nothing came of it
	recalled        // its intents were out when the episode stopped: cancelled, and a late event may still regret them
)

// String names the phase.
func (ph phase) String() string {
	return [...]string{"waiting", "held", "published", "dropped", "recalled"}[ph]
}

// stepState is a step that left waiting.
type stepState struct {
	ID        string
	Phase     phase
	DueAt     int64 // ms; held and published
	DecidedAt int64 // ms; held and published
	Slot      int64 // ms; held and published
	ExpiresAt int64 // ms; published and recalled
	To        []addressee
}

// wasPublished says that its intents went out.
func (ss *stepState) wasPublished() bool { return ss.Phase == published || ss.Phase == recalled }

// addressee is one recipient of a published step, as much of it as a cancel needs.
type addressee struct{ Type, Name string }

// step finds the state of a step; a step that still waits has none.
func (ep *episode) step(id string) (stepState, bool) {
	i := ep.place(id)
	if i < len(ep.Steps) && ep.Steps[i].ID == id {
		return ep.Steps[i], true
	}
	return stepState{ID: id}, false
}

// setStep records what became of a step.
func (ep *episode) setStep(ss stepState) {
	i := ep.place(ss.ID)
	if i < len(ep.Steps) && ep.Steps[i].ID == ss.ID {
		ep.Steps[i] = ss
		return
	}
	ep.Steps = append(ep.Steps, stepState{})
	copy(ep.Steps[i+1:], ep.Steps[i:])
	ep.Steps[i] = ss
}

func (ep *episode) place(id string) int {
	return sort.Search(len(ep.Steps), func(i int) bool { return ep.Steps[i].ID >= id })
}

// open counts the episodes that are not over.
func (li *life) open() int {
	n := 0
	for i := range li.Episodes {
		if !li.Episodes[i].Over {
			n++
		}
	}
	return n
}

// regretsKept bounds the episodes that are kept after their end; the oldest go first.
const regretsKept = 8

// prune forgets the episodes that are over and that nothing can make us regret any more at `now`: with no published
// step, or with all of them expired.
func (li *life) prune(now int64, regretful bool) {
	kept := li.Episodes[:0]
	over := 0
	for i := len(li.Episodes) - 1; i >= 0; i-- {
		ep := &li.Episodes[i]
		if ep.Over {
			over++
			if !regretful || over > regretsKept || !ep.regrettable(now) {
				ep.ID = ""
			}
		}
	}
	for _, ep := range li.Episodes {
		if ep.ID != "" {
			kept = append(kept, ep)
		}
	}
	li.Episodes = kept
}

func (ep *episode) regrettable(now int64) bool {
	for _, ss := range ep.Steps {
		if ss.wasPublished() && ss.ExpiresAt >= now {
			return true
		}
	}
	return false
}

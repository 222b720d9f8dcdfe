package operator

import (
	"sort"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// life is what a subject has lived through in one playbook: whether it entered, when, and the episodes that still
// matter. It is one cell, encoded by life_codec.go.
type life struct {
	Entered   bool  // it entered once, or was marked as if it had
	Armed     bool  // `again: after X`: X happened since the entry
	EnteredAt int64 // ms, start.time of the newest entry
	Episodes  []episode
	Settling  []*schemas.Event // events of a start with `settle` that are not judged yet
	Values    []valueMark      // `again: per`: what entered, sorted by value

	was load // what it weighed when it was loaded; not part of the cell
}

// load is how much of a life is still going on.
type load struct {
	busy    int // episodes with work left, and what settles
	running int // episodes that are open
}

// valueMark is when a value of `again: per` entered last.
type valueMark struct {
	Value string
	At    int64 // ms, start.time
}

// episode is one run of a playbook for a subject.
//
// Invariant: Over implies that no step is held. An episode that is over is kept only while a late event could still
// make us regret what it published (prune). One that is Closing was stopped: all that is left is the action of the stop.
type episode struct {
	ID       string // episode part of the dedupe key: once, existing, e.SOURCE~ID, t.MS
	StartAt  int64  // ms, start.time
	JudgedTo int64  // ms, up to where time alone was judged for the conditions that it waits for
	Over     bool
	Closing  bool
	ByEvent  bool // an event made it start
	Existing bool // the subject was there before the playbook
	Test     bool
	Deaf     bool // a stop that could not be judged was disarmed
	Trigger  *schemas.EventRef
	Trace    string        // trace_parent of the trigger
	Captures []value.Value // fields of the start event, in the order of Playbook.Captures
	Per      string        // its value of `again: per`
	Period   string        // of a schedule: 2026-03
	State    string        // of a journey
	StateAt  int64         // ms, when the state was entered
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
	armed           // waits since its state was entered, at DueAt
)

// String names the phase.
func (ph phase) String() string {
	return [...]string{"waiting", "held", "published", "dropped", "recalled", "armed"}[ph]
}

// stepState is a step that left waiting.
type stepState struct {
	ID        string
	Phase     phase
	DueAt     int64          // ms; held and published; armed: when the state was entered
	DecidedAt int64          // ms; held and published
	Slot      int64          // ms; held and published
	Event     *schemas.Event // held: the event that made it due, if an expression reads it
	ExpiresAt int64          // ms; published and recalled
	Marks     lang.Mark      // published and recalled: what the receipts said, over all recipients
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

// isOpen says that the episode runs: it is neither over nor stopped.
func (ep *episode) isOpen() bool { return !ep.Over && !ep.Closing }

// open counts the episodes that run.
func (li *life) open() int { return li.load().running }

func (li *life) load() (lo load) {
	lo.busy = len(li.Settling)
	for i := range li.Episodes {
		if ep := &li.Episodes[i]; !ep.Over {
			lo.busy++
			if ep.isOpen() {
				lo.running++
			}
		}
	}
	return lo
}

// empty says that there is nothing to remember.
func (li *life) empty() bool {
	return !li.Entered && len(li.Episodes)+len(li.Settling)+len(li.Values) == 0
}

// openOf says whether an episode runs for a value of `again: per`.
func (li *life) openOf(per string) bool {
	for i := range li.Episodes {
		if ep := &li.Episodes[i]; ep.isOpen() && ep.Per == per {
			return true
		}
	}
	return false
}

// valueAt is when a value of `again: per` entered last.
func (li *life) valueAt(per string) (at int64, ok bool) {
	i := li.valuePlace(per)
	if i < len(li.Values) && li.Values[i].Value == per {
		return li.Values[i].At, true
	}
	return 0, false
}

func (li *life) valuePlace(per string) int {
	return sort.Search(len(li.Values), func(i int) bool { return li.Values[i].Value >= per })
}

// setValue remembers that a value entered.
func (li *life) setValue(per string, at int64) {
	i := li.valuePlace(per)
	if i < len(li.Values) && li.Values[i].Value == per {
		li.Values[i].At = max(at, li.Values[i].At)
		return
	}
	li.Values = append(li.Values, valueMark{})
	copy(li.Values[i+1:], li.Values[i:])
	li.Values[i] = valueMark{Value: per, At: at}
}

// regretsKept bounds the episodes that are kept after their end; the oldest go first.
const regretsKept = 8

// prune forgets what nothing can need any more at `now`: the episodes that are over and published nothing, or only what
// has expired or that nothing stops, and the values that entered longer ago than `remember`.
func (li *life) prune(now, remember int64, stoppable bool) {
	kept := li.Episodes[:0]
	over := 0
	for i := len(li.Episodes) - 1; i >= 0; i-- {
		ep := &li.Episodes[i]
		if ep.Over {
			over++
			if over > regretsKept || !stoppable || !ep.regrettable(now) {
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
	values := li.Values[:0]
	for _, va := range li.Values {
		if va.At+remember >= now {
			values = append(values, va)
		}
	}
	li.Values = values
}

func (ep *episode) regrettable(now int64) bool {
	for _, ss := range ep.Steps {
		if ss.wasPublished() && ss.ExpiresAt >= now {
			return true
		}
	}
	return false
}

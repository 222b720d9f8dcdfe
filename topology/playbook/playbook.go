package playbook

import (
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// Playbook is one checked playbook.
type Playbook struct {
	Name, Title, Owner string
	Version            string // hex SHA-256 of its document
	Index              int    // in Bundle.Playbooks
	Each               lang.Scope
	Class              string
	Priority           *lang.Program // number; nil = 50
	Urgent             bool
	Lateness           int64 // ms
	SendMissed         bool  // missed: send
	Start              Start
	Again              Again
	Remember           int64 // ms, life of the marks of `per` values
	Stops              []Stop
	// Steps are all actions of the playbook: the steps, or what its states enter and its `always`, and the actions of its
	// stops. In an expression sent("id") means the one at the index.
	Steps  []*Step
	States []State // of a journey, in file order; nil: plain steps
	First  int     // the initial state
	Moved  map[string]string
	Goal   *Goal // nil if none
	Ends   int64 // ms, longest episode
	Pin    bool  // episodes keep the bundle they began with
	// Retired says that it is of an older bundle: nobody enters it, pinned episodes go on in it.
	Retired bool
	// Captures are the start event's fields that a step, stop or datum reads as start.F: kept in the episode.
	Captures []Capture
}

// Capture is one kept field of the start event. With several start events each has its own reader by event index.
type Capture struct {
	Name string
	Type value.Kind
	Read map[int]func(f *lang.Frame) value.Value
}

// Existing says what becomes of subjects that were there when the playbook was activated.
type Existing uint8

// The answers of `existing`.
const (
	ExistingIgnore Existing = iota
	ExistingMark
	ExistingInclude
	ExistingRamp // include, spread over days: Start.Ramp
)

// Start is what makes an episode begin: events, an edge of a condition, or a calendar.
type Start struct {
	Events   []*lang.EventDef // event start
	When     *lang.Program    // or a waiting condition
	Schedule *Schedule        // or a calendar
	If       *lang.Program    // nil if none; judged once
	Seen     *lang.Program    // once: true; a condition that holds when there was such an event before: judged before the fold
	First    []*lang.Program  // once with `again: per`: when each of the events came first, a time
	Settle   int64            // ms, how long after the event `if` and the stops are judged
	Match    Match
	Existing Existing
	Ramp     int64 // percent a day, times value.Scale; ExistingRamp
}

// Match says whose events count, where that is not the subject's own.
type Match uint8

// The words of `match`. MatchOwn: those that the subject sees anyway.
const (
	MatchOwn     Match = iota
	MatchUser          // event.user_id is start.user_id
	MatchAccount       // any event of the account
	MatchKey           // the event has the key's value
)

// AgainKind is the re-entry rule.
type AgainKind uint8

// The re-entry rules.
const (
	AgainNever AgainKind = iota
	AgainAlways
	AgainEvery
	AgainAfter
	AgainPer // a value each; with Every also the same one again
)

// Again says when a subject may enter anew.
type Again struct {
	Kind  AgainKind
	Every int64          // ms, AgainEvery; AgainPer: 0 = each value once
	Event *lang.EventDef // AgainAfter an event
	When  *lang.Program  // or the edge of a waiting condition
	Per   *lang.Program  // AgainPer: the value
	// OfEvent says that Per reads the start event: the value of an episode never changes.
	OfEvent bool
}

// Stop ends an episode: at one of its events, or when a waiting condition is true.
type Stop struct {
	Events    []*lang.EventDef
	When      *lang.Program
	If        *lang.Program
	Match     Match
	Text      string // as written, for the decision
	Action    *Step  // nil if none
	Contacted bool   // the action only if a message of the episode was published
}

// Goal is what counts as success, and for how long after the entry. It never ends the episode.
type Goal struct {
	Events []*lang.EventDef
	When   *lang.Program
	If     *lang.Program
	Match  Match
	Within int64  // ms; 0: as long as the episode may be
	Text   string // the event, or the condition as written
}

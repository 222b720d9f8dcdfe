package playbook

import (
	"holdfast/topology/lang"
)

// Place says where an action stands in its playbook. PlaceStep is a plain step.
type Place uint8

// The places.
const (
	PlaceStep   Place = iota
	PlaceEnter        // decided when its state is entered
	PlaceAlways       // holds in every state that is not final
	PlaceStop         // what a stop does
)

// Timing says when a step is due.
type Timing uint8

// The timings. TimingStart = due at the start, of an `enter` at the entry of its state.
const (
	TimingStart     Timing = iota
	TimingAfter            // start (or entry) + After
	TimingAfterStep        // slot of step AfterStep + After
	TimingAt               // at: a time or date expression, live until due
	TimingEvent            // one of Events
	TimingWhen             // the first instant at which When is true
)

// Step is one action with its timing.
type Step struct {
	ID, Action string // Action is send | task | notify | request | log
	Template   string
	Choice     *lang.Program // a template by choice; nil: Template
	Index      int           // in Playbook.Steps
	Place      Place
	State      int // PlaceEnter: the index of the state
	Keep       bool

	Timing    Timing
	After     int64         // ms
	Delay     *lang.Program // a choice of After; nil: After
	AfterStep int           // index
	At        *lang.Program
	Events    []*lang.EventDef
	When      *lang.Program
	Match     Match
	Once      bool  // the first event decides, even if `if` is false
	Within    int64 // ms after the start a wait ends; 0: never
	// KeepsEvent says that an expression of the step reads the event that made it due: it is kept until publication.
	KeepsEvent bool

	If           *lang.Program
	To           To
	Via          []string
	ViaAll       bool
	Data         []Datum
	Links        []Datum       // texts
	Log          *Log          // Action log
	Expires      int64         // ms, counted from the slot
	Priority     *lang.Program // nil = the playbook's
	Urgent       bool
	Category     string
	IgnoreWindow bool // window: ignore
}

// Waits says that the step waits for something that may never come.
func (st *Step) Waits() bool { return st.Timing == TimingEvent || st.Timing == TimingWhen }

// Datum is one named value of a step's data, evaluated at publication.
type Datum struct {
	Name  string
	Value *lang.Program
}

// Log is what a `log` step adds to the evidence. A nil program stands for nothing.
type Log struct {
	Record     string
	Value      *lang.Program
	Goal, Text *lang.Program
	Unit       string
}

// To is the recipients of a step: every group of All gets an intent for each recipient of its first choice that is
// not empty ("a or b" is one group of two choices, "[a, b]" two groups).
type To struct{ All [][]Recipient }

// RecipientKind says how a recipient is found.
type RecipientKind uint8

// The recipients of language.md 6.
const (
	ToUser RecipientKind = iota + 1 // the playbook's user
	ToRole                          // users of the account with role Name, by id
	ToPath                          // the user id that Path yields
	ToTeam
	ToChannel
	ToSystem
	ToAccount
)

// Recipient is one way to find recipients.
type Recipient struct {
	Kind RecipientKind
	Name string
	Path *lang.Program
	// OfStart says that the path is start.user_id: the user who did what began the episode.
	OfStart bool
}

// State is one state of a journey. A final one has no way out.
type State struct {
	Name   string
	Final  string // success | dropped; "" = not final
	Enter  []int  // indices in Playbook.Steps
	Events []Move
	After  []Move // by Delay
	Goto   []Move
}

// Move is a way from one state to another.
type Move struct {
	Event *lang.EventDef // State.Events
	If    *lang.Program
	Delay int64         // ms from the entry; State.After
	When  *lang.Program // State.Goto
	To    int           // index in Playbook.States
}

// Period is the length of a calendar's period.
type Period uint8

// The periods of `schedule`.
const (
	PeriodDay Period = iota + 1
	PeriodWeek
	PeriodMonth
	PeriodQuarter
)

// Schedule is a start by the calendar of the subject's zone.
type Schedule struct {
	Each   Period
	Day    int   // week: 0 = Monday; month, quarter: 1..28, or LastDay
	Minute int64 // of the day
}

// LastDay is the last day of the month or quarter.
const LastDay = 99

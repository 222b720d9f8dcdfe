package oracle

import "time"

// An Instant is a time in milliseconds since 1970.
type Instant int64

// A Span is a duration in milliseconds.
type Span int64

// The spans in which the language writes durations.
const (
	Second Span = 1000
	Minute      = 60 * Second
	Hour        = 60 * Minute
	Day         = 24 * Hour
	Week        = 7 * Day
)

// plus is the instant a span later.
func (in Instant) plus(by Span) Instant { return in + Instant(by) }

func (in Instant) utc() time.Time { return time.UnixMilli(int64(in)).UTC() }

// A Case is a bundle and a history to run it over. The zero Lateness is a lateness of zero.
type Case struct {
	Seed      uint64
	Lateness  Span
	Zone      string // default_tz
	Events    []Event
	Health    []Health
	Segments  []Watch // of both scopes
	Signals   []Watch
	Stages    []Stages
	Proofs    []Proof // the evidence document
	Keep      int
	Playbooks []Playbook
	Accounts  []Account
	Users     []User
	Lines     []Line
	Until     Instant
}

// An Event is a name of the vocabulary: a topic and type of its own, or a narrower reading of an event above it.
type Event struct {
	Name   string
	Topic  string // user_action, billing or support
	Type   string
	From   string // instead of Topic and Type
	Where  *Expr
	Fields []Field
}

// A Field is a declared property of an event.
type Field struct{ Name, Type string }

// A Playbook is one of the bundle; it has steps or states.
type Playbook struct {
	Name     string
	PerUser  bool
	PerKey   bool // each invoice by event.invoice_id
	Class    string
	To       To
	Start    Start
	Again    Again
	Existing string // "" is ignore
	Send     bool   // missed: send
	Lateness Span   // 0: that of the bundle
	Stops    []Stop
	Steps    []Step
	First    string
	States   []State
	Always   []Step
}

// A Start is what an episode begins with: exactly one of Event, When and Each is set.
type Start struct {
	Event  string
	When   *Expr
	Each   string // of a schedule: day, week or month
	On     string // its day: mon, 1..28, last
	At     int    // its minute of the local day
	If     *Expr
	Once   bool
	Settle Span
}

// Again says when a subject may enter once more.
type Again struct {
	Kind  AgainKind
	Every Span
	After string
}

// An AgainKind is a form of `again`.
type AgainKind uint8

// The forms of `again`.
const (
	againNone AgainKind = iota
	Never
	Always
	Every
	After
	Per // event.feature, with or without Every
)

// String names the form.
func (ak AgainKind) String() string {
	return [...]string{"none", "never", "always", "every", "after", "per"}[ak]
}

// A Stop ends an episode, and may act on it.
type Stop struct {
	ID        string
	Event     string
	When      *Expr
	If        *Expr
	Action    string // "" or an action
	To        To
	Contacted bool
	MatchKey  bool // match: key
}

// A Step does one thing once. Timing says which of the other fields count.
type Step struct {
	ID      string
	Action  string // send, task, notify or request
	To      To     // zero: that of the playbook
	Timing  Timing
	Delay   Span   // AfterStart and AfterStep
	Base    string // AfterStep: the step
	At      *Expr
	Event   string
	Once    bool
	When    *Expr
	If      *Expr
	Within  Span
	Expires Span // 0: that of the class
	Keep    bool // of a state
}

// Timing is how a step becomes due.
type Timing uint8

// The timings of a step.
const (
	timingNone Timing = iota
	AtOnce
	AfterStart
	AfterStep
	AtTime
	AtEvent
	AtEdge
)

// String names the timing.
func (ti Timing) String() string {
	return [...]string{"none", "at_once", "after", "after_step", "at", "event", "when"}[ti]
}

// To is a recipient; Or is asked if nobody is found.
type To struct {
	Kind string // "" inherited, user, role, team, channel or account
	Name string
	Or   string // a second role
}

// A State is one of a journey.
type State struct {
	Name   string
	Final  string // success or dropped
	Enter  []Step
	Events []Move
	After  []Move
	Goto   []Move
}

// A Move leads out of a state, by an event, after a span or on a condition.
type Move struct {
	Event string
	If    *Expr
	Delay Span
	When  *Expr
	To    string
}

// Health is a health document. Tiers run from the worst; the last has no Below.
type Health struct {
	Name      string
	PerUser   bool
	Main      bool
	Low, High int
	Needs     *Expr
	Measures  []Measure
	Tiers     []Tier
	Down, Up  Span // settle
}

// A Measure gives the points of its first line that is true.
type Measure struct {
	Name    string
	Unknown int  // points while a line before the first true one is unknown
	Whole   bool // written with `unknown:`
	Lines   []Points
}

// Points are a line of a measure; without If it always holds, with Per the points are a multiple of it.
type Points struct {
	If     *Expr
	Points int
}

// A Tier is entered below Below and left at Until.
type Tier struct {
	Name         string
	Below, Until int
}

// A Watch is a member of a segments or a signals document, with Enter and Leave for raise and clear.
type Watch struct {
	Name         string
	PerUser      bool
	Enter, Leave *Expr
	Settle       Span
}

// Stages is a stages document; the last stage has no condition.
type Stages struct {
	PerUser bool
	Dwell   Span
	List    []Stage
}

// A Stage holds while Is is the first of its list that is true.
type Stage struct {
	Name string
	Is   *Expr
}

// A Proof is a line of the evidence document.
type Proof struct {
	ID    string
	Event string
	If    *Expr
	Value int
	Goal  string
}

// An Account of the history. Created 0: not known.
type Account struct {
	ID      string
	Zone    string
	Created Instant
	Traits  []Trait
}

// A Trait is one fact of a profile, all of them text but arr and seats_limit.
type Trait struct{ Name, Value string }

// A User of the history.
type User struct {
	ID      string
	Account string
	Zone    string
	Created Instant
	Roles   []string
}

// Stranger is the user whom no profile tells of.
const Stranger = "u9"

// A Line is one record of the history.
type Line struct {
	At      Instant
	Arrives Instant
	ID      string
	Event   string // "" for a profile
	Account string
	User    string // "" for the account
	With    []Trait
	Set     []Trait  // of a profile
	Roles   []string // of a profile
}

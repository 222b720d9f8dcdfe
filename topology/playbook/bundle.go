// Package playbook turns a folder of YAML into a checked bundle: every name resolved, every expression typed and
// compiled, every error listed with file, line, column and a suggestion.
package playbook

import (
	"time"

	"holdfast/topology/lang"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// Bundle is a checked bundle. It is read-only once loaded and may be shared.
type Bundle struct {
	Name                          string
	Revision                      int64
	Hash                          string // hex SHA-256 over the files in name order: the bundle_version of everything it decides
	Files                         []File // what was loaded, for holdfast.bundles
	Lateness, FutureSkew, MaxSkew time.Duration
	DefaultZone                   *time.Location
	HistoryComplete               bool
	History                       int64 // ms; since when the inputs hold everything (0 = the task's first clock value)

	Events    []*lang.EventDef
	Facts     []*lang.FactDef
	Slots     []*window.Slot
	Playbooks []*Playbook // by name
	Roles     []string    // sorted; the roles that some recipient or members("role") names: rosters are kept for these only

	byType map[typed][]*lang.EventDef
}

// File is one loaded file.
type File struct {
	Name string // relative to the bundle's folder
	Text []byte
}

// Playbook is one checked playbook.
type Playbook struct {
	Name, Title, Owner string
	Version            string // hex SHA-256 of its document
	Index              int    // in Bundle.Playbooks
	Each               lang.Scope
	Class              string
	Priority           *lang.Program // number; nil = 50
	Lateness           int64         // ms
	SendMissed         bool          // missed: send
	Start              Start
	Again              Again
	Stops              []Stop
	Steps              []*Step
	Ends               int64 // ms, longest episode
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
)

// Start is what makes an episode begin: events or an edge of a condition.
type Start struct {
	Events   []*lang.EventDef // event start
	When     *lang.Program    // or a waiting condition
	If       *lang.Program    // nil if none; judged once
	Existing Existing
}

// AgainKind is the re-entry rule.
type AgainKind uint8

// The re-entry rules.
const (
	AgainNever AgainKind = iota
	AgainAlways
	AgainEvery
	AgainAfter
)

// Again says when a subject may enter anew.
type Again struct {
	Kind  AgainKind
	Every int64          // ms, AgainEvery
	Event *lang.EventDef // AgainAfter an event
	When  *lang.Program  // or the edge of a waiting condition
}

// Stop ends an episode: at an event, or when a waiting condition is true.
type Stop struct {
	Event *lang.EventDef
	When  *lang.Program
	If    *lang.Program
	Text  string // as written, for the decision
}

// Timing says when a step is due.
type Timing uint8

// The timings. TimingStart = due at the start.
const (
	TimingStart     Timing = iota
	TimingAfter            // start + After
	TimingAfterStep        // slot of step AfterStep + After
	TimingAt               // at: a time or date expression, live until due
)

// Step is one step with its one action.
type Step struct {
	ID, Action, Template string // Action is send | task | notify | request
	Index                int
	Timing               Timing
	After                int64 // ms
	AfterStep            int   // index
	At                   *lang.Program
	If                   *lang.Program
	To                   To
	Via                  []string
	ViaAll               bool
	Data                 []Datum
	Expires              int64         // ms, counted from the slot
	Priority             *lang.Program // nil = the playbook's
	Category             string
}

// Datum is one named value of a step's data, evaluated at publication.
type Datum struct {
	Name  string
	Value *lang.Program
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
}

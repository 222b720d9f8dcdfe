package lang

import (
	"math"
	"time"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// Never is the answer of Next when time alone changes nothing any more.
const Never = math.MaxInt64

// Scope says over which subject something is computed.
type Scope uint8

// The scopes. ScopeNone is the reserved zero.
const (
	ScopeNone Scope = iota
	ScopeAccount
	ScopeUser
	// ScopeKey is that of keyed playbooks (for: each invoice by event.invoice_id). Its expressions are checked; they are
	// not run in this release.
	ScopeKey
)

// Frame is what an expression may see. One is reused for all evaluations of a task.
type Frame struct {
	Now     int64          // ms, the instant that is judged
	Account topology.Cells // of the subject's account
	User    topology.Cells // nil in account scope

	AccountID, UserID string

	Event   *schemas.Event // the event at hand, nil if none
	Start   []value.Value  // captured fields of the episode's start event, in the order of Playbook.Captures
	StartAt int64          // start.time of the episode, ms
	Period  string         // start.period of an episode that a schedule began
	Steps   []StepMark     // of the episode at hand, by the index of the playbook's steps; nil outside an episode

	Zones       ZoneCache // resolves IANA names, so that a zone is loaded once per task
	DefaultZone *time.Location

	// HistoryComplete and History are the bundle's (Bundle.NewFrame fills them in). Where Bundle.History is 0 the owner
	// of the frame sets History to the task's first clock value: see Complete.
	HistoryComplete bool
	History         int64 // ms

	// SlotSince says of each slot (window.Slot.Index) since when it is folded, where that is later than the first record of
	// the task: a subject that was there before has an incomplete history as far as the slot goes, and its window is exact
	// once it is filled since then. 0 = from the beginning; nil = all of them.
	SlotSince []int64 // ms

	// Changed are the facts that Fold gave another value since the owner emptied it.
	Changed []*FactDef

	scratch window.Scratch
}

// StepMark is what an expression may know of a step of the episode at hand.
type StepMark struct {
	Slot  int64 // ms, when it was published; 0 if it was not
	Marks Mark
}

// Mark is a set of what became of a published step, over all its recipients.
type Mark uint8

// The marks: sent() means published; the others come with a receipt.
const (
	MarkSent Mark = 1 << iota
	MarkOpened
	MarkClicked
	MarkSeen
	MarkDone
)

// ZoneCache resolves IANA zone names; nil for a name that is none. The name may alias a cell: clone it to keep it.
type ZoneCache interface {
	Zone(name string) *time.Location
}

// Program is a compiled expression. Its functions allocate nothing (texts and lists come from the frame).
type Program struct {
	Source       string // as written
	Line, Column int
	File         string
	Type         value.Kind
	// Eval gives the value at f.Now on the frame's state. A text may alias a cell or the event: clone it to keep it.
	Eval func(f *Frame) value.Value
	// Truth is Eval of a bool expression without the detour over a Value; nil for any other type.
	Truth func(f *Frame) value.Truth
	// Next gives the first instant after f.Now (ms) at which time alone may change the value, else Never. Only a
	// program that was compiled as a waiting one (CompileWaiting) has it.
	Next func(f *Frame) int64
	// NextRise and NextFall are Next over the parts that time can make true, and over those that it can end: other
	// instants turn a condition that way only by what happened since. nil where Next is.
	NextRise, NextFall func(f *Frame) int64
	// Explain lists the comparisons of the expression with the values that they saw, for the reason of an intent.
	Explain func(f *Frame) []schemas.Fact
	// Events, Facts: what can change the value other than time, for the index of rules. Account-scope reads of a
	// user program are lazy (design.md 6) and are not listed.
	Events []*EventDef
	Facts  []*FactDef
	// Members says that the value also depends on the number of members (MembersKey), Observed on the first record of
	// the subject (ObservedSince): neither is an event of the bundle.
	Members, Observed bool
	// Motion says what time alone can do to it; 0: nothing.
	Motion Motion

	term *term // what Eval was compiled from
}

// EventDef is a declared event: a topic kind and type, narrowed by a condition.
type EventDef struct {
	Index                   int // position in the bundle: events are numbered in file order
	Name                    string
	Kind                    schemas.Kind   // of the input; KindNone for `any`
	Type                    string         // "signed_in"; "" = every type of the kind (what feeds built-in facts)
	Where                   *Program       // nil if none; sees only event.*, lists and literals
	Any                     []*EventDef    // members of {any: [...]}
	Fields                  []FieldDef     // declared and own fields that an expression may name
	Canonical               string         // stable text of what it matches; part of the names of its slots
	AccountSlots, UserSlots []*window.Slot // what its occurrence changes, by scope
	ActiveSlots             []*window.Slot // counters of active users: on the account, by the user
	Narrowed                []*EventDef    // the same event with a condition of one expression: count(e in W where ..)
	Narrows                 *EventDef      // of a narrowed one: the declared event
	AccountFacts, UserFacts []*FactDef     // facts that take their value from one of its fields
	Feeds                   []FactSource   // the same with the fields: what Fold writes
	Hidden                  bool           // not declared by the bundle: it feeds built-in facts only
	BuiltIn                 bool           // made by the engine or of a receipt (language.md 2)
	Sets                    []SetSource    // live sets that an element enters or leaves
	Contracts               []*FactDef     // facts of the account's active contract, in the order of ContractFacts

	local bool // some of its slots look at the account's zone
}

// FieldDef is one field of an event.
type FieldDef struct {
	Name string
	Type value.Kind
	Read func(f *Frame) value.Value // of f.Event; unknown when absent or not convertible

	Property string // what `fields:` takes it from; "" of a field that the bundle does not declare

	values    []string // the texts that it can have; nil: any
	read      reader   // the same, for a slot
	text      text     // the same, of a text (field_direct.go); nil if there is only Read
	number    number   // the same, of a number
	zoned     bool     // looks at the zone
	canonical string   // what is read, whatever the bundle calls it: part of the names of slots
}

// FactDef is one fact of an account or user: newest by event time or changed_at wins, billing by provider_created_at.
type FactDef struct {
	Name              string // plan
	Scope             Scope
	Type              value.Kind
	Default           value.Value // Unknown if none
	Traits            []string    // profile traits that feed it (time_zone, locale, roles, created_at of a profile are traits of that name)
	From              []FactSource
	ValueKey, TimeKey uint32 // cells: the value, and the instant (ms) it was set at
	// SinceKey is the cell with the instant (ms) at which the fact took its value; Aged says that it is kept, because some
	// expression asks age() of it.
	SinceKey uint32
	Aged     bool

	derived *term // a fact that is computed from others and stored nowhere
}

// FactSource is EVENT.FIELD.
type FactSource struct {
	Event *EventDef
	Field FieldDef
	Fact  *FactDef
}

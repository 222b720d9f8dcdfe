package lang

import (
	"sort"

	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// Names are the words that the expressions of a bundle may use. The loader fills them in file order.
type Names struct {
	Events  map[string]*EventDef
	Facts   map[Scope]map[string]*FactDef
	Lists   map[string]*ListDef
	Metrics map[Scope]map[string]*Metric
	Maps    map[string]*MapDef
	Sets    map[string]*SetDef // of accounts
	// Entities are the facts of contracts, invoices and feedback in their own scope, Contract those of the account's
	// active contract.
	Entities map[string]map[string]*FactDef
	Contract map[string]*FactDef
	Knowledge
	// Refused are names that the bundle declares with something that is refused: the declaration has its error, the
	// uses are silent.
	Refused map[string]bool
	// Slots are the aggregates that some expression reads, in the order of their first use.
	Slots  []*window.Slot
	byName map[string]*window.Slot
	// attached are the slots that some event folds already, by scope; slack is that of all slots (SetSlack).
	attached map[attached]bool
	slack    int64 // ms
	// Roles are those that members("role") counts.
	Roles []string
}

// NewNames makes an empty vocabulary.
func NewNames() *Names {
	na := &Names{
		Events:    map[string]*EventDef{},
		Facts:     map[Scope]map[string]*FactDef{ScopeAccount: {}, ScopeUser: {}},
		Lists:     map[string]*ListDef{},
		Metrics:   map[Scope]map[string]*Metric{ScopeAccount: {}, ScopeUser: {}},
		Knowledge: NewKnowledge(),
		Refused:   map[string]bool{},
		byName:    map[string]*window.Slot{},
		attached:  map[attached]bool{},
		Maps:      map[string]*MapDef{},
		Sets:      map[string]*SetDef{},
		Entities:  map[string]map[string]*FactDef{},
		Contract:  map[string]*FactDef{},
	}
	na.defineEntities()
	return na
}

// Context is the place of an expression: what it may see there.
type Context struct {
	Scope Scope
	// Where says that the expression is a condition of an event: it sees event.*, lists, literals and known() only.
	Where bool
	// Waiting says that the engine waits for the expression: it must be solvable.
	Waiting bool
	// Event are the events that event.F reads from; none: NoEvent says why.
	Event   []*EventDef
	NoEvent string
	// StartRefused says that the start event has its error already: what reads its fields stays silent.
	StartRefused bool
	// Start are the events that start.F reads from, HasStart says that there is an episode. Capture keeps a field.
	Start    []*EventDef
	HasStart bool
	// Scheduled says that a calendar begins the episodes: start.period is there.
	Scheduled bool
	Capture   func(name string, kind value.Kind) int
	// Steps are the ids of the playbook's steps by index, for sent() and elapsed(); Vars the playbook's own names.
	Steps []string
	Vars  map[string]*Metric
	// Key is the NAME of a keyed subject (ScopeKey): invoice. Arms are those of the playbook's experiment.
	Key  string
	Arms []string
	// Want are the types that may come out; none: any.
	Want []value.Kind
	// Use names the place in errors: "if wants a condition".
	Use string
}

// slot finds or makes an aggregate of an event over a scope.
func (na *Names) slot(operation window.Op, de *EventDef, field *FieldDef, over Scope) *window.Slot {
	name := slotName(operation, de, field)
	if over == ScopeKey {
		return newSlot(name, operation, field) // checked only: nobody folds it
	}
	sl, ok := na.byName[name]
	if !ok {
		sl = na.add(newSlot(name, operation, field))
	}
	na.attach(sl, de, over)
	return sl
}

func (na *Names) needRole(role string) {
	if !oneOf(role, na.Roles) {
		na.Roles = append(na.Roles, role)
	}
}

// slotName is canonical: it says what is computed, not what the bundle calls it.
func slotName(operation window.Op, de *EventDef, field *FieldDef) string {
	if field == nil {
		return slotWord(operation) + "(" + de.Canonical + ")"
	}
	return slotWord(operation) + "(" + de.Canonical + "#" + field.canonical + ")"
}

func slotWord(operation window.Op) string {
	switch operation {
	case window.OpTotal:
		return "total"
	case window.OpSum:
		return "sum"
	case window.OpMin:
		return "min"
	case window.OpMax:
		return "max"
	case window.OpFirst, window.OpFirstOf:
		return "first"
	case window.OpLast, window.OpLastOf:
		return "last"
	case window.OpAvg:
		return "avg"
	}
	return "distinct"
}

func newSlot(name string, operation window.Op, field *FieldDef) *window.Slot {
	sl := &window.Slot{Name: name, Op: operation, Key: topology.Key(name), AuxKey: topology.Key(name + "+"), Type: value.Time}
	if operation == window.OpTotal {
		sl.Type = value.Int
	}
	if field == nil {
		return sl
	}
	sl.Field, sl.Zoned, sl.Folds = field.read, field.zoned, field.Type
	sl.Days = field.canonical == "day" && operation == window.OpDistinct
	sl.Type = field.Type
	switch {
	case operation == window.OpDistinct:
		sl.Type = value.Int
	case operation == window.OpAvg && field.Type == value.Int:
		sl.Type = value.Decimal
	}
	return sl
}

// The names that may stand in a place, sorted, for suggestions.
func (na *Names) eventNames() []string { return sortedNames(na.Events) }

func (na *Names) factNames(scope Scope) []string {
	names := append(sortedNames(na.Facts[scope]), sortedNames(na.Metrics[scope])...)
	names = append(names, "id")
	sort.Strings(names)
	return names
}

func sortedNames[V any](of map[string]V) []string {
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

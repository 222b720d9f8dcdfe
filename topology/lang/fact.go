package lang

import (
	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// NewFact makes a fact with its cells.
func NewFact(scope Scope, name string, kind value.Kind, traits ...string) *FactDef {
	cell := factCell(name, kind)
	return &FactDef{
		Name: name, Scope: scope, Type: kind, Traits: traits,
		ValueKey: topology.Key(cell), TimeKey: topology.Key(cell + "@"), SinceKey: topology.Key(cell + "^"),
	}
}

// BuiltInFacts are those that every account and user has (language.md 2), in the order of the text. account.id and
// user.id are not among them: they are the subject itself.
func BuiltInFacts() []*FactDef {
	trait := func(scope Scope, name string, kind value.Kind) *FactDef { return NewFact(scope, name, kind, name) }
	status := NewFact(ScopeAccount, "status", value.Text)
	status.Default = value.OfText("active")
	return []*FactDef{
		status,
		trait(ScopeAccount, "plan", value.Text),
		trait(ScopeAccount, "arr", value.Decimal),
		trait(ScopeAccount, "currency", value.Text),
		trait(ScopeAccount, "seats_limit", value.Int),
		trait(ScopeAccount, "storage_limit", value.Int),
		trait(ScopeAccount, "size", value.Text),
		trait(ScopeAccount, "industry", value.Text),
		trait(ScopeAccount, "goal", value.Text),
		trait(ScopeAccount, "time_zone", value.Text),
		trait(ScopeAccount, "locale", value.Text),
		trait(ScopeAccount, "created_at", value.Time),
		NewFact(ScopeUser, "role", value.Text, "roles"),
		NewFact(ScopeUser, "roles", value.List, "roles"),
		trait(ScopeUser, "time_zone", value.Text),
		trait(ScopeUser, "locale", value.Text),
		trait(ScopeUser, "created_at", value.Time),
	}
}

// FeedBuiltIn makes the events that feed the built-in facts: they belong to no declaration, but every billing event
// that has a plan sets the account's, whatever its type (language.md 15). They are appended behind the declared ones.
func FeedBuiltIn(facts []*FactDef, firstIndex int) []*EventDef {
	feed := feeder{facts: facts, index: firstIndex}
	billing := feed.event(schemas.KindBilling, "")
	for _, name := range []string{"plan", "arr", "currency", "seats_limit"} {
		feed.own(billing, ScopeAccount, name)
	}
	canceled := feed.event(schemas.KindBilling, "subscription_canceled")
	feed.link(canceled, ScopeAccount, "status", ConstantField("status", value.OfText("cancelled")))
	reactivated := feed.event(schemas.KindBilling, "subscription_reactivated")
	feed.link(reactivated, ScopeAccount, "status", ConstantField("status", value.OfText("active")))
	stated := feed.event(schemas.KindUserAction, "goal_stated")
	feed.link(stated, ScopeAccount, "goal", DeclaredField("goal", value.Text, "goal", schemas.KindUserAction))
	action := feed.event(schemas.KindUserAction, "")
	for _, name := range []string{"time_zone", "locale"} {
		feed.own(action, ScopeUser, name)
	}
	return feed.events
}

type feeder struct {
	facts  []*FactDef
	events []*EventDef
	index  int
}

func (fe *feeder) event(kind schemas.Kind, typ string) *EventDef {
	name := kind.String() + "." + typ
	if typ == "" {
		name = kind.String()
	}
	de := &EventDef{Index: fe.index, Name: name, Kind: kind, Type: typ, Fields: RecordFields(kind), Canonical: name, Hidden: true}
	fe.events = append(fe.events, de)
	fe.index++
	return de
}

func (fe *feeder) own(de *EventDef, scope Scope, name string) {
	field, _ := de.Field(name)
	fe.link(de, scope, name, field)
}

func (fe *feeder) link(de *EventDef, scope Scope, name string, field FieldDef) {
	for _, fact := range fe.facts {
		if fact.Scope == scope && fact.Name == name {
			Feed(de, field, fact)
		}
	}
}

// Feed makes a fact take its value from a field of an event.
func Feed(de *EventDef, field FieldDef, fact *FactDef) {
	source := FactSource{Event: de, Field: field, Fact: fact}
	fact.From = append(fact.From, source)
	de.Feeds = append(de.Feeds, source)
	if fact.Scope == ScopeUser {
		de.UserFacts = append(de.UserFacts, fact)
	} else {
		de.AccountFacts = append(de.AccountFacts, fact)
	}
}

// Set stores a value of the fact that is as new as at (ms); an older one than that stored changes nothing. An unknown
// value takes the fact away: whoever published it said that there is none.
// changed says that the value is another one.
func (fa *FactDef) Set(sub topology.Subject, va value.Value, at int64) (changed bool) {
	if since, ok := sub.Int(fa.TimeKey); ok && at < since {
		return false
	}
	sub.SetInt(fa.TimeKey, at)
	return fa.store(sub, va, at)
}

// Changes says that the event at hand may give the fact another value: it has one, and it is not the one stored.
func (so *FactSource) Changes(f *Frame, cells topology.Cells) bool {
	va := so.Field.Read(f)
	return va.Known() && !same(window.Load(cells, so.Fact.ValueKey, so.Fact.Type), va)
}

// Read gives the fact of a subject.
func (fa *FactDef) Read(cells topology.Cells) value.Value {
	if va := window.Load(cells, fa.ValueKey, fa.Type); va.Known() || !fa.Default.Known() {
		return va
	}
	return fa.Default
}

package lang

import (
	"testing"
	"time"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
)

// memory is a subject in memory.
type memory struct {
	ints  map[uint32]int64
	bytes map[uint32][]byte
	wake  topology.Wake
}

func newMemory() *memory { return &memory{ints: map[uint32]int64{}, bytes: map[uint32][]byte{}} }

func (me *memory) Int(key uint32) (int64, bool)    { n, ok := me.ints[key]; return n, ok }
func (me *memory) Bytes(key uint32) ([]byte, bool) { b, ok := me.bytes[key]; return b, ok }
func (me *memory) SetInt(key uint32, v int64)      { me.ints[key] = v }
func (me *memory) SetBytes(key uint32, b []byte)   { me.bytes[key] = append([]byte{}, b...) }
func (me *memory) Delete(key uint32)               { delete(me.ints, key); delete(me.bytes, key) }
func (me *memory) Wake() topology.Wake             { return me.wake }
func (me *memory) SetWake(wa topology.Wake)        { me.wake = wa }
func (me *memory) Empty() bool                     { return len(me.ints)+len(me.bytes) == 0 }

const day = value.DayMillis

// world is a vocabulary with an account and a user that live in memory.
type world struct {
	names         *Names
	login, call   *EventDef
	account, user *memory
	frame         *Frame
}

func newWorld() *world {
	wo := &world{names: NewNames(), account: newMemory(), user: newMemory()}
	for _, fact := range BuiltInFacts() {
		wo.names.Facts[fact.Scope][fact.Name] = fact
	}
	amount := NewFact(ScopeAccount, "spent", value.Decimal, "spent")
	since := NewFact(ScopeAccount, "since", value.Date, "since")
	wait := NewFact(ScopeAccount, "wait", value.Duration, "wait")
	vip := NewFact(ScopeUser, "vip", value.Bool, "vip")
	for _, fact := range []*FactDef{amount, since, wait, vip} {
		wo.names.Facts[fact.Scope][fact.Name] = fact
	}
	wo.login = wo.event("login", "signed_in")
	wo.call = wo.event("call", "api_called")
	for name, kind := range map[string]value.Kind{"calls": value.Int, "price": value.Decimal, "took": value.Duration, "at_time": value.Time, "on_day": value.Date, "ok": value.Bool} {
		wo.call.Fields = append(wo.call.Fields, DeclaredField(name, kind, name, schemas.KindUserAction))
	}
	wo.names.Lists["power"] = &ListDef{Kind: value.Text, Texts: []string{"sso", "api"}}
	wo.names.Lists["sizes"] = &ListDef{Kind: value.Decimal, Numbers: []int64{value.Scale, 2_500_000}}
	wo.frame = &Frame{
		Now: 100 * day, Account: wo.account, User: wo.user, AccountID: "a1", UserID: "u1", StartAt: 90 * day,
		DefaultZone: time.UTC, Zones: NewZones(time.LoadLocation), HistoryComplete: true,
	}
	return wo
}

func (wo *world) event(name, typ string) *EventDef {
	de := &EventDef{
		Index: len(wo.names.Events), Name: name, Kind: schemas.KindUserAction, Type: typ,
		Fields: RecordFields(schemas.KindUserAction), Canonical: "user_action." + typ,
	}
	wo.names.Events[name] = de
	return de
}

// in compiles in user scope, with both events as start.
func (wo *world) in() Context {
	return Context{
		Scope: ScopeUser, Event: []*EventDef{wo.call}, HasStart: true, Start: []*EventDef{wo.call}, Steps: []string{"hello", "mail"}, Scheduled: true,
		Capture: func(name string, _ value.Kind) int { return map[string]int{"calls": 0, "feature": 1, "took": 2}[name] },
	}
}

func (wo *world) compile(t testing.TB, source string) *Program {
	t.Helper()
	return wo.compileIn(t, source, wo.in())
}

func (wo *world) compileIn(t testing.TB, source string, cx Context) *Program {
	t.Helper()
	pg, errors := wo.names.Compile(source, cx)
	if len(errors) > 0 {
		t.Fatalf("%s: %v", source, errors[0])
	}
	return pg
}

// happen folds an event of the user.
func (wo *world) happen(de *EventDef, at int64, props ...schemas.Field) {
	ev := &schemas.Event{Kind: de.Kind, Type: de.Type, ID: "e", Source: "s", Account: "a1", User: "u1", At: at, OccurredAt: at, Count: 1, Props: props}
	wo.frame.Event = ev
	de.Fold(wo.frame, wo.account, wo.user)
}

func long(name string, n int64) schemas.Field {
	return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.Long, Num: n}}
}

func double(name string, x float64) schemas.Field {
	return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.Double, Float: x}}
}

func str(name, s string) schemas.Field {
	return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.String, Text: s}}
}

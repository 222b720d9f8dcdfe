package playbook

import (
	"slices"
	"sort"

	"holdfast/schemas"
	"holdfast/topology/lang"
)

// What a line of a test gives its event or profile. A name that nothing reads is allowed: records have such, and a line may
// be copied from one. One that is nearly the name of something that is read is a slip, and the test would fail, or pass, for
// no visible reason.

// with reads the fields that a line gives its event.
func (tc *testCheck) with(no *node, event string) {
	if event == "profile" {
		tc.fail(no, "a profile has set, not with: {at: 2026-03-01, profile: u1, set: {plan: pro}}")
		return
	}
	ke := tc.read(no, "with")
	known := tc.readable(event)
	if ke == nil || known == nil {
		return
	}
	for _, name := range ke.order {
		tc.nearly(ke.entries[name], "nothing reads the field "+name+" of "+event, known)
	}
}

// readable are the names that `with` may give an event: what the bundle declares of its type, by any name of it, and what
// the record has itself. Nil: the event is unknown.
func (tc *testCheck) readable(event string) []string {
	def := tc.on.GivenAs(event)
	if def == nil {
		return nil
	}
	known := []string{"id", "source", "user_id", "count", "test"}
	for _, own := range schemas.OwnFields(def.Kind) {
		known = append(known, own.Name)
	}
	for _, other := range tc.on.Events {
		if other.Kind != def.Kind || other.Type != def.Type {
			continue
		}
		for _, field := range other.Fields {
			known = append(known, field.Name, field.Property)
		}
		for _, feed := range other.Feeds {
			known = append(known, feed.Field.Name)
		}
	}
	sort.Strings(known)
	return slices.DeleteFunc(known, func(name string) bool { return name == "" || contains(ofTheLine, name) })
}

// ofTheLine are the fields of all events that a test gives otherwise.
var ofTheLine = []string{"account_id", "day", "time", "type"}

// GivenAs is the event that a line of a test under a name makes: of an `any` the first member that is read, for the engine
// makes the others. Nil: there is none of that name.
func (bu *Bundle) GivenAs(name string) *lang.EventDef {
	for _, def := range bu.Events {
		if def.Name != name || def.Hidden {
			continue
		}
		for _, member := range def.Any {
			if member.Kind != schemas.KindEngine {
				return member
			}
		}
		return def
	}
	return nil
}

// set reads what a line changes in a profile.
func (tc *testCheck) set(no *node, event string) {
	if event != "profile" {
		tc.fail(no, "set changes a profile; an event has with: {field: value}")
		return
	}
	ke := tc.read(no, "set")
	if ke == nil {
		return
	}
	for _, name := range []string{"time_zone", "locale", "roles", "consents"} {
		ke.take(name)
	}
	if created := ke.take("created_at"); created != nil {
		tc.instant(created, "created_at")
	}
	if traits := ke.take("traits"); traits != nil {
		tc.traits(tc.read(traits, "traits"), nil)
	}
	tc.traits(ke, ke.known)
}

// traits reads the traits of a profile, beside the words of the profile itself.
func (tc *testCheck) traits(ke *keys, words []string) {
	if ke == nil {
		return
	}
	known := []string{"deleted"}
	for _, fact := range tc.on.Facts {
		known = append(known, fact.Traits...)
	}
	known = append(known, words...)
	sort.Strings(known)
	for _, name := range ke.order {
		tc.nearly(ke.entries[name], "no fact reads the trait "+name, known)
	}
}

// nearly refuses a name that is no known one and near to one.
func (tc *testCheck) nearly(en entry, what string, known []string) {
	near := lang.Suggest(en.key, known)
	if near != "" && !contains(known, en.key) {
		tc.failAt(en.line, en.column, "%s%s", what, near)
	}
}

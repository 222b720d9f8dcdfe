package lang

import (
	"time"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// Matches says whether the event at hand is one of these. Requires: f.Event is set; the members of an `any` were
// judged before and are passed as matched.
func (de *EventDef) Matches(f *Frame, matched []*EventDef) bool {
	if de.Any != nil {
		if !anyMatched(de.Any, matched) {
			return false
		}
	} else if f.Event.Kind != de.Kind || de.Type != "" && f.Event.Type != de.Type {
		return false
	}
	return de.Where == nil || de.Where.Truth(f) == value.Yes
}

func anyMatched(members, matched []*EventDef) bool {
	for _, member := range members {
		for _, other := range matched {
			if member == other {
				return true
			}
		}
	}
	return false
}

// Folds says that its occurrence changes anything.
func (de *EventDef) Folds() bool {
	return len(de.AccountSlots)+len(de.UserSlots)+len(de.ActiveSlots)+len(de.Narrowed)+len(de.Feeds)+len(de.Sets)+len(de.Contracts) > 0
}

// Fold adds the event at hand to the cells of its account and, if it has one, of its user (nil if not): aggregates
// and facts. Requires: the event matches, f.Event is set and f.Account is the account as it was before.
func (de *EventDef) Fold(f *Frame, account, user topology.Subject) {
	var zone *time.Location
	if de.local {
		zone = accountZone(f)
	}
	de.foldAggregates(f, account, user, zone)
	de.foldSets(f, account)
	if de.Contracts != nil {
		foldContract(f.Event, account, de.Contracts)
	}
	for i := range de.Feeds {
		feed := &de.Feeds[i]
		sub := account
		if feed.Fact.Scope == ScopeUser {
			sub = user
		}
		if sub == nil {
			continue
		}
		if va := feed.Field.Read(f); va.Known() {
			if feed.Fact.Set(sub, va, window.ValueTime(f.Event)) {
				f.Changed = append(f.Changed, feed.Fact)
			}
		}
	}
}

// FoldProfile takes the facts of a subject from its profile: the traits, and what the record has beside them. Requires:
// the facts are those of the subject's scope.
func FoldProfile(facts []*FactDef, f *Frame, sub topology.Subject) {
	for _, fact := range facts {
		for _, trait := range fact.Traits {
			if va, said := traitOf(f.Event, trait, fact.Type); said {
				fact.Set(sub, va, f.Event.At)
			}
		}
	}
}

// traitOf reads a trait; said is false when the profile does not speak of it.
func traitOf(ev *schemas.Event, trait string, kind value.Kind) (va value.Value, said bool) {
	switch trait {
	case "roles":
		return rolesOf(ev, kind), ev.Profile.HasRoles
	case "created_at":
		if ev.Profile.CreatedAt != 0 {
			return value.OfTime(ev.Profile.CreatedAt), true
		}
	case "time_zone", "locale":
		if in, ok := ev.OwnField(trait); ok {
			return value.FromWire(in, kind), true
		}
	}
	in, ok := ev.Prop(trait)
	if !ok {
		return value.Value{}, false
	}
	return value.FromWire(in, kind), true
}

// rolesOf is the list, or for user.role its first.
func rolesOf(ev *schemas.Event, kind value.Kind) value.Value {
	switch {
	case kind == value.List:
		return value.OfList(ev.Profile.Roles)
	case len(ev.Profile.Roles) == 0:
		return value.Missing("no role")
	}
	return value.OfText(ev.Profile.Roles[0])
}

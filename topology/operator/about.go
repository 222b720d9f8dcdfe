package operator

import (
	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// Most events name a user, of whom there are far more than accounts: to read and write a record for each costs several
// times what the account costs. So an event opens its user only when somebody wants to know something of them.
//
// The locale and the zone that an action names matter to messages only. They are kept where somebody is addressed whom
// the start event does not name: an episode keeps them of its own start event (Playbook.Captures).
//
// What is not kept of a user cannot be known later: a playbook for users that joins such a bundle finds those that have a
// profile or were added, and meets the others at their next event.

// TrustIDs says that no publisher ever repeats an id: nothing is remembered to find duplicates. Requires: called before
// the first event.
func (ta *Task) TrustIDs() { ta.trustsIDs = true }

// aboutUsers says that something in the bundle is about users.
func aboutUsers(b *playbook.Bundle) bool {
	for _, pb := range b.Playbooks {
		if pb.Each == lang.ScopeUser {
			return true
		}
	}
	for _, doc := range b.Documents {
		if doc.Each() == lang.ScopeUser {
			return true
		}
	}
	for _, def := range b.Events {
		if len(def.UserSlots)+len(def.ActiveSlots) > 0 || !ofAnyType(def) && len(userFields(def)) > 0 {
			return true
		}
	}
	return false
}

// addressesOthers says that a message of the bundle goes to users whom the start event of its playbook does not name.
func addressesOthers(b *playbook.Bundle) bool {
	for _, pb := range b.Playbooks {
		for _, st := range pb.Steps {
			for _, group := range st.To.All {
				for _, re := range group {
					if re.Kind == playbook.ToRole || re.Kind == playbook.ToPath && !re.OfStart {
						return true
					}
				}
			}
		}
	}
	return false
}

// ofAnyType says that a definition feeds the built-in facts, from fields that a record of any type may have: few have them.
func ofAnyType(def *lang.EventDef) bool { return def.Hidden && def.Type == "" }

// userFields are the fields of an event that give a fact of its user a value.
func userFields(def *lang.EventDef) (names []string) {
	for i := range def.Feeds {
		if feed := &def.Feeds[i]; feed.Fact.Scope == lang.ScopeUser {
			names = append(names, feed.Field.Name)
		}
	}
	return names
}

// builtInFields are those that a record of any type may have, where somebody wants to know them.
func builtInFields(b *playbook.Bundle) (names []string) {
	if !addressesOthers(b) {
		return nil
	}
	for _, def := range b.Events {
		if ofAnyType(def) {
			names = append(names, userFields(def)...)
		}
	}
	return names
}

// opensUser says whether an event concerns its user: somebody asks for users, what it says is about the user itself, or
// its id is remembered with the user. Requires: the event has a user.
func (ta *Task) opensUser(ev *schemas.Event) bool {
	return ta.aboutUsers || membershipOf(ev) != unsaid || ta.remembersID(ev) || ta.describesUser(ev)
}

// describesUser says that an event has a field that is a fact of its user.
func (ta *Task) describesUser(ev *schemas.Event) bool {
	if len(ta.userFields) == 0 || len(ev.Own) == 0 {
		return false
	}
	for _, name := range ta.userFields {
		if va, ok := ev.OwnField(name); ok && va.Kind != schemas.Null {
			return true
		}
	}
	return false
}

// remembersID says that the id of an event is remembered, so that the same one again is a duplicate.
func (ta *Task) remembersID(ev *schemas.Event) bool {
	return !ta.trustsIDs && !ev.IDIsPosition && ev.ID != "" && ev.Kind != schemas.KindProfile && ev.Kind != schemas.KindEngine
}

package operator

import (
	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// Most events name a user, of whom there are far more than accounts: to read and write a record for each costs several
// times what the account costs. So an event opens its user only when somebody wants to know something of them.
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
		if len(def.UserSlots)+len(def.ActiveSlots) > 0 || feedsUsers(def) {
			return true
		}
	}
	return false
}

// feedsUsers says that an event gives a fact of its user a value.
func feedsUsers(def *lang.EventDef) bool {
	for i := range def.Feeds {
		if def.Feeds[i].Fact.Scope == lang.ScopeUser {
			return true
		}
	}
	return false
}

// opensUser says whether an event concerns its user: somebody asks for users, what it says is about the user itself, or
// its id is remembered with the user. Requires: the event has a user.
func (ta *Task) opensUser(ev *schemas.Event) bool {
	return ta.aboutUsers || membershipOf(ev) != unsaid || ta.remembersID(ev)
}

// remembersID says that the id of an event is remembered, so that the same one again is a duplicate.
func (ta *Task) remembersID(ev *schemas.Event) bool {
	return !ta.trustsIDs && !ev.IDIsPosition && ev.ID != "" && ev.Kind != schemas.KindProfile && ev.Kind != schemas.KindEngine
}

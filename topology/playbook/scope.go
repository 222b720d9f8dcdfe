package playbook

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// match reads whose events count for a step, a stop or a goal.
func (ld *loader) match(no *node) Match {
	word, ok := ld.oneOf(no, "match", "user", "account", "key")
	switch pb := ld.playbook; {
	case !ok:
	case word == "key" && pb.Each != lang.ScopeKey:
		ld.fail(no, "match: key belongs to a playbook with a key: for: each invoice by event.invoice_id")
	case word == "key":
		return MatchKey
	case word == "account" && pb.Each == lang.ScopeAccount, word == "user" && pb.Each == lang.ScopeUser:
	case word == "account":
		return MatchAccount
	case len(pb.Start.Events) == 0 && !ld.refusedStart:
		ld.fail(no, "match: user compares with start.user_id, and there is no start event; leave it out")
	default:
		ld.capture("user_id", value.Text)
		return MatchUser
	}
	return MatchOwn
}

// startMatch reads `match` of a start.
func (ld *loader) startMatch(no *node) Match {
	word, ok := ld.oneOf(no, "match", "user", "account", "key")
	switch each := ld.playbook.Each; {
	case !ok:
	case word == "account" && each == lang.ScopeUser:
		ld.fail(no, "an event of the account would start an episode for all its users; write for: each account")
	case word == "user" && each == lang.ScopeAccount:
		ld.fail(no, "match: user compares with start.user_id, and before the start there is none; write for: each user")
	case word == "key" && each == lang.ScopeKey:
		return MatchKey
	case word == "key":
		ld.fail(no, "match: key belongs to a playbook with a key: for: each invoice by event.invoice_id")
	}
	return MatchOwn
}

// lazily turns a wait of a user for events of the account into a condition: nobody touches all users for an event, so it
// is judged when the user is looked at next (language.md 7). nil where the events are the subject's own.
func (ld *loader) lazily(ma Match, events []*lang.EventDef) *lang.Program {
	if ma != MatchAccount || ld.playbook.Each != lang.ScopeUser || len(events) == 0 {
		return nil
	}
	parts := make([]string, len(events))
	for i, de := range events {
		parts[i] = "account.last(" + de.Name + ") > start.time"
	}
	cx := ld.inEpisode("match", value.Bool)
	cx.Waiting = true
	return ld.compile(&node{shape: shapeScalar, text: strings.Join(parts, " or ")}, cx)
}

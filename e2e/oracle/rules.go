package oracle

import (
	"slices"
	"time"
)

// Event is one action of an account, by a user or not.
type Event struct {
	ID, Source, Account, User string
	AtMillis                  int64
	Count                     int64
}

const dayMillis = int64(24 * time.Hour / time.Millisecond)

// Subject is one account, or one user of it: the unit that a rule follows.
type Subject struct{ Account, User string }

// ByAccount groups events by account, each in the order of time.
func ByAccount(events []Event) map[Subject][]Event {
	return group(events, func(ev Event) Subject { return Subject{Account: ev.Account} })
}

// ByUser groups events by user of an account, each in the order of time. Events without a user belong to none.
func ByUser(events []Event) map[Subject][]Event {
	groups := group(events, func(ev Event) Subject { return Subject{Account: ev.Account, User: ev.User} })
	for su := range groups {
		if su.User == "" {
			delete(groups, su)
		}
	}
	return groups
}

func group(events []Event, of func(Event) Subject) map[Subject][]Event {
	groups := map[Subject][]Event{}
	for _, ev := range events {
		groups[of(ev)] = append(groups[of(ev)], ev)
	}
	for _, list := range groups {
		slices.SortStableFunc(list, func(a, b Event) int { return int(a.AtMillis - b.AtMillis) })
	}
	return groups
}

// Template is the fixed part of the intents of a rule. An empty Recipient is the subject's user.
type Template struct{ Playbook, Step, Action, Recipient string }

func (te Template) intent(su Subject, episode string) Intent {
	in := Intent{Playbook: te.Playbook, Account: su.Account, User: su.User, Episode: episode, Step: te.Step, Action: te.Action, Recipient: te.Recipient}
	if in.Recipient == "" {
		in.Recipient = escape(su.User)
	}
	return in
}

// Quiet is `when: idle(e) >= Nd`, `again: after e`: one intent for each silence of that length. The next event ends
// the silence when it comes by the due instant plus lateness (a tie is the event's); what is due by `until` counts.
func Quiet(te Template, groups map[Subject][]Event, silence, lateness time.Duration, untilMillis int64) []Intent {
	var intents []Intent
	for su, events := range groups {
		for i, ev := range events {
			due := ev.AtMillis + silence.Milliseconds()
			if due > untilMillis || i+1 < len(events) && events[i+1].AtMillis <= due+lateness.Milliseconds() {
				continue
			}
			intents = append(intents, te.intent(su, byTimer(due)))
		}
	}
	return intents
}

// DistinctDays is `when: distinct(e.day) >= n`, `again: never`: once, on the nth different day (UTC).
func DistinctDays(te Template, groups map[Subject][]Event, n int) []Intent {
	return once(te, groups, func(events []Event) bool {
		days := map[int64]bool{}
		for _, ev := range events {
			days[ev.AtMillis/dayMillis] = true
		}
		return len(days) >= n
	})
}

// Reached is `when: sum(e.count) >= n`, `again: never`.
func Reached(te Template, groups map[Subject][]Event, n int64) []Intent {
	return once(te, groups, func(events []Event) bool {
		var sum int64
		for _, ev := range events {
			sum += ev.Count
		}
		return sum >= n
	})
}

// First is `event: e`, `again: never`: once, at the first.
func First(te Template, groups map[Subject][]Event) []Intent {
	return once(te, groups, func(events []Event) bool { return len(events) > 0 })
}

func once(te Template, groups map[Subject][]Event, holds func([]Event) bool) []Intent {
	var intents []Intent
	for su, events := range groups {
		if holds(events) {
			intents = append(intents, te.intent(su, "once"))
		}
	}
	return intents
}

// Each is `event: e`, `again: always`: one for each event.
func Each(te Template, groups map[Subject][]Event) []Intent {
	var intents []Intent
	for su, events := range groups {
		for _, ev := range events {
			intents = append(intents, te.intent(su, byEvent(ev.Source, ev.ID)))
		}
	}
	return intents
}

// IDs returns the sorted ids.
func IDs(intents []Intent) []string {
	ids := make([]string, len(intents))
	for i, in := range intents {
		ids[i] = in.ID()
	}
	slices.Sort(ids)
	return ids
}

// ByPlaybook counts intents by playbook.
func ByPlaybook(intents []Intent) map[string]int {
	counts := map[string]int{}
	for _, in := range intents {
		counts[in.Playbook]++
	}
	return counts
}

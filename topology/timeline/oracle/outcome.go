package oracle

import (
	"cmp"
	"slices"
)

// An Outcome is what a case must give. Each list is sorted, and equal outcomes are equal values.
type Outcome struct {
	Intents   []Intent
	Decisions []Decision
	Signals   []Signal
}

// An Intent is a message, task, notice, request, or the cancel of one (then Action is "cancel").
type Intent struct {
	DedupeKey string
	Playbook  string
	Step      string
	Action    string // send, task, notify, request or cancel
	Account   string
	User      string // of the subject
	Key       string // of the subject
	Recipient string
	Episode   string
	Due       Instant
	DecidedAt Instant
	NotBefore Instant
	ExpiresAt Instant
}

// A Decision is one line of the journal. Step is "" for what concerns the whole episode or no episode.
type Decision struct {
	Playbook string
	Account  string
	User     string
	Key      string
	Episode  string // "" for not_entered
	Step     string
	Outcome  string
	Due      Instant // of the start or the step
	At       Instant // decided_at
}

// A Signal is a value that something derived took. Segments and signals are "true" or "false", a score is a decimal.
type Signal struct {
	Account string
	User    string
	Name    string
	Value   string
	Since   Instant
}

func (ou *Outcome) sort() {
	slices.SortStableFunc(ou.Intents, func(one, two Intent) int { return cmp.Compare(one.DedupeKey, two.DedupeKey) })
	slices.SortStableFunc(ou.Decisions, func(one, two Decision) int {
		return cmp.Or(cmp.Compare(one.Playbook, two.Playbook), cmp.Compare(one.Account, two.Account), cmp.Compare(one.User, two.User),
			cmp.Compare(one.Key, two.Key), cmp.Compare(one.At, two.At), cmp.Compare(one.Episode, two.Episode), cmp.Compare(one.Step, two.Step), cmp.Compare(one.Outcome, two.Outcome))
	})
	slices.SortStableFunc(ou.Signals, func(one, two Signal) int {
		return cmp.Or(cmp.Compare(one.Account, two.Account), cmp.Compare(one.User, two.User), cmp.Compare(one.Name, two.Name), cmp.Compare(one.Since, two.Since))
	})
}

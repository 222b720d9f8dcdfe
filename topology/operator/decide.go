package operator

import (
	"strings"

	"holdfast/schemas"
)

// outcome is one of the words of language.md 15.
type outcome string

const (
	entered          outcome = "entered"
	notEntered       outcome = "not_entered"
	skipped          outcome = "skipped"
	missed           outcome = "missed"
	blocked          outcome = "blocked"
	withdrawn        outcome = "withdrawn"
	stopped          outcome = "stopped"
	noRecipient      outcome = "no_recipient"
	publishedOutcome outcome = "published"
	cancelled        outcome = "cancelled"
	regret           outcome = "regret"
	ended            outcome = "ended"
)

// note is what a decision says beside who and what it is about.
type note struct {
	outcome outcome
	code    string // stable, for machines
	text    string // one sentence
	step    string
	intent  string
	at      int64 // ms, decided_at
	due     int64 // ms; HasDue says whether it is set
	hasDue  bool
}

// decide records a decision. ep is nil when no episode began.
func (ta *Task) decide(pa *party, ru *rule, ep *episode, no note) {
	de := &schemas.Decision{
		AccountID: strings.Clone(pa.ref.Account), UserID: strings.Clone(pa.user()), Playbook: ru.Name, Step: no.step,
		Outcome: string(no.outcome), Code: no.code, Text: no.text, IntentID: no.intent, DecidedAt: no.at,
		BundleVersion: ta.bundle.Hash, DueAt: no.due, HasDue: no.hasDue,
	}
	if ep != nil {
		de.EpisodeID = ep.ID
	}
	ta.counts.Decisions++
	ta.sink.Decision(de)
}

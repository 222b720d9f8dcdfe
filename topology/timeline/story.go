package timeline

import (
	"fmt"
	"strings"

	"holdfast/schemas"
)

// Filter selects a part of a story; an empty field selects all.
type Filter struct{ Playbook, Account, User string }

func (fi Filter) takes(playbook, account, user string) bool {
	return (fi.Playbook == "" || fi.Playbook == playbook) && (fi.Account == "" || fi.Account == account) && (fi.User == "" || fi.User == user)
}

// Entry is one thing that came out, ready to be shown.
type Entry struct {
	At       int64 // ms
	Subject  string
	What     string // published, stopped, signal ...
	Playbook string // with the step; for a signal its name
	Text     string
}

// String is the entry as a line.
func (en Entry) String() string {
	return fmt.Sprintf("%-20s  %-14s %-12s %-28s %s", stamp(en.At), en.Subject, en.What, en.Playbook, en.Text)
}

// Story is what came out, in the order in which it was decided: decisions with their reasons, messages with their
// recipients, and what was derived.
func (wo *World) Story(fi Filter) []Entry {
	var story []Entry
	byID := map[string]*schemas.MessageIntent{}
	for _, in := range wo.Intents {
		byID[in.IntentID] = in
	}
	for _, one := range wo.said {
		switch de, si := one.decision, one.signal; {
		case de != nil && fi.takes(de.Playbook, de.AccountID, de.UserID):
			story = append(story, entryOf(de, byID[de.IntentID]))
		case si != nil && fi.Playbook == "" && fi.takes("", si.AccountID, si.UserID):
			story = append(story, Entry{At: si.ChangedAt, Subject: subjectText(si.AccountID, si.UserID), What: "signal", Playbook: si.Name, Text: signalText(si)})
		}
	}
	return story
}

func entryOf(de *schemas.Decision, in *schemas.MessageIntent) Entry {
	en := Entry{At: de.DecidedAt, Subject: subjectText(de.AccountID, de.UserID), What: de.Outcome, Playbook: de.Playbook, Text: de.Text}
	if de.Step != "" {
		en.Playbook += "/" + de.Step
	}
	if in != nil && de.Outcome == "published" {
		en.Text = fmt.Sprintf("%s %s to %s: %s", in.Kind, in.Template, recipientText(in.Recipient), in.Reason.Text)
	}
	return en
}

func subjectText(account, user string) string {
	if user == "" {
		return account
	}
	return account + "/" + user
}

func recipientText(to schemas.Recipient) string {
	switch {
	case to.UserID != "":
		return to.UserID
	case to.Ref != "":
		return to.Type + " " + to.Ref
	}
	return to.Type
}

func signalText(si *schemas.Signal) string {
	text := si.Text
	if si.HasNumber {
		text = strings.TrimSpace(fmt.Sprintf("%g %s", si.Number, text))
	}
	if si.Previous != "" {
		text += " (was " + si.Previous + ")"
	}
	for i, dr := range si.Drivers {
		separator := ", "
		if i == 0 {
			separator = "; "
		}
		text += fmt.Sprintf("%s%s %+g", separator, dr.Measure, dr.Points-dr.Was)
	}
	return text
}

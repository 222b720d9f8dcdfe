package timeline

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"holdfast/schemas"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// adjust gives the bundle the settings of the test. A history is complete unless the test says otherwise.
func (sc *Scenario) adjust(b playbook.Bundle) (*playbook.Bundle, error) {
	b.HistoryComplete = sc.History == "" || sc.History == "complete"
	if !b.HistoryComplete {
		at, err := instant(sc.History)
		if err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		b.History = at
	}
	was := b.Lateness.Milliseconds()
	lateness := was
	if sc.Lateness != "" {
		var ok bool
		if lateness, ok = value.ParseDuration(sc.Lateness); !ok {
			return nil, fmt.Errorf("lateness: %q is no duration; write 10m", sc.Lateness)
		}
		b.Lateness = time.Duration(lateness) * time.Millisecond
	}
	b.Playbooks = adjustPlaybooks(b.Playbooks, was, lateness)
	return &b, nil
}

// adjustPlaybooks gives playbooks the lateness of a test; one that has its own keeps it. A ramp lets everybody in at once
// (language.md 15, Tests).
func adjustPlaybooks(playbooks []*playbook.Playbook, was, lateness int64) (adjusted []*playbook.Playbook) {
	for _, pb := range playbooks {
		own := *pb
		if own.Lateness == was {
			own.Lateness = lateness
		}
		if own.Start.Existing == playbook.ExistingRamp {
			own.Start.Existing = playbook.ExistingInclude
		}
		adjusted = append(adjusted, &own)
	}
	return adjusted
}

// reading is the making of lines.
type reading struct {
	sc     *Scenario
	bundle *playbook.Bundle
	topics schemas.TopicNames
	counts map[string]int64 // by topic: the next offset
	lines  []Line
}

// lines are the profiles and the given events in the order of (arrives, event time, topic rank, file).
func (sc *Scenario) lines(b *playbook.Bundle) (profiles, given []Line, err error) {
	re := &reading{sc: sc, bundle: b, topics: schemas.DefaultTopicNames(), counts: map[string]int64{}}
	for i, given := range sc.Given {
		if err := re.given(given); err != nil {
			return nil, nil, fmt.Errorf("given %d: %w", i+1, err)
		}
	}
	sort.SliceStable(re.lines, func(i, j int) bool { return re.lines[i].before(&re.lines[j]) })
	given, re.lines = re.lines, nil
	if err := re.profiles(given); err != nil {
		return nil, nil, err
	}
	return re.lines, given, nil
}

func (li *Line) before(other *Line) bool {
	switch {
	case li.Arrives != other.Arrives:
		return li.Arrives < other.Arrives
	case li.Event.At != other.Event.At:
		return li.Event.At < other.Event.At
	}
	return li.Event.Kind < other.Event.Kind
}

// given reads one entry: an event, a repeated event, or a change of a profile.
func (re *reading) given(entry map[string]any) error {
	name, subjects, err := re.eventOf(entry)
	if err != nil {
		return err
	}
	instants, err := instantsOf(entry)
	if err != nil {
		return err
	}
	for _, at := range instants {
		arrives, err := instantOr(textOf(entry["arrives"]), at)
		if err != nil {
			return fmt.Errorf("arrives: %w", err)
		}
		for _, subject := range subjects {
			ev, err := re.event(name, subject, at, entry)
			if err != nil {
				return err
			}
			ev.Backfill = entry["backfill"] == true
			re.lines = append(re.lines, Line{Arrives: arrives, Event: *ev})
		}
	}
	return nil
}

var ownKeys = map[string]bool{"at": true, "arrives": true, "backfill": true, "with": true, "every": true, "from": true, "to": true, "set": true}

// eventOf finds the key that names the event, and its subjects.
func (re *reading) eventOf(entry map[string]any) (name string, subjects []string, err error) {
	for _, key := range sortedKeys(entry) {
		if ownKeys[key] {
			continue
		}
		if name != "" {
			return "", nil, fmt.Errorf("two events, %s and %s: split the line", name, key)
		}
		name = key
	}
	if name == "" {
		return "", nil, fmt.Errorf("no event: write {at: ..., login: u1}")
	}
	if list, ok := entry[name].([]any); ok {
		for _, one := range list {
			subjects = append(subjects, textOf(one))
		}
		return name, subjects, nil
	}
	return name, []string{textOf(entry[name])}, nil
}

// maxRepeated bounds the events of one line; more is a slip in a year, and would fill the memory.
const maxRepeated = 1_000_000

func instantsOf(entry map[string]any) ([]int64, error) {
	if entry["every"] == nil {
		at, err := instant(textOf(entry["at"]))
		return []int64{at}, err
	}
	every, ok := value.ParseDuration(textOf(entry["every"]))
	if !ok || every <= 0 {
		return nil, fmt.Errorf("every: %v is no duration; write 1d", entry["every"])
	}
	from, err := instant(textOf(entry["from"]))
	if err != nil {
		return nil, err
	}
	to, err := instant(textOf(entry["to"]))
	if err != nil {
		return nil, err
	}
	if (to-from)/every >= maxRepeated {
		return nil, fmt.Errorf("every: %v from %v to %v is more than %d events; take fewer", entry["every"], entry["from"], entry["to"], maxRepeated)
	}
	var instants []int64
	for at := from; at <= to; at += every {
		instants = append(instants, at)
	}
	return instants, nil
}

func (re *reading) event(name, subject string, at int64, entry map[string]any) (*schemas.Event, error) {
	account, user, err := re.subject(subject)
	if err != nil {
		return nil, err
	}
	if name == "profile" {
		return re.profile(account, user, at, profileOf(entry["set"])), nil
	}
	def := re.bundle.GivenAs(name)
	if def == nil {
		return nil, fmt.Errorf("unknown event %s", name)
	}
	if def.Kind == schemas.KindEngine {
		return nil, fmt.Errorf("%s is made by the engine: give what causes it", name)
	}
	ev := re.envelope(def.Kind, account, user, at)
	ev.Type = def.Type
	with, _ := entry["with"].(map[string]any)
	setFields(ev, def, with)
	return ev, nil
}

// envelope makes a record with what all have: source = the topic, id = TOPIC-0-N.
func (re *reading) envelope(ki schemas.Kind, account, user string, at int64) *schemas.Event {
	topic := re.topic(ki)
	offset := re.counts[topic]
	re.counts[topic]++
	return &schemas.Event{
		Kind: ki, Topic: topic, Offset: offset, Source: topic, ID: fmt.Sprintf("%s-0-%d", topic, offset),
		Account: account, User: user, OccurredAt: at, At: at, Count: 1,
	}
}

func (re *reading) topic(ki schemas.Kind) string {
	for _, topic := range re.topics.Topics() {
		if re.topics.InputKind(topic.Name) == ki {
			return topic.Name
		}
	}
	return ki.String()
}

// subject resolves u1, a1/u9 or a1.
func (re *reading) subject(name string) (account, user string, err error) {
	if pr, ok := re.sc.Users[name]; ok {
		return pr.Account, name, nil
	}
	if _, ok := re.sc.Accounts[name]; ok {
		return name, "", nil
	}
	if account, user, ok := strings.Cut(name, "/"); ok {
		return account, user, nil
	}
	for _, user := range sortedKeys(re.sc.Users) {
		if re.sc.Users[user].Account == name {
			return name, "", nil
		}
	}
	return "", "", fmt.Errorf("unknown subject %q: name it under users: or accounts:, or write account/user", name)
}

func boolNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}

func numberOf(va any) int64 {
	n, _ := strconv.ParseInt(textOf(va), 10, 64)
	return n
}

func textOf(va any) string {
	if va == nil {
		return ""
	}
	return fmt.Sprint(va)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func instantOr(text string, otherwise int64) (int64, error) {
	if text == "" {
		return otherwise, nil
	}
	return instant(text)
}

func instant(text string) (int64, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UnixMilli(), nil
		}
	}
	return 0, fmt.Errorf("%q is no time; write 2026-03-01T09:00Z", text)
}

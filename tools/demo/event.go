package demo

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"time"
)

// The inputs, by their default names. schemas has the same names; business_test.go holds the two together.
const (
	topicActions  = "telemetry.user-actions"
	topicBilling  = "telemetry.billing"
	topicSupport  = "telemetry.support"
	topicProfiles = "telemetry.profiles"
)

// Event is one thing that happened in the business.
type Event struct {
	Topic, Type   string
	Account, User string // User is "" for an event of the account
	At            int64  // ms
	Count         int64  // of pre-aggregated telemetry; 0 = one
	Fields        map[string]any
}

// profile is what the business tells about an account or a person.
type profile struct {
	account, user, zone, locale string
	at                          int64 // ms, changed_at and created_at
	roles                       []string
	traits                      map[string]any
}

// ID names the event: the same seed gives the same ids.
func (ev Event) ID() string {
	if ev.User == "" {
		return fmt.Sprintf("%s-%d-%s", ev.Account, ev.At, ev.Type)
	}
	return fmt.Sprintf("%s-%s-%d-%s", ev.Account, ev.User, ev.At, ev.Type)
}

// line is the JSON form of an input (one line of `holdfast publish`). encoding/json sorts the keys of a map.
func (ev Event) line() map[string]any {
	out := map[string]any{
		"kafka_topic": ev.Topic, "id": ev.ID(), "source": "demo", "type": ev.Type,
		"occurred_at": stamp(ev.At), "account_id": ev.Account,
	}
	if ev.User != "" {
		out["user_id"] = ev.User
	}
	if ev.Count > 0 {
		out["count"] = ev.Count
	}
	for name, value := range ev.Fields {
		out[name] = value
	}
	return out
}

func (pr profile) line() map[string]any {
	out := map[string]any{
		"kafka_topic": topicProfiles, "kind": "account", "account_id": pr.account, "changed_at": stamp(pr.at),
		"created_at": stamp(pr.at), "time_zone": pr.zone, "locale": pr.locale, "traits": pr.traits,
	}
	if pr.user != "" {
		out["kind"], out["user_id"], out["roles"] = "user", pr.user, pr.roles
	}
	return out
}

// stamp is RFC 3339 with milliseconds.
func stamp(atMillis int64) string {
	return time.UnixMilli(atMillis).UTC().Format("2006-01-02T15:04:05.000Z")
}

// WriteJSONL writes the whole business, profiles first, as lines that `holdfast publish` takes.
func (bu *Business) WriteJSONL(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	if err := errors.Join(writeLines(out, bu.profiles...), writeLines(out, bu.Events...)); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write business: %w", err)
	}
	return nil
}

// liner has the JSON form of an input.
type liner interface{ line() map[string]any }

func writeLines[L liner](out io.Writer, records ...L) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, record := range records {
		if err := enc.Encode(record.line()); err != nil {
			return fmt.Errorf("write the business: %w", err)
		}
	}
	return nil
}

// sortEvents puts the events in order of time and makes every instant unique, so that no rule of the demo ever hangs on
// how two topics are merged at a tie.
func sortEvents(events []Event) {
	sort.SliceStable(events, func(i, j int) bool { return events[i].At < events[j].At })
	for i := 1; i < len(events); i++ {
		if events[i].At <= events[i-1].At {
			events[i].At = events[i-1].At + 1
		}
	}
}

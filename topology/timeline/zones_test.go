package timeline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"holdfast/schemas"
	"holdfast/topology/value/iana"
)

// A year in five zones on both sides of the equator, with every kind of clock change: March and April alone have three
// changes forward and three back, by an hour and by half an hour, at night and at midnight. What should come out is
// worked out with a wall clock that is read minute by minute.

const zonedBundle = `
bundle: zones
revision: 1
time: {lateness: 0s, history: complete}
events: {login: user_action.signed_in}
---
playbook: digest
for: each user
class: lifecycle
start: {schedule: {each: day, at: "09:00"}}
again: always
steps: [{id: send, send: digest, data: {period: start.period, this: count(login in this month), last: count(login in last month)}}]
---
playbook: night
for: each user
class: lifecycle
start: {schedule: {each: day, at: "02:15"}}
again: always
steps: [{id: send, send: night, data: {period: start.period}}]
---
playbook: midnight
for: each account
class: internal
to: team("csm")
start: {schedule: {each: day, at: "00:00"}}
again: always
steps: [{id: send, notify: midnight, data: {period: start.period}}]
---
playbook: month_end
for: each user
class: lifecycle
start: {schedule: {each: month, day: last, at: "09:00"}}
again: always
steps: [{id: send, send: month_end, data: {period: start.period}}]
---
playbook: reply
for: each user
class: lifecycle
start: {event: login}
again: always
steps: [{id: morning, at: start.time at 09:00, send: good_morning}]
`

var zonesOfTheYear = []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata"}

var (
	yearFrom = time.Date(2026, 1, 1, 0, 20, 0, 0, time.UTC) // the first login; one every twelve hours
	yearTo   = time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
)

// yearOfLogins is the test document: an account with one user in each zone.
func yearOfLogins() string {
	var accounts, users, logins strings.Builder
	for i, zone := range zonesOfTheYear {
		fmt.Fprintf(&accounts, "  a%d: {time_zone: %s, created_at: 2025-12-31T12:00Z}\n", i, zone)
		fmt.Fprintf(&users, "  u%d: {account: a%d, created_at: 2025-12-31T12:00Z}\n", i, i)
		fmt.Fprintf(&logins, "  - {every: 12h, from: %s, to: %s, login: u%d}\n", yearFrom.Format("2006-01-02T15:04Z"), yearTo.Format("2006-01-02T15:04Z"), i)
	}
	return "test: a year\nclock: event\nhistory: complete\naccounts:\n" + accounts.String() + "users:\n" + users.String() +
		"given:\n" + logins.String() + "until: 2027-01-02T00:00Z\nexpect: []\n"
}

// wallClock is the first instant at which a clock on a wall of the zone shows the time or a later one.
func wallClock(date time.Time, clock string, zone *time.Location) time.Time {
	want := date.Format(time.DateOnly) + " " + clock
	guess, err := time.ParseInLocation("2006-01-02 15:04", want, zone)
	if err != nil {
		panic(err)
	}
	at := guess.Add(-3 * time.Hour)
	for at.In(zone).Format("2006-01-02 15:04") < want {
		at = at.Add(time.Minute)
	}
	return at
}

// months are those that a calendar on the wall puts the logins into, in their order.
func months(zone *time.Location) (list []string) {
	for at := yearFrom; !at.After(yearTo); at = at.Add(12 * time.Hour) {
		list = append(list, at.In(zone).Format("2006-01"))
	}
	return list
}

// loginsOf counts the logins of a month up to an instant.
func loginsOf(months []string, month string, until time.Time) (n int) {
	for i, is := range months {
		if is == month && !yearFrom.Add(time.Duration(i)*12*time.Hour).After(until) {
			n++
		}
	}
	return n
}

// expectedOf lists what a zone's user and account should get, by the wall: playbook, instant, and what the message says.
func expectedOf(zone *time.Location) map[string]int {
	want := map[string]int{}
	add := func(playbook string, at time.Time, says ...any) {
		want[fmt.Sprintln(append([]any{playbook, at.UTC().Format(time.RFC3339)}, says...)...)]++
	}
	logins := months(zone)
	first, last := yearFrom, time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC) // the playbooks begin with the first login
	for date := time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC); date.Before(last.AddDate(0, 0, 2)); date = date.AddDate(0, 0, 1) {
		period, month := date.Format(time.DateOnly), date.Format("2006-01")
		occurs := func(playbook, clock string, says func(at time.Time) []any) {
			if at := wallClock(date, clock, zone); at.After(first) && !at.After(last) {
				add(playbook, at, says(at)...)
			}
		}
		occurs("digest", "09:00", func(at time.Time) []any {
			before := date.AddDate(0, 0, -date.Day()).Format("2006-01")
			return []any{period, loginsOf(logins, month, at), loginsOf(logins, before, at)}
		})
		occurs("night", "02:15", func(time.Time) []any { return []any{period} })
		occurs("midnight", "00:00", func(time.Time) []any { return []any{period} })
		if date.AddDate(0, 0, 1).Day() == 1 {
			occurs("month_end", "09:00", func(time.Time) []any { return []any{month} })
		}
	}
	for at := yearFrom; !at.After(yearTo); at = at.Add(12 * time.Hour) {
		morning := wallClock(at.In(zone), "09:00", zone)
		if morning.Before(at) {
			morning = wallClock(at.In(zone).AddDate(0, 0, 1), "09:00", zone)
		}
		add("reply", morning)
	}
	return want
}

// Every message comes at its time on the wall, none twice and none not at all, and says what the calendar on the wall says.
func TestAYearInFiveZones(t *testing.T) {
	scenarios, _, err := ParseScenarios("year.yaml", []byte(yearOfLogins()))
	if err != nil {
		t.Fatal(err)
	}
	wo, err := scenarios[0].Run(load(t, zonedBundle))
	if err != nil {
		t.Fatal(err)
	}
	if len(wo.Failures) > 0 {
		t.Fatal(wo.Failures[0].Err)
	}
	got := messagesOf(t, wo)
	for i, name := range zonesOfTheYear {
		zone, err := iana.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		want := expectedOf(zone)
		compareMessages(t, name, got[fmt.Sprintf("a%d", i)], want)
		if len(want) < 3*365+12+365 {
			t.Errorf("%s: only %d messages are expected", name, len(want))
		}
	}
}

// messagesOf lists what each account got, as expectedOf does. No two messages have the same id.
func messagesOf(t *testing.T, wo *World) map[string]map[string]int {
	got, ids := map[string]map[string]int{}, map[string]bool{}
	for _, in := range wo.Intents {
		says := []any{in.Playbook, time.UnixMilli(in.NotBefore).UTC().Format(time.RFC3339)}
		data := map[string]schemas.Value{}
		for _, fi := range in.Data {
			data[fi.Name] = fi.Value
		}
		if period, has := data["period"]; has {
			says = append(says, period.Text)
		}
		if this, has := data["this"]; has {
			says = append(says, this.Num, data["last"].Num)
		}
		if got[in.AccountID] == nil {
			got[in.AccountID] = map[string]int{}
		}
		got[in.AccountID][fmt.Sprintln(says...)]++
		if ids[in.IntentID] {
			t.Errorf("two messages have the id %s: %s %v", in.IntentID, in.AccountID, says)
		}
		ids[in.IntentID] = true
	}
	return got
}

// compareMessages names what is missing, what is too much, and what comes another number of times.
func compareMessages(t *testing.T, zone string, got, want map[string]int) {
	for what, n := range want {
		if got[what] != n {
			t.Errorf("%s: %d times instead of %d: %s", zone, got[what], n, what)
		}
	}
	for what, n := range got {
		if want[what] == 0 {
			t.Errorf("%s: %d times, and nobody asked for it: %s", zone, n, what)
		}
	}
}

package timeline

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/schemas"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

const fullBundle = `
bundle: full
revision: 7
time: {lateness: 10m, history: complete}
events:
  login: user_action.signed_in
  invited: {from: user_action.invite_sent, fields: {invitee: text, seats: int}}
---
playbook: everything
title: Say thanks for an invitation
for: each user
class: lifecycle
priority: 30 + 1.5 * total(login)
start: {event: invited}
again: always
stop: [{event: login}]
steps:
  - id: thanks
    send: thanks_tmpl
    to: [user, start.invitee, team("csm")]
    via: {all: [in_app, email]}
    category: tips
    if: total(login) < 100
    expires: 2d
    data: {seats: start.seats, half: 0.5 * start.seats, since: start.time, idle: idle(login), never: user.locale, yes: true}
  - {id: ping, notify: ping_tmpl, to: channel("#sales"), priority: 400}
  - {id: call, request: call_tmpl, to: system("crm")}
  - {id: later, after: 10d, task: later_tmpl, to: team("csm")}
`

// TestAnIntentIsComplete compares every field of the intents and of a cancel with a golden file (-rewrite writes it).
func TestAnIntentIsComplete(t *testing.T) {
	wo := begun(t, load(t, fullBundle))
	profile := &schemas.Event{Kind: schemas.KindProfile, Type: "user", Account: "a1", User: "u1", At: at(1, 0), OccurredAt: at(1, 0), ID: "p", Source: "profiles",
		Own: []schemas.Field{{Name: "time_zone", Value: schemas.Value{Kind: schemas.String, Text: "Europe/Berlin"}}}}
	invited := action("invite_sent", at(2, 0))
	invited.Test, invited.TraceParent, invited.Offset, invited.Partition = true, "00-trace-01", 41, 3
	invited.Props = []schemas.Field{{Name: "invitee", Value: schemas.Value{Kind: schemas.String, Text: "bob@x/y"}}, {Name: "seats", Value: schemas.Value{Kind: schemas.Long, Num: 5}}}
	read(t, wo, profile, action("signed_in", at(1, 1)), invited, action("signed_in", at(3, 0)))
	got, err := json.MarshalIndent(struct {
		Intents   []*schemas.MessageIntent
		Decisions []*schemas.Decision
	}{wo.Intents, wo.Decisions}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "intent.golden.json")
	if *rewrite {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got)+"\n" {
		t.Errorf("%s differs; look at it with -rewrite and git diff\n%s", file, got)
	}
}

func TestAWrongScenarioIsRefusedWithItsPlace(t *testing.T) {
	b := load(t, fullBundle)
	for _, tc := range []struct{ text, want string }{
		{"test: x\ngiven: [{at: 2026-03-01T09:00Z, logn: a1/u1}]", "given 1: unknown event logn"},
		{"test: x\ngiven: [{every: 1s, from: 2026-03-01, to: 9999-03-01, login: a1/u1}]", "is more than 1000000 events; take fewer"},
		{"test: x\ngiven: [{at: 2026-03-01T09:00Z, login: u7}]", `unknown subject "u7"`},
		{"test: x\ngiven: [{at: yesterday, login: a1/u7}]", `"yesterday" is no time`},
		{"test: x\ngiven: [{at: 2026-03-01T09:00Z}]", "no event"},
		{"test: x\ngiven: [{at: 2026-03-01T09:00Z, login: a1/u1, invited: a1/u1}]", "two events"},
		{"test: x\ngiven: [{every: often, from: 2026-03-01, to: 2026-03-02, login: a1/u1}]", "no duration"},
		{"test: x\nlateness: soon\ngiven: []", "lateness"},
		{"test: x\nuntil: never\ngiven: []", "until"},
	} {
		scenarios, _, err := ParseScenarios("x.yaml", []byte(tc.text))
		if err != nil || len(scenarios) != 1 {
			t.Fatalf("%s: %v", tc.text, err)
		}
		if _, err := scenarios[0].Check(b); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", tc.text, err, tc.want)
		}
	}
	if _, _, err := ParseScenarios("x.yaml", []byte("test: x\nexpct: []")); err == nil || !strings.Contains(err.Error(), "x.yaml") {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestAnExpectationCanFail(t *testing.T) {
	b := load(t, fullBundle)
	scenarios, _, err := ParseScenarios("x.yaml", []byte(`test: x
given: [{at: 2026-03-01T09:00Z, invited: a1/u1, with: {invitee: u2, seats: 4}}]
until: 2026-03-05T00:00Z
expect:
  - {intent: everything/thanks, user: u1, due: 2026-03-01T09:00Z, data: {seats: 4, half: 2, never: "null", yes: true}}
  - {intent: everything/thanks, user: u1, due: 2026-03-01T09:01Z}
  - {intent: everything/thanks, user: u1, data: {seats: 5}}
  - {intent: everything/thanks, user: u9}
  - {intent: everything/ping, to: "team:x"}
  - {intent: everything/ping, template: other}
  - {none: everything}
  - {count: everything/thanks, is: 2}
  - {cancel: everything/thanks}
  - {decision: stopped}
  - {}
`))
	if err != nil {
		t.Fatal(err)
	}
	failures, err := scenarios[0].Check(b)
	if err != nil || len(failures) != 10 {
		t.Errorf("%d failures, %v: %v", len(failures), err, failures)
	}
}

package playbook_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/topology/playbook"
)

const tested = `bundle: b
events:
  login: user_action.login
  seen: {any: [tier_changed, login]}
  bought: {from: user_action.bought, fields: {amount: decimal, item: text from sku}}
  gift: {from: user_action.bought, fields: {giver: text}}
  renewed: billing.contract_renewed
facts: {account: {team_size: int}, user: {level: text from trait seniority}}
---
playbook: quiet
for: each user
class: lifecycle
start: {when: idle(login) >= 7d}
stop: [{event: login}]
steps: [{id: d7, send: hello}, {id: d14, after: 7d, send: again}]
---
health: h
for: each account
measures: {m: [{if: has(login), points: 1}]}
tiers: [{name: low, below: 40}, {name: high}]
`

// TestTestsAreChecked: each line is a test document, and what is wrong with it; places are those of file t.yaml.
func TestTestsAreChecked(t *testing.T) {
	for _, tt := range []struct{ document, want string }{
		{"test: t\nusers: {u1: {account: a1}}\ngiven: [{at: 2026-03-01, login: u1}]\nexpect: [{intent: quiet/d7, user: u1}, {none: quiet}, {signal: tier/h, account: a1, is: low}]", ""},
		{"test: t\ngivn: []\nexpect: []", "t.yaml:2:1: a test has no key givn; did you mean given?"},
		{"test: t", "t.yaml:1:1: a test needs expect; write expect: [{none: inactivity}]"},
		{"test: t\nclock: live\nexpect: []", "t.yaml:2:8: clock is never \"live\"; it is one of event"},
		{"test: t\nuntil: soon\nexpect: []", "t.yaml:2:8: until is an instant such as 2026-03-01T09:00Z; found \"soon\""},
		{"test: t\nusers: {u1: {roles: [admin]}}\nexpect: []", "t.yaml:2:14: a user belongs to an account: {account: a1}"},
		{"test: t\nusers: {u1: {account: a1, zone: UTC}}\nexpect: []", "a profile has no key zone"},
		{"test: t\naccounts: {a1: {}}\ngiven: [{at: 2026-03-01T09:00, login: a1}]\nexpect: []", "t.yaml:3:14: at is an instant such as 2026-03-01T09:00Z; found \"2026-03-01T09:00\""},
		{"test: t\naccounts: {a1: {}}\ngiven: [{login: a1}]\nexpect: []", "t.yaml:3:10: when is it? write at: 2026-03-01T09:00Z"},
		{"test: t\naccounts: {a1: {}}\ngiven: [{at: 2026-03-01}]\nexpect: []", "t.yaml:3:10: nothing happens in this line"},
		{"test: t\naccounts: {a1: {}}\ngiven: [{at: 2026-03-01, login: a1, seen: a1}]\nexpect: []", "t.yaml:3:37: two events in a line, login and seen; split it"},
		{"test: t\naccounts: {a1: {}}\ngiven: [{at: 2026-03-01, logn: a1}]\nexpect: []", "t.yaml:3:26: unknown event logn; did you mean login?"},
		{"test: t\naccounts: {a1: {}}\ngiven: [{at: 2026-03-01, tier_changed: a1}]\nexpect: []", "t.yaml:3:26: the engine makes tier_changed itself; give what causes it"},
		{"test: t\nusers: {ann: {account: a1}}\ngiven: [{at: 2026-03-01, login: anne}]\nexpect: []", "t.yaml:3:33: nobody is called anne; did you mean ann?; name it under users: or accounts:, or write account/user"},
		{"test: t\naccounts: {a1: {}}\ngiven: [{every: 1 day, from: 2026-03-01, login: a1}]\nexpect: []", "t.yaml:3:17: every is a duration such as 7d, 12h, 90s; found \"1 day\"\nt.yaml:3:10: a given needs to"},
		{"test: t\nexpect: [{intent: quite/d7}]", "t.yaml:2:19: unknown playbook quite; did you mean quiet?"},
		{"test: t\nexpect: [{intent: quiet/d8}]", "t.yaml:2:25: quiet has no step d8; did you mean d7?"},
		{"test: t\nexpect: [{count: quiet/d7}]", "t.yaml:2:11: count needs is: how many; write {count: quiet/d7, is: 2}"},
		{"test: t\nexpect: [{intent: quiet/d7, none: quiet}]", "t.yaml:2:29: an expectation has intent and none: split it"},
		{"test: t\nexpect: [{user: u1}]", "t.yaml:2:11: an expectation has one of intent, none, count, cancel, decision, signal"},
		{"test: t\nexpect: [{none: quiet, user: u2}]", "t.yaml:2:30: nobody in this test is called u2"},
		{"test: t\nexpect: [{decision: skiped}]", "t.yaml:2:21: decision is never \"skiped\"; it is one of"},
		{"test: t\nexpect: [{decision: skipped, playbook: quiet, step: d77}]", "t.yaml:2:53: quiet has no step d77; did you mean d7?"},
		{"test: t\nexpect: [{signal: tier/hh}]", "t.yaml:2:19: nothing derives tier/hh; did you mean tier/h?"},
		{"test: t\nexpect: [{intent: quiet/d7, due: monday}]", "t.yaml:2:34: due is an instant such as 2026-03-01T09:00Z; found \"monday\""},
		{"test: t\nexpect: {intent: quiet/d7}", "t.yaml:2:10: expect is a list: [{intent: inactivity/d7, user: u1}]"},
		{given("bought: u1, with: {amuont: 5}"), "t.yaml:3:45: nothing reads the field amuont of bought; did you mean amount?"},
		{given("bought: u1, with: {amount: 5, item: x, sku: y, giver: ann, count: 2, feature: f, id: i, source: s, user_id: u2}"), ""},
		{given("bought: u1, with: {colour_of_the_box: red}"), ""}, // a record may have what nobody reads
		{given("bought: u1, with: {tiem: x}"), "nothing reads the field tiem of bought; did you mean item?"},
		{given("renewed: a1, with: {contrat_id: k1}"), "nothing reads the field contrat_id of renewed; did you mean contract_id?"},
		{given("renewed: a1, with: {contract_id: k1, arr: 5, arr_minor: 500}"), ""},
		{given("seen: u1, with: {featur: f}"), "nothing reads the field featur of seen; did you mean feature?"},
		{given("message_seen: u1, with: {playbok: quiet}"), "nothing reads the field playbok of message_seen; did you mean playbook?"},
		{given("message_seen: u1, with: [quiet]"), "with is a mapping of keys"},
		{given("bought: u1, set: {amount: 5}"), "t.yaml:3:44: set changes a profile; an event has with: {field: value}"},
		{given("profile: a1, with: {plan: pro}"), "t.yaml:3:46: a profile has set, not with"},
		{given("profile: a1, set: {plna: pro}"), "t.yaml:3:45: no fact reads the trait plna; did you mean plan?"},
		{given("profile: a1, set: {time_zon: UTC}"), "no fact reads the trait time_zon; did you mean time_zone?"},
		{given("profile: a1, set: {created_at: soon}"), "created_at is an instant"},
		{given("profile: u1, set: {traits: {senority: x}}"), "no fact reads the trait senority; did you mean seniority?"},
		{given("profile: u1, set: {traits: {seniority: x, team_size: 4, height: 3}, time_zone: UTC, locale: de, roles: [a], deleted: true}"), ""},
		{"test: t\nusers: {u1: {account: a1, traits: {senorityy: x}}}\nexpect: []", "t.yaml:2:36: no fact reads the trait senorityy; did you mean seniority?"},
	} {
		bu, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(tested)}, "t.yaml": {Data: []byte(tt.document)}})
		if err != nil {
			t.Fatalf("%v\n%s", err, tt.document)
		}
		got := ""
		if err := bu.CheckTests(); err != nil {
			got = err.Error()
		}
		for _, line := range strings.Split(tt.want, "\n") {
			if tt.want == "" && got != "" || !strings.Contains(got, line) {
				t.Errorf("%s\ngot  %s\nwant %s", tt.document, got, tt.want)
			}
		}
	}
}

// given is a test with one line of the user u1.
func given(line string) string {
	return "test: t\nusers: {u1: {account: a1}}\ngiven: [{at: 2026-03-01, " + line + "}]\nexpect: []"
}

// TestTheTimelinesAreRight: every test that is played somewhere in the product passes the check.
func TestTheTimelinesAreRight(t *testing.T) {
	alone, err := filepath.Glob("../timeline/testdata/*.yaml")
	if err != nil || len(alone) == 0 {
		t.Fatal(alone, err)
	}
	for _, file := range alone {
		checkTests(t, fstest.MapFS{}, file)
	}
	examples, err := filepath.Glob("testdata/examples/*.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatal(examples, err)
	}
	acme, err := filepath.Glob("../timeline/testdata/acme/*.yaml")
	if err != nil || len(acme) == 0 {
		t.Fatal(acme, err)
	}
	all := fstest.MapFS{}
	for _, file := range examples {
		addFile(t, all, file, filepath.Base(file))
	}
	for _, file := range acme {
		addFile(t, all, file, "acme-"+filepath.Base(file))
	}
	checkTests(t, all, "")
}

func checkTests(t *testing.T, files fstest.MapFS, file string) {
	t.Helper()
	if file != "" {
		addFile(t, files, file, filepath.Base(file))
	}
	bu, err := playbook.Load(files)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if err := bu.CheckTests(); err != nil {
		t.Error(err)
	}
}

func addFile(t *testing.T, files fstest.MapFS, file, name string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files[name] = &fstest.MapFile{Data: text}
}

// TestLoggedEvidence: the goal of a log step is an expression, so a test may expect the total of any goal.
func TestLoggedEvidence(t *testing.T) {
	logging := tested + "---\nplaybook: won\nfor: each user\nclass: lifecycle\nstart: {event: login}\nsteps: [{id: win, log: first_win, value: 1, goal: \"account.goal\"}]\n"
	document := "test: t\nusers: {u1: {account: a1}}\ngiven: [{at: 2026-03-01, login: u1}]\nexpect: [{signal: evidence/less work, account: a1, is: 1}]"
	bu, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(logging)}, "t.yaml": {Data: []byte(document)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := bu.CheckTests(); err != nil {
		t.Error(err)
	}
}

package playbook_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/topology/playbook"
)

// warnings loads documents over the words of the tests, plus sets, and gives what lint says about file p.yaml; the notes
// only where they are asked for.
func warnings(t *testing.T, documents string, notes bool) string {
	t.Helper()
	more := strings.Replace(words, "  activity:", "  ticket: {from: support.ticket_opened}\n  solved: {from: support.ticket_solved}\n  activity:", 1) +
		"sets: {account: {open_tickets: {add: ticket.ticket_id, remove: solved.ticket_id}}}\n"
	bu, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(more)}, "p.yaml": {Data: []byte(documents)}})
	if err != nil {
		t.Fatalf("%v\n%s", err, documents)
	}
	var lines []string
	for _, wa := range bu.Warnings() {
		if wa.File == "p.yaml" && (notes || !wa.Note) {
			lines = append(lines, wa.Error())
		}
	}
	return strings.Join(lines, "\n")
}

// rule is a playbook of one line a key.
func rule(each, start, rest string) string {
	return "playbook: p\nfor: each " + each + "\nclass: internal\nto: team(\"csm\")\nstart: " + start + "\n" + rest + "\n"
}

const now = "steps: [{id: a, send: hello}]"

// TestWarnings: what loads and cannot be meant, with its place.
func TestWarnings(t *testing.T) {
	for _, tt := range []struct{ name, documents, want string }{
		{"a start that is never true", rule("account", "{when: total(login) >= 3 and total(login) < 2}", now), "p.yaml:5:15: warning: dead rule: this can never be true"},
		{"a constant", rule("account", "{event: login, if: 1 > 2}", now), "p.yaml:5:27: warning: dead rule"},
		{"false", rule("account", "{event: login, if: not true}", now), "p.yaml:5:27: warning: dead rule"},
		{"through a metric", rule("account", "{when: open >= 3, if: account.total(login) == 0}", now), ""},
		{"through a metric of the same words", rule("account", "{when: open >= 3, if: total(login) == 0}", now), "together with when: open >= 3"},
		{"has and total", rule("user", "{when: has(login) and total(login) < 1}", now), "dead rule"},
		{"less than nothing", rule("user", "{when: count(login in 7d) < 0}", now), "dead rule"},
		{"two plans", rule("account", `{when: account.plan == "pro" and account.plan in ("free" or "team")}`, now), "dead rule"},
		{"one of two plans", rule("account", `{when: account.plan != "pro" and account.plan in ("pro" or "team")}`, now), ""},
		{"when against if", rule("user", "{when: idle(login) >= 7d, if: idle(login) < 3d}", now), "p.yaml:5:38: warning: dead rule: this can never be true together with when: idle(login) >= 7d"},
		{"an event that was not seen", rule("user", "{event: login, if: not has(login)}", now), "p.yaml:5:27: warning: dead rule: this can never be true of the event login"},
		{"where against if", rule("user", `{event: power_used, if: event.feature == "export"}`, now), "dead rule: this can never be true of the event power_used"},
		{"where fits if", rule("user", `{event: power_used, if: event.feature == "sso"}`, now), ""},
		{"or", rule("user", `{event: [login, power_used], if: event.type == "x"}`, now), ""},
		{"a step against the start event", rule("user", `{event: power_used, if: event.feature == "sso"}`, `steps: [{id: a, after: 1d, send: b, if: start.feature == "api"}]`), "p.yaml:6:41: warning: dead rule: this contradicts what is true at the start"},
		{"a step against the start", rule("account", "{when: total(login) >= 3}", "steps: [{id: a, send: b, if: total(login) < 3}]"), "dead rule: this contradicts what is true at the start"},
		{"a later step may differ", rule("account", "{when: idle(login) >= 3d}", "stop: [{event: login}]\nsteps: [{id: a, after: 1d, send: b, if: idle(login) < 3d}]"), ""},
		{"a step that is never", rule("account", "{event: login}", "steps: [{id: a, send: b, if: total(login) > 1 and total(login) <= 1}]"), "so the step is always skipped"},
		{"a step after its stop", rule("account", "{event: login}", "stop: [{when: account.plan != \"pro\"}]\nsteps: [{id: a, after: 1d, send: b, if: account.plan == \"free\"}]"), "a stop has ended the episode already"},
		{"a stop with the start", rule("account", `{event: login, if: account.plan == "pro"}`, "stop: [{when: account.plan in (\"pro\" or \"team\")}]\n"+now), "p.yaml:6:15: warning: dead rule: this stop is true whenever the playbook starts"},
		{"no stop", rule("account", "{event: login}", "steps: [{id: a, after: 3d, send: b}]"), "p.yaml:6:10: warning: missing stop: this step comes later than the start"},
		{"no stop, but an if", rule("account", "{event: login}", "steps: [{id: a, after: 3d, send: b, if: total(login) < 9}]"), ""},
		{"no stop, but a value", rule("account", "{when: known(account.plan)}", "again: per account.plan\nsteps: [{id: a, after: 3d, send: b}]"), ""},
		{"the wrong stop", rule("account", "{when: idle(login) >= 7d}", "stop: [{event: plan_changed}]\nsteps: [{id: a, after: 3d, send: b}]"), "p.yaml:5:15: warning: missing stop: the playbook starts because there was no login"},
		{"a stop by any", rule("account", "{when: idle(login) >= 7d}", "stop: [{event: activity}]\nsteps: [{id: a, after: 3d, send: b}]"), ""},
		{"a reason that passes", rule("account", `{when: idle(login) >= 7d, if: not running("p")}`, now), `p.yaml:5:38: warning: transient reason: running("p") passes`},
		{"an open ticket", rule("account", "{when: idle(login) >= 7d, if: size(open_tickets) == 0}", now), "transient reason: size(open_tickets) passes"},
		{"an event may ask", rule("account", `{event: login, if: not running("p")}`, now), ""},
		{"overlapping tiers", health("[{name: low, below: 40, until: 70}, {name: mid, below: 60}, {name: best}]"), "p.yaml:4:10: warning: overlapping tiers: low is left only at 70, where mid ends already (below: 60)"},
		{"tiers in order", health("[{name: low, below: 40, until: 45}, {name: mid, below: 60}, {name: best}]"), ""},
		{"a tier out of range", health("[{name: low, below: 0}, {name: mid, below: 60}, {name: best}]"), "no score is below 0, so the tier low is never entered"},
		{"a best tier that no sum reaches", health("[{name: low, below: 40}, {name: mid, below: 95}, {name: best}]"), "the score is never above 90, so the tier best is never entered"},
		{"a tier that is never left", health("[{name: low, below: 40, until: 99}, {name: best}]"), "so the tier low is never left (until: 99)"},
		{"a line that never counts", "health: h\nfor: each account\nmeasures: {m: [{if: idle(login) < 7d, points: 9}, {if: idle(login) < 3d, points: 5}, {points: 0}]}\n", "p.yaml:3:56: warning: dead rule: where this is true a line above it counts already"},
		{"a segment of nobody", "segments: s\nfor: each user\nlist: {none: {enter: total(login) < 3 and total(login) > 5}}\n", "p.yaml:3:22: warning: dead rule: this can never be true, so nobody is ever in none"},
		{"a signal that goes at once", "signals: s\nfor: each account\nkind: risk\nlist: {quiet: {raise: idle(login) >= 9d, clear: idle(login) >= 1d}}\n", "p.yaml:4:49: warning: dead rule: this is true whenever raise is"},
		{"a cap behind another", "policy: c\ncaps:\n  - {id: day, max: 3, per: user, in: 1d}\n  - {id: week, max: 2, per: user, in: 7d}\n", "p.yaml:3:6: warning: a cap that can never be reached: week allows 2 in 7d already, day would allow 3 in 1d"},
		{"caps of two channels", "policy: c\ncaps:\n  - {id: day, max: 3, per: user, in: 1d, channels: [in_app]}\n  - {id: week, max: 2, per: user, in: 7d, channels: [email]}\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := warnings(t, tt.documents, false)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if strings.Contains(got, "\n") {
				t.Errorf("more than one: %s", got)
			}
		})
	}
}

func health(tiers string) string {
	return "health: h\nfor: each account\nmeasures: {m: [{if: idle(login) < 7d, points: 90}, {points: 5}]}\ntiers: " + tiers + "\n"
}

// TestNotes: words that nobody uses, and parts that a later release runs.
func TestNotes(t *testing.T) {
	got := warnings(t, `vocabulary: more
events: {used: user_action.used, read: user_action.read, idle_word: user_action.idle_word, idle_too: user_action.idle_too}
facts: {account: {team_size: int, floor: int from read.count}}
lists: {plans: [pro]}
maps: {next: {a: b}}
metrics: {account: {score_of: account.team_size * 2}}
---
playbook: p
for: each account
class: internal
to: team("csm")
start: {event: used}
experiment: {id: e, unit: account, arms: {a: 1}}
steps: [{id: a, send: hello}]
`, true)
	for _, want := range []string{
		"p.yaml:2:58: note: nothing uses the 2 events idle_word, idle_too",
		"p.yaml:3:35: note: nothing uses the fact account.floor",
		"p.yaml:4:9: note: nothing uses the list plans",
		"p.yaml:5:8: note: nothing uses the map next",
		"p.yaml:6:21: note: nothing uses the metric score_of",
		"p.yaml:13:1: note: the experiment of p is checked but not run by this release",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n") + 1; n != 6 {
		t.Errorf("%d lines, want 6:\n%s", n, got)
	}
}

// TestWarningsOfTheExamples holds what lint says of the bundle that the language is explained with.
func TestWarningsOfTheExamples(t *testing.T) {
	bu, err := playbook.Load(os.DirFS("testdata/examples"))
	if err != nil {
		t.Fatal(err)
	}
	var sb strings.Builder
	for _, wa := range bu.Warnings() {
		sb.WriteString(wa.Error() + "\n")
	}
	golden(t, "warnings.txt", sb.String())
}

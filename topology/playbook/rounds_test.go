package playbook

import (
	"strings"
	"testing"
)

// TestRoundsAreRefused: playbooks and documents that take what the one before adds, round and round in one moment.
func TestRoundsAreRefused(t *testing.T) {
	const answers = `---
playbook: NAME
for: each account
class: internal
again: always
start: START
steps: [STEPS]
`
	playbook := func(name, start, steps string) string {
		return strings.NewReplacer("NAME", name, "START", start, "STEPS", steps).Replace(answers)
	}
	const first = "evidence: e\nfor: each account\nrecords: [{id: seen, event: login, value: 1}]\n"
	taking := func(record string) string { return `{event: evidence_added, if: event.record == "` + record + `"}` }
	ofUsers := func(text string) string { return strings.ReplaceAll(text, "for: each account", "for: each user") }
	for _, one := range []struct{ name, text, want string }{
		{"two that answer each other", playbook("ping", taking("b"), "{id: x, log: a, value: 1}") + playbook("pong", taking("a"), "{id: x, log: b, value: 1}"),
			"evidence_added of b -> ping -> evidence_added of a -> pong -> evidence_added of b;"},
		{"one that takes its own record", playbook("ping", taking("a"), "{id: x, log: a, value: 1}"), "evidence_added of a -> ping -> evidence_added of a;"},
		{"three of them", playbook("p1", taking("c"), "{id: x, log: a, value: 1}") + playbook("p2", taking("a"), "{id: x, log: b, value: 1}") +
			playbook("p3", `{event: evidence_added, if: event.record in ("b" or "z")}`, "{id: x, log: c, value: 1}"),
			"evidence_added of c -> p1 -> evidence_added of a -> p2 -> evidence_added of b -> p3 -> evidence_added of c;"},
		{"evidence of evidence", "---\nevidence: users\nfor: each user\nrecords: [{id: more, event: evidence_added, value: 1}]\n", "evidence_added of more -> evidence users -> evidence_added of more;"},
		{"evidence of other evidence", "---\nevidence: users\nfor: each user\nrecords: [{id: more, event: evidence_added, if: event.record == \"seen\", value: 1}]\n", ""},
		{"a document and a playbook", "---\nevidence: users\nfor: each user\nrecords: [{id: more, event: evidence_added, if: event.record == \"a\", value: 1}]\n" + ofUsers(playbook("ping", taking("more"), "{id: x, log: a, value: 1}")),
			"evidence_added of more -> ping -> evidence_added of a -> evidence users -> evidence_added of more;"},
		{"what users log of their account", ofUsers(playbook("ping", taking("b"), "{id: x, log: a, value: 1}") + playbook("pong", taking("a"), "{id: x, log: b, value: 1}")), ""},
		{"a user that answers every evidence of its account", ofUsers(playbook("ping", "{event: evidence_added}", "{id: x, log: a, value: 1}")), ""},
		{"a chain that ends", playbook("p1", taking("seen"), "{id: x, log: a, value: 1}") + playbook("p2", taking("a"), "{id: x, log: b, value: 1}"), ""},
		{"one that may end by a value", playbook("ping", taking("b"), "{id: x, log: a, value: 1}") +
			playbook("pong", `{event: evidence_added, if: event.record == "a" and event.total < 5}`, "{id: x, log: b, value: 1}"), ""},
		{"one that rests", playbook("ping", taking("b"), "{id: x, log: a, value: 1}") +
			strings.Replace(playbook("pong", taking("a"), "{id: x, log: b, value: 1}"), "again: always", "again: every 1d", 1), ""},
		{"a step that may be skipped", playbook("ping", taking("a"), `{id: x, log: a, value: 1, if: start.total < 5}`), ""},
		{"one that waits", playbook("ping", taking("b"), "{id: x, log: a, value: 1}") + playbook("pong", taking("a"), "{id: x, after: 1m, log: b, value: 1}"), ""},
		{"what a stop logs", strings.Replace(playbook("ping", "{event: evidence_added}", "{id: x, send: y, to: system(\"z\")}"), "steps:", "stop: [{event: login, id: s, log: a, value: 1}]\nsteps:", 1), ""},
	} {
		_, err := loadDocuments(first + one.text)
		switch {
		case one.want == "" && err != nil:
			t.Errorf("%s: %v", one.name, err)
		case one.want != "" && (err == nil || !strings.Contains(err.Error(), "a cycle that has no end: "+one.want) || strings.Count(err.Error(), "a cycle") != 1):
			t.Errorf("%s:\ngot  %v\nwant %s", one.name, err, one.want)
		}
	}
}

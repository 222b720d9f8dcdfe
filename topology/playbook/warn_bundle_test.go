package playbook_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/topology/playbook"
)

// lintOf is everything that lint says beside errors.
func lintOf(t *testing.T, text string) string {
	t.Helper()
	bu, err := playbook.Load(fstest.MapFS{"b.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, wa := range bu.Warnings() {
		lines = append(lines, wa.Error())
	}
	return strings.Join(lines, "\n")
}

func TestABundleWithoutRevisionIsNamed(t *testing.T) {
	const rest = "events: {login: user_action.login}\n---\nplaybook: p\nfor: each user\nclass: internal\nstart: {event: login}\nsteps: [{id: a, send: x}]\n"
	if got := lintOf(t, "bundle: b\n"+rest); !strings.HasPrefix(got, "b.yaml:1:1: warning: the bundle has no revision") {
		t.Errorf("lint says %q", got)
	}
	if got := lintOf(t, "bundle: b\nrevision: 1\n"+rest); got != "" {
		t.Errorf("lint says %q of a bundle with a revision", got)
	}
}

// A goal is not left out silently: lint says what becomes of it, once, however many there are.
func TestGoalsAreNoted(t *testing.T) {
	const rule = "---\nplaybook: NAME\nfor: each user\nclass: internal\nstart: {event: login}\nsteps: [{id: a, send: x}]\ngoal: {event: login, within: 7d}\n"
	const begin = "bundle: b\nrevision: 1\nevents: {login: user_action.login}\n"
	one, two := strings.Replace(rule, "NAME", "p", 1), strings.Replace(rule, "NAME", "q", 1)
	if got := lintOf(t, begin+one); got != "b.yaml:10:1: note: the goal is written on intents; whether a goal is reached is counted by a later release" {
		t.Errorf("lint says %q", got)
	}
	if got := lintOf(t, begin+one+two); got != "b.yaml:10:1: note: 2 goals are written on intents; whether a goal is reached is counted by a later release" {
		t.Errorf("lint says %q", got)
	}
}

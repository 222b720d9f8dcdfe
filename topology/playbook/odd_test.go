package playbook_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/topology/playbook"
)

// TestNothingWhereSomethingIsMeant: an empty list, a duration of nothing and a zone without a name are refused in their
// place, and none of them stops the loading of the rest.
func TestNothingWhereSomethingIsMeant(t *testing.T) {
	const words = "bundle: x\nrevision: 1\nevents: {login: user_action.login}\n---\n"
	const quiet = words + "playbook: p\nfor: each user\nclass: lifecycle\nstart: {event: login}\n"
	for _, tt := range []struct{ text, want string }{
		{quiet + "first: a\nstates: {}\n", "b.yaml:10:9: states has no state; write {new:"},
		{quiet + "steps: [{id: a, send: x, to: []}]\n", "b.yaml:9:30: to names nobody; write role(\"admin\"), or take the key out"},
		{quiet + "steps: [{id: a, send: x, via: []}]\n", "b.yaml:9:31: via names no channel; write [email], or take the key out"},
		{quiet + "ends: 0s\nsteps: [{id: a, send: x}]\n", "b.yaml:9:7: ends is longer than 0s"},
		{quiet + "again: every 0s\nsteps: [{id: a, send: x}]\n", "b.yaml:9:8: again: every wants a duration such as 30d; found \"0s\""},
		{quiet + "again: per event.id every 0s\nsteps: [{id: a, send: x}]\n", "b.yaml:9:8: again: per PATH every wants a duration such as 30d; found \"0s\""},
		{"bundle: x\nrevision: 1\ntime: {default_tz: \"\"}\n", "b.yaml:3:20: default_tz is a zone such as UTC or Europe/Berlin; \"\" is none"},
	} {
		_, err := playbook.Load(fstest.MapFS{"b.yaml": {Data: []byte(tt.text)}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s\ngot  %v\nwant %s", tt.text, err, tt.want)
		}
	}
}

// TestAByteOrderMark: editors of Windows put one before the first key.
func TestAByteOrderMark(t *testing.T) {
	if _, err := playbook.Load(fstest.MapFS{"b.yaml": {Data: []byte("\ufeffbundle: x\nrevision: 1\n")}}); err != nil {
		t.Error(err)
	}
}

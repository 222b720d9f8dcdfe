package playbook_test

import (
	"testing"
	"testing/fstest"

	"holdfast/topology/playbook"
)

// TestFirstMistakes: what somebody writes who begins, and the whole answer: nothing beside it that is not the cause.
func TestFirstMistakes(t *testing.T) {
	const begin = "bundle: b\nevents: {login: user_action.login}\n---\nplaybook: p\nfor: each user\nclass: lifecycle\n"
	const steps = "\nsteps: [{id: a, send: x}]"
	for _, tt := range []struct{ text, want string }{
		{begin + "start: {when: count(login, 7d) > 3}" + steps, "b.yaml:7:28: empty value (a comma in an expression splits it: write count(login in 7d))"},
		{begin + "start: {when: count(login, in 7d) > 3}" + steps, "b.yaml:7:28: empty value (a comma in an expression splits it: write count(login in 7d))"},
		{"bundle: b\nevents:\n\tlogin: user_action.login\n", "b.yaml:3:1: not YAML: found character '\t' that cannot start any token"},
		{"bundle: \xff\n", "b.yaml:1:1: the file is not UTF-8 text"},
		{"vocabulary: v\n", "b.yaml:1:1: no document `bundle: NAME`; one file of the folder begins with it"},
	} {
		_, err := playbook.Load(fstest.MapFS{"b.yaml": {Data: []byte(tt.text)}})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s\ngot  %v\nwant %s", tt.text, err, tt.want)
		}
	}
}

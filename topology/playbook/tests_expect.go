package playbook

import (
	"sort"
	"strings"

	"holdfast/topology/lang"
)

// expectations are the keys of which an expectation has exactly one.
var expectations = []string{"intent", "none", "count", "cancel", "decision", "signal"}

// outcomes are those of decisions (language.md 15).
var outcomes = []string{"entered", "not_entered", "skipped", "missed", "held", "capped", "blocked", "held_out", "lost", "withdrawn", "stopped", "expired", "no_recipient", "published", "cancelled", "regret", "ended"}

// expect reads one expectation.
func (tc *testCheck) expect(no *node) {
	ke := tc.read(no, "an expectation")
	if ke == nil {
		return
	}
	var found []entry
	for _, name := range expectations {
		if en, ok := ke.takeKey(name); ok {
			found = append(found, en)
		}
	}
	is := ke.take("is")
	switch {
	case len(found) == 0 && mentionsAny(ke, expectations):
	case len(found) == 0:
		tc.fail(no, "an expectation has one of intent, none, count, cancel, decision, signal; write {intent: playbook/step, user: u1}")
	case len(found) > 1:
		tc.failAt(found[1].line, found[1].column, "an expectation has %s and %s: split it", found[0].key, found[1].key)
	case found[0].key == "count" && is == nil:
		tc.failAt(found[0].line, found[0].column, "count needs is: how many; write {count: %s, is: 2}", found[0].value.text)
	default:
		tc.what(found[0])
	}
	tc.whose(ke)
	for _, key := range []string{"at", "due", "decided", "not_before", "expires"} {
		if instant := ke.take(key); instant != nil {
			tc.instant(instant, key)
		}
	}
	for _, key := range []string{"to", "template", "arm", "key", "episode", "why", "data"} {
		ke.take(key)
	}
	ke.done()
}

// what reads the value of the key that says what is expected.
func (tc *testCheck) what(en entry) {
	switch en.key {
	case "decision":
		tc.oneOf(en.value, "decision", outcomes...)
	case "signal":
		tc.signalName(en.value)
	default:
		tc.path(en.value)
	}
}

// path reads playbook/step, or a playbook: any step of it.
func (tc *testCheck) path(no *node) {
	name, step, hasStep := strings.Cut(no.text, "/")
	if pb := tc.playbookNamed(no, name); pb != nil && hasStep {
		tc.stepNamed(no, pb, step, len(name)+1)
	}
}

func (tc *testCheck) playbookNamed(no *node, name string) *Playbook {
	var names []string
	for _, pb := range tc.on.Playbooks {
		if pb.Name == name {
			return pb
		}
		names = append(names, pb.Name)
	}
	tc.fail(no, "unknown playbook %s%s", name, lang.Suggest(name, names))
	return nil
}

func (tc *testCheck) stepNamed(no *node, pb *Playbook, step string, offset int) {
	ids := stepIDs(pb.Steps)
	if contains(ids, step) {
		return
	}
	line, column := place(no, offset)
	tc.failAt(line, column, "%s has no step %s%s", pb.Name, step, lang.Suggest(step, ids))
}

// signalName reads score/NAME, tier/NAME, segment/N, signal/N, stage, evidence/GOAL.
func (tc *testCheck) signalName(no *node) {
	var names []string
	for _, doc := range tc.on.Documents {
		names = append(names, doc.Writes()...)
		if ev, ok := doc.(*Evidence); ok && strings.HasPrefix(no.text, "evidence/") {
			for _, goal := range ev.Goals() {
				names = append(names, "evidence/"+goal)
			}
		}
	}
	evidence := contains(names, "evidence") || tc.on.logs()
	if contains(names, no.text) || strings.HasPrefix(no.text, "evidence/") && evidence {
		return
	}
	sort.Strings(names)
	tc.fail(no, "nothing derives %s%s", no.text, lang.Suggest(no.text, names))
}

// logs says that a step of a playbook adds to the evidence: its goal is an expression, so any goal may be meant.
func (b *Bundle) logs() bool {
	for _, pb := range b.Playbooks {
		for _, st := range pb.Steps {
			if st.Log != nil {
				return true
			}
		}
	}
	return false
}

// whose reads who an expectation is about. A user that nobody brings into the test would make `none` pass for nothing.
func (tc *testCheck) whose(ke *keys) {
	for _, key := range []string{"user", "account"} {
		no := ke.take(key)
		if no == nil || no.text == "" || tc.users[no.text] || tc.accounts[no.text] || tc.said[no.text] {
			continue
		}
		tc.fail(no, "nobody in this test is called %s%s", no.text, lang.Suggest(no.text, tc.everybody()))
	}
	playbook, step := ke.take("playbook"), ke.take("step")
	if playbook == nil {
		return
	}
	if pb := tc.playbookNamed(playbook, playbook.text); pb != nil && step != nil && step.text != "" { // "": the episode as a whole
		tc.stepNamed(step, pb, step.text, 0)
	}
}

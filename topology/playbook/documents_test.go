package playbook

import (
	"strings"
	"testing"
	"testing/fstest"
)

const documentsVocabulary = `bundle: b
revision: 1
events: {login: user_action.signed_in, used: user_action.used}
---
`

// loadDocuments loads a bundle of a vocabulary and these documents; line 1 of them is line 5 of the file.
func loadDocuments(text string) (*Bundle, error) {
	return Load(fstest.MapFS{"a.yaml": {Data: []byte(documentsVocabulary + text)}})
}

// TestWrongDocuments: every mistake in a document is named with its place and what to write.
func TestWrongDocuments(t *testing.T) {
	for _, wrong := range []struct{ text, want string }{
		{"health: h\nfor: each account", `a.yaml:5:1: a health document needs measures; write measures: {recency: [{if: idle(login) < 7d, points: 40}]}`},
		{"health: h\nfor: each team\nmeasures: {a: [{points: 1}]}", `a.yaml:6:6: for is never "each team"; it is one of each account, each user`},
		{"health: h\nfor: each account\nrange: [100, 0]\nmeasures: {a: [{points: 1}]}", `a.yaml:7:8: range wants the lower number first: [0, 100]`},
		{"health: h\nfor: each account\nrange: 100\nmeasures: {a: [{points: 1}]}", `a.yaml:7:8: range is the lowest and the highest score: [0, 100]`},
		{"health: h\nfor: each account\nneeds: total(login)\nmeasures: {a: [{points: 1}]}", `a.yaml:7:8: needs wants a condition (bool), this is an int`},
		{"health: h\nfor: each account\nmeasures: {a: []}", `a.yaml:7:15: a measure is a list of lines: [{if: idle(login) < 7d, points: 40}, {points: 0}]`},
		{"health: h\nfor: each account\nmeasures: {a: [{if: has(login)}]}", `a.yaml:7:17: a line of a measure needs points; write points: 10`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: \"x\"}]}", `a.yaml:7:26: unknown name x`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1, max: many}]}", `a.yaml:7:33: max is a number such as 40 or -2.5; found "many"`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}, {points: 2}]}", `a.yaml:7:30: this line is never reached: the one above it has no if`},
		{"health: h\nfor: each account\nmeasures: {range: [{points: 1}]}", `a.yaml:7:12: range is the name of what clamping takes from the sum; choose another name for the measure`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}]}\ntiers: [{name: x}]", `a.yaml:8:8: tiers are two or more, from the worst: [{name: critical, below: 40, until: 45}, {name: healthy}]`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}]}\ntiers: [{name: x}, {name: y}]", `a.yaml:8:10: the tier x needs below: the score under which it is entered`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}]}\ntiers: [{name: x, below: 4}, {name: y, below: 5}]", `a.yaml:8:31: the last tier is the best: it has no below and no until`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}]}\ntiers: [{name: x, below: 4, until: 3}, {name: y}]", `a.yaml:8:10: the tier x is left before it is entered: until is 3, below is 4`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}]}\ntiers: [{name: x, below: 9}, {name: y, below: 4}, {name: z}]", `a.yaml:8:31: tiers stand from the worst to the best: y is below 4, and so is x before it`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}]}\ntiers: [{name: x, below: 9}, {name: x}]", `a.yaml:8:31: a second tier x; choose another name`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}]}\nsnapshot: hourly", `a.yaml:8:11: snapshot is never "hourly"; it is one of daily`},
		{"health: h\nfor: each account\nmeasures: {a: [{points: 1}]}\nsettle: {sideways: 1d}", `a.yaml:8:10: settle of a health document has no key sideways`},
		{"segments: s\nfor: each user", `a.yaml:5:1: a document of segments needs list; write list: {power: {enter: total(login) >= 100}}`},
		{"segments: s\nfor: each user\nlist: {p: {leave: has(login)}}", `a.yaml:7:12: a segment needs enter; write enter: total(login) >= 100`},
		{"segments: s\nfor: each user\nlist: {p: {enter: event.feature == \"x\"}}", `a.yaml:7:19: event.feature: a document waits for its conditions: no event is at hand`},
		{"segments: s\nfor: each user\nlist: {p: {enter: has(login), because: x}}", `a.yaml:7:31: a segment has no key because`},
		{"signals: s\nfor: each account\nlist: {p: {raise: has(login)}}", `a.yaml:5:1: a document of signals needs kind; write kind: risk`},
		{"signals: s\nfor: each account\nkind: threat\nlist: {p: {raise: has(login)}}", `a.yaml:7:7: kind is never "threat"; it is one of risk, opportunity`},
		{"signals: s\nfor: each account\nkind: risk\nlist: {p: {clear: has(login)}}", `a.yaml:8:12: a signal needs raise; write raise: idle(login) >= 30d`},
		{"signals: s\nfor: each account\nkind: risk\nlist: {p: {raise: has(login), because: \"{idle(logn)}\"}}", `unknown event logn; did you mean login?`},
		{"stages: s\nfor: each account\nlist: []", `a.yaml:7:7: list is the stages in order, the last without is`},
		{"stages: s\nfor: each account\nlist: [{name: a}, {name: b}]", `a.yaml:7:9: the stages after this one are never reached: give it an is, or put it last`},
		{"stages: s\nfor: each account\nlist: [{name: a, is: has(login)}]", `a.yaml:7:9: the last stage holds when no other does: it has no is`},
		{"evidence: e\nfor: each account\nkeep: 0", `a.yaml:7:7: keep is how many of the newest items are kept, 1 to 200: 20`},
		{"evidence: e\nfor: each account\nrecords: [{id: a}]", `a.yaml:7:12: a record of evidence needs event; write event: project_completed`},
		{"evidence: e\nfor: each account\nrecords: [{id: a, event: login}, {id: a, event: used}]", `a.yaml:7:35: record id "a" is already used in line 7: give one of them another`},
		{"evidence: e\nfor: each account\nrecords: [{id: a, event: login, value: event.day}]", `a.yaml:7:40: value wants an int or a decimal, this is a date`},
		{"evidence: e\nfor: each account\nrecords: x", `a.yaml:7:10: records is a list`},
	} {
		_, err := loadDocuments(wrong.text)
		if err == nil || !strings.Contains(err.Error(), wrong.want) {
			t.Errorf("%s\ngot  %v\nwant %s", wrong.text, err, wrong.want)
		}
	}
}

// TestCyclesOfDocumentsAreRefused: what reads each other has no first value, and what its own change makes true again would
// never end.
func TestCyclesOfDocumentsAreRefused(t *testing.T) {
	for _, wrong := range []struct{ text, want string }{
		{`segments: s
for: each account
list:
  a: {enter: segment("b")}
  b: {enter: segment("c") or has(login)}
  c: {enter: segment("a")}`, `segment a -> segment b -> segment c -> segment a`},
		{`health: h
for: each account
main: true
measures: {m: [{if: segment("a"), points: 1}]}
---
segments: s
for: each account
list: {a: {enter: score > 0}}`, `health h -> segment a -> health h`},
		{`stages: s
for: each account
list: [{name: a, is: total(stage_changed) < 3}, {name: b}]`, `stages s -> stages s`},
	} {
		_, err := loadDocuments(wrong.text)
		if err == nil || !strings.Contains(err.Error(), "a cycle that has no end: "+wrong.want+"; ") {
			t.Errorf("%s\ngot  %v\nwant %s", wrong.text, err, wrong.want)
		}
	}
}

// TestDocumentsComeAfterWhatTheyRead, whatever the order of the files; those of accounts before those of users.
func TestDocumentsComeAfterWhatTheyRead(t *testing.T) {
	b, err := loadDocuments(`segments: users
for: each user
list: {u: {enter: segment("z") and has(login)}}
---
signals: s
for: each account
kind: risk
list: {y: {raise: segment("z") and stage == "a"}}
---
stages: st
for: each account
list: [{name: a, is: tier == "low"}, {name: b}]
---
segments: more
for: each account
list: {z: {enter: tier == "low"}}
---
health: h
for: each account
main: true
needs: observed() >= 0d
measures: {m: [{points: total(login)}]}
tiers: [{name: low, below: 3}, {name: high}]`)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, doc := range b.Documents {
		titles = append(titles, doc.Title())
	}
	if got := strings.Join(titles, ", "); got != "health h, segment z, stages st, signal y, segment u" {
		t.Errorf("order: %s", got)
	}
}

// TestEchoesAreRefused: a playbook that logs evidence at every evidence, and nothing that ends it.
func TestEchoesAreRefused(t *testing.T) {
	const echo = `evidence: e
for: each account
records: [{id: seen, event: login, value: 1}]
---
playbook: echo
for: each account
class: internal
again: AGAIN
start: START
steps: [{id: more, log: out, value: 1}]`
	for _, one := range []struct {
		again, start string
		refused      bool
	}{
		{"always", "{event: evidence_added}", true},
		{"every 1d", "{event: evidence_added}", false},
		{"always", `{event: evidence_added, if: event.record == "seen"}`, false},
		{"always", "{event: login}", false},
	} {
		_, err := loadDocuments(strings.NewReplacer("AGAIN", one.again, "START", one.start).Replace(echo))
		want := `a.yaml:9:1: a cycle that has no end: evidence_added -> echo -> evidence_added; give the start an if (event.record != "out")`
		if refused := err != nil && strings.Contains(err.Error(), want); refused != one.refused || err != nil && !refused {
			t.Errorf("again: %s, start: %s: %v", one.again, one.start, err)
		}
	}
}

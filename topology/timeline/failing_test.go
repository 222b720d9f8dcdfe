package timeline

import (
	"testing"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// failing is a bundle with everything that time judges: a start that settles, a calendar, a wait, a way out of a state.
const failing = `
bundle: failing
revision: 1
time: {lateness: 10m, history: complete}
events: {asked: user_action.asked, used: user_action.used}
---
playbook: settles
for: each user
class: lifecycle
start: {event: asked, settle: 1h, if: total(used) == 0}
again: always
steps: [{id: one, send: one}]
---
playbook: monthly
for: each user
class: lifecycle
start: {schedule: {each: month, at: "09:00"}, if: total(used) == 0}
again: always
steps: [{id: one, send: one}]
---
playbook: waits
for: each user
class: lifecycle
start: {event: asked}
again: never
steps: [{id: two, when: elapsed() >= 2d, send: two}, {id: three, after: 3d, send: three}]
---
playbook: states
for: each user
class: lifecycle
start: {event: asked}
again: never
first: a
states:
  a: {enter: [{send: hello}], goto: [{when: elapsed() >= 2d, to: b}]}
  b: {final: success, enter: [{id: bye, send: bye}]}
---
playbook: well
for: each user
class: lifecycle
start: {event: asked}
again: never
steps: [{id: one, after: 40d, send: one}]
`

// TestWhatTimeJudgesIsDisarmedWhenItFails: whatever panics is reported once for each instant, and everything else goes on.
func TestWhatTimeJudgesIsDisarmedWhenItFails(t *testing.T) {
	b := load(t, failing)
	boom := func(*lang.Frame) value.Truth { panic("boom") }
	for _, pb := range b.Playbooks {
		switch pb.Name {
		case "settles", "monthly":
			pb.Start.If.Truth = boom
		case "waits":
			pb.Steps[0].When.Truth = failsAfter(1, pb.Steps[0].When.Truth)
		case "states":
			pb.States[0].Goto[0].When.Truth = failsAfter(1, pb.States[0].Goto[0].When.Truth)
		}
	}
	hi := history{{Kind: schemas.KindUserAction, Topic: "t", Source: "t", ID: "1", Type: "asked", Account: "a1", User: "u1", OccurredAt: begin, At: begin, Count: 1}}
	wo, err := NewWorld(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := wo.Play(hi.lines(), begin+70*day); err != nil {
		t.Fatal(err)
	}
	failed := map[string]int{}
	for _, fa := range wo.Failures {
		failed[fa.Playbook+"/"+fa.Step]++
	}
	for name, want := range map[string]int{"settles/settle": 1, "monthly/": 3, "waits/two": 1, "states/stop": 1} {
		if failed[name] != want {
			t.Errorf("%s failed %d times, want %d: %v", name, failed[name], want, failed)
		}
	}
	for _, want := range []string{"waits/three", "states/a", "well/one"} {
		if (Expectation{Intent: want}).check(wo) != "" {
			t.Errorf("%s did not go out\n%s", want, wo.Log())
		}
	}
}

// failsAfter lets a condition be judged once, at the start, and panics from the day after the first event on.
func failsAfter(days int64, judge func(*lang.Frame) value.Truth) func(*lang.Frame) value.Truth {
	return func(f *lang.Frame) value.Truth {
		if f.Now > begin+days*day {
			panic("boom")
		}
		return judge(f)
	}
}

package timeline

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// at is an instant of March 2026.
func at(day, hour int) int64 { return begin + int64(day-1)*24*60*minute + int64(hour)*60*minute }

// action is a user action of u1 in a1.
func action(kind string, ms int64) *schemas.Event {
	return &schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", Type: kind, ID: fmt.Sprintf("%s@%d", kind, ms), Account: "a1", User: "u1", OccurredAt: ms, At: ms, Count: 1}
}

// read gives events to a world in the order of their times.
func read(t *testing.T, wo *World, events ...*schemas.Event) {
	t.Helper()
	for _, ev := range events {
		if err := wo.Read(ev, ev.At); err != nil {
			t.Fatal(err)
		}
	}
}

func begun(t *testing.T, b *playbook.Bundle) *World {
	t.Helper()
	wo, err := NewWorld(b)
	if err != nil {
		t.Fatal(err)
	}
	return wo
}

func finish(t *testing.T, wo *World, until int64) {
	t.Helper()
	if err := wo.Finish(until); err != nil {
		t.Fatal(err)
	}
}

func outcomes(wo *World) string {
	var all []string
	for _, de := range wo.Decisions {
		all = append(all, strings.TrimSuffix(de.Outcome+" "+de.Playbook+"/"+de.Step, "/"))
	}
	return strings.Join(all, ", ")
}

const oneRule = `
bundle: one
revision: 1
time: {lateness: 10m, history: 2026-03-05T00:00Z}
events: {login: user_action.signed_in}
`

// keeper keeps the aggregates of the other rules and never acts: what nobody asked for is not remembered.
const keeper = oneRule + `---
playbook: keeper
for: each user
class: lifecycle
start: {when: idle(login) >= 900d and total(login) >= 1000}
again: never
steps: [{id: one, send: one}]
`

const quietRule = oneRule + `---
playbook: quiet
for: each user
class: lifecycle
start: {when: idle(login) >= 2d%s}
again: after login
stop: [{event: login}]
steps: [{id: one, send: one}, {id: two, after: 1d, send: two}]
`

const thirdRule = oneRule + `---
playbook: third
for: each user
class: lifecycle
start: {when: total(login) >= 3%s}
again: never
steps: [{id: one, send: one}]
`

// TestSubjectsThatWereThereBefore: a playbook comes to a task with subjects; each is judged once as of then.
func TestSubjectsThatWereThereBefore(t *testing.T) {
	none := load(t, keeper)
	for _, tc := range []struct {
		name, rule, existing string
		before               []int // days of logins before the playbook comes on day 10
		after                []int
		sweep                bool
		want                 string
	}{
		{"silent, ignored: the value at the activation is the baseline", quietRule, "", []int{1}, nil, true, ""},
		{"silent, included by the sweep", quietRule, ", existing: include", []int{1}, nil, true,
			"entered quiet, published quiet/one, published quiet/two"},
		{"included at the next event, before it is folded", quietRule, ", existing: include", []int{1}, []int{11}, false,
			"entered quiet, published quiet/one, cancelled quiet/one, stopped quiet, entered quiet, published quiet/one, published quiet/two"},
		{"ignored, and an edge after the activation counts", quietRule, "", []int{1}, []int{11}, false,
			"entered quiet, published quiet/one, published quiet/two"},
		{"not yet quiet at the activation: the timer is set by the sweep", quietRule, "", []int{9}, nil, true,
			"entered quiet, published quiet/one, published quiet/two"},
		{"marked where it is true", thirdRule, ", existing: mark", []int{1, 2, 3}, []int{11}, true, ""},
		{"marked where the history is missing", thirdRule, ", existing: mark", []int{1}, []int{11, 12, 13}, true,
			"not_entered third"},
		{"unknown never enters", thirdRule, ", existing: include", []int{1}, nil, true, ""},
		{"included once", thirdRule, ", existing: include", []int{1, 2, 3}, []int{11}, true, "entered third, published third/one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := begun(t, none)
			for _, day := range tc.before {
				read(t, wo, action("signed_in", at(day, 0)))
			}
			if err := wo.Advance(at(10, 0)); err != nil {
				t.Fatal(err)
			}
			if err := wo.Restart(load(t, fmt.Sprintf(tc.rule, tc.existing))); err != nil {
				t.Fatal(err)
			}
			if tc.sweep {
				if err := wo.Sweep(1); err != nil {
					t.Fatal(err)
				}
			}
			for _, day := range tc.after {
				read(t, wo, action("signed_in", at(day, 0)))
			}
			if tc.sweep || len(tc.after) > 0 {
				finish(t, wo, at(14, 0))
			}
			if got := outcomes(wo); got != tc.want {
				t.Errorf("got  %s\nwant %s\n%s", got, tc.want, wo.Log())
			}
		})
	}
}

// TestANewPlaybookKnowsWhoHasARole: nobody kept a list of a role that no playbook named.
func TestANewPlaybookKnowsWhoHasARole(t *testing.T) {
	wo := begun(t, load(t, keeper))
	profile := action("user", at(1, 0))
	profile.Kind, profile.Profile.Roles, profile.Profile.HasRoles = schemas.KindProfile, []string{"owner"}, true
	read(t, wo, profile, action("signed_in", at(1, 0)), action("signed_in", at(2, 0)))
	const owners = `---
playbook: owners
for: each account
class: internal
start: {when: total(login) >= 3}
again: never
steps: [{id: one, task: one, to: role("owner"), data: {owners: members("owner")}}]
`
	if err := wo.Restart(load(t, keeper+owners)); err != nil {
		t.Fatal(err)
	}
	read(t, wo, action("signed_in", at(3, 0)), action("signed_in", at(4, 0)), action("signed_in", at(5, 0)))
	finish(t, wo, at(6, 0))
	if got, want := outcomes(wo), "entered owners, published owners/one"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	if got := wo.Intents[0]; got.Recipient.UserID != "u1" || scalar(got.Data, "owners") != "1" {
		t.Fatalf("intent to %+v with %v, want the owner u1 and one owner", got.Recipient, got.Data)
	}
}

// TestTheSweepGoesOnAfterARestart: its cursor is part of the meta, so nobody is judged twice or left out.
func TestTheSweepGoesOnAfterARestart(t *testing.T) {
	wo := begun(t, load(t, keeper))
	for user := range 5 {
		ev := action("signed_in", at(1, user))
		ev.User = fmt.Sprintf("u%d", user)
		read(t, wo, ev)
	}
	if err := wo.Advance(at(10, 0)); err != nil {
		t.Fatal(err)
	}
	b := load(t, fmt.Sprintf(quietRule, ", existing: include"))
	for i := 0; ; i++ {
		if err := wo.Restart(b); err != nil {
			t.Fatal(err)
		}
		done, err := wo.task.Sweep(wo.clock, 2)
		if err != nil || i > 5 {
			t.Fatal(i, err)
		}
		if done {
			break
		}
	}
	finish(t, wo, at(11, 0))
	if n := len(wo.Intents); n != 10 {
		t.Errorf("got %d intents, want 10\n%s", n, wo.Log())
	}
}

// TestASweepPassesAFailingRule: the rule is disarmed for the subject, and the sweep goes on.
func TestASweepPassesAFailingRule(t *testing.T) {
	wo := begun(t, load(t, keeper))
	read(t, wo, action("signed_in", at(1, 0)))
	b := load(t, fmt.Sprintf(quietRule, ", existing: include"))
	b.Playbooks[0].Start.When = bad()
	if err := wo.Restart(b); err != nil {
		t.Fatal(err)
	}
	if err := wo.Sweep(10); err != nil {
		t.Fatal(err)
	}
	if len(wo.Failures) != 1 || wo.Failures[0].Playbook != "quiet" || len(wo.Decisions) != 0 {
		t.Errorf("failures %+v\n%s", wo.Failures, wo.Log())
	}
}

// bad is a condition that fails.
func bad() *lang.Program {
	return &lang.Program{Source: "bad", Type: value.Bool,
		Truth: func(*lang.Frame) value.Truth { panic("cannot be judged") },
		Next:  func(*lang.Frame) int64 { panic("cannot be solved") },
	}
}

// TestAFailingRuleIsDisarmed: it is rolled back and reported, and everything else goes on.
func TestAFailingRuleIsDisarmed(t *testing.T) {
	for _, tc := range []struct {
		name       string
		break_     func(pb *playbook.Playbook)
		want, dead string
	}{
		{"a step", func(pb *playbook.Playbook) { pb.Steps[0].If = bad() },
			"entered quiet, skipped quiet/one, published quiet/two", "quiet/one"},
		{"a stop", func(pb *playbook.Playbook) { pb.Stops = append(pb.Stops, playbook.Stop{When: bad()}) },
			"", "quiet/stop"}, // it cannot even be solved: the entry is rolled back with it
		{"a stop that can be solved", func(pb *playbook.Playbook) {
			stop := bad()
			stop.Next = func(*lang.Frame) int64 { return lang.Never }
			pb.Stops = append(pb.Stops, playbook.Stop{When: stop})
		}, "", "quiet/stop"}, // a stop is judged at the entry, which is rolled back with it
		{"the if of the start", func(pb *playbook.Playbook) { pb.Start.If = bad() }, "", "quiet/"},
		{"the data of a step", func(pb *playbook.Playbook) {
			pb.Steps[1].Data = []playbook.Datum{{Name: "x", Value: &lang.Program{Eval: func(*lang.Frame) value.Value { panic("no data") }}}}
		}, "entered quiet, published quiet/one, skipped quiet/two", "quiet/two"},
	} {
		for _, byEvent := range []bool{false, true} {
			t.Run(fmt.Sprint(tc.name, " before an event: ", byEvent), func(t *testing.T) {
				b := load(t, fmt.Sprintf(quietRule, ""))
				tc.break_(b.Playbooks[0])
				wo := begun(t, b)
				read(t, wo, action("signed_in", at(1, 0)))
				if byEvent {
					late := action("other", at(9, 0))
					if err := wo.Read(late, at(1, 0)); err != nil { // the clock stays: the units are overdue before the event
						t.Fatal(err)
					}
				}
				finish(t, wo, at(9, 0))
				if got := outcomes(wo); got != tc.want {
					t.Errorf("got  %s\nwant %s\n%s", got, tc.want, wo.Log())
				}
				if len(wo.Failures) != 1 || wo.Failures[0].Playbook+"/"+wo.Failures[0].Step != tc.dead {
					t.Errorf("failures %+v, want %s", wo.Failures, tc.dead)
				}
			})
		}
	}
}

// TestAFailingEventIsTakenBack: the next event goes on as if it had not been there.
func TestAFailingEventIsTakenBack(t *testing.T) {
	b := load(t, fmt.Sprintf(thirdRule, ""))
	b.HistoryComplete = true
	good := b.Playbooks[0].Start.When
	fail := true
	failing := *good
	failing.Truth = func(fr *lang.Frame) value.Truth {
		if fail && fr.Event != nil {
			panic("once")
		}
		return good.Truth(fr)
	}
	b.Playbooks[0].Start.When = &failing
	wo := begun(t, b)
	read(t, wo, action("signed_in", at(1, 0)))
	fail = false
	read(t, wo, action("signed_in", at(1, 1)), action("signed_in", at(1, 2)))
	if len(wo.Failures) != 1 || wo.Failures[0].EventID == "" || len(wo.Decisions) != 0 {
		t.Fatalf("failures %+v\n%s", wo.Failures, wo.Log())
	}
	read(t, wo, action("signed_in", at(1, 3)))
	if got := outcomes(wo); got != "entered third" {
		t.Error(got)
	}
}

func TestDisarmNamesWhatItDoesNotKnow(t *testing.T) {
	wo := begun(t, load(t, fmt.Sprintf(quietRule, "")))
	err := wo.task.Disarm(topology.Ref{Account: "a1", Kind: topology.SubjectUser, ID: "u1"}, "nothing", "")
	if err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Error(err)
	}
}

func TestBrokenMetaIsNotResumed(t *testing.T) {
	wo := begun(t, load(t, oneRule))
	if err := wo.task.Resume([]byte{99}, 0, false); err == nil || !strings.Contains(err.Error(), "resume task") {
		t.Error(err)
	}
}

// TestBrokenEpisodesAreNamed: a cell that cannot be read fails the record, and says which playbook's it is.
func TestBrokenEpisodesAreNamed(t *testing.T) {
	wo := begun(t, load(t, fmt.Sprintf(quietRule, "")))
	read(t, wo, action("signed_in", at(1, 0)))
	user := topology.Ref{Account: "a1", Kind: topology.SubjectUser, ID: "u1"}
	wo.store.Savepoint()
	wo.store.Open(user).SetBytes(topology.Key("episode/quiet"), []byte{42})
	read(t, wo, action("signed_in", at(1, 1)))
	if len(wo.Failures) != 1 || !strings.Contains(wo.Failures[0].Err.Error(), "playbook quiet") || errors.Unwrap(wo.Failures[0].Err) == nil {
		t.Errorf("%+v", wo.Failures)
	}
}

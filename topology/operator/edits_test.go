package operator_test

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology/playbook"
	"holdfast/topology/timeline"
)

// edited is a bundle of one playbook whose parts a test replaces.
const edited = `
bundle: edited
revision: 1
time: {lateness: 0s, history: complete}
events:
  login: user_action.signed_in
  act: user_action.acted
  paid: billing.payment_succeeded
---
playbook: welcome
for: each user
class: internal
start: {event: login}
again: always
stop: [{when: idle(login) >= 300d}, {when: has(paid)}]
steps:
  - {id: one, after: 1d, notify: one, to: channel("#x")}
  - {id: two, after: 10d, notify: two, to: channel("#x")}
`

func changed(t *testing.T, from string, replace ...string) *playbook.Bundle {
	t.Helper()
	for i := 0; i < len(replace); i += 2 {
		if strings.Count(from, replace[i]) != 1 {
			t.Fatalf("%q is not once in\n%s", replace[i], from)
		}
		from = strings.Replace(from, replace[i], replace[i+1], 1)
	}
	return loaded(t, from)
}

func restarted(t *testing.T, wo *timeline.World, bundle *playbook.Bundle) {
	t.Helper()
	if err := wo.Restart(bundle); err != nil {
		t.Fatal(err)
	}
}

// happened is what was decided since, as outcome step@hours after firstMonday.
func happened(wo *timeline.World, from int) string {
	var list []string
	for _, de := range wo.Decisions[from:] {
		list = append(list, fmt.Sprintf("%s %s@%dh", de.Outcome, de.Step, (de.DecidedAt-firstMonday)/hour))
	}
	sort.Strings(list)
	return strings.Join(list, ", ")
}

// TestAnEpisodeFollowsTheNewText is language.md 11, live edits: ann entered on day 0, the bundle changes on day 5, when
// step one is out and step two waits for day 10.
func TestAnEpisodeFollowsTheNewText(t *testing.T) {
	two := "  - {id: two, after: 10d, notify: two, to: channel(\"#x\")}\n"
	for _, tc := range []struct {
		name    string
		replace []string
		want    string // after the change
	}{
		{"nothing that matters", []string{"revision: 1", "revision: 2"}, "published two@240h"},
		{"a text", []string{"notify: two", "notify: second"}, "published two@240h"},
		{"a delay that still lies ahead", []string{"after: 10d", "after: 8d"}, "published two@192h"},
		{"a delay that is longer", []string{"after: 10d", "after: 12d"}, "published two@288h"},
		{"a step added ahead", []string{two, two + "  - {id: six, after: 6d, notify: six, to: channel(\"#x\")}\n"}, "published six@144h, published two@240h"},
		{"a step added behind", []string{two, two + "  - {id: four, after: 4d, notify: four, to: channel(\"#x\")}\n"}, "missed four@120h, published two@240h"},
		{"a step removed", []string{two, ""}, ""},
		{"a stop that is true already", []string{"has(paid)", "account.status == \"active\""}, "cancelled one@120h, stopped @120h"},
		{"a stop that becomes true", []string{"has(paid)", "idle(login) >= 7d"}, "cancelled one@168h, stopped @168h"},
		{"another start", []string{"{event: login}", "{event: act}"}, "published two@240h"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := begun(t, loaded(t, edited))
			give(t, wo, signIn("ann", firstMonday))
			advance(t, wo, firstMonday+5*day)
			before := len(wo.Decisions)
			restarted(t, wo, changed(t, edited, tc.replace...))
			if err := wo.Sweep(10); err != nil {
				t.Fatal(err)
			}
			advance(t, wo, firstMonday+20*day)
			if got := happened(wo, before); got != tc.want {
				t.Errorf("after the change: %s\nwant: %s", got, tc.want)
			}
			restarted(t, wo, nil)
			advance(t, wo, firstMonday+400*day)
			if n := strings.Count(wo.Dump(), "episodes.open"); n != 0 {
				t.Error("an episode stays open")
			}
		})
	}
}

// TestAnOverdueDelayIsSpread: a delay that is cut makes many steps overdue at once; they come within the hour, not in one
// instant, and a restart in between changes nothing.
func TestAnOverdueDelayIsSpread(t *testing.T) {
	const users = 120
	wo := begun(t, loaded(t, edited))
	for i := range users {
		give(t, wo, signIn(fmt.Sprint("user", i), firstMonday+int64(i)))
	}
	advance(t, wo, firstMonday+5*day)
	bundle := changed(t, edited, "after: 10d", "after: 2d")
	restarted(t, wo, bundle)
	if err := wo.Sweep(50); err != nil {
		t.Fatal(err)
	}
	var thirds [3]int
	for i := range thirds {
		before := len(said(wo, "welcome/two"))
		advance(t, wo, firstMonday+5*day+int64(i+1)*hour/3)
		thirds[i] = len(said(wo, "welcome/two")) - before
		restarted(t, wo, nil)
	}
	if slices.Min(thirds[:]) < users/6 || thirds[0]+thirds[1]+thirds[2] != users {
		t.Errorf("%v of %d came in each third of the hour", thirds, users)
	}
	for _, in := range wo.Intents {
		if in.Step == "two" && (in.DueAt < firstMonday+5*day || in.DueAt >= firstMonday+5*day+hour) {
			t.Fatalf("due %dh after the change", (in.DueAt-firstMonday-5*day)/hour)
		}
	}
}

// absent is a playbook over a condition.
const absent = `
bundle: absent
revision: 1
time: {lateness: 0s, history: complete}
events:
  login: user_action.signed_in
  act: user_action.acted
---
playbook: keep
for: each user
class: internal
start: {when: idle(act) >= 900d}
steps: [{id: tell, notify: never, to: channel("#x")}]
---
playbook: quiet
for: each user
class: internal
start: {when: idle(login) >= 3d}
again: after login
steps: [{id: tell, notify: quiet, to: channel("#x")}]
`

// TestAChangedConditionLetsInOnlyWhatRisesAfterIt: who is five days quiet when three days become four, or thirty, is no
// news; who becomes so is.
func TestAChangedConditionLetsInOnlyWhatRisesAfterIt(t *testing.T) {
	wo := begun(t, loaded(t, strings.Replace(absent, "3d", "30d", 1)))
	give(t, wo, signIn("ann", firstMonday), signIn("bob", firstMonday+4*day))
	advance(t, wo, firstMonday+5*day)
	restarted(t, wo, loaded(t, absent))
	if err := wo.Sweep(1); err != nil {
		t.Fatal(err)
	}
	advance(t, wo, firstMonday+30*day)
	if got := said(wo, "quiet/tell"); len(got) != 1 || !strings.Contains(got[0], "bob") {
		t.Errorf("said of %v, want of bob only: ann was quiet for three days before they were asked for", got)
	}
}

// TestAPlaybookThatReturns goes on within 30 days, with what it remembers; what became true meanwhile is its baseline.
// After that it is new.
func TestAPlaybookThatReturns(t *testing.T) {
	without := absent[:strings.Index(absent, "---\nplaybook: quiet")]
	for _, tc := range []struct {
		name    string
		away    int64 // days
		include bool
		want    int
	}{
		{"in time: it was said once, and is not said again", 20, false, 1},
		{"in time, also where it would include who is there", 20, true, 1},
		{"too late: as new, and silence counts from the return", 31, true, 2},
		{"too late: as new, without a word of who is there", 31, false, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := absent
			if tc.include {
				text = strings.Replace(absent, "idle(login) >= 3d}", "idle(login) >= 3d, existing: include}", 1)
			}
			wo := begun(t, loaded(t, text))
			give(t, wo, signIn("ann", firstMonday))
			advance(t, wo, firstMonday+5*day)
			for _, bundle := range []*playbook.Bundle{loaded(t, without), loaded(t, text)} {
				restarted(t, wo, bundle)
				if err := wo.Sweep(10); err != nil {
					t.Fatal(err)
				}
				advance(t, wo, wo.Clock()+tc.away*day)
			}
			if got := len(said(wo, "quiet/tell")); got != tc.want {
				t.Errorf("said %d times, want %d: %v", got, tc.want, said(wo, "quiet/tell"))
			}
		})
	}
}

// TestTheRampLetsInDayByDay: of who was there and meets the condition, N percent a day, each on the day of its hash, also
// over restarts; who no longer meets it by then stays out, and who came later is not part of it.
func TestTheRampLetsInDayByDay(t *testing.T) {
	const users = 400
	without := absent[:strings.Index(absent, "---\nplaybook: quiet")]
	wo := begun(t, loaded(t, without+"---\nplaybook: fold\nfor: each user\nclass: internal\nstart: {when: idle(login) >= 900d}\nsteps: [{id: tell, notify: never, to: channel(\"#x\")}]\n"))
	for i := range users {
		give(t, wo, signIn(fmt.Sprint("user", i), firstMonday+int64(i)))
	}
	advance(t, wo, firstMonday+5*day)
	ramp := loaded(t, strings.Replace(absent, "idle(login) >= 3d}", "idle(login) >= 3d, existing: ramp 20%/day}", 1))
	restarted(t, wo, ramp)
	if err := wo.Sweep(100); err != nil {
		t.Fatal(err)
	}
	const back = 20 // users who come back once the ramp has begun: those whose day it was not are out of it
	for i := range back {
		give(t, wo, signIn(fmt.Sprint("user", i), firstMonday+5*day+1+int64(i)))
	}
	give(t, wo, signIn("later", firstMonday+5*day+back+1))
	var days [6]int
	for i, before := 0, 0; i < len(days); i, before = i+1, len(said(wo, "quiet/tell")) {
		advance(t, wo, firstMonday+5*day+int64(i)*day+hour)
		days[i] = len(said(wo, "quiet/tell")) - before
		restarted(t, wo, nil)
	}
	total := 0
	for i, n := range days {
		total += n
		if i < 5 && (n < users/5/2 || n > users/5*2) {
			t.Fatalf("let in by day: %v, want about %d on each of five days", days, users/5)
		}
	}
	existing, atOnce := 0, 0
	for _, in := range wo.Intents {
		if in.EpisodeID != schemas.EpisodeExisting {
			continue
		}
		existing++
		if number, _ := strconv.Atoi(in.DedupeKey[len("quiet/acme~user"):strings.Index(in.DedupeKey, "/existing")]); number < back {
			atOnce++
			if in.DueAt != firstMonday+5*day {
				t.Errorf("user%d came back, and the ramp let them in", number)
			}
		}
	}
	if existing != users-back+atOnce {
		t.Errorf("%d were let in by the ramp, want %d", existing, users-back+atOnce)
	}
	if want := existing + back + 1; total != want { // who came back fell quiet again, like later: edges of their own
		t.Errorf("%d entered, want %d", total, want)
	}
}

// TestMarkAlsoMarksForStartsByAnEvent: who was there before a playbook that starts on an event nobody knows the past of is
// marked as if it had been through it.
func TestMarkAlsoMarksForStartsByAnEvent(t *testing.T) {
	text := absent + `---
playbook: firsts
for: each user
class: internal
start: {event: act, existing: %s}
steps: [{id: tell, notify: first, to: channel("#x")}]
`
	for existing, want := range map[string]int{"mark": 1, "ignore": 2} {
		wo := begun(t, loaded(t, absent))
		give(t, wo, signIn("ann", firstMonday))
		restarted(t, wo, loaded(t, fmt.Sprintf(text, existing)))
		give(t, wo, act("a1", "ann", firstMonday+hour), act("a2", "new", firstMonday+hour))
		advance(t, wo, firstMonday+day)
		if got := said(wo, "firsts/tell"); len(got) != want || !strings.Contains(strings.Join(got, " "), "new") {
			t.Errorf("existing: %s: %v, want %d", existing, got, want)
		}
	}
}

// journey is a playbook with states.
const journey = `
bundle: journey
revision: 1
time: {lateness: 0s, history: complete}
events:
  login: user_action.signed_in
  act: user_action.acted
---
playbook: path
for: each user
class: internal
start: {event: login}
first: early
states:
  early: {enter: [{id: hi, notify: hi, to: channel("#x")}], events: {act: late}}
  late: {after: {3d: done}}
  done: {final: success, enter: [{id: bye, notify: bye, to: channel("#x")}]}
`

// TestAStateThatIsGone is refused, or its episodes move where the bundle says.
func TestAStateThatIsGone(t *testing.T) {
	gone := func(more string) string {
		text := strings.Replace(journey, "  late: {after: {3d: done}}\n", "", 1)
		return strings.Replace(text, "act: late}", "act: done}", 1) + more
	}
	wo := begun(t, loaded(t, journey))
	give(t, wo, signIn("ann", firstMonday), act("a1", "ann", firstMonday+hour))
	err := wo.Restart(loaded(t, gone("")))
	if err == nil || !strings.Contains(err.Error(), "playbook path no longer has the state late") || !strings.Contains(err.Error(), "moved: {late:") {
		t.Fatalf("the error is %v", err)
	}
	wo = begun(t, loaded(t, journey))
	give(t, wo, signIn("ann", firstMonday), act("a1", "ann", firstMonday+hour))
	restarted(t, wo, loaded(t, gone("moved: {late: early}\n")))
	if err := wo.Sweep(10); err != nil {
		t.Fatal(err)
	}
	give(t, wo, act("a2", "ann", firstMonday+2*hour))
	advance(t, wo, firstMonday+day)
	if got := said(wo, "path/bye"); len(got) != 1 {
		t.Errorf("the moved episode said bye %d times, want once: it is in state early and acts", len(got))
	}
}

// TestAWindowThatGrowsIsUnknownUntilItIsFilled: what an older bundle did not keep is not taken for nothing.
func TestAWindowThatGrowsIsUnknownUntilItIsFilled(t *testing.T) {
	text := strings.NewReplacer("idle(login) >= 3d", "count(login in %s) < 3", "again: after login", "again: always").Replace(absent)
	wo := begun(t, loaded(t, fmt.Sprintf(text, "2d")))
	for i := range int64(4) {
		give(t, wo, signIn("ann", firstMonday+i*day))
	}
	edit := firstMonday + 3*day + hour
	advance(t, wo, edit)
	before := len(said(wo, "quiet/tell"))
	restarted(t, wo, loaded(t, fmt.Sprintf(text, "20d")))
	if err := wo.Sweep(10); err != nil {
		t.Fatal(err)
	}
	advance(t, wo, edit+20*day-hour)
	if got := said(wo, "quiet/tell")[before:]; len(got) != 0 {
		t.Fatalf("said before the window was filled: %v", got)
	}
	restarted(t, wo, loaded(t, strings.Replace(fmt.Sprintf(text, "20d"), "revision: 1", "revision: 2", 1))) // remembers when it began
	advance(t, wo, edit+21*day)
	if got := said(wo, "quiet/tell")[before:]; len(got) != 1 {
		t.Errorf("said %d times once the window was filled, want once: the last sign-in is 20 days old", len(got))
	}
}

// TestAnAbsenceThatNobodyWatched counts from the edit on: who signed in a moment before is not absent for what the older
// bundle did not keep.
func TestAnAbsenceThatNobodyWatched(t *testing.T) {
	without := absent[:strings.Index(absent, "---\nplaybook: quiet")]
	wo := begun(t, loaded(t, without))
	give(t, wo, &schemas.Event{Kind: schemas.KindProfile, Topic: "p", Type: "user", Account: "acme", User: "ann", OccurredAt: firstMonday, At: firstMonday, Count: 1,
		Props: []schemas.Field{{Name: "created_at", Value: schemas.Value{Kind: schemas.TimeMillis, Num: firstMonday - 300*day}}}})
	for i := range int64(6) {
		give(t, wo, signIn("ann", firstMonday+i*day))
	}
	edit := firstMonday + 5*day + hour
	advance(t, wo, edit)
	restarted(t, wo, loaded(t, strings.Replace(absent, "idle(login) >= 3d}", "idle(login) >= 3d, existing: include}", 1)))
	if err := wo.Sweep(10); err != nil {
		t.Fatal(err)
	}
	advance(t, wo, edit+2*day)
	if got := said(wo, "quiet/tell"); len(got) != 0 {
		t.Fatalf("said of who signed in two days ago: %v", got)
	}
	advance(t, wo, edit+4*day)
	if got := said(wo, "quiet/tell"); len(got) != 1 {
		t.Errorf("said %d times after three days of silence that were watched, want once", len(got))
	}
}

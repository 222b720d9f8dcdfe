package operator_test

import (
	"fmt"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
	"holdfast/topology/timeline"
)

// pinnedText is the playbook of edits_test.go with `pin: true`.
func pinnedText() string {
	return strings.Replace(edited, "class: internal\n", "class: internal\npin: true\n", 1)
}

// TestAPinnedEpisodeGoesOnAsItBegan: ann entered on day 0, the bundle changes on day 5, when step one is out and step two
// waits for day 10; bob enters on day 6.
func TestAPinnedEpisodeGoesOnAsItBegan(t *testing.T) {
	two := "  - {id: two, after: 10d, notify: two, to: channel(\"#x\")}\n"
	for _, tc := range []struct {
		name     string
		replace  []string
		ann, bob string // what is decided after the change
	}{
		{"a delay", []string{"after: 10d", "after: 2d"}, "published two@240h", "entered @144h, published one@168h, published two@192h"},
		{"a step added ahead", []string{two, two + "  - {id: six, after: 6d, notify: six, to: channel(\"#x\")}\n"}, "published two@240h", "entered @144h, published one@168h, published six@288h, published two@384h"},
		{"a step added behind", []string{two, two + "  - {id: four, after: 4d, notify: four, to: channel(\"#x\")}\n"}, "published two@240h", "entered @144h, published four@240h, published one@168h, published two@384h"},
		{"a step removed", []string{two, ""}, "published two@240h", "entered @144h, published one@168h"},
		{"a condition of a step", []string{"notify: two,", "notify: two, if: has(paid),"}, "published two@240h", "entered @144h, published one@168h, skipped two@384h"},
		{"a stop that becomes true", []string{"has(paid)", "idle(login) >= 7d"}, "published two@240h", "cancelled one@312h, entered @144h, published one@168h, stopped @312h"},
		{"a stop that is gone", []string{", {when: has(paid)}", ""}, "published two@240h", "entered @144h, published one@168h, published two@384h"},
		{"another start", []string{"{event: login}", "{event: act}"}, "published two@240h", ""},
		{"pinned no more", []string{"pin: true", "pin: false", "after: 10d", "after: 2d"}, "published two@240h", "entered @144h, published one@168h, published two@192h"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := begun(t, loaded(t, pinnedText()))
			give(t, wo, signIn("ann", firstMonday))
			advance(t, wo, firstMonday+5*day)
			before := len(wo.Decisions)
			restarted(t, wo, changed(t, pinnedText(), tc.replace...))
			if err := wo.Sweep(1); err != nil {
				t.Fatal(err)
			}
			give(t, wo, signIn("bob", firstMonday+6*day))
			for at := firstMonday + 6*day; at < firstMonday+20*day; at += day {
				advance(t, wo, at)
				restarted(t, wo, nil)
			}
			if got := happenedTo(wo, before, "ann"); got != tc.ann {
				t.Errorf("ann: %s\nwant: %s", got, tc.ann)
			}
			if got := happenedTo(wo, before, "bob"); got != tc.bob {
				t.Errorf("bob: %s\nwant: %s", got, tc.bob)
			}
			advance(t, wo, firstMonday+400*day)
			restarted(t, wo, nil)
			if n := strings.Count(wo.Dump(), "episodes.open"); n != 0 {
				t.Error("an episode stays open")
			}
		})
	}
}

// happenedTo is happened, of one user.
func happenedTo(wo *timeline.World, from int, user string) string {
	of := &timeline.World{}
	for _, de := range wo.Decisions[from:] {
		if de.UserID == user {
			of.Decisions = append(of.Decisions, de)
		}
	}
	return happened(of, 0)
}

// TestEveryPinnedEpisodeHasItsOwnText: three texts, an episode that began with each, and a subject that nobody looked at
// between the second and the third.
func TestEveryPinnedEpisodeHasItsOwnText(t *testing.T) {
	wo := begun(t, loaded(t, pinnedText()))
	give(t, wo, signIn("ann", firstMonday), signIn("cid", firstMonday))
	for i, delay := range []string{"20d", "30d"} {
		at := firstMonday + int64(i+1)*2*day
		advance(t, wo, at)
		restarted(t, wo, changed(t, pinnedText(), "after: 10d", "after: "+delay))
		if i == 0 { // the second change comes while the sweep of the first is not done
			give(t, wo, signIn("ann", at+hour))
		}
	}
	give(t, wo, signIn("ann", firstMonday+4*day+hour))
	if err := wo.Sweep(1); err != nil {
		t.Fatal(err)
	}
	advance(t, wo, firstMonday+60*day)
	users := map[string]string{}
	for _, de := range wo.Decisions {
		users[de.IntentID] = de.UserID
	}
	var got []string
	for _, in := range wo.Intents {
		if in.Step == "two" {
			got = append(got, fmt.Sprintf("%s began %dh, two after %dd", users[in.IntentID], (in.Reason.Trigger.OccurredAt-firstMonday)/hour, (in.DueAt-in.Reason.Trigger.OccurredAt)/day))
		}
	}
	want := "ann began 0h, two after 10d; cid began 0h, two after 10d; ann began 49h, two after 20d; ann began 97h, two after 30d"
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// TestAPinnedEpisodeStops with an event, and nobody enters beside it.
func TestAPinnedEpisodeStops(t *testing.T) {
	text := changedText(pinnedText(), "again: always", "again: after act", "[{when: idle(login) >= 300d}, {when: has(paid)}]", "[{event: paid, match: account}]")
	wo := begun(t, loaded(t, text))
	give(t, wo, signIn("ann", firstMonday))
	advance(t, wo, firstMonday+5*day)
	before := len(wo.Decisions)
	restarted(t, wo, changed(t, text, "after: 10d", "after: 20d", "[{event: paid, match: account}]", "[{event: act}]"))
	give(t, wo, act("x", "ann", firstMonday+6*day), signIn("ann", firstMonday+7*day))
	if got, want := happened(wo, before), "not_entered @168h"; got != want {
		t.Errorf("while the pinned episode is open: %s, want %s", got, want)
	}
	paid := &schemas.Event{Kind: schemas.KindBilling, Topic: "b", Source: "b", Type: "payment_succeeded", ID: "p", Account: "acme", User: "ann", OccurredAt: firstMonday + 8*day, At: firstMonday + 8*day, Count: 1}
	give(t, wo, paid, act("y", "ann", firstMonday+9*day), signIn("ann", firstMonday+9*day+hour))
	if got, want := happened(wo, before), "cancelled one@192h, entered @217h, not_entered @168h, stopped @192h"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func changedText(from string, replace ...string) string {
	return strings.NewReplacer(replace...).Replace(from)
}

// TestAPinnedEpisodeStaysInAStateThatIsGone: nobody has to say where it goes.
func TestAPinnedEpisodeStaysInAStateThatIsGone(t *testing.T) {
	pinned := strings.Replace(journey, "class: internal\n", "class: internal\npin: true\n", 1)
	gone := strings.Replace(strings.Replace(pinned, "  late: {after: {3d: done}}\n", "", 1), "act: late}", "act: done}", 1)
	wo := begun(t, loaded(t, pinned))
	give(t, wo, signIn("ann", firstMonday), act("a1", "ann", firstMonday+hour))
	restarted(t, wo, loaded(t, gone))
	advance(t, wo, firstMonday+3*day)
	if got := said(wo, "path/bye"); len(got) != 0 {
		t.Errorf("bye came early: %v", got)
	}
	advance(t, wo, firstMonday+3*day+2*hour)
	if got := said(wo, "path/bye"); len(got) != 1 {
		t.Errorf("bye came %d times after three days in the state that is gone, want once", len(got))
	}
}

// TestAPinnedTextThatDoesNotFit: the words that it uses are gone from the bundle; that is said before anything runs.
func TestAPinnedTextThatDoesNotFit(t *testing.T) {
	wo := begun(t, loaded(t, pinnedText()))
	give(t, wo, signIn("ann", firstMonday))
	err := wo.Restart(changed(t, pinnedText(), "  paid: billing.payment_succeeded\n", "", ", {when: has(paid)}", ""))
	if err == nil || !strings.Contains(err.Error(), "pinned episodes go on as they began") || !strings.Contains(err.Error(), "bundle.yaml of bundle ") || !strings.Contains(err.Error(), "unknown event paid") {
		t.Errorf("the error is %v", err)
	}
}

// TestATextThatIsNotThere: a task is not resumed without the texts that its pinned episodes need.
func TestATextThatIsNotThere(t *testing.T) {
	old, is := loaded(t, pinnedText()), changed(t, pinnedText(), "after: 10d", "after: 2d")
	ta := operator.NewTask(is, timeline.NewStore(), nil)
	if err := ta.ResumeFrom(old, nil, firstMonday, false); err == nil || !strings.Contains(err.Error(), "there is no text of playbook welcome of bundle "+old.Hash[:12]) {
		t.Errorf("the error is %v", err)
	}
	if _, err := is.With([]playbook.Retired{{Name: "farewell", Bundle: old.Hash, Files: old.Files}}); err == nil || !strings.Contains(err.Error(), "has no playbook farewell") {
		t.Errorf("the error is %v", err)
	}
}

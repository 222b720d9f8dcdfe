package operator_test

import (
	"fmt"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology/timeline"
)

// silentRules are absences of every kind: a condition, a step that asks for one, a step and a stop that wait, a document;
// and what must not care.
const silentRules = `
bundle: silent
revision: 1
time: {lateness: 10m, history: complete}
events:
  login: user_action.signed_in
  invited: user_action.invited
  paid: billing.payment_succeeded
---
playbook: quiet
for: each user
class: internal
start: {when: idle(login) >= 2d}
again: after login
steps: [{id: tell, notify: quiet, to: channel("#x")}]
---
playbook: nudge
for: each user
class: internal
start: {event: invited}
again: always
steps: [{id: ask, after: 1d, notify: nudge, to: channel("#x"), if: not has(login)}, {id: thank, after: 1d, notify: thanks, to: channel("#x")}]
---
playbook: unpaid
for: each account
class: internal
start: {when: idle(paid) >= 2d}
again: after paid
steps: [{id: tell, notify: unpaid, to: channel("#x")}]
`

const day = 24 * hour

func signIn(user string, at int64) *schemas.Event {
	return record(schemas.KindUserAction, "signed_in", fmt.Sprint(user, "@", at), user, at)
}

func advance(t *testing.T, wo *timeline.World, clock int64) {
	t.Helper()
	if err := wo.Advance(clock); err != nil {
		t.Fatal(err)
	}
	if len(wo.Failures) > 0 {
		t.Fatalf("%+v", wo.Failures)
	}
}

// said are the intents of a step, as USER due DUE.
func said(wo *timeline.World, step string) (list []string) {
	for _, in := range wo.Intents {
		if in.Playbook+"/"+in.Step == step {
			list = append(list, in.DedupeKey)
		}
	}
	return list
}

// TestADeadSourceFreezesItsAbsences: what was absent before the silence is said, nothing else on that input is; the rest
// goes on. Released, each comes once, at the due instant it always had, evenly over the hour; who came back is not absent.
func TestADeadSourceFreezesItsAbsences(t *testing.T) {
	const users = 240
	wo := begun(t, loaded(t, silentRules))
	give(t, wo, record(schemas.KindBilling, "payment_succeeded", "p1", "", firstMonday))
	early := signIn("early", firstMonday+1)
	give(t, wo, early)
	for i := range users {
		give(t, wo, signIn(fmt.Sprint("user", i), firstMonday+3*day+int64(i)*1000))
	}
	give(t, wo, record(schemas.KindUserAction, "invited", "i1", "newcomer", firstMonday+3*day+hour))
	since := firstMonday + 3*day + 2*hour
	wo.Freeze(schemas.KindUserAction, since)
	advance(t, wo, firstMonday+9*day)
	if got := said(wo, "quiet/tell"); len(got) != 1 || !strings.Contains(got[0], "early") {
		t.Fatalf("said to be quiet during the silence: %v, want only who was before it", got)
	}
	if got := [3]int{len(said(wo, "nudge/ask")), len(said(wo, "nudge/thank")), len(said(wo, "unpaid/tell"))}; got != [3]int{0, 1, 1} {
		t.Errorf("ask, thank, unpaid were said %v times, want [0 1 1]: only what waits for sign-ins is frozen", got)
	}
	if err := wo.Restart(nil); err != nil { // a restart does not unfreeze
		t.Fatal(err)
	}
	advance(t, wo, firstMonday+10*day)
	if got := len(said(wo, "quiet/tell")); got != 1 {
		t.Fatalf("%d were said to be quiet after a restart, want 1", got)
	}
	wo.Release(schemas.KindUserAction, hour)
	back := signIn("user7", firstMonday+10*day)
	give(t, wo, back)
	const slices = 6
	var let [slices + 2]int
	for i := range let {
		before := len(said(wo, "quiet/tell"))
		advance(t, wo, firstMonday+10*day+int64(i+1)*hour/slices)
		let[i] = len(said(wo, "quiet/tell")) - before
	}
	total := 0
	for i, n := range let {
		total += n
		if i < slices && (n < users/slices/2 || n > users/slices*2) {
			t.Errorf("%v were let go in each sixth of the hour: not even", let)
			break
		}
	}
	if total != users-1 {
		t.Errorf("%d were let go, want %d: everybody but who came back", total, users-1)
	}
	if got := len(said(wo, "nudge/ask")); got != 1 {
		t.Errorf("the frozen step was said %d times, want 1", got)
	}
	for _, de := range wo.Decisions {
		if de.Playbook != "quiet" || de.Outcome != "entered" || de.UserID == "early" {
			continue
		}
		if due := de.DueAt - 2*day; due < firstMonday+3*day || due >= firstMonday+3*day+users*1000 {
			t.Fatalf("%s is due at %d, not two days after its sign-in", de.UserID, de.DueAt)
		}
		if !strings.Contains(de.Text, "held back: user_action was silent") {
			t.Fatalf("the decision does not speak of the silence: %q", de.Text)
		}
	}
}

// TestEventsOfOtherInputsDuringASilence neither find the absence early nor make it forgotten.
func TestEventsOfOtherInputsDuringASilence(t *testing.T) {
	wo := begun(t, loaded(t, silentRules))
	give(t, wo, signIn("ann", firstMonday))
	wo.Freeze(schemas.KindUserAction, firstMonday+hour)
	for i := int64(1); i < 8; i++ {
		give(t, wo, record(schemas.KindBilling, "payment_succeeded", fmt.Sprint("p", i), "ann", firstMonday+i*day))
	}
	if got := said(wo, "quiet/tell"); len(got) != 0 {
		t.Fatalf("found during the silence: %v", got)
	}
	wo.Release(schemas.KindUserAction, hour)
	advance(t, wo, firstMonday+7*day+2*hour)
	want := schemas.DedupeKey("quiet", schemas.UserSubject("acme", "ann"), schemas.TimerEpisode(firstMonday+2*day), "tell", "notify", "channel:#x")
	if got := said(wo, "quiet/tell"); len(got) != 1 || got[0] != want {
		t.Errorf("after the silence: %v, want %s", got, want)
	}
}

// TestASilenceThatReturnsDuringTheRelease stops the release where it is.
func TestASilenceThatReturnsDuringTheRelease(t *testing.T) {
	const users = 60
	wo := begun(t, loaded(t, silentRules))
	for i := range users {
		give(t, wo, signIn(fmt.Sprint("user", i), firstMonday+int64(i)))
	}
	wo.Freeze(schemas.KindUserAction, firstMonday+hour)
	advance(t, wo, firstMonday+5*day)
	wo.Release(schemas.KindUserAction, hour)
	advance(t, wo, firstMonday+5*day+hour/2)
	half := len(said(wo, "quiet/tell"))
	if half < users/6 || half > users*5/6 {
		t.Fatalf("%d of %d were let go in half the time", half, users)
	}
	wo.Freeze(schemas.KindUserAction, firstMonday+5*day)
	advance(t, wo, firstMonday+6*day)
	if got := len(said(wo, "quiet/tell")); got != half {
		t.Errorf("%d were let go during the second silence", got-half)
	}
	wo.Release(schemas.KindUserAction, hour)
	advance(t, wo, firstMonday+6*day+2*hour)
	if got := len(said(wo, "quiet/tell")); got != users {
		t.Errorf("%d of %d were let go at last", got, users)
	}
}

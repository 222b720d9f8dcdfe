package processor

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

// planBundle has steps that wait, so that an edit can move them.
const planBundle = `bundle: plan
revision: 1
time: {lateness: 0s, history: complete}
events:
  login: user_action.signed_in
---
playbook: welcome
for: each user
class: lifecycle
start: {event: login}
steps: [{id: hello, send: hello}, {id: later, after: 10d, send: later}]
`

// plan is what `processor --plan` prints.
func (wo *world) plan(co Config) string {
	wo.t.Helper()
	pr, err := New(co, zap.NewNop())
	if err != nil {
		wo.t.Fatal(err)
	}
	var text bytes.Buffer
	if err := pr.Plan(wo.ctx, &text); err != nil {
		wo.t.Fatal(err)
	}
	return text.String()
}

// TestAnEditIsPlannedThenFollowed: the plan says from the state and the kept text of the old bundle what comes, and
// changes nothing; the next process announces the same and does it; another restart does it no more.
func TestAnEditIsPlannedThenFollowed(t *testing.T) {
	wo := newWorld(t, 2, planBundle)
	var events []event
	for _, user := range []string{"ann", "bob", "cem"} {
		events = append(events, login("l-"+user, "acme", user, day0), login("m-"+user, "bolt", user, day0))
	}
	wo.publishEvents(events...)
	co := wo.config()
	wo.start(toEnd(co, day0.AddDate(0, 0, 5))).finish()
	wo.writeBundle(strings.NewReplacer("revision: 1", "revision: 2", "after: 10d", "after: 3d").Replace(planBundle))
	text := wo.plan(co)
	wantText(t, text, "revision 2", "from revision 1", "changed welcome", "delays changed: later", "6 open episodes: 0 stop at once, 6 waiting steps move (6 of them come within the hour)")
	if again := wo.plan(co); again != text {
		t.Errorf("a plan changed the next:\n%s\nwas\n%s", again, text)
	}
	ru := wo.start(toEnd(co, day0.AddDate(0, 0, 5).Add(2*time.Hour)))
	ru.finish()
	announced := ru.logs.FilterMessage("another bundle is activated").All()
	if len(announced) != 2 {
		t.Fatalf("%d partitions announce the bundle, want 2", len(announced))
	}
	wantText(t, announced[0].ContextMap()["plan"].(string), "3 open episodes: 0 stop at once, 3 waiting steps move")
	later := 0
	for _, intent := range wo.intents() {
		if intent.Step != "later" {
			continue
		}
		later++
		if due := time.UnixMilli(intent.DueAt); due.Before(day0.AddDate(0, 0, 5)) || due.After(day0.AddDate(0, 0, 5).Add(time.Hour)) {
			t.Errorf("the step is due at %v, not within the hour of the edit", due)
		}
	}
	if later != 6 {
		t.Errorf("%d of 6 steps came", later)
	}
	wantText(t, wo.plan(co), "nothing changes")
	ru = wo.start(toEnd(co, day0.AddDate(0, 0, 30)))
	ru.finish()
	if n := ru.logs.FilterMessage("another bundle is activated").Len(); n != 0 || len(wo.keys()) != 12 {
		t.Errorf("after a restart with the same bundle: %d announcements, %d intents, want 0 and 12", n, len(wo.keys()))
	}
}

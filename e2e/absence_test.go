//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/e2e/await"
	"holdfast/e2e/load"
	"holdfast/e2e/oracle"
	"holdfast/e2e/read"
)

const absenceBundle = `bundle: absence
revision: 1
time: {history: complete}
events:
  login: user_action.signed_in
---
playbook: quiet
for: each user
class: lifecycle
start: {when: idle(login) >= 2d}
again: after login
steps: [{id: tell, send: quiet_2d}]
`

// outage is three days in which the processor was stopped and the product went on.
type outage struct {
	now, stopped time.Time
	lines        []load.Line
}

func newOutage(now time.Time) *outage {
	now = now.Truncate(time.Millisecond).UTC()
	return &outage{now: now, stopped: now.AddDate(0, 0, -3)}
}

// visits makes a user sign in every twelve hours from one instant up to another.
func (ou *outage) visits(account, user string, from, to time.Time) {
	for at := from; !at.After(to); at = at.Add(12 * time.Hour) {
		ou.lines = append(ou.lines, load.Line{Topic: load.UserActions, ID: fmt.Sprintf("%s-%s-%d", account, user, at.UnixMilli()),
			Source: "app", Type: "signed_in", Account: account, User: user, At: at})
	}
}

// account adds one user of each story. All were there before the outage; their last visit before it was six hours
// earlier, so a silence of two days comes due in the middle of the backlog.
func (ou *outage) account(name string) {
	begin, last := ou.stopped.AddDate(0, 0, -5), ou.stopped.Add(-6*time.Hour)
	begin = last.Add(-last.Sub(begin).Truncate(12 * time.Hour))
	due, end := last.Add(48*time.Hour), ou.now.Add(-time.Hour)
	for _, user := range []string{"active", "tie", "late", "gone", "returned"} {
		ou.visits(name, user, begin, last)
	}
	ou.visits(name, "active", last.Add(12*time.Hour), end)
	ou.visits(name, "tie", due, end)                       // back at the very instant: nothing to say
	ou.visits(name, "late", due.Add(5*time.Minute), end)   // back within lateness: the same
	ou.visits(name, "returned", due.Add(3*time.Hour), end) // back too late: the silence has been
	// Due twenty minutes ago, long after the last event: only the wall clock of a proven end can fire it.
	edge := ou.now.Add(-48*time.Hour - 20*time.Minute)
	ou.visits(name, "edge", edge, edge)
}

func (ou *outage) split() (before, backlog []load.Line) {
	slices.SortStableFunc(ou.lines, func(a, b load.Line) int { return a.At.Compare(b.At) })
	for _, li := range ou.lines {
		if li.At.Before(ou.stopped) {
			before = append(before, li)
		} else {
			backlog = append(backlog, li)
		}
	}
	return before, backlog
}

// TestNoFalseAbsence stops the processor for three days of input. When it is back it must not call anybody quiet who
// came back in time within the backlog, must call those who did not, and must let the wall clock fire what came due
// after the last event.
func TestNoFalseAbsence(t *testing.T) {
	sc := newScene(t, 4, absenceBundle)
	ou := newOutage(time.Now())
	for account := range 40 {
		ou.account(fmt.Sprintf("acct-%02d", account))
	}
	before, backlog := ou.split()
	sc.publish(before)
	stopped := ou.stopped.Format(time.RFC3339Nano)
	sc.finish(sc.processor("p0", "--clock", "event", "--until", stopped, "--exit-when-done"))
	if early := sc.intents(); len(early) > 0 {
		t.Fatalf("before the outage nobody was quiet, but: %v", early)
	}

	sc.publish(backlog)
	pr := sc.processor("p0", "--max-batch", "50")
	users := oracle.ByUser(load.Events(ou.lines, "signed_in"))
	want := oracle.IDs(oracle.Quiet(oracle.Template{Playbook: "quiet", Step: "tell", Action: "send"}, users, 48*time.Hour, 10*time.Minute, ou.now.UnixMilli()))
	err := await.Fact(t.Context(), "the intent of every user who is quiet", 2*time.Minute, 100*time.Millisecond, func(ctx context.Context) (bool, error) {
		found, err := read.Franz(ctx, sc.broker.Addr(), intents)
		return len(found) >= len(want), err
	})
	if err != nil {
		t.Error(err)
	}
	checkAdmin(t, sc, "p0")
	if err := pr.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	sc.finish(pr)
	same(t, "intents after the outage", sc.ids(sc.intents()), want)
	t.Logf("%d events in the backlog, %d users quiet of %d", len(backlog), len(want), len(users))
}

// checkAdmin asks the admin server of a live, caught-up processor.
func checkAdmin(t *testing.T, sc *scene, instance string) {
	t.Helper()
	for path, word := range map[string]string{"/livez": "", "/readyz": "", "/tasks": "partition", "/metrics": "holdfast_"} {
		status, body := sc.adminPage(instance, path)
		if status != http.StatusOK || !strings.Contains(strings.ToLower(body), word) {
			t.Errorf("GET %s: status %d, want 200 and %q in:\n%s", path, status, word, tail(body))
		}
	}
}

// adminPage asks one page of the admin server; status 0 when nobody answers.
func (sc *scene) adminPage(instance, path string) (int, string) {
	sc.t.Helper()
	response, err := http.Get("http://" + sc.adminAddr(instance) + path)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(body)
}

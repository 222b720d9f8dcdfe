//go:build e2e

package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"holdfast/e2e/await"
	"holdfast/e2e/cluster"
	"holdfast/e2e/load"
	"holdfast/e2e/process"
)

const tinyBundle = `bundle: tiny
revision: 1
time: {history: complete}
events:
  login: user_action.signed_in
---
playbook: hello
for: each user
class: lifecycle
start: {event: login}
again: never
steps: [{id: hello, send: hello}]
`

// toTheEnd are the flags of a run that works off its input and ends. What is due at the very last event is published
// when the clock has passed it, so the clock runs an hour on.
func toTheEnd() []string {
	return []string{"--clock", "event", "--until", time.Now().Add(time.Hour).UTC().Format(time.RFC3339), "--exit-when-done"}
}

func login(id, account, user string, at time.Time) load.Line {
	return load.Line{Topic: load.UserActions, ID: id, Source: "app", Type: "signed_in", Account: account, User: user, At: at}
}

// awaitOutput waits until a running process has said something that matches.
func awaitOutput(t *testing.T, pr *process.Process, pattern string) {
	t.Helper()
	words := regexp.MustCompile(pattern)
	err := await.Fact(t.Context(), "the message "+pattern, time.Minute, await.Every, func(context.Context) (bool, error) {
		return words.MatchString(pr.Output()), nil
	})
	if err != nil {
		t.Fatalf("%v; it wrote:\n%s", err, tail(pr.Output()))
	}
}

func TestBrokerDownAtStart(t *testing.T) {
	sc := newScene(t, 2, tinyBundle)
	sc.publish([]load.Line{login("1", "a1", "u1", load.BusinessStart)})
	sc.broker.Kill()
	pr := sc.processor("p0", toTheEnd()...)
	awaitOutput(t, pr, `(?i)(cannot reach|unreachable|not reachable).*`+regexp.QuoteMeta(sc.broker.Addr())+`|`+regexp.QuoteMeta(sc.broker.Addr())+`.*(?i)(cannot reach|unreachable|refused)`)
	if !pr.Running() {
		t.Fatalf("it gave up:\n%s", tail(pr.Output()))
	}
	if err := sc.broker.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	sc.finish(pr)
	if found := sc.intents(); len(found) != 1 {
		t.Errorf("after the broker is back: %d intents, want 1", len(found))
	}
}

// refused runs a processor that must refuse to start, and holds its last words against the pattern.
func (sc *scene) refused(pattern string, flags ...string) {
	sc.t.Helper()
	args := append(append(sc.processorArgs("p0"), toTheEnd()...), flags...)
	out, code := sc.door("processor", args...)
	if code == 0 || !regexp.MustCompile(pattern).MatchString(out) {
		sc.t.Errorf("processor %v: exit code %d, want not 0 and a message that matches %s; it wrote:\n%s", flags, code, pattern, tail(out))
	}
}

func TestWrongPaths(t *testing.T) {
	sc := newScene(t, 2, tinyBundle)
	missing := filepath.Join(sc.dir, "nowhere")
	sc.refused(regexp.QuoteMeta(missing), "--playbooks", missing)
	file := filepath.Join(sc.dir, "a-file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	sc.refused(regexp.QuoteMeta(file), "--state", file)
	sc.refused(regexp.QuoteMeta(missing), "--config", missing)
	if out, code := sc.holdfast("publish", "--brokers", sc.broker.Addr(), missing); code == 0 || !regexp.MustCompile(regexp.QuoteMeta(missing)).MatchString(out) {
		t.Errorf("publish of a file that is not there: exit code %d: %s", code, out)
	}
}

func TestPlaybookWithAnError(t *testing.T) {
	sc := newScene(t, 2, tinyBundle)
	broken := filepath.Join(sc.dir, "broken")
	text := regexp.MustCompile(`event: login}`).ReplaceAllString(tinyBundle, "event: logn}")
	if err := load.WriteBundle(broken, text); err != nil {
		t.Fatal(err)
	}
	const message = `bundle\.yaml:\d+:\d+: unknown event logn; did you mean login\?`
	sc.refused(message, "--playbooks", broken)
	if out, code := sc.holdfast("lint", broken); code != 1 || !regexp.MustCompile(message).MatchString(out) {
		t.Errorf("lint: exit code %d, want 1: %s", code, out)
	}
	if out, code := sc.holdfast("lint", sc.playbooks); code != 0 {
		t.Errorf("lint of a good bundle: exit code %d: %s", code, out)
	}
}

func TestSecondProcessOnTheSameState(t *testing.T) {
	sc := newScene(t, 2, tinyBundle)
	first := sc.processor("p0") // live: it stays
	err := await.Fact(t.Context(), "the first process to be ready", time.Minute, await.Every, func(context.Context) (bool, error) {
		status, _ := sc.adminPage("p0", "/readyz")
		return status == 200, nil
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, tail(first.Output()))
	}
	sc.refused(`(?i)`+regexp.QuoteMeta(sc.state("p0"))+`.*(in use|another process|lock)`, "--instance", "p1", "--admin", sc.adminAddr("p1"))
	if !first.Running() {
		t.Errorf("the first process should not mind:\n%s", tail(first.Output()))
	}
}

func TestUnequalPartitionCounts(t *testing.T) {
	sc := newScene(t, 2, tinyBundle)
	if err := sc.broker.AddPartitions(t.Context(), load.Billing, 1); err != nil {
		t.Fatal(err)
	}
	sc.refused(`(?i)telemetry\.billing\D+3[\s\S]*2|2[\s\S]*telemetry\.billing\D+3`)
	if out, code := sc.holdfast("topics", "create", "--brokers", sc.broker.Addr(), "--partitions", "2"); code == 0 || !regexp.MustCompile(`telemetry\.billing`).MatchString(out) {
		t.Errorf("topics create over another partition count: exit code %d: %s", code, out)
	}
}

func TestMissingTopics(t *testing.T) {
	sc := bareScene(t, cluster.Config{}, tinyBundle)
	sc.refused(`(?i)telemetry\.[a-z-]+[\s\S]*holdfast topics create`)
}

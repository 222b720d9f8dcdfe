//go:build e2e

package e2e_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"holdfast/e2e/load"
	"holdfast/e2e/oracle"
	"holdfast/e2e/read"
)

// result is what a run leaves behind: the ids that a reader of committed records finds, and the digest of the state.
type result struct {
	ids    []string
	digest string
}

// knownPlaybooks are those of the business bundle that the oracle computes.
var knownPlaybooks = []string{"quiet_user", "quiet_account", "heavy_use", "first_project", "payment_trouble"}

// business returns the simulated business of the suite.
func business() load.Business {
	return load.Business{Seed: 7, Accounts: pick(120, 600), Days: 90}
}

func businessFlags(batch string) []string {
	return []string{"--max-batch", batch, "--clock", "event", "--until", business().End().Format("2006-01-02T15:04:05Z07:00"), "--exit-when-done"}
}

// TestKills kills the processor, and the broker under it, at random points of a run over a simulated business. What
// comes out must be what the uninterrupted run and the oracle say: nothing lost, nothing twice, the same state.
func TestKills(t *testing.T) {
	lines := business().Lines()
	calm := uninterrupted(t, lines)
	if calm.ids == nil {
		t.Fatal("the uninterrupted run failed: nothing to compare with")
	}
	st := storm{seed: seed(t), input: len(lines), topic: load.UserActions, flags: businessFlags("100")}
	st.kills = onBroker(pick(52, 250), pick(10, 30))
	st.brokerKills = onBroker(pick(5, 20), pick(3, 8))
	t.Run("killed", func(t *testing.T) {
		sc := newScene(t, 4, load.BusinessBundle)
		sc.publish(lines)
		sc.storm(st)
		compare(t, sc, calm, "p0")
	})
	t.Run("one of two killed", func(t *testing.T) { takeover(t, lines, calm) })
}

// uninterrupted is the run that nobody disturbs, checked against the oracle and with both readers.
func uninterrupted(t *testing.T, lines []load.Line) (calm result) {
	t.Run("uninterrupted", func(t *testing.T) {
		sc := newScene(t, 4, load.BusinessBundle)
		sc.publish(lines)
		sc.finish(sc.processor("p0", businessFlags("1000")...))
		found := sc.intents()
		same(t, "intents of the known playbooks against the oracle", sc.ids(found, knownPlaybooks...), oracle.IDs(load.BusinessIntents(lines, business().End())))
		second, err := read.Franz(t.Context(), sc.broker.Addr(), intents)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "what kcat reads against what franz-go reads", sc.ids(found), sc.ids(second))
		calm = result{ids: sc.ids(found), digest: sc.digest("p0")}
		t.Logf("%d events, intents %v", len(lines), read.ByPlaybook(found))
	})
	return calm
}

// compare holds a disturbed run against the calm one.
func compare(t *testing.T, sc *scene, calm result, instances ...string) {
	t.Helper()
	same(t, "intents against the uninterrupted run", sc.ids(sc.intents()), calm.ids)
	if digest := sc.digest(instances...); digest != calm.digest {
		t.Errorf("state digest differs from the uninterrupted run\ngot:\n%s\nwant:\n%s", digest, calm.digest)
	}
}

// takeover runs two processes, kills one for good and expects the other to take its partitions from the changelog and
// to finish alone.
func takeover(t *testing.T, lines []load.Line, calm result) {
	sc := newScene(t, 4, load.BusinessBundle)
	sc.publish(lines)
	total, err := sc.broker.End(t.Context(), load.UserActions)
	if err != nil {
		t.Fatal(err)
	}
	flags := append([]string{"--lanes", "1"}, businessFlags("50")...)
	doomed, heir := sc.processor("p0", flags...), sc.processor("p1", flags...)
	sc.reach(doomed, load.UserActions, point{committed: total / 3}, total)
	doomed.Kill()
	killed := time.Now()
	sc.finish(heir)
	t.Logf("the other finished alone %.1f s after the kill", time.Since(killed).Seconds())
	compare(t, sc, calm, "p1")
}

// sequence is the part of a digest line that counts transactions.
var sequence = regexp.MustCompile(`(?i)(sequence[ =:]*)\d+`)

// withoutSequence strikes the sequences from the output of `holdfast state digest`.
func withoutSequence(digest string) string {
	return strings.TrimSpace(sequence.ReplaceAllString(digest, "${1}-"))
}

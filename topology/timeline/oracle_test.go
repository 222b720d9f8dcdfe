package timeline

import (
	"fmt"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"holdfast/topology/playbook"
	second "holdfast/topology/timeline/oracle"
)

// oracleCases is how many random bundles and histories are compared: $ORACLE_CASES, else a size for every run of the
// tests. $ORACLE_SEED is the first, $ORACLE_FAILURES (3) how many differences are shrunk and printed before it gives up.
func oracleCases(t *testing.T) (first uint64, count, failures int) {
	number := func(name string, otherwise uint64) uint64 {
		text := os.Getenv(name)
		if text == "" {
			return otherwise
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s=%s is not a number", name, text)
		}
		return n
	}
	return number("ORACLE_SEED", 1), int(number("ORACLE_CASES", 300)), int(number("ORACLE_FAILURES", 3))
}

// Decided where the texts leave two readings, so that both sides follow it: the profiles of `accounts` and `users` are
// read before activation, and activation is just before the first line (language.md 15, Tests: "`ramp` = `include`" speaks
// of subjects that are there at activation); `count(.. in W before D)` is over panes even where it is compared with a
// constant; `missed: send` moves the slot to decided_at; a stop event of before start.time stops only what it would have
// prevented; a return before the timer of an absence looks is no new edge, whatever is read in between.
//
// TestASecondReadingOfTheLanguageAgrees holds the engine against a slow interpreter that was written from the texts
// alone: the same intents, decisions and derived values for random bundles and histories. What fails is shrunk and
// printed as a scenario file.
func TestASecondReadingOfTheLanguageAgrees(t *testing.T) {
	first, count, most := oracleCases(t)
	features := map[string]int{}
	compared, failures := 0, 0
	for seed := first; compared < count && failures < most; seed++ {
		ca := second.Generate(seed, 20)
		if notCompared(ca) != "" {
			continue
		}
		compared++
		if difference(ca) == "" {
			for _, feature := range ca.Features() {
				features[feature]++
			}
			continue
		}
		failures++
		small := second.Shrink(ca, differs)
		t.Errorf("seed %d: %s\n%s---\n%s", seed, difference(small), small.Bundle(), small.Scenario())
	}
	names := sortedKeys(features)
	sort.SliceStable(names, func(i, j int) bool { return features[names[i]] > features[names[j]] })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, features[name])
	}
	t.Logf("%d cases, with %s", compared, strings.Join(names, ", "))
}

// notCompared says why a case is left out: what this release only checks.
func notCompared(ca second.Case) string {
	for _, pb := range ca.Playbooks {
		if pb.PerKey {
			return "this release only checks playbooks per key"
		}
	}
	return ""
}

// differs is difference for the shrinking: what does not load any more says nothing about the case.
func differs(ca second.Case) bool {
	_, err := loadText(ca.Bundle())
	return err == nil && notCompared(ca) == "" && difference(ca) != ""
}

// difference says how the engine and the oracle differ over a case; "" if they do not.
func difference(ca second.Case) string {
	wo, err := played(ca)
	if err != nil {
		return err.Error()
	}
	if len(wo.Failures) > 0 {
		return wo.Failures[0].String()
	}
	want := ca.Run()
	for _, side := range []struct {
		what      string
		got, want []string
	}{
		{"derived values", signalLines(wo), wantedSignals(want)},
		{"intents", intentLines(wo), wantedIntents(want)},
		{"decisions", decisionLines(wo), wantedDecisions(want)},
	} {
		if text := missing(side.got, side.want); text != "" {
			return side.what + " (- only the oracle, + only the engine)\n" + text
		}
	}
	return ""
}

func played(ca second.Case) (*World, error) {
	sc, bundle, err := loadCase(ca)
	if err != nil {
		return nil, err
	}
	return sc.Run(bundle)
}

func loadCase(ca second.Case) (*Scenario, *playbook.Bundle, error) {
	scenarios, rest, err := ParseScenarios("case.yaml", []byte(ca.Bundle()+"---\n"+ca.Scenario()))
	if err != nil || len(scenarios) != 1 {
		return nil, nil, fmt.Errorf("%d scenarios: %w", len(scenarios), err)
	}
	bundle, err := loadText(string(rest))
	if err == nil {
		err = bundle.Runnable()
	}
	return scenarios[0], bundle, err
}

// missing lists what only one of two lists has.
func missing(got, want []string) string {
	counts := map[string]int{}
	for _, line := range got {
		counts[line]++
	}
	for _, line := range want {
		counts[line]--
	}
	var lines []string
	for _, line := range sortedKeys(counts) {
		switch n := counts[line]; {
		case n > 0:
			lines = append(lines, "+ "+line)
		case n < 0:
			lines = append(lines, "- "+line)
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(a[2:], b[2:]) })
	return strings.Join(lines[:min(len(lines), 12)], "\n")
}

func intentLines(wo *World) (lines []string) {
	for _, in := range wo.Intents {
		lines = append(lines, intentLine(in.DedupeKey, in.Action, in.DueAt, in.DecidedAt, in.NotBefore, in.ExpiresAt))
	}
	return lines
}

func wantedIntents(ou second.Outcome) (lines []string) {
	for _, in := range ou.Intents {
		lines = append(lines, intentLine(in.DedupeKey, in.Action, int64(in.Due), int64(in.DecidedAt), int64(in.NotBefore), int64(in.ExpiresAt)))
	}
	return lines
}

// intentLine leaves out the instants of a cancel: a condition that stops is judged at every event, and which of them or
// of the timers comes first is not the same for one who skips the events that cannot matter.
func intentLine(key, action string, due, decided, notBefore, expires int64) string {
	if action == "cancel" {
		return key
	}
	return fmt.Sprintf("%s due %s decided %s not before %s expires %s", key, stamp(due), stamp(decided), stamp(notBefore), stamp(expires))
}

// comparedOutcomes are those of which both sides speak; what was published and cancelled is said by the intents.
var comparedOutcomes = map[string]bool{"entered": true, "skipped": true, "missed": true, "regret": true}

func decisionLines(wo *World) (lines []string) {
	for _, de := range wo.Decisions {
		if comparedOutcomes[de.Outcome] && (de.Outcome != "skipped" || de.Code == "if") {
			lines = append(lines, decisionLine(de.Playbook, de.AccountID, de.UserID, de.EpisodeID, de.Step, de.Outcome, de.DecidedAt))
		}
	}
	return lines
}

func wantedDecisions(ou second.Outcome) (lines []string) {
	for _, de := range ou.Decisions {
		if comparedOutcomes[de.Outcome] {
			lines = append(lines, decisionLine(de.Playbook, de.Account, de.User, de.Episode, de.Step, de.Outcome, int64(de.At)))
		}
	}
	return lines
}

func decisionLine(playbook, account, user, episode, step, outcome string, at int64) string {
	if outcome == "missed" {
		return fmt.Sprintf("%s %s %s %s %s %s", playbook, account, user, episode, step, outcome) // decided with the entry, or when it would have been
	}
	return fmt.Sprintf("%s %s %s %s %s %s at %s", playbook, account, user, episode, step, outcome, stamp(at))
}

// signalLines are the values that derived things took: a record that repeats the value (a snapshot) is left out, and so
// is a membership before it was first true.
func signalLines(wo *World) (lines []string) {
	last := map[string]string{}
	inOrder := slices.Clone(wo.Signals)
	sort.SliceStable(inOrder, func(i, j int) bool { return inOrder[i].Since < inOrder[j].Since }) // a late event's value stands at its own time
	for _, si := range inOrder {
		if strings.HasPrefix(si.Name, "evidence/") {
			continue
		}
		name := si.AccountID + "~" + si.UserID + " " + si.Name
		is := valueOf(si)
		if was, known := last[name]; known && was == is || !known && is == "false" {
			continue
		}
		last[name] = is
		lines = append(lines, fmt.Sprintf("%s %s since %s", name, is, stamp(si.Since)))
	}
	return lines
}

func wantedSignals(ou second.Outcome) (lines []string) {
	last := map[string]string{}
	for _, si := range ou.Signals {
		if strings.HasPrefix(si.Name, "evidence/") {
			continue
		}
		name := si.Account + "~" + si.User + " " + si.Name
		if was, known := last[name]; known && was == si.Value || !known && si.Value == "false" {
			continue
		}
		last[name] = si.Value
		lines = append(lines, fmt.Sprintf("%s %s since %s", name, si.Value, stamp(int64(si.Since))))
	}
	return lines
}

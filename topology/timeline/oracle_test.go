package timeline

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	second "holdfast/topology/timeline/oracle"
)

// oracleCases is how many random bundles and histories are compared: $ORACLE_CASES, else a size for every run of the
// tests. $ORACLE_SEED is the first.
func oracleCases(t *testing.T) (first uint64, count int) {
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
	return number("ORACLE_SEED", 1), int(number("ORACLE_CASES", 300))
}

// TestASecondReadingOfTheLanguageAgrees holds the engine against a slow interpreter that was written from the texts
// alone: the same intents, decisions and derived values for random bundles and histories. What fails is shrunk and
// printed as a scenario file.
func TestASecondReadingOfTheLanguageAgrees(t *testing.T) {
	first, count := oracleCases(t)
	features := map[string]int{}
	failures := 0
	for seed := first; seed < first+uint64(count) && failures < 3; seed++ {
		ca := second.Generate(seed, 20)
		if difference(ca) == "" {
			for _, feature := range ca.Features() {
				features[feature]++
			}
			continue
		}
		failures++
		small := second.Shrink(ca, func(ca second.Case) bool { return difference(ca) != "" })
		t.Errorf("seed %d: %s\n%s---\n%s", seed, difference(small), small.Bundle(), small.Scenario())
	}
	names := sortedKeys(features)
	sort.SliceStable(names, func(i, j int) bool { return features[names[i]] > features[names[j]] })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, features[name])
	}
	t.Logf("%d cases; with %s", count, strings.Join(names, ", "))
}

// difference says how the engine and the oracle differ over a case; "" if they do not.
func difference(ca second.Case) string {
	wo, err := played(ca)
	if errors.Is(err, errLater) {
		return ""
	}
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

// errLater says that the case needs what this release only checks.
var errLater = errors.New("the case has parts that this release only checks")

func played(ca second.Case) (*World, error) {
	scenarios, rest, err := ParseScenarios("case.yaml", []byte(ca.Bundle()+"---\n"+ca.Scenario()))
	if err != nil || len(scenarios) != 1 {
		return nil, fmt.Errorf("%d scenarios: %w", len(scenarios), err)
	}
	bundle, err := loadText(string(rest))
	if err != nil {
		return nil, err
	}
	if bundle.Runnable() != nil {
		return nil, errLater
	}
	return scenarios[0].Run(bundle)
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
		lines = append(lines, fmt.Sprintf("%s due %s decided %s not before %s expires %s", in.DedupeKey, stamp(in.DueAt), stamp(in.DecidedAt), stamp(in.NotBefore), stamp(in.ExpiresAt)))
	}
	return lines
}

func wantedIntents(ou second.Outcome) (lines []string) {
	for _, in := range ou.Intents {
		lines = append(lines, fmt.Sprintf("%s due %s decided %s not before %s expires %s", in.DedupeKey, stamp(int64(in.Due)), stamp(int64(in.DecidedAt)), stamp(int64(in.NotBefore)), stamp(int64(in.ExpiresAt))))
	}
	return lines
}

// comparedOutcomes are those of which both sides say the same number; published is said by the intents.
var comparedOutcomes = map[string]bool{"entered": true, "not_entered": true, "skipped": true, "missed": true, "regret": true, "cancelled": true}

func decisionLines(wo *World) (lines []string) {
	for _, de := range wo.Decisions {
		if comparedOutcomes[de.Outcome] {
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
	return fmt.Sprintf("%s %s %s %s %s %s at %s", playbook, account, user, episode, step, outcome, stamp(at))
}

// signalLines are the values that derived things took: a record that repeats the value (a snapshot) is left out, and so
// is a membership before it was first true.
func signalLines(wo *World) (lines []string) {
	last := map[string]string{}
	for _, si := range wo.Signals {
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

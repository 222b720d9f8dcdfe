package timeline

import (
	"fmt"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// Report is what became of a scenario.
type Report struct {
	Scenario *Scenario
	World    *World // what came out
	Misses   []Miss // none: it passed
}

// Miss is an expectation that was not met, or something that failed.
type Miss struct {
	Line     int    // of the expectation in the file; of the test for a failure
	Expected string // as written, "" for a failure
	Got      string
	About    Filter // what of the story belongs to it
}

// Report runs a scenario and says what is not as expected.
func (sc *Scenario) Report(b *playbook.Bundle) (Report, error) {
	wo, err := sc.Run(b)
	if err != nil {
		return Report{}, err
	}
	re := Report{Scenario: sc, World: wo}
	for _, fa := range wo.Failures {
		re.Misses = append(re.Misses, Miss{Line: sc.Line, Got: fa.String(), About: Filter{Playbook: fa.Playbook}})
	}
	for i, ex := range sc.Expect {
		if why := ex.check(wo); why != "" {
			if beyond := ex.beyond(wo, sc.Until != ""); beyond != "" {
				why += "\n" + beyond
			}
			re.Misses = append(re.Misses, Miss{Line: sc.lineOfExpectation(i), Expected: ex.String(), Got: why, About: sc.story(b, ex.about())})
		}
	}
	return re, nil
}

// String says what failed: "inactivity/d7: division by zero".
func (fa Failure) String() string {
	what := fa.Playbook
	if fa.Step != "" {
		what += "/" + fa.Step
	}
	if fa.EventID != "" {
		what = "event " + fa.EventID
	}
	return fmt.Sprintf("failed: %s: %v", what, fa.Err)
}

func (sc *Scenario) lineOfExpectation(i int) int {
	if i < len(sc.expectLines) {
		return sc.expectLines[i]
	}
	return sc.Line
}

// about is the part of the story that an expectation speaks of.
func (ex Expectation) about() Filter {
	fi := Filter{Playbook: ex.Playbook, User: ex.User, Account: ex.Account}
	for _, path := range []string{ex.Intent, ex.None, ex.Count, ex.Cancel} {
		if path != "" {
			fi.Playbook, _, _ = strings.Cut(path, "/")
		}
	}
	return fi
}

// story turns a recipient into whose story it is: a playbook of accounts speaks of the account of the user who got it.
func (sc *Scenario) story(b *playbook.Bundle, about Filter) Filter {
	for _, pb := range b.Playbooks {
		if pb.Name == about.Playbook && pb.Each == lang.ScopeAccount && about.User != "" {
			return Filter{Playbook: about.Playbook, Account: sc.Users[about.User].Account}
		}
	}
	return about
}

// Check runs a scenario and lists what is not as expected; the last one tells everything that came out.
func (sc *Scenario) Check(b *playbook.Bundle) (failures []string, err error) {
	re, err := sc.Report(b)
	if err != nil {
		return nil, err
	}
	for _, mi := range re.Misses {
		failures = append(failures, fmt.Sprintf("%s:%d: %s: %s", sc.File, mi.Line, mi.Expected, mi.Got))
	}
	if len(failures) > 0 {
		failures[len(failures)-1] += "\n" + re.World.Log()
	}
	return failures, nil
}

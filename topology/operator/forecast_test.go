package operator_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestThePlanSaysWhatComes: for each kind of change, what is printed before it goes live, and nothing of the state is
// changed by asking.
func TestThePlanSaysWhatComes(t *testing.T) {
	two := "  - {id: two, after: 10d, notify: two, to: channel(\"#x\")}\n"
	quiet := "---\nplaybook: quiet\nfor: each user\nclass: internal\nstart: {when: idle(login) >= 3d%s}\nsteps: [{id: tell, notify: q, to: channel(\"#x\")}]\n"
	for _, tc := range []struct {
		name    string
		replace []string
		more    string
		want    []string
	}{
		{"a text", []string{"notify: two", "notify: second"}, "", []string{"nothing that is under way is touched"}},
		{"a shorter delay", []string{"after: 10d", "after: 2d"}, "", []string{"changed welcome", "delays changed: two", "3 open episodes: 0 stop at once, 3 waiting steps move (3 of them come within the hour)"}},
		{"a longer delay", []string{"after: 10d", "after: 20d"}, "", []string{"3 waiting steps move (0 of them"}},
		{"a step behind", []string{two, two + "  - {id: four, after: 4d, notify: four, to: channel(\"#x\")}\n"}, "", []string{"steps added: four", "3 added steps lie behind"}},
		{"a stop", []string{"has(paid)", `account.status == "active"`}, "", []string{"stops: judge", "3 stop at once"}},
		{"a playbook", nil, fmt.Sprintf(quiet, ", existing: ramp 25%/day"), []string{"added quiet", "existing: ramp 25%/day; of 3 subjects that are there its start is true for 3, unknown for 0"}},
		{"a playbook that counts what nobody counted", nil, strings.Replace(fmt.Sprintf(quiet, ""), "idle(login) >= 3d", "count(login in 30d) >= 3", 1),
			[]string{"its start is true for 0, unknown for 3", "unknown until 2026-04-06T00:00Z: "}},
		{"no playbook", []string{edited[strings.Index(edited, "---"):], strings.Replace(fmt.Sprintf(quiet, ""), "idle(login)", "idle(act)", 1)}, "",
			[]string{"removed welcome", "3 open episodes fall silent; its state is kept for 30 days", "counts from now on: last(user_action.acted)"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := begun(t, loaded(t, edited))
			for i := range int64(3) {
				give(t, wo, signIn(fmt.Sprint("user", i), firstMonday+i))
			}
			advance(t, wo, firstMonday+5*day)
			before := wo.Dump()
			fo, err := wo.Forecast(changed(t, edited+tc.more, tc.replace...))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tc.want {
				if !strings.Contains(fo.Text(), want) {
					t.Errorf("the plan lacks %q:\n%s", want, fo.Text())
				}
			}
			if wo.Dump() != before {
				t.Error("making a plan changed the state")
			}
		})
	}
}

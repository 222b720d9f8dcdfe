package playbook_test

import (
	"os"
	"strings"
	"testing"

	"holdfast/topology/playbook"
)

// TestExplain holds the plain English of a playbook of each form and of what is derived.
func TestExplain(t *testing.T) {
	bu, err := playbook.Load(os.DirFS("testdata/examples"))
	if err != nil {
		t.Fatal(err)
	}
	var sb strings.Builder
	for _, file := range []string{"01-inactivity.yaml", "02-health.yaml", "07-onboarding.yaml", "12-policy.yaml", "16-signals.yaml", "17-stages.yaml", "27-champions.yaml"} {
		sb.WriteString(bu.Explain(file) + "\n")
	}
	golden(t, "explained.txt", sb.String())
}

// TestEverythingIsExplained: every playbook with its steps, every derived document, and every instant of the list of wakes
// that belongs to them.
func TestEverythingIsExplained(t *testing.T) {
	bu, err := playbook.Load(os.DirFS("testdata/examples"))
	if err != nil {
		t.Fatal(err)
	}
	text := bu.Explain("")
	var want []string
	for _, pb := range bu.Playbooks {
		want = append(want, "playbook "+pb.Name)
		for _, st := range pb.Steps {
			if st.Place == playbook.PlaceStep || st.Place == playbook.PlaceEnter {
				want = append(want, "    "+st.ID+": ")
			}
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(bu.Waits()), "\n") {
		fields := strings.Split(line, "  ")
		want = append(want, strings.TrimSpace(fields[len(fields)-1]))
	}
	for _, line := range want {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not explained", line)
		}
	}
}

package golden_test

import (
	"os"
	"strings"
	"testing"

	"holdfast/tools/cli"
	"holdfast/topology/playbook"
)

const starter = "../../playbooks"

// TestTheStarterBundle: what a new user copies has nothing suspicious in it, and its golden timelines pass.
func TestTheStarterBundle(t *testing.T) {
	code, stdout, stderr := run(t, starter)
	if code != cli.ExitOK || strings.Contains(stdout, "FAIL") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	bu, err := playbook.Load(os.DirFS(starter))
	if err != nil {
		t.Fatal(err)
	}
	for _, wa := range bu.Warnings() {
		if !wa.Note {
			t.Error(wa)
		}
	}
}

// TestEveryStepOfTheStarterIsTested: each is named by an expectation of its tests.
func TestEveryStepOfTheStarterIsTested(t *testing.T) {
	tests, err := os.ReadFile(starter + "/tests.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bu, err := playbook.Load(os.DirFS(starter))
	if err != nil {
		t.Fatal(err)
	}
	for _, pb := range bu.Playbooks {
		for _, st := range pb.Steps {
			if name := pb.Name + "/" + st.ID; !strings.Contains(string(tests), name) {
				t.Errorf("no test speaks of %s", name)
			}
		}
	}
}

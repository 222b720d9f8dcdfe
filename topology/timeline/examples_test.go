package timeline

import (
	"os"
	"path/filepath"
	"testing"

	"holdfast/topology/playbook"
)

// TestExampleTimelines plays testdata/acme over the bundle of examples that the language is explained with: for each file
// that this release runs, where its playbooks fire and where they must not.
func TestExampleTimelines(t *testing.T) {
	bundle, err := playbook.Load(os.DirFS("../playbook/testdata/examples"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/acme/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("timelines: %v %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scenarios, _, err := ParseScenarios(file, text)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(file), func(t *testing.T) { playScenarios(t, scenarios, bundle) })
	}
}

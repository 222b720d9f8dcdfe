package timeline

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"holdfast/topology/playbook"
)

// TestScenarios plays every test document of testdata over the bundle in the same file.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("scenario files: %v %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { playFile(t, file) })
	}
}

func playFile(t *testing.T, file string) {
	scenarios, bundle := loadFile(t, file)
	playScenarios(t, scenarios, bundle)
}

func playScenarios(t *testing.T, scenarios []*Scenario, bundle *playbook.Bundle) {
	for _, sc := range scenarios {
		t.Run(sc.Title, func(t *testing.T) {
			failures, err := sc.Check(bundle)
			if err != nil {
				t.Fatal(err)
			}
			for _, failure := range failures {
				t.Error(failure)
			}
		})
	}
}

func loadFile(t *testing.T, file string) ([]*Scenario, *playbook.Bundle) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	scenarios, rest, err := ParseScenarios(file, text)
	if err != nil {
		t.Fatal(err)
	}
	return scenarios, load(t, string(rest))
}

// load compiles a bundle of one file.
func load(t interface {
	Helper()
	Fatal(...any)
}, text string) *playbook.Bundle {
	t.Helper()
	bundle, err := loadText(text)
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func loadText(text string) (*playbook.Bundle, error) {
	return playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(text)}})
}

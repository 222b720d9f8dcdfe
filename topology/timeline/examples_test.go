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
	playOver(t, "../playbook/testdata/examples", "testdata/acme/*.yaml")
}

// TestStarterTimelines plays testdata/starter over the built-in bundle: what its own tests leave open.
func TestStarterTimelines(t *testing.T) {
	playOver(t, "../../playbooks", "testdata/starter/*.yaml")
}

// playOver plays files of tests over a bundle.
func playOver(t *testing.T, dir, glob string) {
	t.Helper()
	bundle, err := playbook.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(glob)
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

// waitsForLater are the tests of the examples that need what a later release runs, by title.
var waitsForLater = map[string]string{
	"a login that arrives late, but before the watermark passes the due instant, stops the 14-day message": "not_before is the send window's",
	"a message that was decided and is still held is withdrawn when the user comes back":                   "held by the send window",
	"paid before the failure arrives = dunning never starts":                                               "a playbook of invoices",
	"the provider retries itself, so we only write":                                                        "a playbook of invoices",
	"ninety days before the end, at nine in the morning of the account":                                    "a playbook of contracts",
}

// TestTheTestsOfTheExamples plays the tests that stand in the bundle of examples; those that wait for a later release
// fail, and are listed.
func TestTheTestsOfTheExamples(t *testing.T) {
	const dir = "../playbook/testdata/examples"
	bundle, err := playbook.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(dir + "/14-test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	scenarios, _, err := ParseScenarios("14-test.yaml", text)
	if err != nil || len(scenarios) == 0 {
		t.Fatalf("tests: %v", err)
	}
	for _, sc := range scenarios {
		failures, err := sc.Check(bundle)
		if err != nil {
			t.Fatal(err)
		}
		if _, waits := waitsForLater[sc.Title]; waits != (len(failures) > 0) {
			t.Errorf("%s: waits: %v, failures: %v", sc.Title, waits, failures)
		}
	}
}

package playbook_test

import (
	"os"
	"strings"
	"testing"

	"holdfast/topology/playbook"
)

// Every waiting expression of the examples with the instants at which time alone changes it.
func TestWaitsOfTheExamples(t *testing.T) {
	bu, err := playbook.Load(os.DirFS("testdata/examples"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "waits.txt", bu.Waits())
}

// The examples check as one bundle; what this release does not run is named, and nothing else stands in the way.
func TestExamplesLoadAndNameWhatIsNotRun(t *testing.T) {
	bu, err := playbook.Load(os.DirFS("testdata/examples"))
	if err != nil {
		t.Fatal(err)
	}
	if len(bu.Tests) == 0 || bu.Tests[0].File != "14-test.yaml" || bu.Tests[0].Line != 2 {
		t.Errorf("tests %+v", bu.Tests)
	}
	refusal := bu.Runnable()
	if refusal == nil {
		t.Fatal("the examples can run, though they have what is not built")
	}
	_, described, _ := strings.Cut(bu.Describe(), "\n") // without the number of aggregates, which is how windows are kept
	golden(t, "examples.txt", refusal.Error()+"\n"+described)
}

// An event's index is its place in the bundle, for those that are built in too.
func TestEventsAreNumberedByPlace(t *testing.T) {
	bu, err := playbook.Load(os.DirFS("testdata/examples"))
	if err != nil {
		t.Fatal(err)
	}
	for i, de := range bu.Events {
		if de.Index != i {
			t.Fatalf("%s has index %d at place %d", de.Name, de.Index, i)
		}
	}
}

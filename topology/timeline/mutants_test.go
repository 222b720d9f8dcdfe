package timeline

import (
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"holdfast/topology/playbook"
)

// A timeline that passes with the rule broken proves nothing. These tests break each document of a bundle as a person
// would (a condition negated or left out, a duration doubled, a threshold off by one, a step, a stop, a line or a clock
// time changed), one slip at a time, and want an expectation about that document to fail. What nobody can notice is listed
// in testdata/mutants with the reason; the list is exact. One slip in sampled is made, the same ones every time; SLIPS=all
// makes them all.
const sampled = 8

// TestBrokenExamplesFailTheirTimelines: for each document of the examples that this release runs.
func TestBrokenExamplesFailTheirTimelines(t *testing.T) {
	breakBundle(t, "../playbook/testdata/examples", "testdata/mutants/examples.txt", "testdata/acme/*.yaml")
}

// TestABrokenStarterFailsItsTimelines: for the built-in bundle.
func TestABrokenStarterFailsItsTimelines(t *testing.T) {
	breakBundle(t, "../../playbooks", "testdata/mutants/starter.txt", "../../playbooks/tests.yaml", "testdata/starter/*.yaml", "testdata/acme/06-milestones.yaml")
}

// broke is a bundle whose documents are broken, and the tests that must notice.
type broke struct {
	documents []*document
	scenarios []*Scenario
	waits     map[string]bool   // documents that wait for a later release
	survivors map[string]string // by what survives: the reason
	mu        sync.Mutex
	made      map[string]fate // by slip
	ran       map[string]bool // documents that were broken

	killed, refused, equivalent, unused atomic.Int64
}

// fate is what became of a slip.
type fate uint8

const (
	_       fate = iota
	skipped      // not in the sample
	caught
	survived
)

func breakBundle(t *testing.T, dir, list string, tests ...string) {
	bk := &broke{survivors: readSurvivors(t, list), made: map[string]fate{}, ran: map[string]bool{}}
	bk.read(t, dir)
	for _, glob := range tests {
		bk.readTests(t, glob)
	}
	t.Run("documents", func(t *testing.T) {
		for _, doc := range bk.documents {
			if bk.waits[doc.String()] || doc.kind == "policy" || doc.kind == "monthly" {
				continue
			}
			t.Run(doc.String(), func(t *testing.T) {
				t.Parallel()
				bk.breakDocument(t, doc)
			})
		}
	})
	for one := range bk.survivors {
		about, _, _ := strings.Cut(one, ":")
		switch is := bk.made[one]; {
		case is == caught:
			t.Errorf("%s lists a slip that is noticed: %s", list, one)
		case is == 0 && (bk.ran[about] || !bk.known(about)):
			t.Errorf("%s lists a slip that is not made: %s", list, one)
		}
	}
	t.Logf("%d slips: %d noticed by a timeline, %d that nobody can notice; beside them %d that are refused at load, %d in words that no document of this release uses",
		bk.killed.Load()+bk.equivalent.Load(), bk.killed.Load(), bk.equivalent.Load(), bk.refused.Load(), bk.unused.Load())
}

func (bk *broke) known(name string) bool {
	return slices.ContainsFunc(bk.documents, func(doc *document) bool { return doc.String() == name })
}

// note remembers what became of a slip.
func (bk *broke) note(slip string, is fate) {
	bk.mu.Lock()
	defer bk.mu.Unlock()
	bk.made[slip] = is
}

// begins remembers that a document is broken.
func (bk *broke) begins(doc *document) {
	bk.mu.Lock()
	defer bk.mu.Unlock()
	bk.ran[doc.String()] = true
}

// inSample says whether a slip is made without SLIPS=all.
func inSample(slip string) bool {
	sum := fnv.New32a()
	sum.Write([]byte(slip))
	return sum.Sum32()%sampled == 0 || os.Getenv("SLIPS") == "all"
}

// read reads the documents of a folder.
func (bk *broke) read(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files of %s: %v", dir, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bk.documents = append(bk.documents, readDocuments(t, filepath.Base(file), text)...)
	}
	bundle, err := playbook.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	bk.waits = map[string]bool{}
	for _, la := range bundle.Later {
		bk.waits[bk.at(la.File, la.Line).String()] = true
	}
	delete(bk.waits, bk.documents[0].String()) // the vocabulary waits with its links alone
}

// at is the document at a line.
func (bk *broke) at(file string, line int) (found *document) {
	for _, doc := range bk.documents {
		if doc.file == file && doc.line <= line {
			found = doc
		}
	}
	return found
}

func (bk *broke) readTests(t *testing.T, glob string) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("tests %s: %v", glob, err)
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
		bk.scenarios = append(bk.scenarios, scenarios...)
	}
}

// breakDocument breaks one document, and one of words through what uses them.
func (bk *broke) breakDocument(t *testing.T, doc *document) {
	bk.begins(doc)
	if doc.words() {
		bk.breakWords(t, doc)
		return
	}
	tr := bk.trial(doc)
	if len(tr.against) == 0 {
		t.Fatalf("no timeline is about %s", doc)
	}
	words := bk.wordsFor(tr, nil)
	if noticed, why := tr.play(words, doc.sound); noticed || why != "" {
		t.Fatalf("sound, but %s", why)
	}
	breakAll(doc, func(slip string) {
		bk.judge(t, doc, slip, func() (bool, string) { return tr.play(words, doc.text()) })
	})
}

// breakWords breaks what a vocabulary declares: something that uses it must notice.
func (bk *broke) breakWords(t *testing.T, doc *document) {
	var trials []*trial
	for _, other := range bk.documents {
		if !other.words() && !bk.waits[other.String()] {
			trials = append(trials, bk.trial(other))
		}
	}
	doc = doc.copy() // the others read it as it is
	breakAll(doc, func(slip string) {
		users := doc.users(slip)
		reached := slices.DeleteFunc(slices.Clone(trials), func(tr *trial) bool { return users != nil && !mentions(tr.doc.sound, users) })
		if len(reached) == 0 {
			bk.unused.Add(1)
			return
		}
		bk.judge(t, doc, slip, func() (noticed bool, why string) {
			for _, tr := range reached {
				if noticed, why = tr.play(bk.wordsFor(tr, doc), tr.doc.sound); noticed || why != "" {
					break
				}
			}
			return noticed, why
		})
	})
}

// users are the declared words that a slip reaches: the one that it is in and all that are made of it; nil is everything.
func (dc *document) users(slip string) map[string]bool {
	path := placeOf(slip)
	at := nameDepth[path[0]]
	if at == 0 || len(path) <= at {
		return nil
	}
	names := map[string]bool{path[at]: true}
	if len(path) > at+2 && path[at+1] == "fields" {
		names = map[string]bool{path[at+2]: true}
	}
	for grown := 0; grown < len(names); {
		grown = len(names)
		dc.each(func(name, text string) {
			if mentions(text, names) {
				names[name] = true
			}
		})
	}
	return names
}

// judge counts a slip.
func (bk *broke) judge(t *testing.T, doc *document, slip string, try func() (noticed bool, why string)) {
	name := doc.String() + ": " + slip
	if !inSample(name) {
		bk.note(name, skipped)
		return
	}
	noticed, why := try()
	_, listed := bk.survivors[name]
	switch {
	case strings.HasPrefix(why, refused):
		bk.refused.Add(1)
	case noticed:
		bk.killed.Add(1)
		bk.note(name, caught)
	case listed:
		bk.equivalent.Add(1)
		bk.note(name, survived)
	default:
		t.Errorf("nobody notices\n%s", name)
	}
}

// readSurvivors reads the list of what nobody can notice: a line "= reason", then the slips it is the reason of.
func readSurvivors(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	survivors, reason := map[string]string{}, ""
	for _, line := range strings.Split(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "= "):
			reason = strings.TrimPrefix(line, "= ")
		case line == "" || strings.HasPrefix(line, "#"):
		case reason == "":
			t.Fatalf("%s: %q stands before a reason", file, line)
		case survivors[line] != "":
			t.Fatalf("%s: %q stands there twice", file, line)
		default:
			survivors[line] = reason
		}
	}
	return survivors
}

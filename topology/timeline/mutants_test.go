package timeline

import (
	"os"
	"path/filepath"
	"regexp"
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
// in testdata/mutants with the reason; the list is exact.

// TestBrokenExamplesFailTheirTimelines: for each document of the examples that this release runs.
func TestBrokenExamplesFailTheirTimelines(t *testing.T) {
	breakBundle(t, "../playbook/testdata/examples", "testdata/acme/*.yaml", "testdata/mutants/examples.txt")
}

// TestABrokenStarterFailsItsTimelines: for the built-in bundle.
func TestABrokenStarterFailsItsTimelines(t *testing.T) {
	breakBundle(t, "../../playbooks", "../../playbooks/tests.yaml", "testdata/mutants/starter.txt")
}

// broke is a bundle whose documents are broken, and the tests that must notice.
type broke struct {
	documents []*document
	scenarios []*Scenario
	waits     map[string]bool   // documents that wait for a later release
	survivors map[string]string // by what survives: the reason
	mu        sync.Mutex
	seen      map[string]bool // what survived
	ran       map[string]bool // documents that were broken

	killed, refused, equivalent, unused atomic.Int64
}

func breakBundle(t *testing.T, dir, tests, list string) {
	bk := &broke{survivors: readSurvivors(t, list), seen: map[string]bool{}, ran: map[string]bool{}}
	bk.read(t, dir)
	bk.readTests(t, tests)
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
		if about, _, _ := strings.Cut(one, ":"); (bk.ran[about] || !bk.known(about)) && !bk.seen[one] {
			t.Errorf("%s lists a slip that is noticed, or that is not made: %s", list, one)
		}
	}
	t.Logf("%d slips: %d noticed by a timeline, %d that nobody can notice; beside them %d that are refused at load, %d in words that no document of this release uses",
		bk.killed.Load()+bk.equivalent.Load(), bk.killed.Load(), bk.equivalent.Load(), bk.refused.Load(), bk.unused.Load())
}

func (bk *broke) known(name string) bool {
	return slices.ContainsFunc(bk.documents, func(doc *document) bool { return doc.String() == name })
}

// note remembers that a document was broken, and what survived.
func (bk *broke) note(doc *document, survived string) {
	bk.mu.Lock()
	defer bk.mu.Unlock()
	bk.ran[doc.String()] = true
	if survived != "" {
		bk.seen[survived] = true
	}
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
	bk.note(doc, "")
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
				if !noticed {
					noticed, why = tr.play(bk.wordsFor(tr, doc), tr.doc.sound)
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
	noticed, why := try()
	_, listed := bk.survivors[name]
	switch {
	case strings.HasPrefix(why, refused):
		bk.refused.Add(1)
	case noticed:
		bk.killed.Add(1)
	case listed:
		bk.equivalent.Add(1)
		bk.note(doc, name)
	default:
		t.Errorf("nobody notices\n%s", name)
	}
}

// trial is what is played to see whether a document is sound.
type trial struct {
	doc     *document
	around  string          // what it needs beside the words
	names   map[string]bool // the words it needs
	against []*Scenario     // with the expectations about it alone
}

const refused = "refused: "

// trial takes what a document needs, and the expectations about it.
func (bk *broke) trial(doc *document) *trial {
	tr := &trial{doc: doc, names: map[string]bool{}}
	for _, other := range bk.documents {
		if other != doc && doc.needs(other) {
			tr.around += "---\n" + other.sound
		}
	}
	tr.need(tr.around + doc.sound)
	for _, sc := range bk.scenarios {
		about := *sc
		about.expectLines = nil
		about.Expect = slices.DeleteFunc(slices.Clone(sc.Expect), func(ex Expectation) bool { return !doc.isIn(ex) })
		if len(about.Expect) == 0 {
			continue
		}
		tr.against = append(tr.against, &about)
		for _, given := range sc.Given {
			tr.need(strings.Join(sortedKeys(given), " "))
		}
	}
	for _, words := range slices.Backward(bk.documents) {
		if words.words() {
			tr.needWords(words)
		}
	}
	return tr
}

func (tr *trial) need(text string) {
	for _, one := range wordsOf(text) {
		tr.names[one] = true
	}
}

// needWords takes what the declared words that are needed are made of.
func (tr *trial) needWords(doc *document) {
	for grown := 0; grown < len(tr.names); {
		grown = len(tr.names)
		doc.each(func(name, text string) {
			if tr.names[name] || tr.names[name+"_from"] {
				tr.need(text)
			}
		})
	}
}

// needs says whether a document cannot be played without another one.
func (dc *document) needs(other *document) bool {
	if other.kind == "playbook" {
		return strings.Contains(dc.sound, `running("`+other.name+`")`) || dc.kind == "evidence" && strings.Contains(other.sound, "log:")
	}
	return other.derived() && (dc.kind != "playbook" || derivedWords.MatchString(dc.sound))
}

var derivedWords = regexp.MustCompile(`\b(log|tier|score|stage|segment|signal|evidence\w*|\w+_changed|\w+_entered|\w+_left|\w+_raised|\w+_cleared)\b`)

// play says whether an expectation fails, and which.
func (tr *trial) play(words, text string) (noticed bool, why string) {
	bundle, err := loadText(words + tr.around + "---\n" + text)
	if err != nil {
		return false, refused + err.Error()
	}
	for _, sc := range tr.against {
		failures, err := sc.Check(bundle)
		if err != nil {
			return true, err.Error()
		}
		if len(failures) > 0 {
			return true, sc.Title + ": " + strings.Join(failures, "\n")
		}
	}
	return false, ""
}

// wordsFor are the vocabularies with what a trial needs, the broken one in the place of the sound one.
func (bk *broke) wordsFor(tr *trial, broken *document) (text string) {
	for _, doc := range bk.documents {
		if broken != nil && doc.sound == broken.sound {
			doc = broken
		}
		if doc.words() {
			text += "---\n" + doc.kept(tr.names)
		}
	}
	return text
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

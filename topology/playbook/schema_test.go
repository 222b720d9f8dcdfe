package playbook

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
)

// rare is what the examples do not have.
const rare = `
vocabulary: rare
events: {rare_event: user_action.rare_event}
---
playbook: rare
for: each user
class: lifecycle
start: {event: rare_event}
first: a
states:
  a: {enter: [{send: hello, via: {all: [email, in_app]}}], events: {login: {to: b, if: total(login) >= 2}}}
  b: {final: success}
stop: [{id: noted, event: login, if: total(login) >= 9, log: left, value: 1}]
---
test: rare
clock: event
expect: [{none: rare}]
`

// heardKeys are the keys that the loader asks for in each kind of mapping, and the words that it takes, over all the
// example files and what they lack: what the schema for editors has to say.
func heardKeys(t *testing.T) (keys, words map[string]map[string]bool) {
	t.Helper()
	keys, words = map[string]map[string]bool{}, map[string]map[string]bool{}
	listen := func(what string, list []string) {
		into := keys
		if word, ok := strings.CutPrefix(what, "one of: "); ok {
			into, what = words, word
		}
		if into[what] == nil {
			into[what] = map[string]bool{}
		}
		for _, word := range list {
			into[what][word] = true
		}
	}
	files, problems := readFiles(os.DirFS("testdata/examples"))
	if problems != nil {
		t.Fatal(problems)
	}
	ld := newLoader(append(files, File{Name: "rare.yaml", Text: []byte(rare)}))
	ld.heard = listen
	bu, err := ld.load()
	if err != nil {
		t.Fatal(err)
	}
	if err := bu.checkTests(listen); err != nil {
		t.Fatal(err)
	}
	delete(keys["sets"], "user") // asked for to refuse it
	return keys, words
}

// TestSchemaHasTheKeysOfTheLoader: what editors offer is what loading takes, key for key and word for word.
func TestSchemaHasTheKeysOfTheLoader(t *testing.T) {
	keys, words := heardKeys(t)
	listed := map[string]bool{}
	for _, ma := range append(documentMappings(), partMappings()...) {
		listed[ma.what] = true
		heard := keys[ma.what]
		if heard == nil {
			t.Errorf("the loader never read %s", ma.what)
			continue
		}
		if got, want := keyNames(ma), sortedKeys(heard); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has the keys\n%v, the loader\n%v", ma.what, got, want)
		}
		for _, ke := range ma.keys {
			if list, ok := strings.CutPrefix(ke.form, "one of "); ok && words[ke.name] != nil && ke.form != classForm {
				got := strings.Split(list, "|")
				sort.Strings(got)
				for _, word := range got {
					if !words[ke.name][word] {
						t.Errorf("%s of %s is never %s", ke.name, ma.what, word)
					}
				}
			}
		}
	}
	for _, what := range sortedKeys(keys) {
		if !listed[what] {
			t.Errorf("the schema knows nothing of %s, with the keys %v", what, sortedKeys(keys[what]))
		}
	}
	if got := strings.Join(sortedKeys(words["class"]), "|"); got != strings.Join(sorted(strings.Split(strings.TrimPrefix(classForm, "one of "), "|")), "|") {
		t.Errorf("the loader knows the classes %s", got)
	}
}

func sorted(list []string) []string {
	sort.Strings(list)
	return list
}

func keyNames(ma mapping) []string {
	var names []string
	for _, ke := range ma.keys {
		names = append(names, ke.name)
	}
	return sorted(names)
}

// TestSchemaTakesTheExamples: every example file is valid, document for document, by the schema alone.
func TestSchemaTakesTheExamples(t *testing.T) {
	files, err := filepath.Glob("testdata/examples/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	va := newValidator(t)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range va.file(file, string(text)) {
			t.Error(problem)
		}
	}
}

// TestSchemaRefuses: what an editor underlines.
func TestSchemaRefuses(t *testing.T) {
	va := newValidator(t)
	base := "playbook: p\nfor: each user\nclass: lifecycle\nstart: {event: login}\nsteps: [{id: a, send: b}]\n"
	if problems := va.file("p.yaml", base); problems != nil {
		t.Fatal(problems)
	}
	for _, change := range [][2]string{
		{"class: lifecycle\n", ""},
		{"lifecycle", "lifecycel"},
		{"for: each user", "for: every user"},
		{"{event: login}", "{event: login, when: has(login)}"},
		{"{id: a, send: b}", "{id: a, send: b, task: c}"},
		{"id: a", "idd: a"},
		{"steps:", "step:"},
		{"playbook: p", "playbok: p"},
		{"send: b}", "send: b, expires: 2 days}"},
		{"send: b}", "send: b, keep: yes}"},
		{"steps: [", "first: a\nstates: {a: {final: success}}\nsteps: ["},
		{"playbook: p\n", "playbook: P\n"},
		{", send: b}", "}"},
	} {
		text := strings.Replace(base, change[0], change[1], 1)
		if text == base {
			t.Fatalf("nothing to change at %s", change[0])
		}
		if va.file("p.yaml", text) == nil {
			t.Errorf("taken:\n%s", text)
		}
		if _, err := Load(fstest.MapFS{"p.yaml": {Data: []byte("bundle: b\nevents: {login: user_action.login}\n---\n" + text)}}); err == nil {
			t.Errorf("the loader takes what the schema refuses:\n%s", text)
		}
	}
}

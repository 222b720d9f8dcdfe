package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// Load reads the bundle in the folder: every *.yaml in it, in name order. What is wrong comes back as Errors, all of
// it. Templates and other folders are not looked at.
//
// It reads in this order, so that each part finds its words declared: the bundle document, lists, events, facts and
// metrics of it and of the vocabularies, what documents derive, then the playbooks.
func Load(fsys fs.FS) (*Bundle, error) {
	files, problems := readFiles(fsys)
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	return newLoader(files).load()
}

// load reads what the files say.
func (ld *loader) load() (*Bundle, error) {
	ld.parse()
	ld.bundleDocument()
	ld.declare()
	ld.vocabularies()
	ld.derive()
	ld.playbooks()
	ld.endlessChains()
	ld.retire()
	ld.monthly()
	ld.policies()
	ld.finish()
	if len(ld.problems) > 0 {
		return nil, ld.problems.sorted()
	}
	return ld.bundle, nil
}

// readFiles reads the YAML files of the folder.
func readFiles(fsys fs.FS) (files []File, problems Errors) {
	list, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, Errors{{File: ".", Line: 1, Column: 1, Text: fmt.Sprintf("read the folder of the bundle: %v", err)}}
	}
	for _, item := range list {
		switch ext := path.Ext(item.Name()); {
		case item.IsDir(), strings.HasSuffix(item.Name(), ".schema.json"): // that of editors may lie beside the files
			continue
		case ext == ".yml" || ext == ".json":
			problems = append(problems, &Problem{File: item.Name(), Line: 1, Column: 1, Text: "only *.yaml is read (JSON inside is fine); rename the file"})
		case ext == ".yaml":
			text, err := fs.ReadFile(fsys, item.Name())
			if err != nil {
				problems = append(problems, &Problem{File: item.Name(), Line: 1, Column: 1, Text: fmt.Sprintf("read the file: %v", err)})
			}
			files = append(files, File{Name: item.Name(), Text: text})
		}
	}
	if len(files) == 0 && len(problems) == 0 {
		problems = append(problems, &Problem{File: ".", Line: 1, Column: 1, Text: "no *.yaml in the folder; a bundle begins with a file such as bundle.yaml"})
	}
	return files, problems
}

// loader carries what is known while a bundle is read.
type loader struct {
	bundle    *Bundle
	names     *lang.Names
	facts     []*lang.FactDef // in the order of their declaration
	documents []document
	problems  Errors
	file      string // of the document at hand
	playbook  *Playbook
	declared  map[string]int // playbook name -> line
	unread    bool           // a file is no YAML: what is missing may stand in it
	retired   []Retired      // to be read beside the bundle's own
	// heard, if set, is told which keys a kind of mapping has, and which words a key may have: the schema for editors is
	// compared with it.
	heard func(what string, words []string)
	reading
}

// reading is what is known of the playbook at hand while it is read.
type reading struct {
	key          string // NAME of a keyed subject
	arms         []string
	playbookVars map[string]*lang.Metric
	drafts       []*draft
	defaultTo    *To
	of           *Step // whose recipients are read
	// refusedStart says that the start event of the playbook at hand has its error already, refusedFor its subject.
	refusedStart, refusedFor bool
}

// document is one document of a file; kind and name are its first key.
type document struct {
	file       string
	kind, name string
	body       *node
}

func newLoader(files []File) *loader {
	ld := &loader{names: lang.NewNames(), declared: map[string]int{}}
	ld.bundle = &Bundle{
		Files: files, Hash: hashFiles(files),
		Lateness: 10 * time.Minute, FutureSkew: 5 * time.Minute, MaxSkew: time.Hour, DefaultZone: time.UTC,
	}
	for _, fact := range lang.BuiltInFacts() {
		ld.addFact(fact)
	}
	return ld
}

func (ld *loader) addFact(fact *lang.FactDef) {
	ld.facts = append(ld.facts, fact)
	ld.names.Facts[fact.Scope][fact.Name] = fact
}

// hashFiles is the hash over names and texts in name order.
func hashFiles(files []File) string {
	sum := sha256.New()
	for _, file := range files {
		fmt.Fprintf(sum, "%d:%s%d:", len(file.Name), file.Name, len(file.Text))
		sum.Write(file.Text)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// documentKinds are the kinds of documents (language.md 1), sorted; `test` documents are read by who runs them.
var documentKinds = []string{"bundle", "evidence", "health", "monthly", "playbook", "policy", "segments", "signals", "stages", "test", "vocabulary"}

// parse reads the documents of all files and sorts out what they are.
func (ld *loader) parse() {
	for _, file := range ld.bundle.Files {
		ld.file = file.Name
		if at := invalidText(file.Text); at >= 0 {
			line := 1 + strings.Count(string(file.Text[:at]), "\n")
			ld.failAt(line, 1, "the file is not UTF-8 text")
			ld.unread = true
			continue
		}
		documents, problems := parseDocuments(file.Name, file.Text)
		ld.problems = append(ld.problems, problems...)
		ld.unread = ld.unread || len(documents) == 0 && len(problems) > 0
		for _, body := range documents {
			ld.classify(body)
		}
	}
}

func invalidText(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 || r == 0 {
			return at
		}
		at += size
	}
	return -1
}

func (ld *loader) classify(body *node) {
	if body.shape != shapeMapping || len(body.entries) == 0 {
		ld.fail(body, "a document is a mapping whose first key says its kind, such as playbook: NAME")
		return
	}
	first := body.entries[0]
	switch {
	case !contains(documentKinds, first.key):
		ld.failAt(first.line, first.column, "the first key of a document says its kind, %s is none%s", first.key, lang.Suggest(first.key, documentKinds))
		return
	case first.key == "test":
		ld.bundle.Tests = append(ld.bundle.Tests, Test{File: ld.file, Line: first.line, Title: first.value.text})
		return
	}
	name, ok := ld.name(first.value, "the name of the "+first.key)
	if ok {
		ld.documents = append(ld.documents, document{file: ld.file, kind: first.key, name: name, body: body})
	}
}

// each calls do for the documents of a kind.
func (ld *loader) each(kind string, do func(document)) {
	for _, doc := range ld.documents {
		if doc.kind == kind {
			ld.file = doc.file
			do(doc)
		}
	}
}

// finish numbers what was declared and checks the cells.
func (ld *loader) finish() {
	sortPlaybooks(ld.bundle.Playbooks)
	for i, pb := range ld.bundle.Playbooks {
		pb.Index = i
	}
	ld.bundle.Facts = ld.facts
	ld.names.SetSlack(ld.bundle.longestLateness())
	ld.bundle.Slots = ld.names.Slots
	ld.bundle.Roles = rolesOf(ld.bundle.Playbooks, ld.names.Roles)
	ld.collisions()
	ld.bundle.indexEvents()
}

// place gives the line and column of a byte of an expression.
func place(no *node, offset int) (line, column int) {
	if no.multiline || offset > len(no.text) {
		return no.line, no.column
	}
	column = no.column + utf8.RuneCountInString(no.text[:offset])
	if no.quoted {
		column++
	}
	return no.line, column
}

func (ld *loader) expressionErrors(no *node, list []*lang.Error) {
	for _, err := range list {
		line, column := place(no, err.Offset)
		ld.failAt(line, column, "%s", err.Text)
	}
}

// compile compiles an expression; nil with the errors listed.
func (ld *loader) compile(no *node, cx lang.Context) *lang.Program {
	return ld.located(no, cx, ld.names.Compile)
}

// compileTime compiles an instant: a date becomes its local midnight.
func (ld *loader) compileTime(no *node, cx lang.Context) *lang.Program {
	return ld.located(no, cx, ld.names.CompileTime)
}

func (ld *loader) located(no *node, cx lang.Context, compile func(string, lang.Context) (*lang.Program, []*lang.Error)) *lang.Program {
	if no.shape == shapeMapping {
		ld.fail(no, "%s is an expression; a choice {by: ..} may stand in templates, delays, data, priorities, vars, metrics and facts", cx.Use)
		return nil
	}
	source, ok := ld.text(no, cx.Use)
	if !ok {
		return nil
	}
	pg, list := compile(source, cx)
	ld.expressionErrors(no, list)
	if pg != nil {
		pg.File, pg.Line, pg.Column = ld.file, no.line, no.column
	}
	return pg
}

// condition is the type that if and when want.
func condition() []value.Kind { return []value.Kind{value.Bool} }

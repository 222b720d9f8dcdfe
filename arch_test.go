// Package holdfast_test holds the laws of the repository as tests: who may import whom, what the pure rooms may not
// touch, and the habits that tests keep. Each law says what to do instead; arch_plant_test.go plants a violation of
// each and sees it found, so a law that stopped looking fails too.
package holdfast_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// module is the module's path; imports below it are rooms of ours.
const module = "holdfast"

// source is one parsed file of the repository.
type source struct {
	path  string // slash path relative to the root, e.g. topology/lang/parse.go
	lines int
	fset  *token.FileSet
	file  *ast.File
	info  *types.Info // nil outside topology and in tests
}

func (so *source) test() bool   { return strings.HasSuffix(so.path, "_test.go") }
func (so *source) dir() string  { return path.Dir(so.path) }
func (so *source) room() string { return firstElement(so.path) }

// in says whether the file lies in one of the folders.
func (so *source) in(folders ...string) bool {
	for _, folder := range folders {
		if so.dir() == folder || strings.HasPrefix(so.dir(), folder+"/") {
			return true
		}
	}
	return false
}

// finding is one place that breaks a law.
type finding struct {
	line int
	what string
}

// law is one rule with the sentence that says what to do instead.
type law struct {
	name    string
	instead string
	applies func(*source) bool
	find    func(*source) []finding
}

func TestLaws(t *testing.T) {
	sources := readSources(t, ".")
	typeCheck(t, sources, "topology")
	for _, la := range laws() {
		t.Run(la.name, func(t *testing.T) {
			for _, so := range sources {
				for _, fi := range judge(la, so) {
					t.Errorf("%s:%d: %s\n\tinstead: %s", so.path, fi.line, fi.what, la.instead)
				}
			}
		})
	}
}

// judge applies one law to one file.
func judge(la law, so *source) []finding {
	if !la.applies(so) {
		return nil
	}
	return la.find(so)
}

func laws() []law {
	return append(append(importLaws(), pureLaws()...), habitLaws()...)
}

// readSources parses every Go file below root, whatever its build tags.
func readSources(t *testing.T, root string) []*source {
	t.Helper()
	fset := token.NewFileSet()
	var all []*source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipFolder(name, entry.Name())
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		so, err := parseSource(fset, filepath.ToSlash(name), nil)
		if err == nil {
			all = append(all, so)
		}
		return err
	})
	if err != nil {
		t.Fatalf("read the sources: %v", err)
	}
	if len(all) == 0 {
		t.Fatal("read the sources: none found; the test must run in the repository's root")
	}
	return all
}

func skipFolder(name, base string) error {
	if name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "bin" || base == "out" || base == "tmp") {
		return filepath.SkipDir
	}
	return nil
}

// parseSource parses text, or the file itself when text is nil.
func parseSource(fset *token.FileSet, name string, text any) (*source, error) {
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	return &source{path: name, lines: fset.File(file.Pos()).LineCount(), fset: fset, file: file}, nil
}

func (so *source) at(pos token.Pos, format string, args ...any) finding {
	return finding{line: so.fset.Position(pos).Line, what: fmt.Sprintf(format, args...)}
}

// inspect collects what f says about the nodes of the file; an empty answer means nothing to say.
func (so *source) inspect(f func(ast.Node) string) []finding {
	var found []finding
	ast.Inspect(so.file, func(node ast.Node) bool {
		if node == nil {
			return false
		}
		if what := f(node); what != "" {
			found = append(found, so.at(node.Pos(), "%s", what))
		}
		return true
	})
	return found
}

func firstElement(slashPath string) string {
	first, rest, below := strings.Cut(slashPath, "/")
	if !below || rest == "" {
		return "" // a file of the root belongs to no room
	}
	return first
}

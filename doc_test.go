package holdfast_test

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every package says in a comment what it is for, and says it in one place.
func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	comments := map[string][]string{}
	for _, so := range readSources(t, ".") {
		if so.test() {
			continue
		}
		if comments[so.dir()] == nil {
			comments[so.dir()] = []string{}
		}
		if so.file.Doc != nil {
			comments[so.dir()] = append(comments[so.dir()], so.path)
		}
	}
	for dir, files := range comments {
		switch {
		case len(files) == 0:
			t.Errorf("package %s has no comment: say what it is for above its package clause (doc.go, or its first file)", dir)
		case len(files) > 1:
			slices.Sort(files)
			t.Errorf("package %s has comments in %s: keep one", dir, strings.Join(files, ", "))
		}
	}
}

// pages are the texts for people: the README and docs.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("list the pages: %v, %d found", err, len(files))
	}
	texts := map[string]string{}
	for _, file := range append(files, "README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("read a page: %v", err)
		}
		texts[filepath.ToSlash(file)] = string(text)
	}
	return texts
}

// mentioned matches a file of the repository as pages write it: in back quotes, with a known ending.
var mentioned = regexp.MustCompile("`([A-Za-z0-9_./-]+\\.(?:go|avsc|hex|golden|md|yaml))`")

// linked matches the target of a link that stays within the repository.
var linked = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// Files that a page names exist: with a folder at that place, a bare name somewhere.
func TestPagesNameFilesThatExist(t *testing.T) {
	bare := map[string]bool{}
	for _, so := range readSources(t, ".") {
		bare[path.Base(so.path)] = true
	}
	names := 0
	for page, text := range pages(t) {
		for _, found := range mentioned.FindAllStringSubmatch(text, -1) {
			names++
			name := found[1]
			if !strings.Contains(name, "/") && (bare[name] || !strings.HasSuffix(name, ".go")) {
				continue // a file of the folder that the text is about, or one of a user's
			}
			if _, err := os.Stat(name); err != nil {
				t.Errorf("%s names %s, which does not exist", page, name)
			}
		}
		for _, found := range linked.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(path.Join(path.Dir(page), found[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, found[1])
			}
		}
	}
	if names < 50 {
		t.Errorf("only %d file names found: the pattern has stopped looking", names)
	}
}

// The file map of DESIGN.md names files of the folder that the row is about.
func TestFileMapIsRight(t *testing.T) {
	text, err := os.ReadFile("docs/DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := tableRows(section(string(text), "## File map"))
	if len(rows) < 8 {
		t.Errorf("the file map has %d rows", len(rows))
	}
	for _, cells := range rows {
		folder := strings.Trim(cells[0], "`")
		for _, found := range mentioned.FindAllStringSubmatch(cells[1], -1) {
			if _, err := os.Stat(path.Join(folder, found[1])); err != nil {
				t.Errorf("docs/DESIGN.md: %s has no file %s", folder, found[1])
			}
		}
	}
}

// heading matches a heading; anchored the anchors of links within a page.
var (
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	anchored = regexp.MustCompile(`\]\(#([^)]+)\)`)
	notOfAn  = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// Links within a page lead to a heading of it.
func TestLinksWithinAPageLeadSomewhere(t *testing.T) {
	for page, text := range pages(t) {
		anchors := map[string]bool{}
		for _, found := range heading.FindAllStringSubmatch(text, -1) {
			anchors[strings.ReplaceAll(notOfAn.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-")] = true
		}
		for _, found := range anchored.FindAllStringSubmatch(text, -1) {
			if !anchors[found[1]] {
				t.Errorf("%s links to #%s, which is no heading of it", page, found[1])
			}
		}
	}
}

// Every goroutine has an owner and an end, and DESIGN.md lists it: a row names its file and the function that starts it.
func TestDesignListsTheGoroutines(t *testing.T) {
	text, err := os.ReadFile("docs/DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, cells := range tableRows(section(string(text), "## Goroutines")) {
		listed[startOf(cells[0])] = true
	}
	started := map[string]bool{}
	for _, so := range readSources(t, ".") {
		if so.test() || so.in("e2e") { // e2e drives the product from outside
			continue
		}
		for _, fun := range starters(so) {
			started[so.path+" "+fun] = true
		}
	}
	for start := range started {
		if !listed[start] {
			t.Errorf("a goroutine is started in %s: add a row `FILE` `FUNCTION` with owner and end to the table of docs/DESIGN.md", start)
		}
	}
	for start := range listed {
		if !started[start] {
			t.Errorf("docs/DESIGN.md lists a goroutine in %s, which starts none", start)
		}
	}
}

// startOf is the file and the function that a row of the table begins with.
func startOf(cell string) string {
	parts := strings.Split(cell, "`")
	if len(parts) < 4 {
		return cell
	}
	return parts[1] + " " + parts[3]
}

// starters are the functions of a file that start goroutines: with go, with Go of a group, with time.AfterFunc.
func starters(so *source) []string {
	var names []string
	for _, decl := range so.file.Decls {
		fun, is := decl.(*ast.FuncDecl)
		if !is || fun.Body == nil {
			continue
		}
		starts := false
		ast.Inspect(fun.Body, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.GoStmt:
				starts = true
			case *ast.CallExpr:
				called, is := node.Fun.(*ast.SelectorExpr)
				starts = starts || is && (called.Sel.Name == "Go" || called.Sel.Name == "AfterFunc")
			}
			return true
		})
		if starts {
			names = append(names, fun.Name.Name)
		}
	}
	return names
}

package holdfast_test

import (
	"bytes"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// impure are the packages that a pure room cannot need.
var impure = []string{"sync", "os", "net", "log", "math/rand", "crypto/rand", "io/ioutil", "syscall", "runtime"}

// impureAllowed names the files that touch the world on purpose: the bundle is read from a folder or an fs.FS here.
var impureAllowed = map[string]string{
	"topology/playbook/load.go": "os",
}

// clockCalls are the functions of package time that read or wait for the wall clock.
var clockCalls = []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "Sleep", "NewTimer", "NewTicker"}

func pureLaws() []law {
	pure := func(so *source) bool { return so.in("topology") && !so.test() }
	return []law{
		{
			name:    "topology has no clock",
			instead: "take the instant as a parameter: the task clock is handed in with each record and timer",
			applies: pure,
			find:    func(so *source) []finding { return so.calls("time", clockCalls...) },
		},
		{
			name:    "topology touches nothing outside",
			instead: "take what you need as a value or as a small interface that the processor implements; choose by a hash of stable ids, not by chance",
			applies: pure,
			find:    findImpureImports,
		},
		{
			name:    "topology starts no goroutine",
			instead: "return the work; the lane decides what runs beside what",
			applies: pure,
			find: func(so *source) []finding {
				return so.inspect(func(node ast.Node) string {
					if _, is := node.(*ast.GoStmt); is {
						return "a go statement"
					}
					return ""
				})
			},
		},
		{
			name:    "topology never walks a map unsorted",
			instead: "keep a sorted slice beside the map, or collect the keys alone and sort them in the next statement",
			applies: pure,
			find:    findMapWalks,
		},
	}
}

func findImpureImports(so *source) []finding {
	var found []finding
	for _, spec := range so.file.Imports {
		name := importPath(spec.Path.Value)
		for _, bad := range impure {
			if below(name, bad) && impureAllowed[so.path] != name {
				found = append(found, so.at(spec.Pos(), "imports %s", name))
			}
		}
	}
	return found
}

// calls finds uses of functions of a package by its import name.
func (so *source) calls(pkg string, names ...string) []finding {
	local := so.localName(pkg)
	if local == "" {
		return nil
	}
	return so.inspect(func(node ast.Node) string {
		sel, is := node.(*ast.SelectorExpr)
		if !is {
			return ""
		}
		if id, is := sel.X.(*ast.Ident); is && id.Name == local && slices.Contains(names, sel.Sel.Name) {
			return "uses " + pkg + "." + sel.Sel.Name
		}
		return ""
	})
}

// localName is the name under which the file knows a package; "" if it does not import it.
func (so *source) localName(pkg string) string {
	for _, spec := range so.file.Imports {
		if importPath(spec.Path.Value) != pkg {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return pkg[strings.LastIndex(pkg, "/")+1:]
	}
	return ""
}

// findMapWalks finds range over a map, and the iterators of package maps that nobody sorts.
func findMapWalks(so *source) []finding {
	if so.info == nil {
		return []finding{{line: 1, what: "no types: the law cannot be judged"}}
	}
	innocent := map[ast.Node]bool{}
	ast.Inspect(so.file, func(node ast.Node) bool {
		markSorted(node, innocent)
		return true
	})
	mapsName := so.localName("maps")
	return so.inspect(func(node ast.Node) string {
		switch node := node.(type) {
		case *ast.RangeStmt:
			if so.isMap(node.X) && !innocent[node] {
				return "ranges over a map"
			}
		case *ast.CallExpr:
			if isSelector(node.Fun, mapsName, "Keys", "Values", "All") && !innocent[node] {
				return "walks a map by package maps without slices.Sorted around it"
			}
		}
		return ""
	})
}

func (so *source) isMap(expr ast.Expr) bool {
	of := so.info.TypeOf(expr)
	if of == nil {
		return true // cannot be in a package that compiles
	}
	_, is := of.Underlying().(*types.Map)
	return is
}

// markSorted notes the map walks whose order does not matter: loops that only collect into a slice which the next
// statement sorts, and iterators that go straight into slices.Sorted.
func markSorted(node ast.Node, innocent map[ast.Node]bool) {
	switch node := node.(type) {
	case *ast.BlockStmt:
		markSortedLoops(node.List, innocent)
	case *ast.CaseClause:
		markSortedLoops(node.Body, innocent)
	case *ast.CallExpr:
		if isSelector(node.Fun, "slices", "Sorted", "SortedFunc") && len(node.Args) > 0 {
			innocent[node.Args[0]] = true
		}
	}
}

func markSortedLoops(list []ast.Stmt, innocent map[ast.Node]bool) {
	for i, stmt := range list {
		loop, is := stmt.(*ast.RangeStmt)
		if !is || i+1 == len(list) {
			continue
		}
		if into := collectsInto(loop.Body.List); into != "" && sorts(list[i+1], into) {
			innocent[loop] = true
		}
	}
}

// collectsInto returns the slice that the body appends to, "" if it does anything else; conditions are allowed.
func collectsInto(body []ast.Stmt) string {
	if len(body) != 1 {
		return ""
	}
	switch stmt := body[0].(type) {
	case *ast.IfStmt:
		if stmt.Else == nil && stmt.Init == nil {
			return collectsInto(stmt.Body.List)
		}
	case *ast.AssignStmt:
		if len(stmt.Lhs) != 1 || len(stmt.Rhs) != 1 {
			return ""
		}
		call, is := stmt.Rhs[0].(*ast.CallExpr)
		if !is || len(call.Args) == 0 {
			return ""
		}
		into := types.ExprString(stmt.Lhs[0])
		if fun, is := call.Fun.(*ast.Ident); is && fun.Name == "append" && types.ExprString(call.Args[0]) == into {
			return into
		}
	}
	return ""
}

// sorts says whether the statement is a call of package sort or slices that sorts the slice.
func sorts(stmt ast.Stmt, slice string) bool {
	expr, is := stmt.(*ast.ExprStmt)
	if !is {
		return false
	}
	call, is := expr.X.(*ast.CallExpr)
	if !is || len(call.Args) == 0 || types.ExprString(call.Args[0]) != slice {
		return false
	}
	return isSelector(call.Fun, "slices", "Sort", "SortFunc", "SortStableFunc") ||
		isSelector(call.Fun, "sort", "Strings", "Ints", "Slice", "SliceStable", "Sort", "Stable")
}

func isSelector(expr ast.Expr, pkg string, names ...string) bool {
	if index, is := expr.(*ast.IndexExpr); is {
		expr = index.X
	}
	sel, is := expr.(*ast.SelectorExpr)
	if !is || pkg == "" {
		return false
	}
	id, is := sel.X.(*ast.Ident)
	return is && id.Name == pkg && slices.Contains(names, sel.Sel.Name)
}

// typeCheck fills in the types of a room's files, tests left out. Imports come from the compiler's export data.
func typeCheck(t *testing.T, sources []*source, room string) {
	t.Helper()
	packages := map[string][]*source{}
	var dirs []string
	for _, so := range sources {
		if !so.in(room) || so.test() {
			continue
		}
		if packages[so.dir()] == nil {
			dirs = append(dirs, so.dir())
		}
		packages[so.dir()] = append(packages[so.dir()], so)
	}
	exports := exportData(t, "./"+room+"/...")
	lookup := func(name string) (io.ReadCloser, error) { return os.Open(exports[name]) }
	imports := importer.ForCompiler(token.NewFileSet(), "gc", lookup)
	for _, dir := range dirs {
		if err := checkTypes(packages[dir], module+"/"+dir, imports); err != nil {
			t.Errorf("type-check %s: %v", dir, err)
		}
	}
}

func checkTypes(pkg []*source, name string, imports types.Importer) error {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	var files []*ast.File
	for _, so := range pkg {
		so.info = info
		files = append(files, so.file)
	}
	conf := types.Config{Importer: imports}
	_, err := conf.Check(name, pkg[0].fset, files, info)
	if err != nil {
		for _, so := range pkg {
			so.info = nil // half an answer would accuse at random
		}
	}
	return err
}

// exportData asks the go command where the compiled form of every package lies.
func exportData(t *testing.T, pattern string) map[string]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}", pattern)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("list export data (the law of map walks cannot be judged): %v\n%s", err, stderr.String())
	}
	exports := map[string]string{}
	for _, line := range strings.Split(string(out), "\n") {
		if name, file, found := strings.Cut(line, "\t"); found && file != "" {
			exports[name] = file
		}
	}
	return exports
}

package holdfast_test

import (
	"go/ast"
	"path"
	"strings"
)

// mainLines is the most that a door may have: everything else is testable wiring in a room.
const mainLines = 60

func habitLaws() []law {
	return []law{
		{
			name:    "a main has at most 60 lines",
			instead: "keep flags and exit codes here and move the wiring into tools or processor",
			applies: func(so *source) bool { return so.in("cmd") && path.Base(so.path) == "main.go" },
			find: func(so *source) []finding {
				if so.lines <= mainLines {
					return nil
				}
				return []finding{so.at(so.file.End()-1, "%d lines", so.lines)}
			},
		},
		{
			name:    "no init functions",
			instead: "build it in a constructor and pass it to whoever needs it",
			applies: func(*source) bool { return true },
			find: func(so *source) []finding {
				return so.inspect(func(node ast.Node) string {
					if fun, is := node.(*ast.FuncDecl); is && fun.Recv == nil && fun.Name.Name == "init" {
						return "an init function"
					}
					return ""
				})
			},
		},
		{
			name:    "tests are not skipped",
			instead: "make the test carry what it needs (embedded data, a build tag and a make target), or delete it",
			applies: (*source).test,
			find:    findSkips,
		},
		{
			name:    "tests do not sleep",
			instead: "wait for the fact itself with a deadline, inject the clock, or run in a synctest bubble",
			applies: func(so *source) bool { return so.test() && so.localName("testing/synctest") == "" },
			find:    func(so *source) []finding { return so.calls("time", "Sleep") },
		},
		{
			name:    "exported names are documented",
			instead: "say in one sentence what the caller relies on",
			applies: func(so *source) bool { return !so.test() },
			find:    findUndocumented,
		},
	}
}

func findSkips(so *source) []finding {
	return so.inspect(func(node ast.Node) string {
		call, is := node.(*ast.CallExpr)
		if !is {
			return ""
		}
		sel, is := call.Fun.(*ast.SelectorExpr)
		if !is {
			return ""
		}
		switch sel.Sel.Name {
		case "Skip", "Skipf", "SkipNow":
			if id, is := sel.X.(*ast.Ident); is && (id.Name == "t" || id.Name == "b" || id.Name == "f") {
				return id.Name + "." + sel.Sel.Name
			}
		}
		return ""
	})
}

// findUndocumented finds exported functions, methods, types, variables and constants without a comment of their own
// or of their group. Methods of unexported types are known by their interface.
func findUndocumented(so *source) []finding {
	var found []finding
	for _, decl := range so.file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Doc == nil && decl.Name.IsExported() && exportedReceiver(decl) {
				found = append(found, so.at(decl.Pos(), "func %s has no comment", decl.Name.Name))
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if name := undocumentedSpec(decl, spec); name != "" {
					found = append(found, so.at(spec.Pos(), "%s has no comment", name))
				}
			}
		}
	}
	return found
}

func exportedReceiver(fun *ast.FuncDecl) bool {
	if fun.Recv == nil {
		return true
	}
	of := fun.Recv.List[0].Type
	if star, is := of.(*ast.StarExpr); is {
		of = star.X
	}
	if index, is := of.(*ast.IndexExpr); is {
		of = index.X
	}
	id, is := of.(*ast.Ident)
	return is && id.IsExported()
}

func undocumentedSpec(group *ast.GenDecl, spec ast.Spec) string {
	if group.Doc != nil {
		return ""
	}
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Doc == nil && spec.Comment == nil && spec.Name.IsExported() {
			return "type " + spec.Name.Name
		}
	case *ast.ValueSpec:
		if spec.Doc != nil || spec.Comment != nil {
			return ""
		}
		for _, name := range spec.Names {
			if name.IsExported() {
				return strings.ToLower(group.Tok.String()) + " " + name.Name
			}
		}
	}
	return ""
}

package holdfast_test

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/FORMATS.md against constants of the code: the versions of layouts and the codes of dead letters.

// versionName matches the constants that begin the bytes of a layout.
var versionName = regexp.MustCompile(`Version$|^magic|^form[A-Z]|^formatOf|Format$`)

// versions are the constants of that kind outside of tests, as a row of FORMATS.md names them.
func versions(sources []*source) []string {
	var all []string
	for _, so := range sources {
		if so.test() || so.in("e2e") {
			continue
		}
		for _, decl := range so.file.Decls {
			for name, value := range constants(decl) {
				if versionName.MatchString(name) && !strings.HasPrefix(name, "Code") {
					all = append(all, fmt.Sprintf("`%s` `%s` `%s`", so.path, name, value))
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// constants are those of a declaration whose value is written beside their name, with the value as written.
func constants(decl ast.Decl) map[string]string {
	found := map[string]string{}
	group, _ := decl.(*ast.GenDecl)
	if group == nil || group.Tok.String() != "const" {
		return nil
	}
	for _, spec := range group.Specs {
		values := spec.(*ast.ValueSpec)
		for i, name := range values.Names {
			if i >= len(values.Values) {
				continue
			}
			switch value := values.Values[i].(type) {
			case *ast.BasicLit:
				found[name.Name] = value.Value
			case *ast.SelectorExpr:
				found[name.Name] = fmt.Sprintf("%s.%s", value.X, value.Sel)
			}
		}
	}
	return found
}

func TestFormatsListsTheVersions(t *testing.T) {
	var documented []string
	for _, cells := range tableRows(section(formatsText(t), "## Versions")) {
		if len(cells) == 4 {
			documented = append(documented, strings.Join(cells[:3], " "))
		}
	}
	slices.Sort(documented)
	if want := versions(readSources(t, ".")); !slices.Equal(documented, want) {
		t.Errorf("the table of versions has\n%s\nthe code\n%s", strings.Join(documented, "\n"), strings.Join(want, "\n"))
	}
}

// Codes of dead letters are stable, so each stands in the table of its stage.
func TestFormatsListsTheCodes(t *testing.T) {
	table := section(formatsText(t), "## Input values")
	count := 0
	for _, so := range readSources(t, "schemas/avro") {
		if so.path != "schemas/avro/errors.go" {
			continue
		}
		for _, decl := range so.file.Decls {
			for name, value := range constants(decl) {
				count++
				if !strings.Contains(table, "`"+strings.Trim(value, `"`)+"`") {
					t.Errorf("%s = %s is not in the table of stages and codes", name, value)
				}
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d codes found in schemas/avro/errors.go", count)
	}
}

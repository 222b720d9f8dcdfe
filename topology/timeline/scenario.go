package timeline

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"holdfast/topology/playbook"
)

// Scenario is one `test:` document: what is given, until when, and what is expected.
type Scenario struct {
	Title    string             `yaml:"test"`
	Clock    string             `yaml:"clock"`
	History  string             `yaml:"history"`
	Lateness string             `yaml:"lateness"`
	Accounts map[string]Profile `yaml:"accounts"`
	Users    map[string]Profile `yaml:"users"`
	Given    []map[string]any   `yaml:"given"`
	Until    string             `yaml:"until"`
	Expect   []Expectation      `yaml:"expect"`
}

// Profile is what is known of an account or a user before the first line.
type Profile struct {
	Account   string            `yaml:"account"`
	TimeZone  string            `yaml:"time_zone"`
	Locale    string            `yaml:"locale"`
	CreatedAt string            `yaml:"created_at"`
	Roles     []string          `yaml:"roles"`
	Traits    map[string]any    `yaml:"traits"`
	Consents  map[string]string `yaml:"consents"`
}

// ParseScenarios reads the `test:` documents of a file and leaves the others alone: rest is the file without them, line
// for line, so that errors in it keep their places.
func ParseScenarios(name string, text []byte) (scenarios []*Scenario, rest []byte, err error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("parse %s: %w", name, err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	for i, doc := range file.Docs {
		if doc.Body == nil || firstKey(doc.Body) != "test" {
			continue
		}
		sc := &Scenario{}
		if err := yaml.NodeToValue(doc.Body, sc, yaml.Strict()); err != nil {
			return nil, nil, fmt.Errorf("parse %s: test %d: %w", name, i+1, err)
		}
		scenarios = append(scenarios, sc)
		blank(lines, doc, file.Docs[i+1:])
	}
	return scenarios, []byte(strings.Join(lines, "")), nil
}

func firstKey(body ast.Node) string {
	mapping, ok := body.(*ast.MappingNode)
	if !ok || len(mapping.Values) == 0 {
		return ""
	}
	return mapping.Values[0].Key.GetToken().Value
}

// blank empties the lines of a document, up to the separator that follows it.
func blank(lines []string, doc *ast.DocumentNode, after []*ast.DocumentNode) {
	from := doc.Body.(*ast.MappingNode).Values[0].Key.GetToken().Position.Line
	to := len(lines) + 1
	if len(after) > 0 && after[0].Start != nil {
		to = after[0].Start.Position.Line
	}
	for at := from; at < to && at <= len(lines); at++ {
		lines[at-1] = "\n"
	}
}

// Run plays a scenario over a bundle and returns what came out; the bundle is not changed.
func (sc *Scenario) Run(b *playbook.Bundle) (*World, error) {
	adjusted, err := sc.adjust(*b)
	if err != nil {
		return nil, fmt.Errorf("test %q: %w", sc.Title, err)
	}
	lines, err := sc.lines(adjusted)
	if err != nil {
		return nil, fmt.Errorf("test %q: %w", sc.Title, err)
	}
	until, err := instantOr(sc.Until, -1)
	if err != nil {
		return nil, fmt.Errorf("test %q: until: %w", sc.Title, err)
	}
	wo, err := NewWorld(adjusted)
	if err != nil {
		return nil, err
	}
	if err := wo.Play(lines, until); err != nil {
		return nil, fmt.Errorf("test %q: %w", sc.Title, err)
	}
	return wo, nil
}

// Check runs a scenario and lists what is not as expected.
func (sc *Scenario) Check(b *playbook.Bundle) (failures []string, err error) {
	wo, err := sc.Run(b)
	if err != nil {
		return nil, err
	}
	for _, fa := range wo.Failures {
		failures = append(failures, fmt.Sprintf("failed: %s/%s %s: %v", fa.Playbook, fa.Step, fa.EventID, fa.Err))
	}
	for i, ex := range sc.Expect {
		if why := ex.check(wo); why != "" {
			failures = append(failures, fmt.Sprintf("expect %d: %s: %s", i+1, ex, why))
		}
	}
	return failures, nil
}

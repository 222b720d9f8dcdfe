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
	Arms     map[string]string  `yaml:"arms"` // experiment: arm; drawn by a later release
	Accounts map[string]Profile `yaml:"accounts"`
	Users    map[string]Profile `yaml:"users"`
	Given    []map[string]any   `yaml:"given"`
	Until    string             `yaml:"until"`
	Expect   []Expectation      `yaml:"expect"`

	// File and Line say where the test stands, expectLines where each expectation does.
	File        string `yaml:"-"`
	Line        int    `yaml:"-"`
	expectLines []int
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
		sc.place(name, doc.Body.(*ast.MappingNode))
		scenarios = append(scenarios, sc)
		blank(lines, doc, file.Docs[i+1:])
	}
	return scenarios, []byte(strings.Join(lines, "")), nil
}

// place remembers where the test and its expectations stand.
func (sc *Scenario) place(file string, body *ast.MappingNode) {
	sc.File, sc.Line = file, body.Values[0].Key.GetToken().Position.Line
	for _, part := range body.Values {
		list, ok := part.Value.(*ast.SequenceNode)
		if !ok || part.Key.GetToken().Value != "expect" {
			continue
		}
		for _, item := range list.Values {
			sc.expectLines = append(sc.expectLines, lineOf(item))
		}
	}
}

func lineOf(no ast.Node) int {
	if mapping, ok := no.(*ast.MappingNode); ok && len(mapping.Values) > 0 {
		return mapping.Values[0].Key.GetToken().Position.Line
	}
	return no.GetToken().Position.Line
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

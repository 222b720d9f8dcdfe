package timeline

import (
	"bytes"
	"fmt"
	"math"
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
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
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
	profiles, given, err := sc.lines(adjusted)
	if err != nil {
		return nil, fmt.Errorf("test %q: %w", sc.Title, err)
	}
	until, err := instantOr(sc.Until, -1)
	if err != nil {
		return nil, fmt.Errorf("test %q: until: %w", sc.Title, err)
	}
	wo, err := newWorldWith(adjusted, profiles, activationOf(profiles, given))
	if err != nil {
		return nil, fmt.Errorf("test %q: %w", sc.Title, err)
	}
	if err := wo.Play(given, until); err != nil {
		return nil, fmt.Errorf("test %q: %w", sc.Title, err)
	}
	return wo, nil
}

// activationOf is when the playbooks of a test begin: just before its first line, on profiles that are there already
// (language.md 15, Tests).
func activationOf(profiles, given []Line) (at int64) {
	if len(given) > 0 {
		at = math.MaxInt64
		for i := range given {
			at = min(at, given[i].Event.At)
		}
		return at
	}
	for _, li := range profiles {
		at = max(at, li.Event.At)
	}
	return at
}

// newWorldWith begins with what profiles say, before there are playbooks or anything derived, and activates those at an
// instant (ms): the subjects that are there are judged as of then, as `existing` says.
func newWorldWith(b *playbook.Bundle, profiles []Line, at int64) (*World, error) {
	facts := *b
	facts.Playbooks, facts.Documents = nil, nil
	wo, err := NewWorld(&facts)
	if err != nil {
		return nil, err
	}
	for i := range profiles {
		if err := wo.Read(&profiles[i].Event, wo.clock); err != nil {
			return nil, err
		}
	}
	if len(profiles) == 0 {
		return NewWorld(b)
	}
	if err := wo.activate(b, at); err != nil {
		return nil, err
	}
	return wo, wo.Sweep(len(profiles))
}

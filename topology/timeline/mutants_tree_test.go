package timeline

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// piece is a scalar, a mapping or a sequence: a document in a form that can be broken and written again.
type piece struct {
	text     string // of a scalar, as it is written again
	entries  []*pair
	items    []*piece
	sequence bool
}

// pair is a key with its value.
type pair struct {
	key   string
	value *piece
}

// document is one document of a bundle: what it is, and its text.
type document struct {
	kind, name string
	file       string
	line       int
	body       *piece
	sound      string // its text before anything is broken
}

func (dc *document) String() string { return dc.kind + " " + dc.name }

func (dc *document) text() string {
	var out strings.Builder
	dc.body.write(&out, 0)
	return out.String()
}

// copy is a document that can be broken while others read the first.
func (dc *document) copy() *document {
	other := *dc
	other.body = dc.body.copy()
	return &other
}

func (pc *piece) copy() *piece {
	other := &piece{text: pc.text, sequence: pc.sequence}
	for _, en := range pc.entries {
		other.entries = append(other.entries, &pair{en.key, en.value.copy()})
	}
	for _, item := range pc.items {
		other.items = append(other.items, item.copy())
	}
	return other
}

// words says that it declares words and derives nothing.
func (dc *document) words() bool { return dc.kind == "bundle" || dc.kind == "vocabulary" }

// derived says that it derives something of accounts or users.
func (dc *document) derived() bool {
	return dc.kind == "health" || dc.kind == "segments" || dc.kind == "signals" || dc.kind == "stages" || dc.kind == "evidence"
}

// isIn says whether an expectation is about the document.
func (dc *document) isIn(ex Expectation) bool {
	kind, name, _ := strings.Cut(ex.Signal, "/")
	switch dc.kind {
	case "playbook":
		return ex.about().Playbook == dc.name || kind == "evidence" && strings.Contains(dc.sound, "log:")
	case "health":
		return (kind == "score" || kind == "tier") && name == dc.name
	case "stages":
		return kind == "stage"
	case "evidence":
		return kind == "evidence"
	}
	return kind+"s" == dc.kind && strings.Contains(dc.sound, "\n  "+name+":")
}

// readDocuments reads the documents of a file but its tests.
func readDocuments(t *testing.T, file string, text []byte) (documents []*document) {
	t.Helper()
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range parsed.Docs {
		mapping, ok := doc.Body.(*ast.MappingNode)
		if !ok {
			continue
		}
		first := mapping.Values[0].Key.GetToken()
		if first.Value == "test" {
			continue
		}
		document := &document{
			kind: first.Value, name: mapping.Values[0].Value.GetToken().Value,
			file: file, line: first.Position.Line, body: pieceOf(mapping),
		}
		document.sound = document.text()
		documents = append(documents, document)
	}
	return documents
}

func pieceOf(from ast.Node) *piece {
	switch from := from.(type) {
	case *ast.MappingNode:
		pc := &piece{}
		for _, part := range from.Values {
			pc.entries = append(pc.entries, &pair{part.Key.GetToken().Value, pieceOf(part.Value)})
		}
		return pc
	case *ast.SequenceNode:
		pc := &piece{sequence: true}
		for _, item := range from.Values {
			pc.items = append(pc.items, pieceOf(item))
		}
		return pc
	case *ast.StringNode:
		if origin := strings.TrimSpace(from.GetToken().Origin); strings.HasPrefix(origin, `"`) || strings.HasPrefix(origin, `'`) {
			return &piece{text: strconv.Quote(from.Value)}
		}
		return &piece{text: from.Value}
	}
	return &piece{text: from.GetToken().Value}
}

// nameDepth is how deep the names of each section of a vocabulary stand in it.
var nameDepth = map[string]int{"events": 1, "lists": 1, "maps": 1, "facts": 2, "sets": 2, "metrics": 2}

// kept is a vocabulary with only those of its names.
func (dc *document) kept(names map[string]bool) string {
	out := &piece{}
	for _, section := range dc.body.entries {
		if depth := nameDepth[section.key]; depth > 0 {
			section = &pair{section.key, section.value.keep(depth, names)}
		}
		if section.key != "links" && (section.value.scalar() || len(section.value.entries) > 0) {
			out.entries = append(out.entries, section)
		}
	}
	var text strings.Builder
	out.write(&text, 0)
	return text.String()
}

// keep is a mapping with only those of the names that stand at a depth below it.
func (pc *piece) keep(depth int, names map[string]bool) *piece {
	out := &piece{}
	for _, en := range pc.entries {
		switch {
		case depth > 1:
			if below := en.value.keep(depth-1, names); len(below.entries) > 0 {
				out.entries = append(out.entries, &pair{en.key, below})
			}
		case names[en.key] || names[strings.TrimSuffix(en.key, "_from")]:
			out.entries = append(out.entries, en)
		}
	}
	return out
}

// write writes in block style, in which an expression needs no quotes.
func (pc *piece) write(out *strings.Builder, depth int) {
	indent := strings.Repeat("  ", depth)
	for _, en := range pc.entries {
		fmt.Fprintf(out, "%s%s:", indent, en.key)
		en.value.writeAfter(out, depth)
	}
	for _, item := range pc.items {
		fmt.Fprintf(out, "%s-", indent)
		item.writeAfter(out, depth)
	}
}

func (pc *piece) writeAfter(out *strings.Builder, depth int) {
	switch {
	case pc.scalar():
		fmt.Fprintf(out, " %s\n", pc.text)
	case len(pc.entries)+len(pc.items) == 0:
		fmt.Fprintf(out, " %s\n", map[bool]string{false: "{}", true: "[]"}[pc.sequence])
	default:
		out.WriteString("\n")
		pc.write(out, depth+1)
	}
}

// each calls do for the names of a vocabulary.
func (dc *document) each(do func(name, text string)) {
	var below func(pc *piece, depth int)
	below = func(pc *piece, depth int) {
		for _, en := range pc.entries {
			if depth > 1 {
				below(en.value, depth-1)
				continue
			}
			var text strings.Builder
			en.value.writeAfter(&text, 0)
			do(en.key, text.String())
		}
	}
	for _, section := range dc.body.entries {
		if depth := nameDepth[section.key]; depth > 0 {
			below(section.value, depth)
		}
	}
}

func (pc *piece) scalar() bool { return pc.text != "" }

// label names an item of a sequence: by its id, else by what it is about.
func (pc *piece) label(at int) string {
	for _, key := range []string{"id", "name", "event"} {
		for _, en := range pc.entries {
			if en.key == key && en.value.text != "" {
				return en.value.text
			}
		}
	}
	return fmt.Sprint(at + 1)
}

var word = regexp.MustCompile(`[a-z][a-z0-9_]*`)

func wordsOf(text string) []string { return word.FindAllString(text, -1) }

// mentions says whether one of the names stands in the text as a word.
func mentions(text string, names map[string]bool) bool {
	return slices.ContainsFunc(wordsOf(text), func(one string) bool { return names[one] })
}

package playbook

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// node is a piece of a document: a text, a mapping or a sequence, with its place. The loader knows YAML in this form
// only; what YAML has beyond it (anchors, tags, merge keys) is refused.
type node struct {
	shape        shape
	text         string // of a scalar
	quoted       bool   // the scalar stands in quotes: a text even if it looks like a number
	multiline    bool   // columns inside the scalar are unknown
	broken       bool   // its error is listed already: say nothing more about it
	line, column int
	entries      []entry // of a mapping
	items        []*node // of a sequence
}

type shape uint8

const (
	shapeEmpty shape = iota
	shapeScalar
	shapeMapping
	shapeSequence
)

// entry is a key with its value.
type entry struct {
	key          string
	quoted       bool // the key stands in quotes
	line, column int
	value        *node
}

// maxNesting bounds the depth of a document.
const maxNesting = 32

// parseDocuments reads the documents of a file. On an error of YAML itself there are no documents.
func parseDocuments(file string, text []byte) (documents []*node, problems Errors) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // editors of Windows begin a file with the mark of its byte order
	parsed, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Errors{syntaxProblem(file, err)}
	}
	co := converter{file: file}
	for _, document := range parsed.Docs {
		if document.Body == nil {
			continue
		}
		if _, comment := document.Body.(*ast.CommentGroupNode); comment {
			continue
		}
		documents = append(documents, co.node(document.Body, 0))
	}
	return documents, co.problems
}

// syntaxProblem takes the place out of an error of the YAML library.
func syntaxProblem(file string, err error) *Problem {
	var located interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &located) && located.GetToken() != nil {
		at := located.GetToken().Position
		return &Problem{File: file, Line: at.Line, Column: at.Column, Text: "not YAML: " + located.GetMessage()}
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return &Problem{File: file, Line: 1, Column: 1, Text: "not YAML: " + first}
}

// converter turns the syntax tree of the library into nodes.
type converter struct {
	file     string
	problems Errors
}

func (co *converter) fail(tk *token.Token, format string, args ...any) *node {
	at := tk.Position
	co.problems = append(co.problems, &Problem{File: co.file, Line: at.Line, Column: at.Column, Text: fmt.Sprintf(format, args...)})
	return &node{line: at.Line, column: at.Column, broken: true}
}

func (co *converter) node(from ast.Node, depth int) *node {
	tk := from.GetToken()
	if depth > maxNesting {
		return co.fail(tk, "nested more than %d deep", maxNesting)
	}
	switch from := from.(type) {
	case *ast.MappingNode:
		return co.mapping(from.Start, from.Values, depth)
	case *ast.MappingValueNode:
		return co.mapping(from.Start, []*ast.MappingValueNode{from}, depth)
	case *ast.SequenceNode:
		list := &node{shape: shapeSequence, line: tk.Position.Line, column: tk.Position.Column}
		for _, item := range from.Values {
			list.items = append(list.items, co.node(item, depth+1))
		}
		return list
	case *ast.NullNode:
		return &node{line: tk.Position.Line, column: tk.Position.Column}
	case *ast.LiteralNode:
		return &node{shape: shapeScalar, text: strings.TrimSpace(from.Value.Value), multiline: true, line: tk.Position.Line, column: tk.Position.Column}
	case *ast.StringNode:
		return co.scalar(tk, from.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return co.scalar(tk, tk.Value)
	}
	return co.fail(tk, "%s: anchors, aliases, tags and merge keys are not read; write it out", strings.TrimSpace(tk.Value))
}

func (co *converter) scalar(tk *token.Token, text string) *node {
	quoted := tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType
	origin := strings.TrimSpace(tk.Origin)
	return &node{
		shape: shapeScalar, text: text, quoted: quoted, multiline: strings.Contains(origin, "\n") || quoted && len(origin) != len(text)+2,
		line: tk.Position.Line, column: tk.Position.Column,
	}
}

func (co *converter) mapping(start *token.Token, values []*ast.MappingValueNode, depth int) *node {
	mapping := &node{shape: shapeMapping, line: start.Position.Line, column: start.Position.Column}
	seen := map[string]int{}
	for i, from := range values {
		key := from.Key.GetToken()
		if _, merge := from.Key.(*ast.MergeKeyNode); merge {
			co.fail(key, "<<: merge keys are not read; write it out")
			continue
		}
		if i == 0 {
			mapping.line, mapping.column = key.Position.Line, key.Position.Column
		}
		if line, again := seen[key.Value]; again {
			co.fail(key, "repeated key %s; it stands in line %d already", key.Value, line)
			continue
		}
		seen[key.Value] = key.Position.Line
		mapping.entries = append(mapping.entries, entry{
			key: key.Value, quoted: key.Type == token.SingleQuoteType || key.Type == token.DoubleQuoteType, line: key.Position.Line, column: key.Position.Column, value: co.node(from.Value, depth+1),
		})
	}
	return mapping
}

// canonical writes a node without comments, spacing and quotes: what a document's version is the hash of.
func (no *node) canonical(sb *strings.Builder) {
	switch no.shape {
	case shapeScalar:
		fmt.Fprintf(sb, "%q", no.text)
	case shapeMapping:
		sb.WriteByte('{')
		for _, en := range no.entries {
			fmt.Fprintf(sb, "%q:", en.key)
			en.value.canonical(sb)
			sb.WriteByte(',')
		}
		sb.WriteByte('}')
	case shapeSequence:
		sb.WriteByte('[')
		for _, item := range no.items {
			item.canonical(sb)
			sb.WriteByte(',')
		}
		sb.WriteByte(']')
	default:
		sb.WriteByte('~')
	}
}

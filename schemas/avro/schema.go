package avro

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/linkedin/goavro/v2"

	"holdfast/schemas"
)

// maxDepth bounds the nesting of a writer schema. Recursive schemas are refused: nothing of ours needs one, and a
// datum of one can nest as deeply as it is long.
const maxDepth = 8

var errTooNested = fmt.Errorf("parse schema: it nests deeper than %d types", maxDepth)

// node is one type of a parsed schema. goavro does the reading of bytes, but it keeps no tree to ask: field order,
// logical types and branches are needed to project a datum and to print it.
type node struct {
	typ      string // primitive name, record, enum, array, map, union, fixed
	logical  string // timestamp-millis, timestamp-micros, date or ""
	name     string // full name of a named type
	fields   []field
	symbols  []string
	size     int
	items    *node // of an array, or the values of a map
	branches []*node
	height   int // types below it, through references too
}

type field struct {
	name string
	typ  *node
}

// writer is a schema that data was written with, ready to read that data.
type writer struct {
	root        *node
	codec       *goavro.Codec
	fingerprint uint64 // CRC-64-AVRO of the canonical form

	// Compiled when the first record of that kind comes; nil when it cannot be.
	plans   [schemas.KindReceipt + 1]*plan
	planned [schemas.KindReceipt + 1]bool
}

// newWriter parses a writer schema. The codec is built from the canonical form, without logical types: goavro turns
// those into time.Time by way of nanoseconds, which wraps silently outside of 1678..2262.
func newWriter(schema string) (*writer, error) {
	setLimits()
	root, err := parseSchema(schema)
	if err != nil {
		return nil, err
	}
	codec, err := goavro.NewCodec(root.canonical())
	if err != nil {
		return nil, fmt.Errorf("compile schema: %w", err)
	}
	return &writer{root: root, codec: codec, fingerprint: codec.Rabin}, nil
}

func parseSchema(schema string) (*node, error) {
	dec := json.NewDecoder(strings.NewReader(schema))
	dec.UseNumber()
	var raw any
	if err := dec.Decode(&raw); err != nil {
		return nil, fmt.Errorf("parse schema: %w", err)
	}
	pa := parser{named: map[string]*node{}}
	return pa.parse(raw, "", 0)
}

// parser resolves names while it builds the tree. A name that is still nil in named is being defined: using it is
// recursion.
type parser struct{ named map[string]*node }

var primitives = []string{"null", "boolean", "int", "long", "float", "double", "bytes", "string"}

func (pa *parser) parse(raw any, namespace string, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errTooNested
	}
	switch form := raw.(type) {
	case string:
		return pa.reference(form, namespace, depth)
	case []any:
		return pa.union(form, namespace, depth)
	case map[string]any:
		return pa.object(form, namespace, depth)
	}
	return nil, fmt.Errorf("parse schema: a type is a name, a list or an object, not %v", raw)
}

func (pa *parser) reference(name, namespace string, depth int) (*node, error) {
	if slices.Contains(primitives, name) {
		return &node{typ: name}, nil
	}
	full := fullName(name, namespace)
	known, ok := pa.named[full]
	if !ok {
		return nil, fmt.Errorf("parse schema: type %q is not defined", full)
	}
	if known == nil {
		return nil, fmt.Errorf("parse schema: type %q contains itself; recursive schemas are not accepted", full)
	}
	if depth+known.height > maxDepth {
		return nil, errTooNested
	}
	return known, nil
}

func (pa *parser) union(forms []any, namespace string, depth int) (*node, error) {
	no := &node{typ: "union"}
	for _, form := range forms {
		branch, err := pa.parse(form, namespace, depth+1)
		if err != nil {
			return nil, err
		}
		no.branches = append(no.branches, branch)
		no.height = max(no.height, branch.height+1)
	}
	return no, nil
}

func (pa *parser) object(form map[string]any, namespace string, depth int) (*node, error) {
	typ, ok := form["type"].(string)
	if !ok {
		return pa.parse(form["type"], namespace, depth+1) // {"type": {...}}: the inner type
	}
	switch typ {
	case "array":
		return pa.container(typ, form["items"], namespace, depth)
	case "map":
		return pa.container(typ, form["values"], namespace, depth)
	case "record", "error", "enum", "fixed":
		return pa.define(typ, form, namespace, depth)
	}
	no, err := pa.reference(typ, namespace, depth)
	if logical, _ := form["logicalType"].(string); err == nil && carries(no.typ, logical) {
		return &node{typ: no.typ, logical: logical}, nil
	}
	return no, err
}

// carries says whether the primitive may have this logical type. By the specification one that does not fit is ignored.
func carries(typ, logical string) bool {
	switch logical {
	case "timestamp-millis", "timestamp-micros":
		return typ == "long"
	case "date":
		return typ == "int"
	}
	return false
}

func (pa *parser) container(typ string, inner any, namespace string, depth int) (*node, error) {
	items, err := pa.parse(inner, namespace, depth+1)
	if err != nil {
		return nil, err
	}
	if typ == "array" && items.weightless() {
		// A block of such items costs nothing on the wire: a small message could ask for millions of them.
		return nil, errors.New("parse schema: an array of items without bytes is not accepted")
	}
	return &node{typ: typ, items: items, height: items.height + 1}, nil
}

// weightless says whether a value of the type can take no byte at all.
func (no *node) weightless() bool {
	switch no.typ {
	case "null":
		return true
	case "fixed":
		return no.size == 0
	case "record":
		return !slices.ContainsFunc(no.fields, func(fi field) bool { return !fi.typ.weightless() })
	}
	return false
}

func (pa *parser) define(typ string, form map[string]any, namespace string, depth int) (*node, error) {
	name, _ := form["name"].(string)
	if own, ok := form["namespace"].(string); ok && !strings.Contains(name, ".") {
		namespace = own
	}
	full := fullName(name, namespace)
	if _, ok := pa.named[full]; ok || name == "" {
		return nil, fmt.Errorf("parse schema: %s %q has no name or is defined twice", typ, full)
	}
	no := &node{typ: typ, name: full}
	var err error
	switch typ {
	case "enum":
		no.symbols, err = symbolsOf(full, form["symbols"])
	case "fixed":
		no.size, err = sizeOf(full, form["size"])
	default:
		no.typ = "record"
		pa.named[full] = nil
		no.fields, err = pa.fieldsOf(full, form["fields"], depth)
		for _, fi := range no.fields {
			no.height = max(no.height, fi.typ.height+1)
		}
	}
	pa.named[full] = no
	return no, err
}

func symbolsOf(name string, raw any) ([]string, error) {
	list, _ := raw.([]any)
	symbols := make([]string, len(list))
	for i, each := range list {
		symbol, ok := each.(string)
		if !ok {
			return nil, fmt.Errorf("parse schema: enum %q has a symbol that is no string", name)
		}
		symbols[i] = symbol
	}
	return symbols, nil
}

func sizeOf(name string, raw any) (int, error) {
	number, _ := raw.(json.Number)
	size, err := strconv.Atoi(number.String())
	if err != nil || size < 0 || size > maxBytes {
		return 0, fmt.Errorf("parse schema: fixed %q has size %v, want 0 to %d", name, raw, maxBytes)
	}
	return size, nil
}

func (pa *parser) fieldsOf(record string, raw any, depth int) ([]field, error) {
	list, ok := raw.([]any)
	if !ok {
		return nil, fmt.Errorf("parse schema: record %q has no list of fields", record)
	}
	fields := make([]field, 0, len(list))
	for _, each := range list {
		form, _ := each.(map[string]any)
		name, _ := form["name"].(string)
		if name == "" {
			return nil, fmt.Errorf("parse schema: record %q has a field without a name", record)
		}
		typ, err := pa.parse(form["type"], namespaceOf(record), depth+1)
		if err != nil {
			return nil, fmt.Errorf("field %s.%s: %w", record, name, err)
		}
		if logical, _ := form["logicalType"].(string); typ.logical == "" && carries(typ.typ, logical) {
			typ = &node{typ: typ.typ, logical: logical} // the spelling of some generators: beside the field's type
		}
		fields = append(fields, field{name, typ})
	}
	return fields, nil
}

func fullName(name, namespace string) string {
	if namespace == "" || strings.Contains(name, ".") {
		return name
	}
	return namespace + "." + name
}

func namespaceOf(full string) string {
	if at := strings.LastIndexByte(full, '.'); at >= 0 {
		return full[:at]
	}
	return ""
}

package avro

import (
	"slices"
	"strings"

	"holdfast/schemas"
)

// shape is a type of a writer schema, compiled: what the cursor has to do for a value of it. It has what bytes depend
// on and what a value means, and no names.
type shape struct {
	code    code
	size    int      // of a fixed
	symbols []string // of an enum
	inner   []*shape // branches of a union, fields of a record, the one type of the elements of an array or map
}

// code is a type, and for numbers the logical type with it.
type code uint8

const (
	codeNone code = iota
	codeNull
	codeBool
	codeInt
	codeLong
	codeMillis
	codeMicros
	codeDate
	codeFloat
	codeDouble
	codeString
	codeEnum
	codeBytes // and all that follow are no scalars
	codeFixed
	codeArray
	codeMap
	codeRecord
	codeUnion
)

// scalar says whether a value of the type can be a field's value.
func (sh *shape) scalar() bool { return sh.code < codeBytes }

// takesBytes says whether a value of the type has any bytes.
func (sh *shape) takesBytes() bool {
	switch sh.code {
	case codeNull:
		return false
	case codeFixed:
		return sh.size > 0
	case codeRecord:
		return len(sh.inner) > 0
	}
	return true
}

// codeOf is the code of a parsed type; codeNone if there is none.
func codeOf(no *node) code {
	switch no.logical {
	case "timestamp-millis":
		return codeMillis
	case "timestamp-micros":
		return codeMicros
	case "date":
		return codeDate
	}
	return map[string]code{
		"null": codeNull, "boolean": codeBool, "int": codeInt, "long": codeLong, "float": codeFloat, "double": codeDouble,
		"string": codeString, "enum": codeEnum, "bytes": codeBytes, "fixed": codeFixed, "array": codeArray, "map": codeMap,
		"record": codeRecord, "union": codeUnion,
	}[no.typ]
}

// compiler makes shapes of parsed types, each type once: a schema can name one type in many places.
type compiler struct{ shapes map[*node]*shape }

// shapeOf compiles a type. False is for what goavro reads in a way of its own, so that it has to read all of it: a
// union within a union, and a name without a namespace inside of a type with one, which goavro takes to be in that
// namespace.
func (co *compiler) shapeOf(no *node, namespace string) (*shape, bool) {
	if no.name != "" {
		if namespace != "" && !strings.Contains(no.name, ".") {
			return nil, false
		}
		namespace = namespaceOf(no.name)
	}
	if sh, ok := co.shapes[no]; ok {
		return sh, true
	}
	sh := &shape{code: codeOf(no), size: no.size, symbols: no.symbols}
	for _, part := range no.parts() {
		inner, ok := co.shapeOf(part, namespace)
		if !ok || sh.code == codeUnion && inner.code == codeUnion {
			return nil, false
		}
		sh.inner = append(sh.inner, inner)
	}
	if sh.code == codeRecord && !slices.ContainsFunc(sh.inner, (*shape).takesBytes) {
		sh.inner = nil // nothing to read: records of such records must not take time for no bytes
	}
	co.shapes[no] = sh
	return sh, sh.code != codeNone
}

// parts are the types that a type is made of.
func (no *node) parts() []*node {
	if no.items != nil {
		return []*node{no.items}
	}
	parts := append([]*node(nil), no.branches...)
	for _, fi := range no.fields {
		parts = append(parts, fi.typ)
	}
	return parts
}

// branch returns the type that was written, which is the type itself when it is no union.
func (cu *cursor) branch(sh *shape) *shape {
	if sh.code != codeUnion {
		return sh
	}
	if cu.at < len(cu.bytes) {
		if by := cu.bytes[cu.at]; by&0x81 == 0 && int(by>>1) < len(sh.inner) {
			cu.at++
			return sh.inner[by>>1]
		}
	}
	if branch := cu.long(); uint64(branch) < uint64(len(sh.inner)) && cu.fault == faultNone {
		return sh.inner[branch]
	}
	cu.fail(faultBranch)
	return new(shape) // nothing can be read any more
}

// scalar reads a value. Requires: sh.scalar(), and va is zero.
func (cu *cursor) scalar(sh *shape, va *schemas.Value) {
	switch sh.code {
	case codeString:
		va.Kind, va.Text = schemas.String, cu.text()
	case codeLong:
		va.Kind, va.Num = schemas.Long, cu.long()
	case codeBool:
		va.Kind, va.Num = schemas.Bool, cu.flag()
	case codeDouble:
		va.Kind, va.Float = schemas.Double, cu.double()
	case codeMillis:
		va.Kind, va.Num = schemas.TimeMillis, cu.long()
	case codeMicros:
		va.Kind, va.Num = schemas.TimeMillis, floorDiv(cu.long(), 1000)
	case codeInt:
		va.Kind, va.Num = schemas.Long, cu.int()
	case codeDate:
		va.Kind, va.Num = schemas.Date, cu.int()
	case codeFloat:
		va.Kind, va.Float = schemas.Double, cu.float()
	case codeEnum:
		va.Kind, va.Text = schemas.String, cu.symbol(sh)
	}
}

func (cu *cursor) symbol(sh *shape) string {
	index := cu.long()
	if uint64(index) >= uint64(len(sh.symbols)) {
		cu.fail(faultSymbol)
		return ""
	}
	return sh.symbols[index]
}

package avro

import (
	"maps"
	"slices"

	"holdfast/schemas"
)

// projectRecord hands the fields of an Avro datum to the builder, by name. Fields that the writer added are properties
// if they are scalars, else let pass; fields that it does not have are absent. So writers and readers may change apart.
func projectRecord(root *node, native any, bu *builder) error {
	record, ok := native.(map[string]any)
	if !ok || root.typ != "record" {
		return unacceptable(CodeWrongType, "the writer schema is %s: want a record with the fields of %s", root.typ, bu.rec.Kind.RecordName())
	}
	for i := range root.fields {
		fi := &root.fields[i]
		typ, value := branch(fi.typ, record[fi.name])
		if err := projectField(fi.name, typ, value, bu); err != nil {
			return err
		}
	}
	return nil
}

func projectField(name string, typ *node, native any, bu *builder) error {
	if st := bu.structure(name); st != structureNone {
		return projectStructure(name, st, typ, native, bu)
	}
	va, ok := scalarValue(typ, native)
	if !ok {
		return projectForeign(name, typ, bu)
	}
	return bu.scalar(name, va)
}

// projectForeign lets a list, map, record or bytes of an unknown name pass, and refuses it under a name that is known.
func projectForeign(name string, typ *node, bu *builder) error {
	if bu.envelope(name) != fieldNone || isOwn(bu.rec.Kind, name) {
		return unacceptable(CodeWrongType, "field %s is of Avro type %s: want a scalar as in %s.avsc", name, typ.typ, bu.rec.Kind.RecordName())
	}
	return nil
}

func projectStructure(name string, st structure, typ *node, native any, bu *builder) error {
	switch elements := native.(type) {
	case nil:
		return nil
	case []any:
		if st != structureRoles || typ.typ != "array" {
			break
		}
		if err := bu.enter(st, name); err != nil {
			return err
		}
		for _, element := range elements {
			if err := projectElement(name, "", st, typ.items, element, bu); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		if st == structureRoles || typ.typ != "map" {
			break
		}
		// Sorted, because the first error decides the text of the dead letter: it must not depend on map order.
		for _, key := range slices.Sorted(maps.Keys(elements)) {
			if err := projectElement(name, key, st, typ.items, elements[key], bu); err != nil {
				return err
			}
		}
		return nil
	}
	return unacceptable(CodeWrongType, "field %s is of Avro type %s: want it as in %s.avsc", name, typ.typ, bu.rec.Kind.RecordName())
}

func projectElement(parent, name string, st structure, items *node, native any, bu *builder) error {
	typ, value := branch(items, native)
	va, ok := scalarValue(typ, value)
	if !ok {
		return unacceptable(CodeWrongType, "field %s.%s is of Avro type %s: want a scalar", parent, name, typ.typ)
	}
	return bu.element(st, name, va)
}

// branch takes a union apart: the type that was written, and its bare value. goavro gives nil for null and a map with
// one entry, the name of the branch, for anything else.
func branch(no *node, native any) (*node, any) {
	if no.typ != "union" {
		return no, native
	}
	wrapped, _ := native.(map[string]any)
	for _, each := range no.branches {
		if native == nil && each.typ == "null" {
			return each, nil
		}
		if value, ok := wrapped[each.branchName()]; ok {
			return each, value
		}
	}
	return &node{typ: "null"}, nil
}

// branchName is goavro's name of a branch: the full name of a named type, else the type.
func (no *node) branchName() string {
	if no.name != "" {
		return no.name
	}
	return no.typ
}

// scalarValue gives the value of a scalar type; false for lists, maps, records and bytes.
func scalarValue(typ *node, native any) (schemas.Value, bool) {
	switch value := native.(type) {
	case nil:
		return schemas.Value{}, true
	case bool:
		va := schemas.Value{Kind: schemas.Bool}
		if value {
			va.Num = 1
		}
		return va, true
	case int32:
		return integerValue(typ, int64(value)), true
	case int64:
		return integerValue(typ, value), true
	case float32:
		return schemas.Value{Kind: schemas.Double, Float: float64(value)}, true
	case float64:
		return schemas.Value{Kind: schemas.Double, Float: value}, true
	case string:
		return schemas.Value{Kind: schemas.String, Text: value}, true
	}
	return schemas.Value{}, false
}

func integerValue(typ *node, num int64) schemas.Value {
	switch typ.logical {
	case "timestamp-millis":
		return schemas.Value{Kind: schemas.TimeMillis, Num: num}
	case "timestamp-micros":
		return schemas.Value{Kind: schemas.TimeMillis, Num: floorDiv(num, 1000)}
	case "date":
		return schemas.Value{Kind: schemas.Date, Num: num}
	}
	return schemas.Value{Kind: schemas.Long, Num: num}
}

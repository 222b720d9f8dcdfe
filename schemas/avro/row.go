package avro

import (
	"cmp"
	"slices"

	"holdfast/schemas"
)

// row is a record read with whatever version of its schema it was written with: unions taken apart, fields by name. An
// absent field is the zero of its type, so that old records stay readable after fields were added.
type row map[string]any

// bare takes the unions of a goavro datum apart, all the way down.
func bare(no *node, native any) any {
	no, native = branch(no, native)
	switch value := native.(type) {
	case map[string]any:
		if no.typ == "map" {
			return bareMap(no, value)
		}
		record := make(row, len(no.fields))
		for _, fi := range no.fields {
			record[fi.name] = bare(fi.typ, value[fi.name])
		}
		return record
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			list[i] = bare(no.items, element)
		}
		return list
	}
	return native
}

func bareMap(no *node, native map[string]any) []schemas.Field {
	list := make([]schemas.Field, 0, len(native))
	for name, element := range native {
		typ, value := branch(no.items, element)
		va, _ := scalarValue(typ, value)
		list = append(list, schemas.Field{Name: name, Value: va})
	}
	slices.SortFunc(list, func(one, two schemas.Field) int { return cmp.Compare(one.Name, two.Name) })
	return list
}

func (ro row) text(name string) string {
	text, _ := ro[name].(string)
	return text
}

func (ro row) flag(name string) bool {
	set, _ := ro[name].(bool)
	return set
}

func (ro row) long(name string) int64 {
	num, _ := ro.optLong(name)
	return num
}

func (ro row) int(name string) int32 { return int32(ro.long(name)) }

func (ro row) optLong(name string) (int64, bool) {
	switch num := ro[name].(type) {
	case int32:
		return int64(num), true
	case int64:
		return num, true
	}
	return 0, false
}

func (ro row) pointer(name string) *int64 {
	if num, ok := ro.optLong(name); ok {
		return &num
	}
	return nil
}

func (ro row) optDouble(name string) (float64, bool) {
	num, ok := ro[name].(float64)
	return num, ok
}

func (ro row) double(name string) float64 {
	num, _ := ro.optDouble(name)
	return num
}

func (ro row) blob(name string) []byte {
	bytes, _ := ro[name].([]byte)
	return slices.Clone(bytes) // goavro's bytes alias the input
}

func (ro row) row(name string) row {
	inner, _ := ro[name].(row)
	return inner
}

func (ro row) fields(name string) []schemas.Field {
	list, _ := ro[name].([]schemas.Field)
	if len(list) == 0 {
		return nil
	}
	return list
}

func (ro row) texts(name string) []string {
	return each(ro, name, func(element any) string {
		text, _ := element.(string)
		return text
	})
}

func (ro row) ints(name string) []int32 {
	return each(ro, name, func(element any) int32 {
		num, _ := element.(int32)
		return num
	})
}

// rows maps the records of an array.
func rows[T any](ro row, name string, one func(row) T) []T {
	return each(ro, name, func(element any) T {
		inner, _ := element.(row)
		return one(inner)
	})
}

func each[T any](ro row, name string, one func(any) T) []T {
	list, _ := ro[name].([]any)
	if len(list) == 0 {
		return nil
	}
	made := make([]T, len(list))
	for i, element := range list {
		made[i] = one(element)
	}
	return made
}

package playbook

import (
	"strconv"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// lists reads lists: {name: [..]}.
func (ld *loader) lists(no *node) {
	ld.named(no, "lists", func(en entry) {
		if ld.names.Lists[en.key] != nil {
			ld.failAt(en.line, en.column, "a second list %s; choose another name", en.key)
			return
		}
		ld.names.Lists[en.key] = ld.list(en.value)
	})
}

func (ld *loader) list(no *node) *lang.ListDef {
	list := &lang.ListDef{}
	if no.shape != shapeSequence {
		ld.fail(no, "a list is written [a, b]")
		return list
	}
	for _, item := range no.items {
		if item.shape != shapeScalar || !list.Add(literal(item)) {
			ld.fail(item, "a list holds texts, or numbers, and not both")
			return list
		}
	}
	return list
}

// literal is a scalar of a list: a number if it looks like one and stands unquoted, else a text.
func literal(no *node) value.Value {
	if !no.quoted {
		if n, err := strconv.ParseInt(no.text, 10, 64); err == nil {
			return value.OfInt(n)
		}
		if micros, ok := value.ParseDecimal(no.text); ok {
			return value.OfDecimal(micros)
		}
	}
	return value.OfText(no.text)
}

// maps reads maps: {name: {left: right}}.
func (ld *loader) maps(no *node) {
	ld.named(no, "maps", func(en entry) {
		if ld.names.Maps[en.key] != nil || ld.names.Lists[en.key] != nil {
			ld.failAt(en.line, en.column, "a second list or map %s; choose another name", en.key)
			return
		}
		ld.names.Maps[en.key] = ld.mapOf(en.value)
	})
}

func (ld *loader) mapOf(no *node) *lang.MapDef {
	pairs := &lang.MapDef{}
	ke := ld.read(no, "a map")
	if ke == nil {
		return pairs
	}
	for _, left := range ke.order {
		if right, ok := ld.text(ke.entries[left].value, "the right side of a pair"); ok {
			pairs.Pairs = append(pairs.Pairs, [2]string{left, right})
		}
	}
	return pairs
}

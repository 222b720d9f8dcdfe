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

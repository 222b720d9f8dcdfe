package lang

import (
	"holdfast/topology/value"
)

// choiceCall picks the kid behind the first by its value. There is a last kid more than keys where there is an else.
type choiceCall struct{ keys []value.Value }

// picker gives the index of the kid that holds, -1 if none does.
type picker func(f *Frame) int

func (cc *choiceCall) picker(te *term) picker {
	otherwise := -1
	if len(te.kids) > len(cc.keys)+1 {
		otherwise = len(cc.keys)
	}
	if te.kids[0].kind == value.Text {
		return textPicker(compileText(te.kids[0]), cc.texts(), otherwise)
	}
	read, keys, order := keyNumber(te.kids[0]), cc.keys, value.Order
	if te.kids[0].kind == value.Int {
		order = value.OrderMixed
	}
	return func(f *Frame) int {
		n, m := read(f)
		if m != value.Exact {
			return -1
		}
		for i := range keys {
			if order(n, keys[i].Num) == 0 {
				return i
			}
		}
		return otherwise
	}
}

func (cc *choiceCall) texts() []string {
	texts := make([]string, len(cc.keys))
	for i, key := range cc.keys {
		texts[i] = key.Text
	}
	return texts
}

func textPicker(read text, keys []string, otherwise int) picker {
	return func(f *Frame) int {
		s, ok := read(f)
		if !ok {
			return -1
		}
		for i, key := range keys {
			if key == s {
				return i
			}
		}
		return otherwise
	}
}

// keyNumber reads what is not a text as a number: a truth as 0 or 1.
func keyNumber(by *term) number {
	if by.kind != value.Bool {
		return compileNumber(by)
	}
	cond := compileCondition(by)
	return func(f *Frame) (int64, mark) {
		tr := cond(f)
		if tr == value.Maybe {
			return 0, missing
		}
		return value.OfTruth(tr).Num, value.Exact
	}
}

func (cc *choiceCall) compile(te *term) compiled {
	return branches(te.kind, cc.picker(te), te.kids[1:])
}

// branches compiles each branch and what goes to the one that is picked.
func branches(kind value.Kind, pick picker, terms []*term) compiled {
	switch kind {
	case value.Bool:
		list := each(terms, compileCondition)
		return compiled{condition: func(f *Frame) value.Truth {
			if i := pick(f); i >= 0 {
				return list[i](f)
			}
			return value.Maybe
		}}
	case value.Text:
		list := each(terms, compileText)
		return compiled{text: func(f *Frame) (string, bool) {
			if i := pick(f); i >= 0 {
				return list[i](f)
			}
			return "", false
		}}
	case value.List:
		all := each(terms, compileList)
		return compiled{list: func(f *Frame) ([]byte, bool) {
			if i := pick(f); i >= 0 {
				return all[i](f)
			}
			return nil, false
		}}
	}
	list := each(terms, compileNumber)
	return compiled{number: func(f *Frame) (int64, mark) {
		if i := pick(f); i >= 0 {
			return list[i](f)
		}
		return 0, missing
	}}
}

func each[C any](terms []*term, compile func(*term) C) []C {
	list := make([]C, len(terms))
	for i, te := range terms {
		list[i] = compile(te)
	}
	return list
}

func (cc *choiceCall) walk(te *term, f *Frame) value.Value {
	by := walk(te.kids[0], f)
	switch {
	case !by.Known():
		return by
	case by.Bound != value.Exact:
		return value.Missing(te.kids[0].text + " is " + by.String())
	}
	for i, key := range cc.keys {
		if value.Compare(value.Eq, by, key) == value.Yes {
			return walk(te.kids[i+1], f)
		}
	}
	if len(te.kids) > len(cc.keys)+1 {
		return walk(te.kids[len(cc.keys)+1], f)
	}
	return value.Missing("no case for " + by.String())
}

package lang

import (
	"holdfast/topology/value"
)

// setCall is size(s), and x in s: never unknown but for an unknown x.
type setCall struct{ set *SetDef }

func (sc setCall) compile(te *term) compiled {
	key := sc.set.key
	if te.kind == value.Int {
		return compiled{number: func(f *Frame) (int64, mark) {
			cell, _ := f.Account.Bytes(key)
			size, _ := setSize(cell)
			return size, value.Exact
		}}
	}
	wanted := compileText(te.kids[0])
	return compiled{condition: func(f *Frame) value.Truth {
		name, ok := wanted(f)
		if !ok {
			return value.Maybe
		}
		cell, _ := f.Account.Bytes(key)
		return value.TruthOf(inSet(cell, name))
	}}
}

func inSet(cell []byte, name string) bool {
	_, entries := setSize(cell)
	for {
		el, rest, ok := nextElement(entries)
		if !ok {
			return false
		}
		if string(el.name) == name {
			return el.inside
		}
		entries = rest
	}
}

func (sc setCall) walk(te *term, f *Frame) value.Value {
	inside := map[string]bool{}
	cell, _ := f.Account.Bytes(sc.set.key)
	_, entries := setSize(cell)
	for el, rest, ok := nextElement(entries); ok; el, rest, ok = nextElement(rest) {
		if el.inside {
			inside[string(el.name)] = true
		}
	}
	if te.kind == value.Int {
		return value.OfInt(int64(len(inside)))
	}
	wanted := walk(te.kids[0], f)
	if !wanted.Known() {
		return wanted
	}
	return value.OfBool(inside[wanted.Text])
}

func (sc setCall) depends(*term, *Names) (events []*EventDef, facts []*FactDef) {
	return append(append(events, sc.set.Add...), sc.set.Remove...), nil
}

// size checks size(set).
func (ch *checker) size(ca *Call, over Scope) *term {
	pa, ok := ca.Args.Expr.(*Path)
	if !ok {
		return ch.fail(ca.offset, "size() wants a set: size(tickets)")
	}
	name := pa.Names[len(pa.Names)-1]
	set := ch.setAt(pa)
	switch {
	case name == "members":
		return ch.fail(pa.offset, "members are counted by a function of their own: write members()")
	case set == nil && ch.names.Refused[name]:
		return bad(ca.offset)
	case set == nil:
		return ch.fail(pa.offset, "unknown set %s%s", name, Suggest(name, sortedNames(ch.names.Sets)))
	case over != ScopeAccount && len(pa.Names) == 1:
		return ch.fail(pa.offset, "%s is a set of the account: write account.size(%s)", name, name)
	}
	return &term{op: opCall, kind: value.Int, does: setCall{set}, over: ScopeAccount}
}

// setAt is the set that a path names: NAME or account.NAME.
func (ch *checker) setAt(pa *Path) *SetDef {
	switch {
	case len(pa.Names) == 1:
		return ch.names.Sets[pa.Names[0]]
	case len(pa.Names) == 2 && pa.Names[0] == "account":
		return ch.names.Sets[pa.Names[1]]
	}
	return nil
}

// sees refuses a set of the account that a user's expression names as if it were its own.
func (ch *checker) sees(pa *Path, set *SetDef) bool {
	if ch.cx.Scope != ScopeAccount && len(pa.Names) == 1 {
		ch.fail(pa.offset, "%s is a set of the account: write account.%s", set.Name, set.Name)
		return false
	}
	return true
}

// inSet checks x in SET and SET contains x.
func (ch *checker) inSet(offset int, set *SetDef, x *term) *term {
	switch {
	case ch.cx.Where:
		return ch.whereSees(offset, set.Name)
	case x.kind != value.Text:
		return ch.fail(x.offset, "%s holds texts, this is %s", set.Name, article(x.kind))
	}
	return &term{op: opCall, kind: value.Bool, does: setCall{set}, kids: []*term{x}, over: ScopeAccount}
}

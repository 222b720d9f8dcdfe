package lang

import (
	"bytes"
	"encoding/binary"

	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// SetDef is a live set of an account: texts that events add and remove.
type SetDef struct {
	Name        string
	Add, Remove []*EventDef
	key         uint32
}

// NewSet makes a set with its cell.
func NewSet(name string) *SetDef { return &SetDef{Name: name, key: SetKey(name)} }

// SetSource says that a field of an event enters or leaves a set.
type SetSource struct {
	Set   *SetDef
	Field FieldDef
	Add   bool
}

// FeedSet makes an event add its field to a set, or remove it.
func FeedSet(de *EventDef, field FieldDef, set *SetDef, add bool) {
	de.Sets = append(de.Sets, SetSource{Set: set, Field: field, Add: add})
	if add {
		set.Add = append(set.Add, de)
	} else {
		set.Remove = append(set.Remove, de)
	}
}

// The cell of a set: the number of its elements as a uvarint, then every element that was ever named, in bytewise order:
// its length as a uvarint, its bytes, the instant (ms) of what holds as a varint, and setInside or setOutside. What is
// outside is kept for setMemory, so that a late addition cannot undo a newer removal, and then forgotten.
const (
	setOutside = 0
	setInside  = 1
	setMemory  = 32 * value.DayMillis
)

// element is one entry of the cell.
type element struct {
	name   []byte
	at     int64
	inside bool
}

// nextElement cuts the first entry off; ok is false at the end, and where the bytes are damaged.
func nextElement(cell []byte) (el element, rest []byte, ok bool) {
	name, rest, ok := window.NextText(cell)
	if !ok {
		return el, nil, false
	}
	at, size := binary.Varint(rest)
	if size <= 0 || size >= len(rest) {
		return el, nil, false
	}
	return element{name: name, at: at, inside: rest[size] == setInside}, rest[size+1:], true
}

func appendElement(cell []byte, el element) []byte {
	cell = binary.AppendUvarint(cell, uint64(len(el.name)))
	cell = append(cell, el.name...)
	cell = binary.AppendVarint(cell, el.at)
	if el.inside {
		return append(cell, setInside)
	}
	return append(cell, setOutside)
}

// setSize reads the number of elements and what follows it.
func setSize(cell []byte) (size int64, entries []byte) {
	n, length := binary.Uvarint(cell)
	if length <= 0 {
		return 0, nil
	}
	return int64(n), cell[length:]
}

// set lets an element enter or leave as of an instant. What is newer holds; at one instant what was read last does.
func (se *SetDef) set(sub topology.Subject, name string, at int64, inside bool) {
	cell, _ := sub.Bytes(se.key)
	wanted, merged := element{name: []byte(name), at: at, inside: inside}, []byte(nil)
	live, placed := uint64(0), false
	put := func(el element) {
		if !el.inside && el.at < at-setMemory {
			return
		}
		if el.inside {
			live++
		}
		merged = appendElement(merged, el)
	}
	_, entries := setSize(cell)
	for {
		el, rest, ok := nextElement(entries)
		if !ok {
			break
		}
		entries = rest
		order := bytes.Compare(el.name, wanted.name)
		switch {
		case order == 0 && el.at > at:
			return // what holds is newer
		case order >= 0 && !placed:
			put(wanted)
			placed = true
		}
		if order != 0 {
			put(el)
		}
	}
	if !placed {
		put(wanted)
	}
	sub.SetBytes(se.key, append(binary.AppendUvarint(nil, live), merged...))
}

// foldSets lets the elements of the event at hand enter and leave the sets of its account.
func (de *EventDef) foldSets(f *Frame, account topology.Subject) {
	for i := range de.Sets {
		source := &de.Sets[i]
		if va := source.Field.Read(f); va.Known() {
			source.Set.set(account, va.Text, window.ValueTime(f.Event), source.Add)
		}
	}
}

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

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

package window

import (
	"encoding/binary"
	"unsafe"

	"holdfast/topology"
	"holdfast/topology/value"
)

// The reasons why an aggregate is unknown.
const (
	ReasonNeverSeen  = "never seen"
	ReasonNoValue    = "no value"
	ReasonIncomplete = "its history is incomplete"
	ReasonOverflow   = value.ReasonOverflow
)

// Read gives the aggregate; complete says that the subject's history is known from its beginning. Without it, what
// was seen is a bound of what was (language.md 3). Texts alias the cell: they are good until its next write.
func (sl *Slot) Read(cells topology.Cells, complete bool) value.Value {
	switch sl.Op {
	case OpFirst, OpFirstOf:
		if !complete {
			return value.Missing(ReasonIncomplete)
		}
		return sl.stored(cells)
	case OpLast, OpLastOf:
		return sl.stored(cells)
	case OpAvg:
		return sl.mean(cells, complete)
	}
	n, bound, ok := sl.Number(cells, complete)
	if !ok {
		return value.Missing(sl.why(cells))
	}
	return value.Value{Kind: sl.Type, Num: n, Bound: bound}
}

// Number is Read for the aggregates that are numbers, without the detour over a Value; ok is false when unknown.
func (sl *Slot) Number(cells topology.Cells, complete bool) (n int64, bound value.Bound, ok bool) {
	switch sl.Op {
	case OpTotal:
		n, _ = cells.Int(sl.Key)
		return n, lower(complete), true
	case OpDistinct:
		n, _ = cells.Int(sl.AuxKey)
		return n, lower(complete), true
	case OpSum:
		return sl.sum(cells, complete)
	case OpMin:
		n, ok = cells.Int(sl.Key)
		if !complete {
			bound = value.AtMost
		}
		return n, bound, ok
	case OpMax:
		n, ok = cells.Int(sl.Key)
		return n, lower(complete), ok
	case OpLast:
		n, ok = cells.Int(sl.Key)
		return n, value.Exact, ok
	}
	va := sl.Read(cells, complete)
	return va.Num, va.Bound, va.Known()
}

func lower(complete bool) value.Bound {
	if complete {
		return value.Exact
	}
	return value.AtLeast
}

func (sl *Slot) sum(cells topology.Cells, complete bool) (n int64, bound value.Bound, ok bool) {
	flags, _ := cells.Int(sl.flagKey())
	if flags&flagOverflow != 0 || flags&flagNegative != 0 && !complete {
		return 0, value.Exact, false
	}
	n, _ = cells.Int(sl.Key)
	return n, lower(complete), true
}

func (sl *Slot) mean(cells topology.Cells, complete bool) value.Value {
	if !complete {
		return value.Missing(ReasonIncomplete)
	}
	n, _, ok := sl.sum(cells, true)
	if !ok {
		return value.Missing(ReasonOverflow)
	}
	count, _ := cells.Int(sl.AuxKey)
	if count == 0 {
		return value.Missing(ReasonNeverSeen)
	}
	if sl.Type == value.Decimal && sl.whole() {
		return value.Div(value.OfInt(n), value.OfInt(count))
	}
	return value.Div(value.Value{Kind: sl.Type, Num: n}, value.OfInt(count))
}

// whole says that the folded values are ints, whose mean is a decimal all the same.
func (sl *Slot) whole() bool { return sl.Folds == value.Int }

// why explains an unknown sum, minimum or maximum.
func (sl *Slot) why(cells topology.Cells) string {
	if sl.Op != OpSum {
		return ReasonNeverSeen
	}
	if flags, _ := cells.Int(sl.flagKey()); flags&flagOverflow != 0 {
		return ReasonOverflow
	}
	return ReasonIncomplete
}

// stored reads the value of the first or last event.
func (sl *Slot) stored(cells topology.Cells) value.Value {
	if va := Load(cells, sl.Key, sl.Type); va.Known() {
		return va
	}
	if sl.Op == OpFirst || sl.Op == OpLast {
		return value.Missing(ReasonNeverSeen)
	}
	if _, seen := cells.Int(sl.AuxKey); seen {
		return value.Missing(ReasonNoValue)
	}
	return value.Missing(ReasonNeverSeen)
}

// Load reads what Store wrote; unknown when the cell is absent.
func Load(cells topology.Cells, key uint32, kind value.Kind) value.Value {
	switch kind {
	case value.Text:
		if b, ok := cells.Bytes(key); ok {
			return value.OfText(Alias(b))
		}
	case value.List:
		if b, ok := cells.Bytes(key); ok {
			return value.OfList(DecodeList(b))
		}
	default:
		if n, ok := cells.Int(key); ok {
			return value.Value{Kind: kind, Num: n}
		}
	}
	return value.Missing(ReasonNoValue)
}

// Alias is the text of a cell without a copy. Requires: nobody writes to b while the text is in use.
func Alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// AppendList encodes a list of texts for a cell: each with its length before it.
func AppendList(dst []byte, texts []string) []byte {
	for _, text := range texts {
		dst = binary.AppendUvarint(dst, uint64(len(text)))
		dst = append(dst, text...)
	}
	return dst
}

// NextText cuts the first text off an encoded list; ok is false at its end.
func NextText(list []byte) (text, rest []byte, ok bool) {
	n, size := binary.Uvarint(list)
	if size <= 0 || n > uint64(len(list)-size) {
		return nil, nil, false
	}
	return list[size : size+int(n)], list[size+int(n):], true
}

// DecodeList reads an encoded list.
func DecodeList(list []byte) []string {
	texts := []string{}
	for {
		text, rest, ok := NextText(list)
		if !ok {
			return texts
		}
		texts, list = append(texts, string(text)), rest
	}
}

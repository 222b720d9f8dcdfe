package avro

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"holdfast/schemas"
)

// The properties on the quick way. A producer writes the same few names again and again, in an order of its own, and an
// event has them sorted. So the names are learned, and a known one has a rank: the first pass over the map finds where the
// value of each rank is, whether a name stands twice, and whether all can be read; the second makes the values, by rank.
// A map with a name that is not known is read by the plan, without more being lost than the time.

// names are the names of properties that were seen in data of one schema, at most mostRanked, sorted.
//
// Invariant: they change how long a datum takes to read and nothing else, so that it does not matter which data came first.
type names struct {
	sorted []knownName
	table  [4 * mostRanked]uint8    // 1 + place in sorted, by hash, then the next free one; 0: none
	values [mostRanked]quickElement // of the map at hand, by rank
}

// knownName is a name with its last and its first bytes as words: most are told apart by these.
type knownName struct {
	text        string
	tail, front uint64
}

// quickElement is the value of a property: the bits of a number, or where a text is.
type quickElement struct {
	kind       schemas.ValueKind
	bits       uint64
	from, next int
}

// rank finds the name that begins at a place, and the place behind it; a rank less than 0 if it is not known. Then it is,
// next time, if there is room.
func (na *names) rank(by []byte, at int) (rank, next int) {
	from, next := shortAt(by, at)
	if next < 8 {
		return noPlace, noPlace // a long name, none, or one without the bytes before it that tailOf looks at
	}
	tail, size := tailOf(by, from, next), next-from
	for slot := hashOf(tail, size); na.table[slot] != 0; slot++ {
		rank := int(na.table[slot]) - 1
		known := &na.sorted[rank]
		if known.tail == tail && len(known.text) == size && (size <= 8 || known.front == frontOf(by, from) && (size <= 16 || known.text == string(by[from:next]))) {
			return rank, next
		}
	}
	na.learn(by[from:next])
	return noPlace, noPlace
}

// tailOf is the last eight bytes of a text, or all of it. Requires: next >= 8.
func tailOf(by []byte, from, next int) uint64 {
	tail := binary.LittleEndian.Uint64(by[next-8:])
	if next-from < 8 {
		tail >>= 8 * (8 - (next - from))
	}
	return tail
}

// frontOf is the first eight bytes of a text that has them.
func frontOf(by []byte, from int) uint64 { return binary.LittleEndian.Uint64(by[from:]) }

func hashOf(tail uint64, size int) uint8 {
	return uint8((tail + uint64(size)) * 0x9E3779B97F4A7C15 >> 56)
}

// learn takes a name in, and so moves the ranks of others: the map at hand cannot be read by them any more.
func (na *names) learn(name []byte) {
	at, known := slices.BinarySearchFunc(na.sorted, alias(name), func(kn knownName, text string) int { return strings.Compare(kn.text, text) })
	if known || len(na.sorted) == mostRanked || !utf8.Valid(name) {
		return
	}
	na.sorted = slices.Insert(na.sorted, at, newKnownName(name))
	clear(na.table[:])
	for rank, kn := range na.sorted {
		slot := hashOf(kn.tail, len(kn.text))
		for na.table[slot] != 0 {
			slot++
		}
		na.table[slot] = uint8(rank + 1)
	}
}

func newKnownName(name []byte) knownName {
	padded := append(make([]byte, 8), name...)
	kn := knownName{text: string(name), tail: tailOf(padded, 8, len(padded))}
	if len(name) >= 8 {
		kn.front = frontOf(padded, 8)
	}
	return kn
}

// readProps reads the map of properties and returns the place behind it, or less than 0.
func (qu *quickStep) readProps(value []byte, at int, bu *builder) int {
	if len(bu.ev.Props) != 0 {
		return noPlace // a foreign field was one: sorting is the builder's
	}
	seen, at := qu.passProps(value, at)
	if at < 0 {
		return noPlace
	}
	props := bu.roomForProps(bits.OnesCount64(seen))
	for i := range props {
		rank := bits.TrailingZeros64(seen)
		seen &= seen - 1
		props[i].Name = qu.names.sorted[rank].text
		qu.names.values[rank].put(value, &props[i].Value)
	}
	bu.sorted.props = len(props)
	return at
}

// passProps finds the values of a map and says which names there are: a bit each, by rank.
func (qu *quickStep) passProps(value []byte, at int) (seen uint64, next int) {
	values := qu.step.shape.inner[0]
	for {
		items, next := blockAt(value, at)
		if items <= 0 {
			return seen, next
		}
		at = next
		for ; items > 0; items-- {
			rank, next := qu.names.rank(value, at)
			if rank < 0 || seen>>rank&1 != 0 {
				return 0, noPlace
			}
			seen |= 1 << rank
			co, next := branchAt(values, value, next)
			if next < 0 {
				return 0, noPlace
			}
			if at = qu.names.values[rank].take(co, value, next); at < 0 {
				return 0, noPlace
			}
		}
	}
}

// blockAt reads the head of a block of a map: the number of its items, 0 after the last. More than there are names for
// cannot be read, so no other bound is needed.
func blockAt(by []byte, at int) (items int64, next int) {
	items, next = numberAt(by, at)
	if items < 0 && next >= 0 {
		items = -items
		_, next = numberAt(by, next)
	}
	if next < 0 || items < 0 { // the smallest number has no positive one
		return 0, noPlace
	}
	return items, next
}

// branchAt finds the type of the element that begins at a place, and where its value begins.
func branchAt(sh *shape, by []byte, at int) (co code, next int) {
	switch {
	case sh.code != codeUnion:
		return sh.code, at
	case at < len(by) && by[at]&0x81 == 0 && int(by[at]>>1) < len(sh.inner):
		return sh.inner[by[at]>>1].code, at + 1
	}
	return codeNone, noPlace
}

// take reads a value that can be a property as it is, and returns the place behind it, or less than 0.
func (el *quickElement) take(co code, by []byte, at int) (next int) {
	el.kind = quickKinds[co]
	switch co {
	case codeString:
		el.from, el.next = textAt(by, at)
		return el.next
	case codeLong, codeInt, codeBool, codeMillis:
		if co == codeMillis {
			el.kind = schemas.Long // a time is its milliseconds
		}
		num, next := numberOf(co, by, at)
		el.bits = uint64(num)
		return next
	case codeDouble:
		el.kind = schemas.Double
		el.bits, next = doubleAt(by, at)
		return next
	case codeNull:
		return at
	}
	return noPlace
}

// put makes the value that was taken.
func (el *quickElement) put(by []byte, va *schemas.Value) {
	switch el.kind {
	case schemas.String:
		*va = schemas.Value{Kind: schemas.String, Text: alias(by[el.from:el.next])}
	case schemas.Double:
		*va = schemas.Value{Kind: schemas.Double, Float: math.Float64frombits(el.bits)}
	case schemas.Null:
		*va = schemas.Value{}
	default:
		*va = schemas.Value{Kind: el.kind, Num: int64(el.bits)}
	}
}

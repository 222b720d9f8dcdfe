package window

import (
	"math"
	"math/bits"
	"strconv"
	"testing"
	"time"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"

	"pgregory.net/rapid"
)

// memory is a subject in memory.
type memory struct {
	ints  map[uint32]int64
	bytes map[uint32][]byte
}

func newMemory() *memory { return &memory{ints: map[uint32]int64{}, bytes: map[uint32][]byte{}} }

func (me *memory) Int(key uint32) (int64, bool)    { n, ok := me.ints[key]; return n, ok }
func (me *memory) Bytes(key uint32) ([]byte, bool) { b, ok := me.bytes[key]; return b, ok }
func (me *memory) SetInt(key uint32, v int64)      { me.ints[key] = v }
func (me *memory) SetBytes(key uint32, b []byte)   { me.bytes[key] = append([]byte{}, b...) }
func (me *memory) Delete(key uint32)               { delete(me.ints, key); delete(me.bytes, key) }
func (me *memory) Wake() topology.Wake             { return topology.NoWake }
func (me *memory) SetWake(topology.Wake)           {}
func (me *memory) Empty() bool                     { return len(me.ints)+len(me.bytes) == 0 }

// slot makes an aggregate over the property n (an int) or, for text, the property s.
func slot(op Op, kind value.Kind) *Slot {
	sl := &Slot{Name: "x", Op: op, Key: topology.Key("x"), AuxKey: topology.Key("x+"), Type: kind, Folds: kind}
	sl.Field = func(ev *schemas.Event, zone *time.Location) value.Value {
		in, ok := ev.Prop("n")
		if !ok {
			return value.Missing("no n")
		}
		if kind == value.Date {
			return value.OfDate(value.DayOf(ev.At, zone))
		}
		return value.FromWire(in, kind)
	}
	if op == OpDistinct {
		sl.Days, sl.Type = kind == value.Date, value.Int
	}
	return sl
}

type seen struct {
	at, n   int64
	missing bool
}

func (se seen) event() *schemas.Event {
	ev := &schemas.Event{Kind: schemas.KindUserAction, At: se.at, Count: 1}
	if !se.missing {
		ev.Props = []schemas.Field{{Name: "n", Value: schemas.Value{Kind: schemas.Long, Num: se.n}}}
	}
	return ev
}

func fold(sl *Slot, list []seen) *memory {
	sub := newMemory()
	for _, se := range list {
		sl.Fold(sub, se.event(), se.at, time.UTC, &Scratch{})
	}
	return sub
}

func draw(t *rapid.T, most int) []seen {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) seen {
		return seen{at: rapid.Int64Range(0, 60).Draw(t, "at") * value.DayMillis / 4, n: rapid.Int64Range(-9, 9).Draw(t, "n"), missing: rapid.IntRange(0, 4).Draw(t, "missing") == 0}
	}), 0, most).Draw(t, "events")
}

// Every aggregate equals the obvious computation over the list of events.
func TestAggregatesAgreeWithTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := draw(t, 12)
		op := Op(rapid.IntRange(int(OpTotal), int(OpAvg)).Draw(t, "op"))
		kind := value.Int
		if op == OpDistinct {
			kind = rapid.SampledFrom([]value.Kind{value.Int, value.Date}).Draw(t, "kind")
		}
		sl := slot(op, kind)
		if op == OpFirst || op == OpLast {
			sl.Type = value.Time
		}
		if op == OpAvg {
			sl.Type = value.Decimal
		}
		got, want := sl.Read(fold(sl, list), true), obvious(op, kind, list)
		if got.Known() != want.Known() || got.Known() && (got.Num != want.Num || got.Kind != want.Kind) {
			t.Fatalf("op %d over %+v: got %v, want %v", op, list, got, want)
		}
	})
}

func obvious(op Op, kind value.Kind, list []seen) value.Value {
	var values []int64
	distinct := map[int64]bool{}
	total, sum, first, last := int64(len(list)), int64(0), -1, -1
	for i, se := range list {
		if first < 0 || se.at < list[first].at {
			first = i
		}
		if last < 0 || se.at >= list[last].at {
			last = i
		}
		if se.missing {
			continue
		}
		values = append(values, se.n)
		sum += se.n
		if kind == value.Date {
			distinct[se.at/value.DayMillis] = true
		} else {
			distinct[se.n] = true
		}
	}
	end := map[Op]int{OpFirst: first, OpFirstOf: first, OpLast: last, OpLastOf: last}
	switch op {
	case OpTotal:
		return value.OfInt(total)
	case OpSum:
		return value.OfInt(sum)
	case OpDistinct:
		return value.OfInt(int64(len(distinct)))
	case OpFirst, OpLast:
		if len(list) == 0 {
			return value.Value{}
		}
		return value.OfTime(list[end[op]].at)
	case OpFirstOf, OpLastOf:
		if len(list) == 0 || list[end[op]].missing {
			return value.Value{}
		}
		return value.OfInt(list[end[op]].n)
	}
	if len(values) == 0 {
		return value.Value{}
	}
	low, high := values[0], values[0]
	for _, n := range values {
		low, high = min(low, n), max(high, n)
	}
	switch op {
	case OpMin:
		return value.OfInt(low)
	case OpMax:
		return value.OfInt(high)
	}
	return value.Div(value.OfInt(sum), value.OfInt(int64(len(values))))
}

// The cells do not depend on the order of arrival as long as the times differ.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := draw(t, 10)
		for i := range list {
			list[i].at = int64(i) * value.DayMillis / 2
		}
		shuffled := rapid.Permutation(list).Draw(t, "order")
		for op := OpTotal; op <= OpAvg; op++ {
			for _, kind := range []value.Kind{value.Int, value.Date} {
				sl := slot(op, kind)
				if kind == value.Date && op != OpDistinct {
					continue
				}
				a, b := fold(sl, list), fold(sl, shuffled)
				if len(a.ints) != len(b.ints) || len(a.bytes) != len(b.bytes) || string(a.bytes[sl.Key]) != string(b.bytes[sl.Key]) || a.ints[sl.Key] != b.ints[sl.Key] || a.ints[sl.AuxKey] != b.ints[sl.AuxKey] {
					t.Fatalf("op %d: %+v and %+v", op, a, b)
				}
			}
		}
	})
}

func TestTotalWeighsByCount(t *testing.T) {
	sl := slot(OpTotal, value.Int)
	sub := newMemory()
	for _, count := range []int64{250, 1, 0, -3, math.MaxInt64} {
		sl.Fold(sub, &schemas.Event{Count: count}, 1, nil, &Scratch{})
	}
	if got := sl.Read(sub, true).Num; got != 251 {
		t.Errorf("total %d; a count that overflows is left out", got)
	}
}

func TestSumOverflowIsUnknownForEver(t *testing.T) {
	sl := slot(OpSum, value.Int)
	sub := fold(sl, []seen{{n: math.MaxInt64}, {n: 1}, {n: -5}})
	if va := sl.Read(sub, true); va.Known() || va.Text != ReasonOverflow {
		t.Errorf("%v", va)
	}
}

func TestNegativeValuesMakeTheSumOfAnIncompleteSubjectUnknown(t *testing.T) {
	sl := slot(OpSum, value.Int)
	if va := sl.Read(fold(sl, []seen{{n: 5}}), false); va.Bound != value.AtLeast || va.Num != 5 {
		t.Errorf("%v", va)
	}
	if va := sl.Read(fold(sl, []seen{{n: 5}, {n: -1}}), false); va.Known() {
		t.Errorf("%v", va)
	}
}

func TestBillingValuesAreOrderedByTheProvider(t *testing.T) {
	sl := slot(OpLastOf, value.Int)
	sub := newMemory()
	for _, tc := range [][3]int64{{10, 100, 1}, {20, 50, 2}} { // event time, provider's time, value
		ev := seen{at: tc[0], n: tc[2]}.event()
		ev.Kind = schemas.KindBilling
		ev.Own = []schemas.Field{{Name: "provider_created_at", Value: schemas.Value{Kind: schemas.TimeMillis, Num: tc[1]}}}
		sl.Fold(sub, ev, tc[0], nil, &Scratch{})
	}
	if got := sl.Read(sub, true).Num; got != 1 {
		t.Errorf("last value %d, want that of the provider's newest", got)
	}
}

// distinct is exact up to 256 values; beyond, the error stays within four standard errors (9.2 %), and the count never
// falls.
func TestDistinctBecomesASketch(t *testing.T) {
	sl := slot(OpDistinct, value.Int)
	sub := newMemory()
	before := int64(0)
	for n := int64(1); n <= 20000; n++ {
		sl.Fold(sub, seen{n: n * 7919}.event(), 1, nil, &Scratch{})
		got := sl.Read(sub, true).Num
		if n <= MaxExact && got != n {
			t.Fatalf("%d values counted as %d", n, got)
		}
		if got < before || math.Abs(float64(got-n)) > 0.092*float64(n) {
			t.Fatalf("%d values counted as %d after %d", n, got, before)
		}
		before = got
		if form := sub.bytes[sl.Key][0]; (form == formSet) != (n <= MaxExact) {
			t.Fatalf("form %d at %d values", form, n)
		}
	}
	if size := len(sub.bytes[sl.Key]); size != 1+registers {
		t.Errorf("%d bytes", size)
	}
}

func TestSketchBytesAreCanonical(t *testing.T) {
	sl := slot(OpDistinct, value.Int)
	up, down := newMemory(), newMemory()
	for n := int64(0); n < 3000; n++ {
		sl.Fold(up, seen{n: n}.event(), 1, nil, &Scratch{})
		sl.Fold(down, seen{n: 2999 - n}.event(), 1, nil, &Scratch{})
	}
	if string(up.bytes[sl.Key]) != string(down.bytes[sl.Key]) {
		t.Error("the bytes depend on the order")
	}
}

func TestDaysAreExactFarBeyondTheSet(t *testing.T) {
	sl := slot(OpDistinct, value.Date)
	sub := newMemory()
	for n := int64(1999); n >= 0; n-- {
		se := seen{at: (10000 + n/2*3) * value.DayMillis}
		sl.Fold(sub, se.event(), se.at, time.UTC, &Scratch{})
	}
	cell, ones := sub.bytes[sl.Key], 0
	for _, b := range cell[daysHeader:] {
		ones += bits.OnesCount8(b)
	}
	if got := sl.Read(sub, true).Num; got != 1000 || ones != 1000 || len(cell) > 400 {
		t.Errorf("%d days, %d bits, %d bytes", got, ones, len(cell))
	}
}

func TestTextsAndListsAreStored(t *testing.T) {
	sub := newMemory()
	long := strconv.Itoa(1 << 40)
	Store(sub, 1, value.OfText(""))
	Store(sub, 2, value.OfList([]string{"", long, "x"}))
	if va := Load(sub, 1, value.Text); !va.Known() || va.Text != "" {
		t.Errorf("%v", va)
	}
	if va := Load(sub, 2, value.List); len(va.List) != 3 || va.List[1] != long {
		t.Errorf("%v", va)
	}
	Store(sub, 2, value.Missing("gone"))
	if va := Load(sub, 2, value.List); va.Known() {
		t.Errorf("%v", va)
	}
}

// FuzzDecodeList: damaged bytes of a list cell make a shorter list, never a panic.
func FuzzDecodeList(f *testing.F) {
	f.Add(AppendList(nil, []string{"a", "", "bc"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := len(DecodeList(b)); n > len(b) {
			t.Fatalf("%d texts in %d bytes", n, len(b))
		}
	})
}

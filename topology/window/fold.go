package window

import (
	"time"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
)

// The flags in the second cell of a sum.
const (
	flagNegative = 1 << iota // a negative value was seen: what an incomplete subject has seen is no lower bound
	flagOverflow             // the sum left 64 bits: unknown from then on
)

// Fold adds an event to the subject's cells. at is its event time (ms); zone is the account's, for a Zoned slot; sc is
// memory to work in.
//
// Invariant: the order in which events with different times are folded changes no result, so a late event lands where
// an early one would have.
func (sl *Slot) Fold(sub topology.Subject, ev *schemas.Event, at int64, zone *time.Location, sc *Scratch) {
	switch sl.Op {
	case OpRing:
		sl.foldRing(sub, ev, at, sc)
	case OpPaneCount:
		if weight := min(ev.Count, maxWeight); weight > 0 {
			sl.foldSeries(sub, weight, at, zone, sc)
		}
	case OpPaneSum, OpPaneValues, OpPaneMin, OpPaneMax, OpSeen, OpNewest, OpTop:
		if va := sl.Field(ev, zone); va.Known() {
			sl.foldPaned(sub, va, at, zone, sc)
		}
	case OpTotal:
		sl.add(sub, sl.Key, max(ev.Count, 0))
	case OpFirst:
		if seen, ok := sub.Int(sl.Key); !ok || at < seen {
			sub.SetInt(sl.Key, at)
		}
	case OpLast:
		if seen, ok := sub.Int(sl.Key); !ok || at > seen {
			sub.SetInt(sl.Key, at)
		}
	case OpFirstOf, OpLastOf:
		sl.foldEnd(sub, ev, at, zone)
	default:
		if va := sl.Field(ev, zone); va.Known() {
			sl.foldValue(sub, va)
		}
	}
}

// foldPaned adds a value to the pane of its event.
func (sl *Slot) foldPaned(sub topology.Subject, va value.Value, at int64, zone *time.Location, sc *Scratch) {
	switch sl.Op {
	case OpPaneValues:
		sl.foldSeries(sub, 1, at, zone, sc)
	case OpSeen, OpNewest:
		sl.foldSeen(sub, va, at, zone, sc)
	case OpTop:
		sl.foldTop(sub, va, at, zone, sc)
	default:
		sl.foldSeries(sub, va.Num, at, zone, sc)
	}
}

// foldEnd keeps the value of the first or last event. An event without the value takes it away: null is unknown.
func (sl *Slot) foldEnd(sub topology.Subject, ev *schemas.Event, at int64, zone *time.Location) {
	at = providerTime(ev, at)
	seen, ok := sub.Int(sl.AuxKey)
	if ok && (sl.Op == OpFirstOf && at >= seen || sl.Op == OpLastOf && at < seen) {
		return
	}
	sub.SetInt(sl.AuxKey, at)
	Store(sub, sl.Key, sl.Field(ev, zone))
}

// providerTime is what orders values of billing events: webhooks come in any order, the provider knows its own.
func providerTime(ev *schemas.Event, at int64) int64 {
	if ev.Kind != schemas.KindBilling {
		return at
	}
	if created, ok := ev.OwnField("provider_created_at"); ok && created.Kind == schemas.TimeMillis {
		return created.Num
	}
	return at
}

// ValueTime is the instant that decides which of two values of a field is the newer one.
func ValueTime(ev *schemas.Event) int64 { return providerTime(ev, ev.At) }

// Store writes a value to a cell; an unknown one deletes it.
func Store(sub topology.Subject, key uint32, va value.Value) {
	switch va.Kind {
	case value.Unknown:
		sub.Delete(key)
	case value.Text:
		sub.SetBytes(key, []byte(va.Text))
	case value.List:
		sub.SetBytes(key, AppendList(nil, va.List))
	default:
		sub.SetInt(key, va.Num)
	}
}

func (sl *Slot) foldValue(sub topology.Subject, va value.Value) {
	switch sl.Op {
	case OpSum:
		sl.addSum(sub, va.Num)
	case OpAvg:
		sl.add(sub, sl.AuxKey, 1)
		sl.addSum(sub, va.Num)
	case OpMin:
		if seen, ok := sub.Int(sl.Key); !ok || va.Num < seen {
			sub.SetInt(sl.Key, va.Num)
		}
	case OpMax:
		if seen, ok := sub.Int(sl.Key); !ok || va.Num > seen {
			sub.SetInt(sl.Key, va.Num)
		}
	case OpDistinct:
		sl.foldDistinct(sub, va)
	}
}

// add counts up a cell and stays at the largest number rather than wrapping.
func (sl *Slot) add(sub topology.Subject, key uint32, n int64) {
	seen, _ := sub.Int(key)
	next, ok := value.AddInt(seen, n)
	if !ok {
		next = seen
	}
	if n != 0 {
		sub.SetInt(key, next)
	}
}

// addSum adds to the sum and keeps its flags: those of a sum in its second cell, those of a mean in the sum's own
// third cell, whose key follows from the second.
func (sl *Slot) addSum(sub topology.Subject, n int64) {
	flags, _ := sub.Int(sl.flagKey())
	before := flags
	seen, _ := sub.Int(sl.Key)
	next, ok := value.AddInt(seen, n)
	if !ok {
		next, flags = seen, flags|flagOverflow
	}
	if n < 0 {
		flags |= flagNegative
	}
	sub.SetInt(sl.Key, next)
	if flags != before {
		sub.SetInt(sl.flagKey(), flags)
	}
}

func (sl *Slot) flagKey() uint32 {
	if sl.Op == OpAvg {
		return sl.AuxKey + 1
	}
	return sl.AuxKey
}

// Keys are the cells that the slot occupies: no two slots may share one.
func (sl *Slot) Keys() []uint32 {
	switch sl.Op {
	case OpReach:
		return nil
	case OpTotal, OpMin, OpMax, OpFirst, OpLast, OpRing, OpPaneCount, OpPaneSum, OpPaneValues, OpPaneMin, OpPaneMax, OpSeen, OpNewest, OpTop:
		return []uint32{sl.Key}
	case OpAvg:
		return []uint32{sl.Key, sl.AuxKey, sl.flagKey()}
	}
	return []uint32{sl.Key, sl.AuxKey}
}

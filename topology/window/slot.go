// Package window holds the aggregates: what an event adds to a subject's cells, and what an expression reads back.
package window

import (
	"time"

	"holdfast/schemas"
	"holdfast/topology/value"
)

// Op is the aggregate of a slot.
type Op uint8

// The lifetime aggregates. OpNone is the reserved zero.
const (
	OpNone  Op = iota
	OpTotal    // number of events, weighted by UserAction.count
	OpSum
	OpMin
	OpMax
	OpFirst    // time of the first event
	OpLast     // time of the last event (idle, last)
	OpFirstOf  // value of a field in the first event
	OpLastOf   // value of a field in the last event
	OpDistinct // number of distinct values of a field
	OpAvg      // mean of a field
)

// Slot is one aggregate of one scope: what total(login) is to its subject's cells.
type Slot struct {
	Index  int    // position in the bundle, for Frame.SlotSince
	Name   string // canonical, stable over bundles: "total(user_action.signed_in)"
	Op     Op
	Key    uint32 // of its first cell: topology.Key(Name)
	AuxKey uint32 // of its second cell (the time of a value)
	Type   value.Kind
	Folds  value.Kind // of the values that go in (OpAvg of ints gives decimals)
	// Field gives the value to fold: the field, or unknown to fold nothing. nil for OpTotal, OpFirst, OpLast. The zone
	// is the account's; only a Zoned slot looks at it (`day`), the others may be given nil.
	Field func(ev *schemas.Event, zone *time.Location) value.Value
	Zoned bool
	// Days says that the values are days of event times: kept as a bitmap, never as a sketch.
	Days bool
}

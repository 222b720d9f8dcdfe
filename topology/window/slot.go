// Package window holds the aggregates: what an event adds to a subject's cells, and what an expression reads back.
package window

import (
	"time"

	"holdfast/schemas"
	"holdfast/topology/value"
)

// Op is the aggregate of a slot: lifetime ones, and what windows are read from.
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

	OpRing       // instants of the newest events
	OpPaneCount  // number of events per pane, weighted
	OpPaneSum    // sum of a field per pane
	OpPaneValues // number of values of a field per pane, for the mean
	OpPaneMin
	OpPaneMax
	OpSeen   // distinct values of a field, with their panes
	OpNewest // the distinct values that were seen last, with the instants
	OpTop    // most frequent values of a field, with their counts per pane
	OpActive // number of users with an event in one window, on the account
	OpReach  // no cells: how far back some window looks, for Frame.SlotSince
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

	// What windows add. Panes older than Reach and Slack are dropped when a newer one begins.
	Width int64 // ms of a pane; those of a day are local days
	Reach int64 // ms: how far back the farthest window looks; of OpActive and OpReach the window itself
	Slack int64 // ms: how far back rules are judged after newer events
	Most  int   // OpRing: the weight that is kept; OpReach over a ring: what it needs
	Lists bool  // OpSeen: some window ends before now
	Of    *Slot // OpReach: whose reach it is
}

// Covers says that what an earlier bundle kept for a reach is enough for this one, so that it needs no filling anew: a
// window that shrinks stays exact.
func (sl *Slot) Covers(reach, most int64) bool {
	return sl.Op == OpReach && reach >= sl.Reach && most >= int64(sl.Most)
}

package lang

import (
	"math"
	"time"

	"holdfast/topology/value"
	"holdfast/topology/window"
)

// windowCall is an aggregate over a window: count(login in 30d), sum(call.calls in this month). One that is compared with
// a small constant is read from a ring and exact; the users of an account are counted exactly; all else is read from
// panes (package window).
type windowCall struct {
	names     *Names
	aggregate window.Op // the lifetime aggregate of the same name: OpTotal for count
	event     *EventDef
	field     *FieldDef
	over      Scope
	window    window.Window
	most      int  // of a ring: the weight that settles the comparison; 0: none
	paned     bool // part of a change: two windows are compared, so both are read from panes

	source *windowSource
}

// windowSource is what a window is read from.
type windowSource struct {
	slot   *window.Slot
	values *window.Slot // of a mean: the number of values
	filled []int        // in Frame.SlotSince
	need   int64        // ms that have to be observed
	zoned  bool
}

// kind is the type of the value.
func (wc *windowCall) kind() value.Kind {
	switch wc.aggregate {
	case window.OpTotal, window.OpDistinct:
		return value.Int
	case window.OpTop:
		return value.List
	}
	if wc.aggregate == window.OpAvg && wc.field.Type == value.Int {
		return value.Decimal
	}
	return wc.field.Type
}

// flat is the call as a part of a change.
func (wc *windowCall) flat() *windowCall {
	part := *wc
	part.most, part.paned, part.source = 0, true, nil
	return &part
}

// operation is what is kept for the call.
func (wc *windowCall) operation() window.Op {
	switch wc.aggregate {
	case window.OpTotal:
		if wc.most > 0 {
			return window.OpRing
		}
		return window.OpPaneCount
	case window.OpSum, window.OpAvg:
		return window.OpPaneSum
	case window.OpMin:
		return window.OpPaneMin
	case window.OpMax:
		return window.OpPaneMax
	case window.OpTop:
		return window.OpTop
	}
	switch {
	case wc.over == ScopeAccount && wc.field.canonical == "user_id" && !wc.paned && wc.window.Before == 0 && wc.window.Month == 0:
		return window.OpActive
	case wc.most > 0:
		return window.OpNewest
	}
	return window.OpSeen
}

// bind makes the slots that the call is read from, once.
func (wc *windowCall) bind() *windowSource {
	if wc.source != nil {
		return wc.source
	}
	slot := wc.names.windowSlot(wc.operation(), wc.event, wc.field, wc.over, wc.window)
	most := wc.most
	if slot.Op == window.OpActive {
		most = 0 // it counts them all
	}
	slot.Most = max(slot.Most, most)
	so := &windowSource{slot: slot, need: wc.window.Reach()}
	so.zoned = slot.Width == value.DayMillis
	if wc.aggregate == window.OpAvg {
		so.values = wc.names.windowSlot(window.OpPaneValues, wc.event, wc.field, wc.over, wc.window)
	}
	so.filled = []int{slot.Index, wc.names.reach(slot, so.need, most).Index}
	wc.source = so
	return so
}

func (so *windowSource) zone(f *Frame) *time.Location {
	if !so.zoned {
		return nil
	}
	return accountZone(f)
}

func (wc *windowCall) compile(*term) compiled {
	if wc.aggregate == window.OpTop {
		return compiled{list: wc.listing()}
	}
	return compiled{number: wc.number()}
}

func (wc *windowCall) listing() list {
	so, over, wi := wc.bind(), wc.over, wc.window
	return func(f *Frame) ([]byte, bool) {
		if !so.covered(f, over) {
			return nil, false
		}
		return so.slot.Top(f.cells(over), wi, f.Now, so.zone(f), &f.scratch), true
	}
}

func (wc *windowCall) number() number {
	so, over, wi := wc.bind(), wc.over, wc.window
	switch wc.aggregate {
	case window.OpAvg:
		return wc.mean()
	case window.OpMin, window.OpMax:
		bound := value.AtLeast
		if wc.aggregate == window.OpMin {
			bound = value.AtMost
		}
		return func(f *Frame) (int64, mark) {
			ta := so.slot.Within(f.cells(over), wi, f.Now, so.zone(f))
			if !ta.Any {
				return 0, missing
			}
			return so.marked(f, over, ta.N, bound)
		}
	case window.OpSum:
		return func(f *Frame) (int64, mark) {
			ta := so.slot.Within(f.cells(over), wi, f.Now, so.zone(f))
			if ta.Lost || ta.Negative && !so.covered(f, over) {
				return 0, missing
			}
			return so.marked(f, over, ta.N, value.AtLeast)
		}
	}
	return func(f *Frame) (int64, mark) {
		ta := so.slot.Within(f.cells(over), wi, f.Now, so.zone(f))
		return so.marked(f, over, ta.N, value.AtLeast)
	}
}

func (so *windowSource) marked(f *Frame, over Scope, n int64, bound mark) (int64, mark) {
	if so.covered(f, over) {
		return n, value.Exact
	}
	return n, bound
}

func (wc *windowCall) mean() number {
	so, over, wi := wc.bind(), wc.over, wc.window
	scale := int64(1)
	if wc.field.Type == value.Int {
		scale = value.Scale
	}
	return func(f *Frame) (int64, mark) {
		cells, zone := f.cells(over), so.zone(f)
		sum := so.slot.Within(cells, wi, f.Now, zone)
		count := so.values.Within(cells, wi, f.Now, zone)
		if sum.Lost || !count.Any || !so.covered(f, over) {
			return 0, missing
		}
		return settled(value.MulDiv(sum.N, scale, count.N))
	}
}

// covered says that the window is exact: the subject was observed long enough, and the slot is as old.
func (so *windowSource) covered(f *Frame, over Scope) bool {
	if f.SlotSince == nil && f.HistoryComplete {
		return true
	}
	return f.Now >= so.coveredAt(f, over)
}

// coveredAt is the instant from which the window is exact; Never when that cannot be said yet.
func (so *windowSource) coveredAt(f *Frame, over Scope) int64 {
	from := int64(math.MinInt64)
	if !Complete(f, over) {
		since, seen := observedSince(f, over)
		if !seen {
			return Never
		}
		from = since + so.need
	}
	for _, i := range so.filled {
		if youngerThan(f, over, i) {
			from = max(from, f.SlotSince[i]+so.need)
		}
	}
	return from
}

// next is the next entering or leaving, the next month, or the instant from which the window is exact.
func (wc *windowCall) next(*term) func(f *Frame) int64 {
	so, over, wi := wc.bind(), wc.over, wc.window
	wi.Most = wc.most
	return func(f *Frame) int64 {
		next := so.slot.NextWithin(f.cells(over), wi, f.Now, so.zone(f))
		if f.SlotSince == nil && f.HistoryComplete {
			return next
		}
		if at := so.coveredAt(f, over); at > f.Now {
			next = min(next, at)
		}
		return next
	}
}

func (wc *windowCall) wakes(*term) string {
	if wc.window.Month > 0 {
		return "the month begins"
	}
	return "next leaving of the window"
}

// depends: whether a window is exact turns with the first record of the subject, and local days with its zone.
func (wc *windowCall) depends(_ *term, na *Names) (events []*EventDef, facts []*FactDef) {
	if wc.over == ScopeAccount && wc.bind().zoned {
		return nil, []*FactDef{na.Facts[ScopeAccount]["time_zone"]}
	}
	return nil, nil
}

// walk is the same over whole values, with the reason of what is unknown.
func (wc *windowCall) walk(_ *term, f *Frame) value.Value {
	so := wc.bind()
	cells, exact := f.cells(wc.over), f.Now >= so.coveredAt(f, wc.over)
	if wc.aggregate == window.OpTop {
		if !exact {
			return value.Missing(so.observed(f, wc.over))
		}
		return value.OfList(window.DecodeList(so.slot.Top(cells, wc.window, f.Now, accountZone(f), &f.scratch)))
	}
	ta := so.slot.Within(cells, wc.window, f.Now, accountZone(f))
	va := value.Value{Kind: wc.kind(), Num: ta.N}
	if !exact {
		va.Bound = value.AtLeast
		if wc.aggregate == window.OpMin {
			va.Bound = value.AtMost
		}
	}
	switch wc.aggregate {
	case window.OpTotal, window.OpDistinct:
		return va
	case window.OpMin, window.OpMax:
		if !ta.Any {
			return value.Missing("nothing in the window")
		}
		return va
	}
	switch {
	case ta.Lost:
		return value.Missing(value.ReasonOverflow)
	case !exact && (ta.Negative || wc.aggregate == window.OpAvg):
		return value.Missing(so.observed(f, wc.over))
	case wc.aggregate == window.OpSum:
		return va
	}
	return wc.walkMean(f, ta.N)
}

func (wc *windowCall) walkMean(f *Frame, sum int64) value.Value {
	count := wc.source.values.Within(f.cells(wc.over), wc.window, f.Now, accountZone(f)).N
	if count == 0 {
		return value.Missing("nothing in the window")
	}
	return value.Div(value.Value{Kind: wc.field.Type, Num: sum}, value.OfInt(count))
}

// observed is why a window is not exact yet: "observed 3d of 14d".
func (so *windowSource) observed(f *Frame, over Scope) string {
	need := value.FormatDuration(so.need, " ")
	since, seen := observedSince(f, over)
	if !seen {
		return "observed 0s of " + need
	}
	if at := f.Now - since; at < so.need {
		return "observed " + roughly(at) + " of " + need
	}
	filling := since
	for _, i := range so.filled {
		if i < len(f.SlotSince) {
			filling = max(filling, f.SlotSince[i])
		}
	}
	return "counted " + roughly(f.Now-filling) + " of " + need
}

// roughly leaves the hours off days and the minutes off hours.
func roughly(millis int64) string {
	for _, unit := range [...]int64{value.DayMillis, 3_600_000, 60_000, 1000} {
		if millis >= unit {
			return value.FormatDuration(millis/unit*unit, " ")
		}
	}
	return value.FormatDuration(millis, " ")
}

// windowed says that the term is read from a window.
func (te *term) windowed() bool {
	switch does := te.does.(type) {
	case *windowCall, *changeCall:
		return te.op == opCall
	case *evidenceCall:
		return te.op == opCall && does.window > 0
	}
	return false
}

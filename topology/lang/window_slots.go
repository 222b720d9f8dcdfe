package lang

import (
	"strconv"
	"time"

	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// attach makes an event fold a slot for a scope. Two events of one canonical text are the same events: the first of them
// folds for both.
func (na *Names) attach(sl *window.Slot, de *EventDef, over Scope) {
	if over == ScopeKey {
		return // checked only: nobody folds it
	}
	at := attached{sl, over}
	if na.attached[at] {
		return
	}
	na.attached[at] = true
	for ev := de; ev != nil; ev = ev.Narrows {
		ev.local = ev.local || sl.Zoned
	}
	switch {
	case sl.Op == window.OpActive:
		de.ActiveSlots = append(de.ActiveSlots, sl)
	case over == ScopeUser:
		de.UserSlots = append(de.UserSlots, sl)
	default:
		de.AccountSlots = append(de.AccountSlots, sl)
	}
}

// attached is a slot that is folded for a scope.
type attached struct {
	slot *window.Slot
	over Scope
}

// add numbers a slot: its place in the bundle is that in Frame.SlotSince.
func (na *Names) add(sl *window.Slot) *window.Slot {
	sl.Index, sl.Slack = len(na.Slots), na.slack
	na.Slots = append(na.Slots, sl)
	na.byName[sl.Name] = sl
	return sl
}

// SetSlack says how far back rules are judged after newer events: the largest lateness (ms) of the bundle. Windows keep
// what they need for it.
func (na *Names) SetSlack(millis int64) {
	na.slack = max(na.slack, millis)
	for _, sl := range na.Slots {
		sl.Slack = na.slack
	}
}

// windowSlot finds or makes what a window is read from, and lets it reach back far enough.
func (na *Names) windowSlot(operation window.Op, de *EventDef, field *FieldDef, over Scope, wi window.Window) *window.Slot {
	name := windowSlotName(operation, de, field, wi)
	sl := na.byName[name]
	if sl == nil {
		sl = na.add(newWindowSlot(name, operation, field, wi))
	}
	sl.Reach = max(sl.Reach, wi.Reach())
	sl.Lists = sl.Lists || operation == window.OpSeen && wi.Bounded()
	na.attach(sl, de, over)
	return sl
}

// windowSlotName says what is kept and how it is cut, so that windows over the same panes share a cell.
func windowSlotName(operation window.Op, de *EventDef, field *FieldDef, wi window.Window) string {
	name := windowWord(operation) + "(" + de.Canonical
	if field != nil {
		name += "#" + field.canonical
	}
	name += ")"
	switch operation {
	case window.OpRing, window.OpNewest:
		return name
	case window.OpActive:
		return name + " in " + value.FormatDuration(wi.Length, "")
	}
	return name + " by " + value.FormatDuration(wi.PaneMillis(), "")
}

func windowWord(operation window.Op) string {
	switch operation {
	case window.OpRing, window.OpNewest:
		return "newest"
	case window.OpPaneCount:
		return "count"
	case window.OpPaneSum:
		return "sum"
	case window.OpPaneValues:
		return "values"
	case window.OpPaneMin:
		return "min"
	case window.OpPaneMax:
		return "max"
	case window.OpSeen:
		return "distinct"
	case window.OpTop:
		return "top"
	}
	return "active"
}

func newWindowSlot(name string, operation window.Op, field *FieldDef, wi window.Window) *window.Slot {
	sl := &window.Slot{Name: name, Op: operation, Key: topology.Key(name), AuxKey: topology.Key(name + "+"), Type: value.Int}
	switch operation {
	case window.OpRing, window.OpActive:
	case window.OpNewest:
		sl.Width = 1
	default:
		sl.Width = wi.PaneMillis()
		sl.Zoned = sl.Width == value.DayMillis
	}
	if field != nil {
		sl.Field, sl.Folds = field.read, field.Type
		sl.Zoned = sl.Zoned || field.zoned
		sl.Days = field.canonical == "day" && (operation == window.OpSeen || operation == window.OpNewest)
	}
	return sl
}

// reach makes the entry of a window in Frame.SlotSince: a window that grows over the panes of another one is not filled.
func (na *Names) reach(of *window.Slot, reachMillis int64, most int) *window.Slot {
	name := of.Name + " back " + value.FormatDuration(reachMillis, "")
	if most > 0 {
		name = of.Name + " up to " + strconv.Itoa(most)
	}
	if sl := na.byName[name]; sl != nil {
		return sl
	}
	return na.add(&window.Slot{Name: name, Op: window.OpReach, Key: topology.Key(name), Reach: reachMillis, Most: most, Of: of})
}

// foldWindows folds what depends on more than the event and one subject: narrowed events, and who is active.
func (de *EventDef) foldWindows(f *Frame, account, user topology.Subject, zone *time.Location) {
	if user != nil && len(de.ActiveSlots) > 0 {
		judged, _ := account.Int(judgedKey)
		for _, slot := range de.ActiveSlots {
			slot.FoldActive(account, user, f.Event.At, judged, &f.scratch)
		}
	}
	for _, narrowed := range de.Narrowed {
		if narrowed.Where.Truth(f) == value.Yes {
			narrowed.foldAggregates(f, account, user, zone)
		}
	}
}

// Judged is the cell with the newest instant (ms) for which a subject was judged. The operator writes it.
const Judged = "judged"

var judgedKey = topology.Key(Judged)

// foldAggregates folds the aggregates of the event, but none of its facts.
func (de *EventDef) foldAggregates(f *Frame, account, user topology.Subject, zone *time.Location) {
	foldSlots(f, de.AccountSlots, account, zone)
	if user != nil {
		foldSlots(f, de.UserSlots, user, zone)
	}
	de.foldWindows(f, account, user, zone)
}

func foldSlots(f *Frame, slots []*window.Slot, sub topology.Subject, zone *time.Location) {
	ev := f.Event
	for _, slot := range slots {
		slot.Fold(sub, ev, ev.At, zone, &f.scratch)
	}
}

// declared is the event that the bundle declares: that of a narrowed one.
func (de *EventDef) declared() *EventDef {
	if de.Narrows != nil {
		return de.Narrows.declared()
	}
	return de
}

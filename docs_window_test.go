package holdfast_test

import (
	"strings"
	"testing"
	"time"

	"holdfast/schemas"
	"holdfast/state"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// The worked examples of the window cells in docs/FORMATS.md: events on the hour, from 2026-03-08T09:00Z on.

const firstHour = 1772960400000

// windowExamples folds three hours of events (of count 1, 1 and 20) into each kind of cell. The window is of 60 h, so a pane
// is an hour.
func windowExamples(t *testing.T) []example {
	t.Helper()
	hour := int64(time.Hour / time.Millisecond)
	fold := func(name string, op window.Op, lists bool) example {
		sl := &window.Slot{
			Op: op, Key: 1, AuxKey: 2, Width: hour, Reach: 60 * hour, Most: 65, Lists: lists,
			Field: func(ev *schemas.Event, _ *time.Location) value.Value { return value.OfInt(ev.Count) },
		}
		sub := foldedSubject{cells: &state.Record{}}
		for i, count := range []int64{1, 1, 20} {
			at := firstHour + int64(i)*hour
			sl.Fold(sub, &schemas.Event{Count: count, At: at}, at, time.UTC, &window.Scratch{})
		}
		cell, _ := sub.cells.Bytes(sl.Key)
		return example{name, spaced(cell)}
	}
	return []example{
		fold("counts", window.OpPaneCount, false), fold("sums", window.OpPaneSum, false), fold("newest", window.OpRing, false),
		fold("distinct, up to now", window.OpSeen, false), fold("distinct, with `before`", window.OpSeen, true), fold("top", window.OpTop, false),
	}
}

func TestFormatsShowsTheCellsOfWindows(t *testing.T) {
	text := section(formatsText(t), "### Windows")
	for _, ex := range windowExamples(t) {
		if !strings.Contains(text, ex.text) {
			t.Errorf("docs/FORMATS.md lacks the cell of %s: %s", ex.what, ex.text)
		}
	}
}

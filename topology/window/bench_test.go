package window

import (
	"testing"
	"time"

	"holdfast/topology/value"
)

// daily is a counter with an event on each of the last 30 days: the panes of 30 d are half a day.
func daily(b *testing.B, op Op) (*Slot, *memory, Window) {
	b.Helper()
	wi := Window{Length: 30 * value.DayMillis}
	sl, sub, sc := paned(op, 600_000, wi), newMemory(), &Scratch{}
	sl.Most = 4
	for i := range int64(30) {
		at := someDay + i*value.DayMillis
		sl.Fold(sub, happening{at: at, n: i % 9, weight: 1}.event(), at, time.UTC, sc)
	}
	return sl, sub, wi
}

var benched = []struct {
	name string
	op   Op
}{{"count", OpPaneCount}, {"sum", OpPaneSum}, {"max", OpPaneMax}, {"distinct", OpSeen}, {"top", OpTop}, {"ring", OpRing}}

// fixedCells keeps one cell in place, so that the benchmark sees the window and not a map.
type fixedCells struct {
	memory
	cell []byte
}

func (fi *fixedCells) Bytes(uint32) ([]byte, bool) { return fi.cell, true }
func (fi *fixedCells) SetBytes(_ uint32, b []byte) { fi.cell = append(fi.cell[:0], b...) }

func BenchmarkRead(b *testing.B) {
	for _, bm := range benched {
		sl, sub, wi := daily(b, bm.op)
		cells, sc := &fixedCells{cell: sub.bytes[sl.Key]}, &Scratch{}
		for _, when := range []struct {
			name string
			now  int64
		}{{"now", someDay + 29*value.DayMillis}, {"half left", someDay + 44*value.DayMillis}} {
			b.Run(bm.name+"/"+when.name, func(b *testing.B) {
				b.ReportAllocs()
				b.ReportMetric(float64(len(cells.cell)), "B/cell")
				for b.Loop() {
					if bm.op == OpTop {
						sl.Top(cells, wi, when.now, time.UTC, sc)
						continue
					}
					sl.Within(cells, wi, when.now, time.UTC)
				}
			})
		}
	}
}

func BenchmarkFold(b *testing.B) {
	for _, bm := range benched {
		sl, sub, _ := daily(b, bm.op)
		cells, sc := &fixedCells{cell: sub.bytes[sl.Key]}, &Scratch{}
		ev := happening{n: 4, weight: 1}.event()
		b.Run(bm.name+"/same pane", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sl.Fold(cells, ev, someDay+29*value.DayMillis, time.UTC, sc)
			}
		})
		b.Run(bm.name+"/next day", func(b *testing.B) {
			b.ReportAllocs()
			at := int64(someDay + 29*value.DayMillis)
			for b.Loop() {
				at += value.DayMillis
				sl.Fold(cells, ev, at, time.UTC, sc)
			}
		})
	}
}

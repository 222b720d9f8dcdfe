package lang

import (
	"testing"

	"holdfast/topology/value"
)

// windowRules read what windows are read from: a ring, panes with the whole of them in the window, and half of them.
var windowRules = []struct{ name, source string }{
	{"ring", `account.plan == "free" and count(call in 30d) >= 3`},
	{"panes", `account.plan == "free" and count(call in 30d) >= 100`},
	{"sum", `sum(call.calls in 30d) > 1000`},
	{"distinct", `distinct(call.calls in 30d) >= 2`},
	{"change", `change(count(call in 14d)) <= -50%`},
	{"days", `count(call in 90d) >= 100`},
}

// oneCell answers every bytes cell but the plan with the same cell.
type oneCell struct {
	fixed
	planKey uint32
	cell    []byte
}

func (oc *oneCell) Bytes(key uint32) ([]byte, bool) {
	if key == oc.planKey {
		return oc.plan, true
	}
	return oc.cell, true
}

func BenchmarkWindowRule(b *testing.B) {
	for _, rule := range windowRules {
		b.Run(rule.name, func(b *testing.B) {
			wo := newWorld()
			pg := wo.compile(b, rule.source)
			for i := range int64(30) {
				wo.happen(wo.call, (70+i)*day, long("calls", i%5))
			}
			sub := &oneCell{fixed: fixed{plan: []byte("free"), n: 40}, planKey: wo.names.Facts[ScopeAccount]["plan"].ValueKey}
			sub.cell = wo.user.bytes[wo.names.Slots[0].Key]
			wo.frame.Account, wo.frame.User = sub, sub
			wo.frame.Zones = nil
			b.ReportAllocs()
			for b.Loop() {
				if pg.Truth(wo.frame) == value.Maybe {
					b.Fatal("unknown")
				}
			}
		})
	}
}

func TestWindowsAllocateNothing(t *testing.T) {
	wo := newWorld()
	cx := wo.in()
	cx.Waiting = true
	sources := []string{
		"count(call in 30d) >= 3", "count(call in 30d) >= 100", "sum(call.calls in 30d) > 3", "avg(call.calls in 7d) > 3", "max(call.took in 90d) > 1d",
		"distinct(call.calls in 30d) >= 2", "distinct(call.calls in 7d before 7d) >= 2", "change(count(call in 14d)) <= -50%", "account.distinct(call.user_id in 7d) >= 2",
		"count(call in last month) > 70", "count(call in 7d where event.feature in power) >= 2", "known(top(call.calls in 30d))", "distinct(call.day in 30d) >= 3",
	}
	var programs []*Program
	for _, source := range sources {
		programs = append(programs, wo.compileIn(t, source, cx))
	}
	ev := wo.frame
	for i := range int64(60) {
		wo.happen(wo.call, (60+i/2)*day+i*3_600_000, long("calls", i%5), str("took", "3d"))
	}
	for _, pg := range programs {
		if n := testing.AllocsPerRun(100, func() { pg.Truth(wo.frame); pg.Next(wo.frame) }); n != 0 {
			t.Errorf("%s: %v allocations to read", pg.Source, n)
		}
	}
	account, user := &flatMemory{}, &flatMemory{}
	ev.Event.At = 95 * day
	fold := func() {
		ev.Event.At += 3_600_000
		wo.call.Fold(wo.frame, account, user)
	}
	for range 3000 {
		fold()
	}
	if n := testing.AllocsPerRun(500, fold); n != 0 {
		t.Errorf("%v allocations to fold an event", n)
	}
}

// flatMemory is a subject that allocates nothing once it has its cells.
type flatMemory struct {
	keys  []uint32
	ints  []int64
	bytes [][]byte
	memory
}

func (fm *flatMemory) at(key uint32) int {
	for i, other := range fm.keys {
		if other == key {
			return i
		}
	}
	fm.keys, fm.ints, fm.bytes = append(fm.keys, key), append(fm.ints, 0), append(fm.bytes, nil)
	return len(fm.keys) - 1
}

func (fm *flatMemory) Int(key uint32) (int64, bool) { n := fm.ints[fm.at(key)]; return n, n != 0 }
func (fm *flatMemory) Bytes(key uint32) ([]byte, bool) {
	b := fm.bytes[fm.at(key)]
	return b, b != nil
}
func (fm *flatMemory) SetInt(key uint32, v int64) { fm.ints[fm.at(key)] = v }
func (fm *flatMemory) SetBytes(key uint32, b []byte) {
	i := fm.at(key)
	fm.bytes[i] = append(fm.bytes[i][:0], b...)
}
func (fm *flatMemory) Delete(key uint32) { i := fm.at(key); fm.ints[i], fm.bytes[i] = 0, nil }

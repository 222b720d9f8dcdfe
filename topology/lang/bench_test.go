package lang

import (
	"testing"

	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// fixed is a subject that answers as fast as one can, so that the benchmark sees the rule and not a map.
type fixed struct {
	plan []byte
	n    int64
}

func (fi *fixed) Int(key uint32) (int64, bool)    { return fi.n, true }
func (fi *fixed) Bytes(key uint32) ([]byte, bool) { return fi.plan, true }

var _ topology.Cells = (*fixed)(nil)

// rules are the two of performance.md (e), in what this release builds.
var rules = map[string]string{
	"simple":  `account.plan == "free" and total(call) >= 3`,
	"complex": `account.plan in ("free" or "starter") and account.status != "critical" and account.seats_limit * 10 >= account.spent * 8 and total(call) + sum(call.calls) >= 0 and idle(login) >= 7d`,
}

func BenchmarkRule(b *testing.B) {
	for _, name := range []string{"simple", "complex"} {
		b.Run(name, func(b *testing.B) {
			wo := newWorld()
			pg := wo.compile(b, rules[name])
			sub := &fixed{plan: []byte("free"), n: 40}
			wo.frame.Account, wo.frame.User = sub, sub
			b.ReportAllocs()
			for b.Loop() {
				if pg.Truth(wo.frame) == value.Maybe {
					b.Fatal("unknown")
				}
			}
		})
	}
}

func TestEvaluatingAllocatesNothing(t *testing.T) {
	wo := newWorld()
	wo.live4(t)
	cx := wo.in()
	cx.Waiting = true
	sources := []string{
		rules["simple"], rules["complex"], `user.roles contains "admin" and known(last(call.calls))`, "idle(login) >= 7d",
		"account.since > start.time - 3d and start.calls in sizes and start.feature in power", "not user.vip or last(call.took) * 1.5 > 2d",
	}
	for _, source := range sources {
		pg := wo.compileIn(t, source, cx)
		if n := testing.AllocsPerRun(100, func() { pg.Truth(wo.frame); pg.Eval(wo.frame); pg.Next(wo.frame) }); n != 0 {
			t.Errorf("%s: %v allocations", source, n)
		}
	}
}

// live4 gives the world a life with everything in it.
func (wo *world) live4(t *testing.T) {
	wo.compile(t, "idle(login) > 1d and last(call.calls) > 1 and last(call.took) > 1d and total(call) > 1 and sum(call.calls) > 1")
	wo.happen(wo.login, 90*day)
	wo.happen(wo.call, 91*day, long("calls", 3), str("took", "3d"))
	wo.names.Facts[ScopeAccount]["since"].Set(wo.account, value.OfDate(40), 1)
	wo.names.Facts[ScopeAccount]["time_zone"].Set(wo.account, value.OfText("Europe/Berlin"), 1)
	wo.names.Facts[ScopeAccount]["plan"].Set(wo.account, value.OfText("free"), 1)
	window.Store(wo.user, wo.names.Facts[ScopeUser]["roles"].ValueKey, value.OfList([]string{"owner", "admin"}))
	wo.frame.Start = []value.Value{value.OfInt(1), value.OfText("sso"), value.OfDuration(day)}
}

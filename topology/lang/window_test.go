package lang

import (
	"testing"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// windowLeaves are calls over windows, for the random expressions.
var windowLeaves = map[value.Kind][]string{
	value.Bool: {"(count(call in 7d) >= 2)", "(distinct(call.calls in 14d) >= 2)", "(distinct(login.day in 7d) == 1)", "(3 > count(call in 14d))", "(count(login in 7d) == 1)", "(top(call.calls in 30d) contains \"3\")", "has(call where event.calls > 3)"},
	value.Int: {
		"count(call in 7d)", "account.count(login in 30d before 7d)", "count(call in this month)", "count(call in last month)", "distinct(call.calls in 14d)",
		"distinct(call.calls in 14d before 14d)", "account.distinct(call.user_id in 7d)", "sum(call.calls in 30d)", "min(call.calls in 90d)",
		"max(call.calls in 60d before 30d)", "count(call in 30d where event.calls > 3)", "total(call where event.ok)", "distinct(login.day in 7d)",
	},
	value.Decimal:  {"avg(call.calls in 30d)", "change(count(call in 7d))", "change(sum(call.price in 14d))", "sum(call.price in 90d)", "change(count(call in last month))"},
	value.Duration: {"max(call.took in 30d)", "avg(call.took in last month)", "sum(call.took in 7d)"},
	value.Time:     {"max(call.at_time in 30d)"},
	value.Date:     {"min(call.on_day in 90d)"},
}

// What is wrong with a window is said in the words of the language.
func TestWindowErrors(t *testing.T) {
	for source, want := range map[string]string{
		"count(login)":                                       "count() wants a window: count(login in 30d), or total(login)",
		"count(call.calls in 7d)":                            "count() wants an event without a field: count(call)",
		"count()":                                            "count() wants an event and a window: count(login in 30d)",
		"top(call.calls)":                                    "top() wants a window: top(call.calls in 30d)",
		"sum(call in 7d)":                                    "sum() wants a field: sum(call.FIELD)",
		"sum(call.ok in 7d)":                                 "sum() cannot take a condition (bool)",
		"total(login in 7d)":                                 "total() is over the whole life and takes no window: count(login in 7d)",
		"idle(login in last month) > 1d":                     "idle() is over the whole life and takes no window: count(login in last month)",
		"count(login in 0s)":                                 "a window of 0s has nothing in it; write in 30d",
		"count(login in 1h before 30d)":                      "1h before 30d looks back over 43260 panes of 1m; take a longer window",
		"count(login in 99999w)":                             "99999w looks back over 699993 panes of 1d; take a shorter one",
		"change(total(login))":                               "change() wants an aggregate over a window, this is total(login): change(count(login in 7d))",
		"change()":                                           "change() wants an aggregate over a window: change(count(login in 7d))",
		"change(max(call.at_time in 7d))":                    "change() cannot take a time",
		"change(top(call.calls in 7d))":                      "change() wants an aggregate over a window, this is top(call.calls in 7d): change(count(login in 7d))",
		"count(login in 7d where total(call) > 1)":           "total(): where sees only event.*, lists, literals and known(), because it is judged once",
		"count(login in 7d where event.count)":               "where wants a condition (bool), this is an int",
		"count(lgin in 7d)":                                  "unknown event lgin; did you mean login?",
		"count(call in 7d where event.cals > 1)":             "call has no field cals; did you mean calls?",
		"idle(login) >= count(call in 7d) * 1d":              "not solvable: idle(login) and count(call in 7d) both change with time; keep one side of >= still",
		"change(count(call in 7d)) * 1d < observed()":        "not solvable: change(count(call in 7d)) and observed() both change with time; keep one side of < still",
		"count(call in 30x)":                                 "",
		"count(call in 7d before count(login in 7d)) >= 1":   "a window is a duration; write in 30d",
		"count(call in this year)":                           "this month is the only named window",
		"distinct(call.user_id in 7d) >= 0.5 * idle(login)":  "",
		"sum(call.calls in 7d) + idle(login) / 1d >= 3":      "not solvable: idle(login) must stand alone on its side of >=",
		"known(count(login in 7d where event.ok default 3))": "",
	} {
		wo := newWorld()
		cx := wo.in()
		cx.Waiting = true
		_, errors := wo.names.Compile(source, cx)
		switch {
		case len(errors) == 0:
			t.Errorf("%s was accepted", source)
		case want != "" && errors[0].Text != want:
			t.Errorf("%s:\n got %s\nwant %s", source, errors[0].Text, want)
		}
	}
}

// The bounds of language.md 3 for windows: exact once observed as long as the window is, a bound before.
func TestWindowsOfASubjectThatIsObservedShortly(t *testing.T) {
	cases := []struct {
		source       string
		short, whole value.Truth
	}{
		{"count(call in 14d) >= 3", value.Yes, value.Yes}, {"count(call in 14d) >= 4", value.Maybe, value.No},
		{"count(call in 14d) == 3", value.Maybe, value.Yes}, {"count(call in 14d) < 3", value.No, value.No},
		{"count(call in 14d) default 0 < 4", value.Yes, value.Yes}, {"sum(call.calls in 14d) >= 60", value.Yes, value.Yes},
		{"sum(call.calls in 14d) <= 60", value.Maybe, value.Yes}, {"sum(call.price in 14d) < 100", value.Maybe, value.Yes},
		{"min(call.calls in 14d) <= 10", value.Yes, value.Yes}, {"min(call.calls in 14d) > 9", value.Maybe, value.Yes},
		{"max(call.calls in 14d) >= 30", value.Yes, value.Yes}, {"max(call.calls in 14d) == 30", value.Maybe, value.Yes},
		{"distinct(call.calls in 14d) >= 3", value.Yes, value.Yes}, {"distinct(call.calls in 14d) == 3", value.Maybe, value.Yes},
		{"avg(call.calls in 14d) == 20", value.Maybe, value.Yes}, {"known(avg(call.calls in 14d))", value.No, value.Yes},
		{"known(top(call.calls in 14d))", value.No, value.Yes}, {"known(min(login.count in 14d))", value.No, value.No},
		{"count(login in 14d) == 0", value.Maybe, value.Yes}, {"known(change(count(call in 7d)))", value.No, value.Yes},
	}
	wo := newWorld()
	wo.frame.HistoryComplete, wo.frame.History = false, 99*day
	var programs []*Program
	for _, tc := range cases {
		programs = append(programs, wo.compile(t, tc.source))
	}
	for i, n := range []int64{20, 10, 30} {
		wo.happen(wo.call, int64(88+i)*day, long("calls", n), double("price", float64(n)-20.5))
	}
	for i, tc := range cases {
		wo.user.SetInt(topology.Key(ObservedSince), 86*day+1)
		wo.same(t, programs[i], tc.short)
		wo.user.SetInt(topology.Key(ObservedSince), 86*day)
		wo.same(t, programs[i], tc.whole)
	}
}

// An unknown window says how long it was observed, and time alone makes it known.
func TestObservingAWindowTakesTime(t *testing.T) {
	wo := newWorld()
	wo.frame.HistoryComplete, wo.frame.History = false, 200*day
	cx := wo.in()
	cx.Waiting = true
	none, mean := wo.compileIn(t, "count(call in 14d) == 0", cx), wo.compile(t, "avg(call.calls in 14d)")
	growth := wo.compile(t, "change(count(call in 7d))")
	wo.user.SetInt(topology.Key(ObservedSince), 97*day-5)
	if got := walk(mean.term, wo.frame).String(); got != "unknown (observed 3d of 14d)" {
		t.Error(got)
	}
	if got := walk(growth.term, wo.frame).String(); got != "unknown (observed 3d of 14d)" {
		t.Error(got)
	}
	wo.same(t, none, value.Maybe)
	next := none.Next(wo.frame)
	if next != 111*day-5 {
		t.Fatalf("known at %d", next)
	}
	wo.frame.Now = next
	wo.same(t, none, value.Yes)
	wo.frame.Now = 100 * day
	wo.happen(wo.call, 70*day, long("calls", 3)) // history shows more: observed() counts from it
	wo.user.SetInt(topology.Key(ObservedSince), 70*day)
	wo.frame.Now = 87 * day
	wo.frame.SlotSince = make([]int64, len(wo.names.Slots))
	for i := range wo.frame.SlotSince {
		wo.frame.SlotSince[i] = 80 * day
	}
	if got := walk(mean.term, wo.frame).String(); got != "unknown (counted 7d of 14d)" {
		t.Error(got)
	}
}

// A window that grows over the panes of another one is a bound until it is filled; what was there is not lost.
func TestGrownWindowIsUnknownUntilFilled(t *testing.T) {
	wo := newWorld()
	short, long := wo.compile(t, "count(call in 60d) + 0 == 0"), wo.compile(t, "count(call in 90d) + 0 == 0")
	wo.user.SetInt(topology.Key(ObservedSince), 1)
	if len(wo.names.Slots) != 3 {
		t.Fatalf("%d entries: the panes are shared, the reaches are not", len(wo.names.Slots))
	}
	wo.frame.SlotSince = make([]int64, 3)
	wo.frame.Now = 150 * day
	wo.same(t, short, value.Yes)
	wo.same(t, long, value.Yes)
	for i, slot := range wo.names.Slots {
		if slot.Index != i {
			t.Errorf("%s has index %d, not %d", slot.Name, slot.Index, i)
		}
		if slot.Op == window.OpReach && slot.Reach == 90*day {
			wo.frame.SlotSince[i] = 100 * day
		}
	}
	wo.same(t, short, value.Yes)
	wo.same(t, long, value.Maybe)
	wo.frame.Now = 190 * day
	wo.same(t, long, value.Yes)
	wo.frame.Now = 150 * day
	wo.user.SetInt(topology.Key(ObservedSince), 100*day) // born after it: nothing is missing
	wo.same(t, long, value.Yes)
}

func TestWindowsShareWhatIsKept(t *testing.T) {
	wo := newWorld()
	for _, source := range []string{
		"count(call in 7d) >= 3", "count(call in 30d) > 5", "3 == count(call in 7d)", "change(count(call in 7d)) < 0", "avg(call.calls in 7d) > sum(call.calls in 7d)",
		"account.distinct(call.user_id in 7d) > 3", "account.change(distinct(call.user_id in 7d)) > 0", "count(call in 7d where event.feature in power) > 100",
		"count(call in 7d) >= 65", "count(call in this month) + 1 > 2", "count(call in 70d) + 1 > 2",
		"distinct(call.feature in 30d) >= 5 and distinct(call.feature in 7d) < 2",
	} {
		if source == "account.change(distinct(call.user_id in 7d)) > 0" {
			source = "change(account.distinct(call.user_id in 7d)) > 0"
		}
		wo.compile(t, source)
	}
	var names []string
	for _, slot := range wo.names.Slots {
		if slot.Op != window.OpReach {
			names = append(names, slot.Name)
		}
	}
	const call = "user_action.api_called"
	want := []string{
		"newest(" + call + ")", "count(" + call + ") by 2h48m", "sum(" + call + "#calls:int) by 2h48m", "values(" + call + "#calls:int) by 2h48m",
		"active(" + call + "#user_id) in 7d", "distinct(" + call + "#user_id) by 2h48m",
		"count(" + call + ` where (in event.feature "sso" "api")) by 2h48m`, "count(" + call + ") by 1d",
		"newest(" + call + "#feature)",
	}
	if len(names) != len(want) {
		t.Fatalf("%q", names)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Errorf("got %s, want %s", names[i], want[i])
		}
	}
	if ring := wo.names.Slots[0]; ring.Most != 6 {
		t.Errorf("the ring keeps %d, want 6: one more than the largest constant", ring.Most)
	}
	if len(wo.call.ActiveSlots) != 1 || len(wo.call.Narrowed) != 1 || len(wo.call.Narrowed[0].UserSlots) != 1 {
		t.Errorf("%+v", wo.call)
	}
}

// Two names for the same events fold them once.
func TestOneEventUnderTwoNamesCountsOnce(t *testing.T) {
	wo := newWorld()
	again := wo.event("again", "api_called")
	both := wo.compile(t, "total(call) == 1 and total(again) == 1 and count(again in 7d) == 1 and count(call in 7d) == 1")
	wo.happen(wo.call, 99*day)
	wo.frame.Event.Count = 1
	again.Fold(wo.frame, wo.account, wo.user)
	wo.same(t, both, value.Yes)
}

// where is judged when the event is folded.
func TestWhereInsideAnAggregate(t *testing.T) {
	wo := newWorld()
	sources := map[string]string{
		"count(call in 30d where event.calls >= 3)": "2", "total(call where event.calls >= 3)": "2", "sum(call.calls where event.calls >= 3)": "7",
		"has(call where event.calls > 9)": "false", "max(call.calls in 30d where event.calls < 4)": "3", "total(call where known(event.price))": "1",
		"distinct(call.calls in 7d where event.calls in sizes)": "1", "top(call.calls in 7d where event.calls != 3)": "1, 4", "last(call.calls where event.calls < 4)": "1",
	}
	programs := map[string]*Program{}
	for source := range sources {
		programs[source] = wo.compile(t, source)
	}
	for i, n := range []int64{3, 4, 1} {
		props := []schemas.Field{long("calls", n)}
		if n == 4 {
			props = append(props, double("price", 1))
		}
		wo.happen(wo.call, int64(97+i)*day, props...)
	}
	for source, want := range sources {
		if got := programs[source].Eval(wo.frame).String(); got != want {
			t.Errorf("%s is %s, want %s", source, got, want)
		}
	}
}

// The users of an account are counted to the millisecond: those who come, and those whom their timers take off.
func TestActiveUsers(t *testing.T) {
	wo := newWorld()
	cx := Context{Scope: ScopeAccount, Waiting: true}
	pg := wo.compileIn(t, "distinct(call.user_id in 7d) == 1", cx)
	slot := wo.call.ActiveSlots[0]
	slot.Slack = 600_000
	wo.user.wake, wo.account.wake = topology.NoWake, topology.NoWake
	wo.happen(wo.call, 90*day)
	wo.frame.User = nil
	wo.same(t, pg, value.Yes)
	if wake := wo.user.wake.Ready(); wake != 97*day-1 {
		t.Errorf("the user wakes at %d", wake)
	}
	wo.happen(wo.call, 92*day)
	wo.happen(wo.call, 91*day) // late: it is not the newest
	wo.frame.User = nil
	if until, ok := slot.ActiveUntil(wo.user); !ok || until != 99*day {
		t.Fatalf("counts until %d, %v", until, ok)
	}
	slot.Leave(wo.account, wo.user, &window.Scratch{})
	if wo.account.wake.Ready() > 99*day {
		t.Errorf("the account wakes at %d", wo.account.wake.Ready())
	}
	wo.frame.Now = 99*day - 1
	wo.same(t, pg, value.Yes)
	if next := pg.Next(wo.frame); next != 99*day {
		t.Errorf("next change at %d", next)
	}
	wo.frame.Now = 99 * day
	wo.same(t, pg, value.No)
	wo.account.SetInt(judgedKey, 99*day+10)
	wo.happen(wo.call, 92*day+5) // late: it had left five milliseconds later
	wo.frame.User = nil
	wo.frame.Now = 99*day + 4
	wo.same(t, pg, value.Yes)
	wo.frame.Now = 99*day + 5
	wo.same(t, pg, value.No)
	wo.happen(wo.call, 100*day)
	wo.frame.User = nil
	for _, now := range []int64{99*day + 4, 100 * day} { // what is folded counts, and nobody counts twice
		wo.frame.Now = now
		wo.same(t, pg, value.Yes)
	}
}

// An aggregate over the whole life that a new bundle brings has missed what came before it: what it has is a bound.
func TestYoungAggregateIsABound(t *testing.T) {
	wo := newWorld()
	three, none, ever := wo.compile(t, "total(call) >= 3"), wo.compile(t, "total(login) == 0"), wo.compile(t, "has(login)")
	for i := range int64(3) {
		wo.happen(wo.call, (90+i)*day)
	}
	wo.user.SetInt(topology.Key(ObservedSince), 10*day)
	wo.frame.SlotSince = make([]int64, len(wo.names.Slots))
	wo.same(t, none, value.Yes)
	wo.same(t, ever, value.No)
	for i := range wo.frame.SlotSince {
		wo.frame.SlotSince[i] = 11 * day
	}
	wo.same(t, three, value.Yes)
	wo.same(t, none, value.Maybe)
	wo.same(t, ever, value.Maybe)
	wo.user.SetInt(topology.Key(ObservedSince), 11*day)
	wo.same(t, none, value.Yes)
	wo.same(t, ever, value.No)
}

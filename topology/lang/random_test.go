package lang

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"

	"pgregory.net/rapid"
)

// expressions draws a well-typed expression of a kind; waiting ones are solvable.
type expressions struct {
	t       *rapid.T
	waiting bool
	still   bool // nothing that changes by itself: the other side of a linear call
}

func (ex expressions) pick(label string, choices ...string) string {
	return rapid.SampledFrom(choices).Draw(ex.t, label)
}

func (ex expressions) of(kind value.Kind, depth int) string {
	if depth == 0 {
		return ex.leaf(kind)
	}
	if rapid.IntRange(0, 5).Draw(ex.t, "default") == 0 {
		return "((" + ex.of(kind, depth-1) + ") default " + ex.literal(kind) + ")"
	}
	switch kind {
	case value.Bool:
		return ex.condition(depth)
	case value.Int, value.Decimal:
		left, right := ex.number(depth-1), ex.number(depth-1)
		op := ex.pick("op", "+", "-", "*", "/")
		return "(" + left + " " + op + " " + right + ")"
	case value.Duration:
		return ex.duration(depth)
	case value.Time:
		if rapid.IntRange(0, 3).Draw(ex.t, "clock") == 0 {
			return "(" + ex.of(rapid.SampledFrom([]value.Kind{value.Time, value.Date}).Draw(ex.t, "of"), depth-1) + " at " + ex.pick("clock", "09:00", "00:00", "02:30") + ")"
		}
		return "(" + ex.of(value.Time, depth-1) + ex.pick("op", " + ", " - ") + ex.of(value.Duration, depth-1) + ")"
	case value.Date:
		return "(" + ex.of(value.Date, depth-1) + ex.pick("op", " + 2d", " - 1w") + ")"
	}
	return ex.leaf(kind)
}

func (ex expressions) number(depth int) string {
	return ex.of(rapid.SampledFrom([]value.Kind{value.Int, value.Decimal}).Draw(ex.t, "number"), depth)
}

func (ex expressions) duration(depth int) string {
	switch rapid.IntRange(0, 4).Draw(ex.t, "duration") {
	case 0:
		return "(" + ex.of(value.Duration, depth-1) + ex.pick("op", " * ", " / ") + ex.number(depth-1) + ")"
	case 1:
		return "(" + ex.of(value.Time, depth-1) + " - " + ex.of(value.Time, depth-1) + ")"
	case 2:
		return "(" + ex.of(value.Date, depth-1) + " - " + ex.of(value.Date, depth-1) + ")"
	}
	return "(" + ex.of(value.Duration, depth-1) + ex.pick("op", " + ", " - ") + ex.of(value.Duration, depth-1) + ")"
}

func (ex expressions) condition(depth int) string {
	switch rapid.IntRange(0, 7).Draw(ex.t, "condition") {
	case 0:
		return "(not (" + ex.of(value.Bool, depth-1) + "))"
	case 1, 2:
		return "(" + ex.of(value.Bool, depth-1) + ex.pick("op", " and ", " or ") + ex.of(value.Bool, depth-1) + ")"
	case 3:
		kind := rapid.SampledFrom([]value.Kind{value.Text, value.Bool}).Draw(ex.t, "kind")
		return "(" + ex.of(kind, depth-1) + ex.pick("op", " == ", " != ") + ex.of(kind, depth-1) + ")"
	case 4:
		return "(" + ex.leaf(value.Text) + ex.pick("in", " in power", " not in power", ` in ("pro" or "sso")`) + ")"
	case 5:
		return "(" + ex.number(depth-1) + " in " + ex.pick("list", "sizes", "(1 or 3)") + ")"
	case 6:
		return ex.linear(depth)
	}
	kind := rapid.SampledFrom([]value.Kind{value.Int, value.Decimal, value.Duration, value.Time, value.Date}).Draw(ex.t, "kind")
	left, right := ex.of(kind, depth-1), ex.of(kind, depth-1)
	if kind == value.Int {
		right = ex.number(depth - 1)
	}
	return "(" + left + ex.sign() + right + ")"
}

func (ex expressions) sign() string {
	return ex.pick("sign", " == ", " != ", " < ", " <= ", " > ", " >= ")
}

func (ex expressions) linear(depth int) string {
	call := ex.pick("linear", "idle(login)", "idle(call)", "observed()", "account.idle(login)", "account.observed()", "since(account.created_at)",
		"until(account.since)", "until(last(call.at_time))", "until(max(call.at_time))", "age(stage)", "age(score(\"h\"))", "age(segment(\"power\"))", "age(account.plan)",
		"age(account.since)", "elapsed()", "elapsed(\"mail\")", "until(account.since at 09:30)", "since(start.time - 3d)")
	ex.still = ex.waiting
	other := ex.of(value.Duration, depth-1)
	if rapid.Bool().Draw(ex.t, "flip") {
		return "(" + other + ex.sign() + call + ")"
	}
	return "(" + call + ex.sign() + other + ")"
}

func (ex expressions) literal(kind value.Kind) string {
	switch kind {
	case value.Bool:
		return ex.pick("literal", "true", "false")
	case value.Int:
		return ex.pick("literal", "0", "3", "-7", "9223372036854775807")
	case value.Decimal:
		return ex.pick("literal", "0.5", "20%", "-1.000001", "9000000000000.5")
	case value.Text:
		return ex.pick("literal", `"pro"`, `"sso"`, `""`)
	case value.Duration:
		return ex.pick("literal", "0s", "1d", "36h", "-2w", "1d12h30m5s")
	case value.Time:
		return "start.time"
	}
	return "account.since"
}

func (ex expressions) leaf(kind value.Kind) string {
	if list := windowLeaves[kind]; list != nil && !ex.still && rapid.IntRange(0, 2).Draw(ex.t, "window") == 0 {
		return ex.pick("window", list...)
	}
	if list := knownLeaves[kind]; list != nil && rapid.IntRange(0, 2).Draw(ex.t, "known") == 0 {
		return ex.pick("known", list...)
	}
	switch kind {
	case value.Bool:
		return ex.pick("leaf", "true", "false", "has(login)", "has(call)", "user.vip", "known(account.plan)", "known(last(call.price))", "last(call.ok)", `(user.roles contains "admin")`)
	case value.Int:
		return ex.pick("leaf", "3", "0", "total(call)", "account.total(login)", "sum(call.calls)", "min(call.calls)", "max(call.calls)", "distinct(call.calls)", "last(call.calls)", "first(call.calls)", "start.calls", "account.members()", "account.seats_limit", "distinct(login.day)")
	case value.Decimal:
		return ex.pick("leaf", "0.5", "avg(call.calls)", "sum(call.price)", "max(call.price)", "account.spent", "last(call.price)")
	case value.Text:
		return ex.pick("leaf", `"pro"`, "account.plan", "user.role", "start.feature", "account.id", "user.id", "account.status")
	case value.Duration:
		leaves := []string{"1d", "36h", "7d", "last(call.took)", "max(call.took)", "account.wait", "sum(call.took)", "start.took"}
		if !ex.waiting {
			leaves = append(leaves, "idle(login)", "observed()", "since(start.time)", "until(contract.ends_on)", "age(tier)", "account.old")
		}
		return ex.pick("leaf", leaves...)
	case value.Time:
		return ex.pick("leaf", "start.time", "last(call)", "first(call)", "last(call.at_time)", "account.created_at", "(account.since + 5h)")
	}
	return ex.pick("leaf", "account.since", "last(call.on_day)", "min(call.on_day)")
}

// live fills the world with a random life.
func (wo *world) live(t *rapid.T) {
	wo.frame.HistoryComplete = rapid.Bool().Draw(t, "complete")
	wo.frame.History = rapid.Int64Range(0, 200).Draw(t, "history") * day
	wo.frame.Now = rapid.Int64Range(0, 200).Draw(t, "now") * day / 2
	wo.frame.StartAt = rapid.Int64Range(0, 200).Draw(t, "start") * day / 2
	for range rapid.IntRange(0, 5).Draw(t, "calls") {
		wo.happen(wo.call, wo.instant(t), wo.props(t)...)
	}
	for range rapid.IntRange(0, 2).Draw(t, "logins") {
		wo.happen(wo.login, wo.instant(t))
	}
	wo.know(t)
	wo.derive(t)
	if rapid.IntRange(0, 3).Draw(t, "young") == 0 {
		for range wo.names.Slots {
			wo.frame.SlotSince = append(wo.frame.SlotSince, rapid.SampledFrom([]int64{0, 60 * day, 90 * day}).Draw(t, "since"))
		}
	}
	wo.frame.Start = []value.Value{value.OfInt(rapid.Int64Range(-3, 3).Draw(t, "captured")), value.Missing("none"), value.OfDuration(day)}[:rapid.IntRange(0, 3).Draw(t, "captures")]
}

func (wo *world) instant(t *rapid.T) int64 {
	return rapid.Int64Range(0, 200).Draw(t, "at")*day/2 + rapid.Int64Range(-1, 1).Draw(t, "edge")
}

func (wo *world) props(t *rapid.T) (props []schemas.Field) {
	n := rapid.Int64Range(-3, 40).Draw(t, "n")
	if rapid.IntRange(0, 9).Draw(t, "huge") == 0 {
		n = math.MaxInt64 - 5
	}
	all := []schemas.Field{long("calls", n), double("price", float64(n)/8), str("took", "90m"), long("at_time", n*day), str("on_day", "1970-03-0"+fmt.Sprint(1+n&7)), {Name: "ok", Value: schemas.Value{Kind: schemas.Bool, Num: n & 1}}}
	for _, field := range all {
		if rapid.IntRange(0, 3).Draw(t, "has") > 0 {
			props = append(props, field)
		}
	}
	return props
}

func (wo *world) know(t *rapid.T) {
	facts := []struct {
		scope Scope
		name  string
		va    value.Value
	}{
		{ScopeAccount, "plan", value.OfText("pro")}, {ScopeAccount, "since", value.OfDate(40)}, {ScopeAccount, "wait", value.OfDuration(3 * day)},
		{ScopeAccount, "spent", value.OfDecimal(1_500_000)}, {ScopeAccount, "seats_limit", value.OfInt(3)}, {ScopeAccount, "created_at", value.OfTime(30 * day)},
		{ScopeUser, "created_at", value.OfTime(50 * day)}, {ScopeUser, "vip", value.OfBool(true)}, {ScopeUser, "roles", value.OfList([]string{"owner", "admin"})},
		{ScopeAccount, "time_zone", value.OfText("America/New_York")},
	}
	for _, fact := range facts {
		if !rapid.Bool().Draw(t, fact.name) {
			continue
		}
		sub := topology.Subject(wo.account)
		if fact.scope == ScopeUser {
			sub = wo.user
		}
		wo.names.Facts[fact.scope][fact.name].Set(sub, fact.va, 1)
	}
	if rapid.Bool().Draw(t, "observed") {
		wo.user.SetInt(topology.Key(ObservedSince), wo.instant(t))
	}
	wo.account.SetInt(MembersKey(""), 4)
}

// The compiled closures and the tree walk are two implementations: they agree on every expression and every state.
func TestCompiledAgreesWithWalked(t *testing.T) {
	kinds := []value.Kind{value.Bool, value.Bool, value.Int, value.Decimal, value.Duration, value.Time, value.Date, value.Text}
	rapid.Check(t, func(t *rapid.T) {
		wo := newRichWorld()
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		source := expressions{t: t}.of(kind, rapid.IntRange(0, 4).Draw(t, "depth"))
		pg, errors := wo.names.Compile(source, wo.in())
		if len(errors) > 0 {
			t.Fatalf("%s: %v", source, errors[0])
		}
		wo.live(t)
		got, want := pg.Eval(wo.frame), walk(pg.term, wo.frame)
		if got.Known() != want.Known() || got.Known() && (got.Kind != want.Kind || got.Bound != want.Bound || got.Num != want.Num || got.Text != want.Text) {
			t.Fatalf("%s: compiled %v, walked %v", source, got, want)
		}
	})
}

// Between two instants that Next names, time alone changes nothing; and where it names none, nothing changes any more.
func TestNextMissesNoChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wo := newRichWorld()
		source := expressions{t: t, waiting: true}.of(value.Bool, rapid.IntRange(1, 4).Draw(t, "depth"))
		cx := wo.in()
		cx.Waiting = true
		pg, errors := wo.names.Compile(source, cx)
		if len(errors) > 0 {
			t.Fatalf("%s: %v", source, errors[0])
		}
		wo.live(t)
		for range 4 {
			now, next := wo.frame.Now, pg.Next(wo.frame)
			before := pg.Truth(wo.frame)
			if next <= now {
				t.Fatalf("%s: next %d is not after now %d", source, next, now)
			}
			last := min(next-1, now+1000*day)
			for _, at := range []int64{now + 1, now + (last-now)/2, last, rapid.Int64Range(now, last).Draw(t, "between")} {
				wo.frame.Now = at
				if got := pg.Truth(wo.frame); at >= now && at < next && got != before {
					t.Fatalf("%s: %v at %d, %v at %d, though next is %d", source, before, now, got, at, next)
				}
			}
			if next == Never {
				return
			}
			wo.frame.Now = next
		}
	})
}

func TestNextIsExact(t *testing.T) {
	wo := newWorld()
	sources := map[string]int64{
		"idle(login) >= 7d": 97 * day, "idle(login) > 7d": 97*day + 1, "idle(login) <= 7d": 97*day + 1, "idle(login) < 7d": 97 * day,
		"idle(login) == 7d": 97 * day, "7d <= idle(login)": 97 * day, "7d < idle(login)": 97*day + 1,
		"idle(login) >= 3d or idle(login) >= 9d": 93 * day, "not (idle(login) >= 7d) and has(call)": 97 * day,
		"idle(call) >= 7d": Never, "has(login)": Never, "(idle(login) >= 7d) default true": 97 * day,
	}
	cx := wo.in()
	cx.Waiting = true
	programs := map[string]*Program{}
	for source := range sources {
		programs[source] = wo.compileIn(t, source, cx)
	}
	wo.happen(wo.login, 90*day)
	wo.frame.Now = 91 * day
	for source, want := range sources {
		if got := programs[source].Next(wo.frame); got != want {
			t.Errorf("%s: next %d, want %d", source, got, want)
		}
	}
	wo.frame.Now = 97 * day
	if got := programs["idle(login) == 7d"].Next(wo.frame); got != 97*day+1 {
		t.Errorf("== ends 1 ms later, not at %d", got)
	}
	if got := programs["idle(login) >= 7d"].Next(wo.frame); got != Never {
		t.Errorf("next %d after the turn", got)
	}
}

// What Format writes means the same: it parses to the same text again.
func TestFormatRoundTrip(t *testing.T) {
	for _, source := range []string{
		"a and b or not c and d", "not (a or b)", "a - (b - c)", "(a - b) - c", "a * (b + c) / d", "-(a + 1) * -3", "-(3)", "--3",
		"x default 3 + 1", "(x + 1) default 2d", "x in (1 or 2)", "x not in list", "not x in list", "a == (b < c)", "(a < b) == c",
		"start.time + 3d at 09:00", "(start.time at 09:00) + 1d", "(a at 09:00) at 10:00", "account.idle(login) < 7d",
		"count(login in 7d before 7d)", "sum(api_call.calls in last month)", "distinct(f.feature in 90d where event.feature in sticky) < 3",
		"evidence(for account.goal since contract.starts_on top 5)", "evidence_count(in 30d)", "change(count(login in 7d))",
		"top(api_call.error in 7d)", `user.roles contains "admin"`, "known(max(a.b))", "role(\"a\") or role(\"b\")", "-1d <= until(x)",
		"a and (b and c)", "(x default 2) default 3", "-x default 3", "(-x) default 3",
	} {
		roundTrip(t, source)
	}
}

func roundTrip(t interface {
	Helper()
	Fatalf(string, ...any)
}, source string) {
	t.Helper()
	no, err := Parse(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	formatted := Format(no)
	again, err := Parse(formatted)
	if err != nil {
		t.Fatalf("%s became %s: %v", source, formatted, err)
	}
	if Format(again) != formatted || shape(again) != shape(no) {
		t.Fatalf("%s became %s and then %s (%s, %s)", source, formatted, Format(again), shape(no), shape(again))
	}
}

// shape writes the structure of a node with every parenthesis.
func shape(no Node) string {
	switch no := no.(type) {
	case *Binary:
		return "(" + shape(no.X) + no.Op + shape(no.Y) + ")"
	case *Unary:
		return "(" + no.Op + shape(no.X) + ")"
	case *Default:
		return "(" + shape(no.X) + " default " + shape(no.Y) + ")"
	case *AtClock:
		return "(" + shape(no.X) + " at " + no.Clock + ")"
	case *In:
		return "(" + shape(no.X) + fmt.Sprint(no.Not, len(no.Literals)) + ")"
	case *Call:
		parts := []string{no.Name}
		for _, arg := range []Node{no.Args.Expr, no.Args.Where, no.Args.For, no.Args.Since} {
			if arg != nil {
				parts = append(parts, shape(arg))
			}
		}
		return strings.Join(parts, "[") + strings.Repeat("]", len(parts)-1)
	}
	return Format(no)
}

// FuzzParse: no text makes the parser fall over, and what it accepts it can write back.
func FuzzParse(f *testing.F) {
	f.Add(`idle(login) >= 7d and account.status == "active"`)
	f.Add("(((((a))))) - -3 in (1 or -2) at 09:00")
	f.Add("count(a.b in 7d before 1w where event.x not in y)")
	f.Fuzz(func(t *testing.T, source string) {
		if _, err := Parse(source); err != nil {
			if err.Offset < 0 || err.Offset > len(source) {
				t.Fatalf("%q: place %d", source, err.Offset)
			}
			return
		}
		roundTrip(t, source)
	})
}

func TestDeepNestingIsRefused(t *testing.T) {
	for _, source := range []string{strings.Repeat("(", 5000) + "a", strings.Repeat("not ", 2000) + "a", strings.Repeat("-(", 900) + "a", strings.Repeat("known(", 500) + "a", strings.Repeat("a", 9000)} {
		if _, err := Parse(source); err == nil {
			t.Errorf("%d bytes of nesting were accepted", len(source))
		}
	}
}

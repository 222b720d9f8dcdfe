package lang

import (
	"testing"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
)

func TestLogicIsThreeValued(t *testing.T) {
	wo := newWorld()
	wo.names.Facts[ScopeUser]["vip"].Set(wo.user, value.OfBool(true), 1)
	yes, no, maybe := "user.vip", "not user.vip", `user.locale == "de"`
	for source, want := range map[string]value.Truth{
		yes + " and " + maybe: value.Maybe, maybe + " and " + yes: value.Maybe,
		no + " and " + maybe: value.No, maybe + " and " + no: value.No,
		yes + " or " + maybe: value.Yes, maybe + " or " + yes: value.Yes,
		no + " or " + maybe: value.Maybe, maybe + " or " + no: value.Maybe,
		"not (" + maybe + ")": value.Maybe, maybe + " and " + maybe: value.Maybe, maybe + " or " + maybe: value.Maybe,
		"(" + maybe + ") default true": value.Yes, "(" + maybe + ") default false": value.No,
		"(" + yes + ") default false": value.Yes, "known(" + maybe + ")": value.No, "known(" + no + ")": value.Yes,
		yes + " == true": value.Yes, "(" + no + ") != true": value.Yes, "(" + maybe + ") == true": value.Maybe,
	} {
		pg := wo.compile(t, source)
		if got := pg.Truth(wo.frame); got != want {
			t.Errorf("%s is %v, want %v", source, got, want)
		}
		if got := walk(pg.term, wo.frame).Truth(); got != want {
			t.Errorf("walked %s is %v, want %v", source, got, want)
		}
	}
}

// The bounds of language.md 3: what an incomplete subject has seen settles only what more of the same cannot undo.
func TestBoundsOfAnIncompleteSubject(t *testing.T) {
	cases := []struct {
		source              string
		complete, unsettled value.Truth
	}{
		{"total(call) >= 3", value.Yes, value.Yes}, {"total(call) >= 4", value.No, value.Maybe},
		{"total(call) > 3", value.No, value.Maybe}, {"total(call) == 3", value.Yes, value.Maybe},
		{"total(call) == 1", value.No, value.No}, {"total(call) != 1", value.Yes, value.Yes},
		{"total(call) < 3", value.No, value.No}, {"total(call) < 4", value.Yes, value.Maybe},
		{"total(call) <= 2", value.No, value.No}, {"3 <= total(call)", value.Yes, value.Yes},
		{"total(call) default 0 < 4", value.Yes, value.Yes}, {"total(call) + 1 >= 2", value.Yes, value.Maybe},
		{"sum(call.calls) >= 60", value.Yes, value.Yes}, {"sum(call.calls) >= 61", value.No, value.Maybe},
		{"sum(call.price) >= 0", value.No, value.Maybe}, {"sum(call.price) default 5 == 5", value.No, value.Yes},
		{"max(call.calls) >= 30", value.Yes, value.Yes}, {"max(call.calls) > 30", value.No, value.Maybe},
		{"min(call.calls) <= 10", value.Yes, value.Yes}, {"min(call.calls) > 9", value.Yes, value.Maybe},
		{"min(call.calls) > 10", value.No, value.No}, {"distinct(call.calls) >= 3", value.Yes, value.Yes},
		{"distinct(call.calls) == 3", value.Yes, value.Maybe}, {"has(call)", value.Yes, value.Yes},
		{"has(login)", value.No, value.Maybe}, {"not has(login)", value.Yes, value.Maybe},
		{"has(login) default false", value.No, value.No}, {"known(first(call))", value.Yes, value.No},
		{"known(first(call.calls))", value.Yes, value.No}, {"known(last(call))", value.Yes, value.Yes},
		{"last(call.calls) == 30", value.Yes, value.Yes}, {"known(last(login))", value.No, value.No},
		{"avg(call.calls) == 20", value.Yes, value.Maybe}, {"total(login) == 0", value.Yes, value.Maybe},
		{"known(total(login))", value.Yes, value.Yes}, {"known(min(login.count))", value.No, value.No},
		{"sum(login.count) == 0", value.Yes, value.Maybe}, {"idle(call) >= 10d", value.Yes, value.Yes},
		{"total(call) in (1 or 2)", value.No, value.No}, {"total(call) in (3 or 4)", value.Yes, value.Maybe},
	}
	wo := newWorld()
	var programs []*Program
	for _, tc := range cases {
		programs = append(programs, wo.compile(t, tc.source))
	}
	for i, n := range []int64{20, 10, 30} {
		wo.happen(wo.call, int64(88+i)*day, long("calls", n), double("price", float64(n)-20.5))
	}
	for i, tc := range cases {
		wo.frame.HistoryComplete = true
		wo.same(t, programs[i], tc.complete)
		wo.frame.HistoryComplete, wo.frame.History = false, 50*day
		wo.same(t, programs[i], tc.unsettled)
	}
}

// same evaluates a condition both ways.
func (wo *world) same(t *testing.T, pg *Program, want value.Truth) {
	t.Helper()
	if got := pg.Truth(wo.frame); got != want {
		t.Errorf("complete %v: %s is %v, want %v", wo.frame.HistoryComplete, pg.Source, got, want)
	}
	if got := walk(pg.term, wo.frame).Truth(); got != want {
		t.Errorf("complete %v: walked %s is %v, want %v", wo.frame.HistoryComplete, pg.Source, got, want)
	}
}

func TestCompleteByCreation(t *testing.T) {
	wo := newWorld()
	wo.frame.HistoryComplete, wo.frame.History = false, 50*day
	none := wo.compile(t, "total(login) == 0")
	wo.same(t, none, value.Maybe)
	wo.names.Facts[ScopeUser]["created_at"].Set(wo.user, value.OfTime(50*day-1), 1)
	wo.same(t, none, value.Maybe)
	wo.names.Facts[ScopeUser]["created_at"].Set(wo.user, value.OfTime(50*day), 2)
	wo.same(t, none, value.Yes)
}

func TestIdleOfOneNeverSeenCountsFromCreation(t *testing.T) {
	wo := newWorld()
	idle := wo.compile(t, "idle(login)")
	if va := idle.Eval(wo.frame); va.Known() {
		t.Errorf("never seen, never created: %v", va)
	}
	wo.names.Facts[ScopeUser]["created_at"].Set(wo.user, value.OfTime(93*day), 1)
	if va := idle.Eval(wo.frame); va.String() != "7d" {
		t.Errorf("created 7 days ago: %v", va)
	}
	wo.happen(wo.login, 98*day+3_600_000)
	if va := idle.Eval(wo.frame); va.String() != "1d 23h" {
		t.Errorf("seen: %v", va)
	}
}

func TestObservedCountsFromTheFirstRecord(t *testing.T) {
	wo := newWorld()
	observed := wo.compile(t, "observed()")
	wo.user.SetInt(topology.Key(ObservedSince), 95*day)
	wo.names.Facts[ScopeUser]["created_at"].Set(wo.user, value.OfTime(60*day), 1)
	if va := observed.Eval(wo.frame); va.String() != "40d" {
		t.Errorf("complete: %v", va)
	}
	wo.frame.HistoryComplete, wo.frame.History = false, 70*day
	if va := observed.Eval(wo.frame); va.String() != "5d" {
		t.Errorf("incomplete: %v", va)
	}
}

func TestValuesOfExpressions(t *testing.T) {
	wo := newWorld()
	sources := map[string]string{
		"1 + 2 * 3": "7", "7 / 2": "3.5", "-(3) + 1": "-2", "20% * 50": "10", "1d * 1.5": "1d 12h", "3d / 2": "1d 12h",
		"3d / 2d": "1.5", "1 / 0": "unknown (no value)", "9223372036854775807 + 1": "unknown (no value)",
		"0.000001 * 0.5": "0.000001", "-0.000001 * 0.5": "-0.000001", "2.5 - 1": "1.5",
		"account.since + 2d": "1970-03-04", "account.since + 36h": "1970-03-03T11:00:00Z", "account.since - account.since": "0s",
		"last(call)": "1970-04-01T00:00:00Z", "last(call) - 1h": "1970-03-31T23:00:00Z", "start.time - last(call)": "1d 0h",
		"last(call.calls)": "5", "first(call.took)": "1h 30m", "last(call.price)": "2.5", "start.calls": "7", "start.feature": "sso",
		"account.id": "a1", "user.id": "u1", "account.plan default \"none\"": "none", "account.status": "active",
		"max(call.on_day)": "1970-01-11", "min(call.at_time)": "1970-01-01T00:00:05Z", "avg(call.calls)": "4.5", "avg(call.took)": "1h 30m",
		"user.roles": "admin, owner", "user.role": "admin", "account.members()": "12", "known(user.roles)": "true",
		`user.roles contains "owner"`: "true", `user.roles contains "x"`: "false", `start.feature in power`: "true",
		"start.calls in sizes": "false", "2.5 in sizes": "true", "1 in sizes": "true", "start.feature not in (\"a\" or \"b\")": "true",
		"true in (false or true)": "true", "account.since > start.time": "false", "account.total(call) == total(call)": "true",
	}
	sources["start.time - last(call)"] = "0s"
	programs := map[string]*Program{}
	for source := range sources {
		programs[source] = wo.compile(t, source)
	}
	took := str("took", "1h30m")
	wo.happen(wo.call, 80*day, long("calls", 4), took, long("at_time", 5000), str("on_day", "1970-01-02"))
	wo.happen(wo.call, 90*day, long("calls", 5), double("price", 2.5), str("on_day", "1970-01-11"))
	wo.names.Facts[ScopeAccount]["since"].Set(wo.account, value.OfDate(60), 1)
	wo.account.SetInt(MembersKey(""), 12)
	profile := &schemas.Event{Kind: schemas.KindProfile, At: 5, Profile: schemas.Profile{Roles: []string{"admin", "owner"}, HasRoles: true}}
	wo.frame.Event = profile
	FoldProfile([]*FactDef{wo.names.Facts[ScopeUser]["roles"], wo.names.Facts[ScopeUser]["role"]}, wo.frame, wo.user)
	wo.names.Facts[ScopeAccount]["time_zone"].Set(wo.account, value.OfText("Europe/Berlin"), 1)
	wo.frame.Start = []value.Value{value.OfInt(7), value.OfText("sso")}
	for source, want := range sources {
		pg := programs[source]
		got, walked := pg.Eval(wo.frame), walk(pg.term, wo.frame)
		if got.Known() != walked.Known() || got.Known() && got.String() != walked.String() {
			t.Errorf("%s: compiled %v, walked %v", source, got, walked)
		}
		if got.String() != want {
			t.Errorf("%s is %v, want %s", source, got, want)
		}
	}
}

func TestExplainNamesWhatWasCompared(t *testing.T) {
	wo := newWorld()
	pg := wo.compile(t, `idle(login) >= 7d and account.status == "active" and not has(call) and known(user.role) and total(call) default 0 in (0 or 1)`)
	wo.happen(wo.login, 92*day+22*3_600_000)
	facts := pg.Explain(wo.frame)
	want := []Fact{
		{Name: "idle(login)", Value: "7d 2h", Op: ">= 7d", Held: true},
		{Name: "account.status", Value: "active", Op: `== "active"`, Held: true},
		{Name: "has(call)", Value: "false", Held: false},
		{Name: "known(user.role)", Value: "false", Held: false},
		{Name: "total(call) default 0", Value: "0", Op: "in (0 or 1)", Held: true},
	}
	if len(facts) != len(want) {
		t.Fatalf("%+v", facts)
	}
	for i := range want {
		want[i].AsOf = wo.frame.Now
		if facts[i] != want[i] {
			t.Errorf("got %+v, want %+v", facts[i], want[i])
		}
	}
	never := wo.compile(t, "idle(call) >= 7d").Explain(wo.frame)
	if never[0].Value != "unknown (never seen)" || never[0].Held {
		t.Errorf("%+v", never)
	}
	if datum := wo.compile(t, "total(login)").Explain(wo.frame); len(datum) != 1 || datum[0].Value != "0" {
		t.Errorf("%+v", datum)
	}
}

func TestProgramsKnowWhatChangesThem(t *testing.T) {
	wo := newWorld()
	pg := wo.compile(t, `total(login) > 1 and account.total(call) > 2 and user.vip and account.plan == "x" and observed() > 1d`)
	if len(pg.Events) != 1 || pg.Events[0] != wo.login || !pg.Observed || pg.Members {
		t.Errorf("%+v", pg)
	}
	if len(pg.Facts) != 2 || pg.Facts[0].Name != "created_at" || pg.Facts[1].Name != "vip" {
		t.Errorf("%+v", pg.Facts)
	}
	account := wo.compileIn(t, `members("admin") > 1 and total(call) > 2`, Context{Scope: ScopeAccount})
	if !account.Members || len(account.Events) != 1 || account.Events[0] != wo.call || len(wo.names.Roles) != 1 {
		t.Errorf("%+v", account)
	}
}

func TestSlotsAreSharedAndNamedByWhatTheyRead(t *testing.T) {
	wo := newWorld()
	for _, source := range []string{"total(login)", "total(login) > 3", "has(login) and idle(login) > 1d", "sum(call.calls)", "distinct(login.day)"} {
		wo.compile(t, source)
	}
	want := []string{"total(user_action.signed_in)", "last(user_action.signed_in)", "sum(user_action.api_called#calls:int)", "distinct(user_action.signed_in#day)"}
	if len(wo.names.Slots) != len(want) {
		t.Fatalf("%d slots", len(wo.names.Slots))
	}
	for i, slot := range wo.names.Slots {
		if slot.Name != want[i] {
			t.Errorf("%s, want %s", slot.Name, want[i])
		}
	}
	if len(wo.login.UserSlots) != 3 || len(wo.login.AccountSlots) != 0 || !wo.names.Slots[3].Days {
		t.Errorf("%+v", wo.login)
	}
}

func TestCurrencyDecidesTheDecimals(t *testing.T) {
	fields := RecordFields(schemas.KindBilling)
	for currency, want := range map[string]string{"EUR": "12.34", "JPY": "1234", "KWD": "1.234", "CLF": "0.1234", "": "12.34"} {
		ev := &schemas.Event{Kind: schemas.KindBilling, Own: []schemas.Field{long("amount_minor", 1234), str("currency", currency)}}
		for _, field := range fields {
			if field.Name != "amount" {
				continue
			}
			if got := field.Read(&Frame{Event: ev}).String(); got != want {
				t.Errorf("1234 minor units of %q are %s, want %s", currency, got, want)
			}
		}
	}
}

func TestDeclaredFieldTakesThePropertyThenTheRecord(t *testing.T) {
	calls := DeclaredField("calls", value.Int, "count", schemas.KindUserAction)
	read := func(ev *schemas.Event) string { return calls.Read(&Frame{Event: ev}).String() }
	if got := read(&schemas.Event{Count: 250}); got != "250" {
		t.Errorf("own field: %s", got)
	}
	if got := read(&schemas.Event{Count: 250, Props: []schemas.Field{long("count", 3)}}); got != "3" {
		t.Errorf("property: %s", got)
	}
	if got := read(&schemas.Event{Count: 250, Props: []schemas.Field{str("count", "many")}}); got != "unknown (not of type int)" {
		t.Errorf("a property that does not convert: %s", got)
	}
}

func TestFactsTakeTheNewestValue(t *testing.T) {
	wo := newWorld()
	facts := BuiltInFacts()
	feeds := FeedBuiltIn(facts, 10)
	find := func(name string) *FactDef {
		for _, fact := range facts {
			if fact.Scope == ScopeAccount && fact.Name == name {
				return fact
			}
		}
		return nil
	}
	billing := func(typ string, at, provider int64, own ...schemas.Field) {
		own = append(own, schemas.Field{Name: "provider_created_at", Value: schemas.Value{Kind: schemas.TimeMillis, Num: provider}})
		wo.frame.Event = &schemas.Event{Kind: schemas.KindBilling, Type: typ, At: at, Own: own}
		for _, de := range feeds {
			if de.Matches(wo.frame, nil) {
				de.Fold(wo.frame, wo.account, nil)
			}
		}
	}
	billing("plan_changed", 10, 100, str("plan", "pro"), long("arr_minor", 120000))
	billing("plan_changed", 20, 50, str("plan", "old"))
	if got := find("plan").Read(wo.account).String(); got != "pro" {
		t.Errorf("plan %s: the provider's time decides", got)
	}
	if got := find("arr").Read(wo.account).String(); got != "1200" {
		t.Errorf("arr %s", got)
	}
	status := find("status")
	if got := status.Read(wo.account).String(); got != "active" {
		t.Errorf("status %s by default", got)
	}
	billing("subscription_canceled", 30, 300)
	if got := status.Read(wo.account).String(); got != "cancelled" {
		t.Errorf("status %s", got)
	}
	billing("subscription_reactivated", 40, 400)
	if got := status.Read(wo.account).String(); got != "active" {
		t.Errorf("status %s", got)
	}
}

func TestProfileTraits(t *testing.T) {
	facts := []*FactDef{NewFact(ScopeAccount, "plan", value.Text, "plan"), NewFact(ScopeAccount, "time_zone", value.Text, "time_zone"), NewFact(ScopeAccount, "created_at", value.Time, "created_at")}
	sub := newMemory()
	f := &Frame{}
	profile := func(at int64, traits ...schemas.Field) {
		f.Event = &schemas.Event{Kind: schemas.KindProfile, At: at, Props: traits, Own: []schemas.Field{str("time_zone", "Asia/Tokyo")}, Profile: schemas.Profile{CreatedAt: 7}}
		FoldProfile(facts, f, sub)
	}
	profile(10, str("plan", "pro"))
	profile(5, str("plan", "older"))
	if got := facts[0].Read(sub).String() + facts[1].Read(sub).String() + facts[2].Read(sub).String(); got != "proAsia/Tokyo1970-01-01T00:00:00.007Z" {
		t.Error(got)
	}
	profile(20, schemas.Field{Name: "plan"}) // null: there is no plan any more
	if va := facts[0].Read(sub); va.Known() {
		t.Errorf("plan %v after null", va)
	}
}

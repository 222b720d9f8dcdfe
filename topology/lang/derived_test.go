package lang

import (
	"fmt"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/evidence"
	"holdfast/topology/value"

	"pgregory.net/rapid"
)

// knownLeaves are what documents derive, sets, contracts, steps and choices, for the random expressions.
var knownLeaves = map[value.Kind][]string{
	value.Bool: {
		`segment("power")`, `segment("near")`, `signal("fall")`, `running("mine")`, `running("theirs")`, `sent("mail")`, `clicked("mail")`, `done("hello")`,
		`(account.tags contains "sso")`, `(user.role in account.tags)`, "(power contains user.role)", "contract.auto_renew", "known(tier)", "known(contract.id)", "account.rich", "account.tried",
	},
	value.Int:     {"account.size(tags)", "evidence_count()", "evidence_count(for account.plan)", "account.weight"},
	value.Decimal: {"score", `score("mine")`, "log10(account.spent)", "evidence_sum()", "contract.arr", "contract.term_days", "account.share"},
	value.Text:    {"tier", "stage", "start.period", "account.picked", "account.offer", "account.offer_from", "account.named"},
	value.Time:    {"(contract.ends_on at 09:00)", "account.then"},
	value.Date:    {"contract.starts_on", "contract.ends_on"},
}

// newRichWorld is a world with documents, sets, contracts and choices.
func newRichWorld() *world {
	wo := newWorld()
	wo.declare()
	return wo
}

// declare fills the vocabulary with names of documents, sets, choices and facts that are computed.
func (wo *world) declare() {
	na := wo.names
	texts := []string{"pro", "sso", ""}
	na.Healths["h"] = &HealthName{Name: "h", Scope: ScopeAccount, Tiers: texts, Main: true}
	na.Healths["mine"] = &HealthName{Name: "mine", Scope: ScopeUser}
	na.Segments["power"], na.Segments["near"] = ScopeUser, ScopeAccount
	na.Signals["fall"] = ScopeAccount
	na.Playbooks["mine"], na.Playbooks["theirs"] = ScopeUser, ScopeAccount
	na.Stages[ScopeAccount] = texts
	na.Evidence[ScopeAccount] = true
	na.DeclareBuiltIns()
	set := NewSet("tags")
	na.Sets["tags"] = set
	calls, _ := wo.call.Field("feature")
	FeedSet(wo.call, calls, set, true)
	gone, _ := wo.login.Field("feature")
	FeedSet(wo.login, gone, set, false)
	na.Lists["all"] = &ListDef{Kind: value.Text, Texts: texts}
	na.Maps["pairs"] = &MapDef{Pairs: [][2]string{{"pro", ""}, {"sso", "pro"}, {"", "sso"}}}
	choosing := Choosing{Event: "call", Field: "feature", Window: "30d", AtLeast: 1}
	must(na.ChooseFromList(ScopeAccount, "picked", na.Lists["all"], choosing))
	must(na.ChooseFromMap(ScopeAccount, "offer", na.Maps["pairs"], choosing))
	fixed := func(key, text string) Case { return Case{Key: key, Fixed: value.OfText(text), Else: key == "else"} }
	mustChoose(na.DefineChoiceFact(ScopeAccount, "named", Choice{By: "account.plan", Cases: []Case{fixed("pro", "sso"), fixed("sso", "pro"), fixed("else", "")}}))
	expr := func(key, source string) Case { return Case{Key: key, Source: source, Else: key == "else"} }
	for name, choice := range map[string]Choice{
		"tried":  {By: "total(call)", Cases: []Case{expr("1", "true"), expr("else", "false")}},
		"weight": {By: "account.plan", Cases: []Case{expr("pro", "total(call)"), expr("sso", "3")}},
		"rich":   {By: "account.seats_limit", Cases: []Case{expr("3", "has(call)"), expr("4.5", "true"), expr("else", "has(login)")}},
		"share":  {By: `has(login) and account.plan == "pro"`, Cases: []Case{expr("true", "0.5"), expr("false", "total(call)")}},
		"then":   {By: "tier", Cases: []Case{expr("pro", "account.since"), expr("else", "account.created_at")}},
		"old":    {By: "tier", Cases: []Case{expr("pro", "idle(call)"), expr("else", "1d")}},
	} {
		mustChoose(na.DefineChoice(name, choice, ScopeAccount))
	}
	na.FeedContracts(nil)
}

func must(errors []*Error) {
	if len(errors) > 0 {
		panic(errors[0].Text)
	}
}

func mustChoose(errors []ChoiceError) {
	if len(errors) > 0 {
		panic(errors[0].Text)
	}
}

// derive writes random values of what documents derive, and lets contracts, features and evidence happen.
func (wo *world) derive(t *rapid.T) {
	some := func(label string) bool { return rapid.Bool().Draw(t, label) }
	text := func(label string) []byte { return []byte(rapid.SampledFrom([]string{"pro", "sso", ""}).Draw(t, label)) }
	for _, cell := range []uint32{TierKey("h"), StageKey()} {
		if some("text") {
			wo.account.SetBytes(cell, text("text"))
		}
	}
	for _, cell := range []uint32{TierSinceKey("h"), StageSinceKey(), ScoreSinceKey("h")} {
		if some("since") {
			wo.account.SetInt(cell, wo.instant(t))
		}
	}
	for _, cell := range []struct {
		on  *memory
		key uint32
	}{
		{wo.account, ScoreKey("h")}, {wo.user, ScoreKey("mine")}, {wo.user, SegmentKey("power")}, {wo.account, SegmentKey("near")},
		{wo.account, SignalKey("fall")}, {wo.user, RunningKey("mine")}, {wo.account, RunningKey("theirs")}, {wo.user, SegmentSinceKey("power")},
	} {
		if some("cell") {
			cell.on.SetInt(cell.key, rapid.Int64Range(0, 2).Draw(t, "n"))
		}
	}
	wo.steps(t)
	for i := range rapid.IntRange(0, 3).Draw(t, "contracts") {
		wo.contract(t, fmt.Sprint("k", i%2))
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "evidence") {
		evidence.Add(wo.account, evidence.Item{Record: "r", ID: fmt.Sprint(i), At: wo.instant(t), Value: int64(i) * value.Scale, HasValue: true, Goal: string(text("goal")), Text: "done"}, 3)
	}
	for range rapid.IntRange(0, 3).Draw(t, "uses") {
		ev := &schemas.Event{Kind: schemas.KindUserAction, Account: "a1", User: "u1", Count: 1, At: wo.instant(t), Own: []schemas.Field{str("feature", string(text("feature")))}}
		wo.frame.Event = ev
		rapid.SampledFrom([]*EventDef{wo.call, wo.login}).Draw(t, "event").Fold(wo.frame, wo.account, wo.user)
	}
}

func (wo *world) steps(t *rapid.T) {
	wo.frame.Period = rapid.SampledFrom([]string{"", "2026-03"}).Draw(t, "period")
	wo.frame.Steps = nil
	for range rapid.IntRange(0, 2).Draw(t, "steps") {
		step := StepMark{Marks: Mark(rapid.IntRange(0, 31).Draw(t, "marks"))}
		if step.Marks&MarkSent != 0 {
			step.Slot = wo.instant(t)
		}
		wo.frame.Steps = append(wo.frame.Steps, step)
	}
}

// contract folds a random word about a contract.
func (wo *world) contract(t *rapid.T, id string) {
	own := []schemas.Field{str("contract_id", id)}
	if rapid.Bool().Draw(t, "said") {
		own = append(own, schemas.Field{Name: "contract_ends_on", Value: schemas.Value{Kind: schemas.Date, Num: rapid.Int64Range(0, 200).Draw(t, "ends")}})
	}
	own = append(own, schemas.Field{Name: "contract_starts_on", Value: schemas.Value{Kind: schemas.Date, Num: rapid.Int64Range(0, 100).Draw(t, "starts")}})
	own = append(own, str("status", rapid.SampledFrom([]string{"active", "ended"}).Draw(t, "status")))
	ev := &schemas.Event{Kind: schemas.KindBilling, At: wo.instant(t), Own: own}
	foldContract(ev, wo.account, wo.names.ContractFacts())
}

// Why something is unknown is said in the words of the language.
func TestReasonsOfTheUnknown(t *testing.T) {
	wo := newRichWorld()
	cx := wo.in()
	cx.Scope = ScopeAccount
	wo.names.Healths["h"].Needs = wo.compileIn(t, "observed() >= 14d", cx)
	wo.account.SetInt(topology.Key(ObservedSince), 97*day)
	for source, want := range map[string]string{
		"tier":                                   "unknown (tier is unknown: observed 3d of 14d)",
		`tier == "pro"`:                          "unknown (tier is unknown: observed 3d of 14d)",
		`score("h") >= 3`:                        "unknown (score is unknown: observed 3d of 14d)",
		"age(tier)":                              "unknown (tier is unknown: observed 3d of 14d)",
		"stage":                                  "unknown (stage is unknown: no line of the stages is true)",
		"idle(login)":                            "unknown (never seen)",
		"idle(login) >= 7d or not has(call)":     "true",
		"idle(login) >= 7d and not has(call)":    "unknown (never seen)",
		"account.arr":                            "unknown (no value)",
		"account.arr * 2 + 1":                    "unknown (no value)",
		"log10(account.arr)":                     "unknown (no value)",
		"log10(0)":                               "unknown (the logarithm of 0)",
		"until(contract.ends_on) <= 90d":         "unknown (no value)",
		`elapsed("mail")`:                        "unknown (mail was not published)",
		"account.weight":                         "unknown (no value)",
		"account.offer":                          "unknown (nothing to choose)",
		"start.period":                           "unknown (no schedule began the episode)",
		"evidence_count(for account.goal)":       "unknown (no value)",
		`segment("power")`:                       "false",
		"size(tags) + evidence_count()":          "0",
		`not (account.plan in ("pro" or "sso"))`: "unknown (no value)",
	} {
		in := cx
		if source == `segment("power")` {
			in.Scope = ScopeUser
		}
		pg := wo.compileIn(t, source, in)
		if got := walk(pg.term, wo.frame).String(); got != want {
			t.Errorf("%s is %s, want %s", source, got, want)
		}
		if got := pg.Eval(wo.frame); got.Known() == strings.HasPrefix(want, "unknown") {
			t.Errorf("%s: compiled %v, want %s", source, got, want)
		}
	}
}

// A choice takes the line of its value, the else of any other, and is unknown where what it chooses by is.
func TestChoices(t *testing.T) {
	wo := newRichWorld()
	plan := wo.names.Facts[ScopeAccount]["plan"]
	for _, tc := range []struct{ plan, weight, named string }{
		{"pro", "0", "sso"}, {"sso", "3", "pro"}, {"free", "unknown (no case for free)", ""}, {"", "unknown (no value)", "unknown (no value)"},
	} {
		va := value.OfText(tc.plan)
		if tc.plan == "" {
			va = value.Missing("none")
		}
		plan.Set(wo.account, va, 1)
		for source, want := range map[string]string{"account.weight": tc.weight, "account.named": tc.named} {
			if got := walk(wo.compile(t, source).term, wo.frame).String(); got != want {
				t.Errorf("plan %q: %s is %q, want %q", tc.plan, source, got, want)
			}
		}
	}
}

// The first element that is not used, and the right side of the first pair whose left one is; while a window is not
// filled, what it has not counted may still be there.
func TestChosenFacts(t *testing.T) {
	wo := newRichWorld()
	picked, offer, from := wo.compile(t, "account.picked"), wo.compile(t, "account.offer"), wo.compile(t, "account.offer_from")
	use := func(feature string) {
		ev := &schemas.Event{Kind: schemas.KindUserAction, User: "u1", Count: 1, At: 95 * day, Own: []schemas.Field{str("feature", feature)}}
		wo.frame.Event = ev
		wo.call.Fold(wo.frame, wo.account, wo.user)
	}
	is := func(want ...string) {
		t.Helper()
		for i, pg := range []*Program{picked, offer, from} {
			if got := pg.Eval(wo.frame).String(); got != want[i] {
				t.Errorf("%s is %s, want %s", pg.Source, got, want[i])
			}
		}
	}
	none := "unknown (no value)"
	is("pro", none, none)
	use("sso")
	is("pro", "pro", "sso")
	use("pro")
	is("", "", "pro")
	use("")
	is(none, none, none)
	wo.frame.Now = 125 * day // 30 d later the window is empty again
	is("pro", none, none)
	wo.frame.HistoryComplete, wo.frame.History = false, 90*day
	is(none, none, none)
}

package lang

import (
	"testing"

	"holdfast/topology/value"
)

// What an expression may see is a matter of its place; what it may not see has a way out in the error.
func TestPlacesOfExpressions(t *testing.T) {
	wo := newRichWorld()
	episode := wo.in()
	late, errors := wo.names.DefineVar("late", "elapsed() > 1d or start.calls > 3", episode)
	must(errors)
	quiet, errors := wo.names.DefineVar("quiet", "idle(login) > 1d", episode)
	must(errors)
	vars := map[string]*Metric{"late": late, "quiet": quiet, "broken": Broken("broken")}
	before := Context{Scope: ScopeUser, Vars: vars}
	inside := episode
	inside.Vars = vars
	key := Context{Scope: ScopeKey, Key: "invoice", Arms: []string{"now", "later"}}
	for _, tc := range []struct {
		source string
		cx     Context
		want   string // "" = it is fine
	}{
		{"late and quiet", inside, ""}, {"quiet", before, ""}, {"late", before, "late reads what an episode has, and there is none yet"},
		{"broken or late", inside, "-"},
		{"invoice.amount > 3 and invoice.status == \"open\"", key, ""}, {"key == \"in_1\"", key, ""}, {"arm == \"now\"", key, ""},
		{"arm == \"nwo\"", key, `arm is never "nwo"; did you mean now?`},
		{"has(login) and count(login in 7d) > 1 and account.has(login)", key, ""}, {"contract.status == \"active\"", key, ""},
		{`tier == "pro" and score > 3 and stage == "sso"`, key, ""}, {"weight > 1", key, "weight is an account metric: write account.weight"},
		{"account.weight > 1 and evidence_count() > 1 and members() > 3", key, ""}, {"feedback.title == \"x\"", key, "feedback.title: only playbooks for each feedback by event.F have one"},
		{"contract.id == \"k\"", Context{Scope: ScopeKey, Key: "contract"}, ""}, {"contract.term_days > 3", Context{Scope: ScopeKey, Key: "contract"}, ""},
		{"user.role == \"x\"", key, "user.role: a key's expression has no user at hand"},
		{`segment("power")`, key, `segment("power") is of each user; a key has none at hand`},
	} {
		pg, errors := wo.names.Compile(tc.source, tc.cx)
		switch {
		case tc.want == "-" && (pg != nil || len(errors) > 0):
			t.Errorf("%s: what is broken already has an error again: %v", tc.source, errors)
		case tc.want == "" && len(errors) > 0:
			t.Errorf("%s: %v", tc.source, errors[0])
		case tc.want != "" && tc.want != "-" && (len(errors) == 0 || errors[0].Text != tc.want):
			t.Errorf("%s: %v, want %s", tc.source, errors, tc.want)
		}
	}
}

// The facts of a key are its own, not those of the account's contract.
func TestKeyedContractIsNotTheAccounts(t *testing.T) {
	wo := newRichWorld()
	pg := wo.compileIn(t, `contract.status == "active"`, Context{Scope: ScopeKey, Key: "contract"})
	if fact := pg.Facts[0]; fact.Scope != ScopeKey || fact.Name != "status" {
		t.Errorf("it reads %s of the %s", fact.Name, fact.Scope)
	}
}

// score and tier without a name are those of the main document, of the users first where there is a user.
func TestMainHealth(t *testing.T) {
	wo := newRichWorld()
	wo.names.Healths["mine"].Main = true
	wo.user.SetInt(ScoreKey("mine"), 7*value.Scale)
	wo.account.SetInt(ScoreKey("h"), 3*value.Scale)
	cx := wo.in()
	for scope, want := range map[Scope]string{ScopeUser: "7", ScopeAccount: "3"} {
		cx.Scope = scope
		if got := wo.compileIn(t, "score", cx).Eval(wo.frame).String(); got != want {
			t.Errorf("score of each %s is %s, want %s", scope, got, want)
		}
	}
	if got := wo.compile(t, "account.score()").Eval(wo.frame).String(); got != "3" {
		t.Errorf("account.score() is %s", got)
	}
}

// A bound enters no arithmetic: the logarithm of "at least 3" is unknown, and so is the time to "at least tomorrow".
func TestBoundsEnterNoArithmetic(t *testing.T) {
	wo := newRichWorld()
	pg, until := wo.compile(t, "log10(total(call))"), wo.compile(t, "until(max(call.at_time))")
	wo.happen(wo.call, 91*day, long("at_time", 101*day))
	wo.both(t, pg, "0")
	wo.both(t, until, "1d")
	wo.frame.HistoryComplete, wo.frame.History = false, 90*day
	wo.both(t, pg, "unknown")
	wo.both(t, until, "unknown")
}

// both evaluates a value both ways; "unknown" stands for any reason.
func (wo *world) both(t *testing.T, pg *Program, want string) {
	t.Helper()
	for _, va := range []value.Value{pg.Eval(wo.frame), walk(pg.term, wo.frame)} {
		if va.Known() && va.String() != want || !va.Known() && want != "unknown" {
			t.Errorf("%s is %v, want %s", pg.Source, va, want)
		}
	}
}

// A field of several events has the texts of all of them.
func TestTextsOfSeveralEvents(t *testing.T) {
	wo := newRichWorld()
	wo.names.Healths["h"].Tiers = []string{"critical"}
	wo.names.Stages[ScopeAccount] = []string{"onboarding"}
	wo.names.DeclareBuiltIns()
	cx := Context{Scope: ScopeAccount, Event: []*EventDef{wo.names.Events["tier_changed"], wo.names.Events["stage_changed"]}}
	for source, fine := range map[string]bool{`event.to == "critical"`: true, `event.to == "onboarding"`: true, `event.to == "nowhere"`: false} {
		if _, errors := wo.names.Compile(source, cx); (len(errors) == 0) != fine {
			t.Errorf("%s: %v", source, errors)
		}
	}
}

// An explanation names both sides where one is unknown.
func TestExplanationOfAnUnknownSide(t *testing.T) {
	wo := newRichWorld()
	pg := wo.compile(t, "account.members() >= 0.8 * account.seats_limit")
	wo.account.SetInt(MembersKey(""), 4)
	want := Fact{Name: "account.members()", Value: "4", AsOf: wo.frame.Now, Op: ">= 0.8 * account.seats_limit (no value)"}
	if facts := pg.Explain(wo.frame); len(facts) != 1 || facts[0] != want {
		t.Errorf("%+v, want %+v", facts, want)
	}
}

// Texts that something can never have are refused wherever they are compared.
func TestTextsThatAreNever(t *testing.T) {
	wo := newRichWorld()
	wo.names.Healths["h"].Tiers = []string{"critical", "healthy"}
	for source, want := range map[string]string{
		`tier == "criticl"`:                            `tier is never "criticl"; did you mean critical?`,
		`"criticl" != tier`:                            `tier is never "criticl"; did you mean critical?`,
		`tier default "healthy" == "low"`:              `tier default "healthy" is never "low"; it is one of critical, healthy`,
		`tier default "none" == "none"`:                "",
		`tier default account.plan == "gold"`:          "",
		`tier("h") in ("healthy" or "helthy")`:         `tier("h") is never "helthy"; did you mean healthy?`,
		`tier not in ("healthy" or "critical")`:        "",
		`account.picked == "reports"`:                  `account.picked is never "reports"; it is one of pro, sso, `,
		`account.named != "pro" and stage != "gold"`:   `stage is never "gold"; it is one of pro, sso, `,
		`account.plan == "anything" and tier == stage`: "",
	} {
		_, errors := wo.names.Compile(source, wo.in())
		if want == "" && len(errors) > 0 || want != "" && (len(errors) == 0 || errors[0].Text != want) {
			t.Errorf("%s: %v, want %s", source, errors, want)
		}
	}
}

package lang

import (
	"strings"
	"testing"

	"holdfast/topology/evidence"
	"holdfast/topology/value"
)

// What can change an expression other than time: its events, facts and derived values, those of an account alone in an
// account's expression. What a user's expression reads of the account is lazy.
func TestWhatChangesAnExpression(t *testing.T) {
	for _, tc := range []struct {
		scope  Scope
		source string
		want   string // events; facts; knowledge
	}{
		{ScopeAccount, `tier == "pro"`, "tier_changed;;tier/h"},
		{ScopeAccount, "score > 3 and age(tier) >= 1d", "tier_changed score_changed;;score/h tier/h"},
		{ScopeAccount, `segment("near") or signal("fall")`, "segment_entered segment_left signal_raised signal_cleared;;segment/near signal/fall"},
		{ScopeAccount, `age(segment("near")) > 1d`, "segment_entered segment_left;;segment/near"},
		{ScopeAccount, `stage == "pro"`, "stage_changed;;stage"},
		{ScopeAccount, `running("theirs")`, ";;running/theirs"},
		{ScopeAccount, "evidence_count(in 30d) >= 3", "evidence_added;;evidence"},
		{ScopeAccount, "size(tags) > 3", "login call;;"},
		{ScopeAccount, `tags contains account.plan`, "login call;plan;"},
		{ScopeAccount, `account.plan in account.tags`, "login call;plan;"},
		{ScopeAccount, "until(contract.ends_on) <= 90d", ";contract.ends_on time_zone;"},
		{ScopeAccount, "contract.term_days >= 180", ";contract.ends_on contract.starts_on;"},
		{ScopeAccount, "age(account.plan) > 1d", ";plan;"},
		{ScopeAccount, `account.named == "pro"`, ";plan;"},
		{ScopeAccount, "account.weight > 3", "call;created_at plan;"},
		{ScopeAccount, `account.picked == "pro"`, "call;created_at;"},
		{ScopeAccount, "start.time at 09:00 > last(call)", "call;created_at time_zone;"},
		{ScopeAccount, "idle(login) >= 7d", "login;created_at;"},
		{ScopeUser, `segment("power") and segment("near")`, "segment_entered segment_left;;segment/power"},
		{ScopeUser, `tier == "pro" and user.role == "x"`, ";role;"},
		{ScopeUser, `running("mine") and running("theirs")`, ";;running/mine"},
		{ScopeUser, "account.size(tags) > 3 and account.weight > 3", ";;"},
		{ScopeUser, "user.role in account.tags", ";role;"},
		{ScopeUser, `sent("mail") and elapsed("mail") > 1d`, ";;"},
	} {
		wo := newRichWorld()
		cx := wo.in()
		cx.Scope = tc.scope
		pg := wo.compileIn(t, tc.source, cx)
		var events, facts []string
		for _, de := range pg.Events {
			events = append(events, de.Name)
		}
		for _, fact := range pg.Facts {
			facts = append(facts, fact.Name)
		}
		got := strings.Join(events, " ") + ";" + strings.Join(facts, " ") + ";" + strings.Join(pg.Knows(tc.scope), " ")
		if got != tc.want {
			t.Errorf("%s of each %s: %s, want %s", tc.source, tc.scope, got, tc.want)
		}
	}
}

// A user's expression says what it reads of the account, so that it is looked at when the user is.
func TestWhatIsReadOfTheAccount(t *testing.T) {
	wo := newRichWorld()
	pg := wo.compile(t, `tier == "pro" and segment("power") and running("theirs")`)
	if got := strings.Join(pg.LazyKnows(), " "); got != "running/theirs tier/h" {
		t.Errorf("%s", got)
	}
	if !pg.ReadsAccount() || wo.compile(t, `segment("power")`).ReadsAccount() {
		t.Error("what it reads of the account is not said")
	}
}

// What is judged at every event allocates nothing, whatever it reads.
func TestDerivedKnowledgeAllocatesNothing(t *testing.T) {
	wo := newRichWorld()
	wo.compile(t, "last(call.calls) > 1")
	wo.happen(wo.login, 90*day)
	wo.happen(wo.call, 91*day, long("calls", 3))
	wo.names.Facts[ScopeAccount]["plan"].Set(wo.account, value.OfText("pro"), day)
	wo.names.Facts[ScopeAccount]["spent"].Set(wo.account, value.OfDecimal(25_000*value.Scale), day)
	wo.names.Sets["tags"].set(wo.account, "pro", day, true)
	wo.agree(agreement{id: "k1", status: "active", ends: 300, at: 1})
	wo.account.SetBytes(TierKey("h"), []byte("pro"))
	wo.account.SetInt(TierSinceKey("h"), 50*day)
	wo.account.SetInt(ScoreKey("h"), 40*value.Scale)
	for i := range 5 {
		evidence.Add(wo.account, evidence.Item{Record: "r", ID: string(rune('a' + i)), At: int64(80+i) * day, Value: value.Scale, HasValue: true, Goal: "pro"}, 3)
	}
	wo.frame.Steps = []StepMark{{}, {Slot: 92 * day, Marks: MarkSent | MarkClicked}}
	cx := wo.in()
	cx.Waiting = true
	for _, source := range []string{
		`tier == "pro" and age(tier) >= 60d and score < 45`, `segment("power") or signal("fall") or not running("theirs")`,
		"until(contract.ends_on) <= 90d and contract.term_days >= 180", "until(contract.ends_on - 90d at 09:00) <= 0s", "since(start.time at 02:30) > 1d",
		`clicked("mail") or elapsed("mail") >= 7d or elapsed() >= 9d`, `account.plan in account.tags and account.size(tags) >= 1`,
		"log10(account.spent) > 4 and account.weight > 3", `account.named == "sso" and account.picked == "pro" and account.rich`,
		"evidence_count(in 30d) >= 3 and evidence_sum(for account.plan) > 3", "since(account.then) > 3d", `user.roles contains "admin" or power contains account.plan`,
	} {
		pg := wo.compileIn(t, source, cx)
		if n := testing.AllocsPerRun(100, func() { pg.Truth(wo.frame); pg.Eval(wo.frame); pg.Next(wo.frame) }); n != 0 {
			t.Errorf("%s: %v allocations", source, n)
		}
	}
}

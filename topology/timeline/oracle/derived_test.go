package oracle

import (
	"fmt"
	"slices"
	"testing"
)

// values prints the timeline of one signal.
func (ou Outcome) values(account, user, name string) []string {
	var list []string
	for _, si := range ou.Signals {
		if si.Account == account && si.User == user && si.Name == name {
			list = append(list, si.Value+" "+si.Since.utc().Format("01-02T15:04:05"))
		}
	}
	return list
}

func quietSegment(settle Span) Watch {
	return Watch{Name: "quiet", PerUser: true, Settle: settle, Enter: is(call("idle", "login"), ">=", lasts(2*Day)), Leave: is(call("idle", "login"), "<", lasts(2*Day))}
}

func TestSegmentByTimeAndByEvent(t *testing.T) {
	ca := history(t, "03-05 09:00")
	ca.Segments = []Watch{quietSegment(0)}
	ca.given(t, "03-01 09:00", "login", "u1")
	ca.given(t, "03-04 09:00", "login", "u1")
	mustBe(t, "u1", ca.Run().values("a1", "u1", "segment/quiet"), []string{"true 03-03T09:00:00", "false 03-04T09:00:00"})
}

func TestSegmentIsRecomputedAtTheEvent(t *testing.T) {
	// Derived values keep no timer: the record at 09:05 finds the segment true, and has it from then on.
	ca := history(t, "03-05 09:00")
	ca.Segments = []Watch{quietSegment(0)}
	ca.given(t, "03-01 09:00", "login", "u1")
	ca.given(t, "03-03 09:05", "used", "u1")
	mustBe(t, "u1", ca.Run().values("a1", "u1", "segment/quiet"), []string{"true 03-03T09:05:00"})
}

func TestSegmentThatMustLast(t *testing.T) {
	ca := history(t, "03-10 09:00")
	ca.Segments = []Watch{quietSegment(Day)}
	ca.given(t, "03-01 09:00", "login", "u1")
	ca.given(t, "03-03 12:00", "login", "u1") // quiet for three hours only
	ca.given(t, "03-09 09:00", "used", "u1")
	mustBe(t, "u1", ca.Run().values("a1", "u1", "segment/quiet"), []string{"true 03-06T12:00:00"})
}

func TestFirstValueMakesNoEventButAnEntry(t *testing.T) {
	enters := book(Start{Event: "segment_entered"}, Again{Kind: Always})
	ca := history(t, "03-03 09:00", enters...)
	ca.Segments = []Watch{{Name: "active", PerUser: true, Enter: is(count("login", Day), ">=", num(1))}}
	ca.given(t, "03-01 09:00", "login", "u1")
	ca.given(t, "03-01 10:00", "login", Stranger)
	out := ca.Run()
	mustBe(t, "u9", out.values("a1", Stranger, "segment/active"), []string{"true 03-01T10:00:00", "false 03-02T10:00:00"})
	// u1 had a profile, so a first value, before it logged in.
	mustBe(t, "intents", out.keys(), []string{"p/a1~u1/e.holdfast~x1%23segment_entered%2Factive/s1/send/u1"})
}

func TestEngineEventOfATimerNamesItsInstant(t *testing.T) {
	enters := book(Start{Event: "segment_entered"}, Again{Kind: Always})
	ca := history(t, "03-03 09:00", enters...)
	ca.Segments = []Watch{quietSegment(0)}
	ca.given(t, "03-01 09:00", "login", "u1")
	mustBe(t, "intents", ca.Run().keys(), []string{"p/a1~u1/e.holdfast~a1%7Eu1%401772528400000%23segment_entered%2Fquiet/s1/send/u1"})
}

func TestWhenOnATierIsEnteredByItsEvent(t *testing.T) {
	pb := Playbook{Name: "p", Class: "internal", To: To{Kind: "team", Name: "csm"}, Again: Again{Kind: Always}, Steps: []Step{{ID: "s1", Action: "task", Timing: AtOnce}}}
	pb.Start.When = is(path("tier"), "==", word("critical"))
	ca := history(t, "03-05 09:00", pb)
	ca.Health = []Health{{
		Name: "h", High: 100, Main: true, Needs: is(call("observed", ""), ">=", lasts(0)), Tiers: []Tier{{"critical", 40, 45}, {Name: "healthy"}},
		Measures: []Measure{{Name: "recency", Lines: []Points{{If: is(call("idle", "login"), "<", lasts(2*Day)), Points: 50}}}},
	}}
	ca.given(t, "03-01 09:00", "login", "u1")
	out := ca.Run()
	mustBe(t, "tier", out.values("a1", "", "tier/h"), []string{"critical 03-01T09:00:00", "healthy 03-01T09:00:00", "critical 03-03T09:00:00"})
	mustBe(t, "intents", out.keys(), []string{"p/a1/e.holdfast~a1%401772528400000%23tier_changed%2Fh/s1/task/team:csm"})
}

func TestMeasureWithUnknown(t *testing.T) {
	he := Health{Name: "h", High: 100, Needs: is(call("observed", ""), ">=", lasts(0)), Measures: []Measure{
		{Name: "whole", Whole: true, Unknown: 7, Lines: []Points{{If: is(call("idle", "login"), "<", lasts(Day)), Points: 30}, {Points: 20}}},
		{Name: "list", Lines: []Points{{If: is(call("idle", "login"), "<", lasts(Day)), Points: 5}, {Points: 50}}},
		{Name: "clamped", Lines: []Points{{If: is(call("total", "used"), ">=", num(1)), Points: 500}}},
	}}
	ca := history(t, "03-05 09:00")
	ca.Health = []Health{he}
	ca.given(t, "03-01 09:00", "ticket", "a1")
	ca.given(t, "03-01 10:00", "login", "u1")
	ca.given(t, "03-03 09:00", "used", "u1")
	mustBe(t, "score", ca.Run().values("a1", "", "score/h"), []string{"7 03-01T09:00:00", "35 03-01T10:00:00", "70 03-02T10:00:00", "100 03-03T09:00:00"})
}

func TestStagesDwell(t *testing.T) {
	ca := history(t, "03-05 09:00")
	ca.Stages = []Stages{{Dwell: Day, List: []Stage{{"busy", is(count("login", Hour), ">=", num(1))}, {Name: "rest"}}}}
	ca.given(t, "03-01 08:00", "ticket", "a1")
	ca.given(t, "03-01 09:00", "login", "u1") // a change at once: the first stage was none
	mustBe(t, "stage", ca.Run().values("a1", "", "stage"), []string{"rest 03-01T08:00:00", "busy 03-01T09:00:00", "rest 03-02T09:00:00"})
}

func TestEvidenceAddsUp(t *testing.T) {
	pb := Playbook{Name: "p", Class: "internal", To: To{Kind: "team", Name: "csm"}, Again: Again{Kind: Never}, Steps: []Step{{ID: "s1", Action: "task", Timing: AtOnce}}}
	pb.Start.When = is(call("evidence_count", ""), ">=", num(2))
	ca := history(t, "03-05 09:00", pb)
	ca.Keep, ca.Proofs = 20, []Proof{{ID: "r1", Event: "used_a", Value: 3, Goal: "g1"}}
	for n, feature := range []string{"a", "b", "a"} {
		ca.given(t, fmt.Sprintf("03-01 0%d:00", n+1), "used", "u1", "feature="+feature)
	}
	out := ca.Run()
	mustBe(t, "evidence", out.values("a1", "", "evidence/g1"), []string{"3 03-01T01:00:00", "6 03-01T03:00:00"})
	mustBe(t, "intents", out.keys(), []string{"p/a1/once/s1/task/team:csm"})
}

func TestSamplePlaybookOfTheUpsell(t *testing.T) {
	// Example 08: three uses within 30 d on the plan free; the fourth says nothing; 90 days later once more.
	upsell := Playbook{
		Name: "p", PerUser: true, Class: "expansion", Again: Again{Kind: Every, Every: 90 * Day},
		Start: Start{When: and(is(count("used_a", 30*Day), ">=", num(3)), is(path("account.plan"), "==", word("free")))},
		Stops: []Stop{{ID: "paid", When: is(path("account.plan"), "!=", word("free"))}},
		Steps: []Step{{ID: "pitch", Action: "send", Timing: AtOnce, If: is(path("account.plan"), "==", word("free"))}},
	}
	ca := history(t, "08-01 00:00", upsell)
	ca.Accounts[0].Traits = []Trait{{"plan", "free"}}
	for _, day := range []string{"03-01", "03-02", "03-03", "03-04", "06-01", "06-02", "06-03"} {
		ca.given(t, day+" 09:00", "used", "u1", "feature=a")
	}
	mustBe(t, "intents", ca.Run().keys(), []string{"p/a1~u1/e.s~x3/pitch/send/u1", "p/a1~u1/e.s~x7/pitch/send/u1"})
	ca.Accounts[0].Traits = []Trait{{"plan", "team"}}
	mustBe(t, "on another plan", ca.Run().keys(), nil)
}

func TestNoTwoIntentsShareAKey(t *testing.T) {
	for seed := uint64(0); seed < 500; seed++ {
		ca := Generate(seed, 3)
		keys := ca.Run().keys()
		if len(slices.Compact(keys)) != len(keys) {
			t.Fatalf("seed %d: two intents share a key\n%s\n%s", seed, ca.Bundle(), ca.Scenario())
		}
	}
}

func TestEscape(t *testing.T) {
	for plain, want := range map[string]string{"a b": "a%20b", "é/~=": "%C3%A9%2F%7E%3D", "A-._:z9": "A-._:z9", "channel:#x": "channel:%23x"} {
		if got := escape(plain); got != want {
			t.Errorf("%q: got %q, want %q", plain, got, want)
		}
	}
}

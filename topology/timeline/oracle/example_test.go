package oracle

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// at reads an instant of 2026-03 and thereabouts: "03-08 09:00" or with seconds and milliseconds.
func at(t testing.TB, text string) Instant {
	t.Helper()
	layout := "2006-01-02 15:04:05.000"
	full := "2026-" + text
	read, err := time.Parse(layout[:len(full)], full)
	if err != nil {
		t.Fatal(err)
	}
	return Instant(read.UnixMilli())
}

func vocabulary() []Event {
	return []Event{
		{Name: "login", Topic: "user_action", Type: "signed_in"},
		{Name: "used", Topic: "user_action", Type: "feature_used"},
		{Name: "used_a", From: "used", Where: is(path("event.feature"), "==", word("a"))},
		{Name: "used_b", From: "used", Where: is(path("event.feature"), "==", word("b"))},
		{Name: "calls", Topic: "user_action", Type: "api_called"},
		{Name: "failed", Topic: "billing", Type: "payment_failed"},
		{Name: "paid", Topic: "billing", Type: "payment_succeeded"},
		{Name: "ticket", Topic: "support", Type: "ticket_opened"},
	}
}

func inactivity() Playbook {
	return Playbook{
		Name: "inactivity", PerUser: true, Class: "lifecycle",
		Start: Start{When: is(call("idle", "login"), ">=", lasts(7*Day)), If: call("has", "login")},
		Again: Again{Kind: After, After: "login"},
		Stops: []Stop{{Event: "login"}},
		Steps: []Step{
			{ID: "d7", Action: "send", Timing: AtTime, At: sum(call("last", "login"), "+", lasts(7*Day))},
			{ID: "d14", Action: "send", Timing: AtTime, At: sum(call("last", "login"), "+", lasts(14*Day))},
			{ID: "d30", Action: "send", Timing: AtTime, At: sum(call("last", "login"), "+", lasts(30*Day))},
		},
	}
}

// history is a case with one account of two users.
func history(t testing.TB, until string, books ...Playbook) Case {
	return Case{
		Lateness: 10 * Minute, Zone: "UTC", Events: vocabulary(), Playbooks: books, Until: at(t, until),
		Accounts: []Account{{ID: "a1"}}, Users: []User{{ID: "u1", Account: "a1", Roles: []string{"admin"}}, {ID: "u2", Account: "a1"}},
	}
}

// given adds a line: instant, event, subject, and a field if there is one.
func (ca *Case) given(t testing.TB, when, event, subject string, with ...string) {
	li := Line{At: at(t, when), Event: event, Account: "a1", ID: fmt.Sprintf("x%d", len(ca.Lines)+1)}
	li.Arrives = li.At
	if subject != "a1" {
		li.User = subject
	}
	for _, pair := range with {
		if pair == "" {
			continue
		}
		if name, text, is := strings.Cut(pair, "="); is && name == "arrives" {
			li.Arrives = at(t, text)
		} else {
			li.With = append(li.With, Trait{name, text})
		}
	}
	ca.Lines = append(ca.Lines, li)
}

func (ou Outcome) keys() []string {
	var list []string
	for _, in := range ou.Intents {
		list = append(list, in.DedupeKey)
	}
	return list
}

// delivered are the keys of what goes out, without the cancels.
func (ou Outcome) delivered() []string {
	return slices.DeleteFunc(ou.keys(), func(key string) bool { return strings.Contains(key, "/cancel/") })
}

func (ou Outcome) outcomes() []string {
	var list []string
	for _, de := range ou.Decisions {
		list = append(list, strings.TrimSuffix(de.Playbook+" "+de.Outcome+" "+de.Step, " "))
	}
	return list
}

func mustBe(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func TestExampleOfTheIdentity(t *testing.T) {
	// Section 10: u1 logs in at 2026-03-01T09:00+07:00... the due of the example is 1772960400000.
	ca := history(t, "03-08 09:00:00.000", inactivity())
	ca.given(t, "03-01 09:00", "login", "u1")
	out := ca.Run()
	mustBe(t, "intents", out.keys(), []string{"inactivity/a1~u1/t.1772960400000/d7/send/u1"})
	in := out.Intents[0]
	if in.Due != at(t, "03-08 09:00") || in.DecidedAt != at(t, "03-08 09:10") || in.NotBefore != in.Due {
		t.Errorf("due %v decided %v not before %v", in.Due.utc(), in.DecidedAt.utc(), in.NotBefore.utc())
	}
}

func TestEndOfTheClockIsInclusive(t *testing.T) {
	ca := history(t, "03-08 08:59:59.999", inactivity())
	ca.given(t, "03-01 09:00", "login", "u1")
	mustBe(t, "a millisecond early", ca.Run().keys(), nil)
}

func TestInactivityAtThreeInstants(t *testing.T) {
	ca := history(t, "04-20 00:00", inactivity())
	ca.given(t, "03-01 09:00", "login", "u1")
	out := ca.Run()
	var dues []string
	for _, in := range out.Intents {
		dues = append(dues, in.Step+" "+in.Due.utc().Format("01-02 15:04"))
	}
	mustBe(t, "dues", dues, []string{"d14 03-15 09:00", "d30 03-31 09:00", "d7 03-08 09:00"})
}

func TestEventWinsTheTie(t *testing.T) {
	for _, back := range []struct {
		when string
		want int
	}{
		{"03-08 08:59:59.999", 0}, {"03-08 09:00", 0}, {"03-08 09:10", 0}, {"03-08 09:10:00.001", 1},
	} {
		ca := history(t, "03-10 00:00", inactivity())
		ca.given(t, "03-01 09:00", "login", "u1")
		ca.given(t, back.when, "login", "u1")
		if got := ca.Run().delivered(); len(got) != back.want {
			t.Errorf("back at %s: %q, want %d intents", back.when, got, back.want)
		}
	}
}

func TestBackBeforeTheWatermarkStopsTheSecondMessage(t *testing.T) {
	// The first test of example 14, without its policy.
	ca := history(t, "03-16 00:00", inactivity())
	ca.given(t, "03-01 09:00", "login", "u1")
	for day := 1; day <= 15; day++ {
		ca.given(t, fmt.Sprintf("03-%02d 10:00", day), "login", "u2")
	}
	ca.Lines = ca.Lines[:len(ca.Lines)-1]
	ca.given(t, "03-15 09:05", "used", "u2", "feature=reports")
	ca.given(t, "03-15 08:55", "login", "u1", "arrives=03-15 09:06")
	ca.given(t, "03-15 10:00", "login", "u2")
	out := ca.Run()
	mustBe(t, "intents", out.keys(), []string{"inactivity/a1~u1/t.1772960400000/d7/send/u1"})
	mustBe(t, "decisions", out.outcomes(), []string{"inactivity entered", "inactivity stopped"})
}

func TestSampleCustomerScores65(t *testing.T) {
	// Row B2.1 and its test in example 14.
	ca := history(t, "03-04 12:00")
	ca.Health = []Health{{
		Name: "simple_score", High: 100, Needs: is(call("observed", ""), ">=", lasts(0)),
		Measures: []Measure{
			{Name: "recency", Lines: []Points{
				{If: is(call("idle", "login"), "<", lasts(7*Day)), Points: 40},
				{If: is(call("idle", "login"), "<", lasts(30*Day)), Points: 10},
				{},
			}},
			{Name: "feature_a", Lines: []Points{{If: is(count("used_a", 30*Day), ">=", num(1)), Points: 25}}},
			{Name: "feature_b", Lines: []Points{{If: is(count("used_b", 30*Day), ">=", num(1)), Points: 20}}},
			{Name: "tickets", Lines: []Points{{If: is(count("ticket", 30*Day), ">", num(3)), Points: -15}}},
		},
	}}
	ca.given(t, "03-01 12:00", "used", "u1", "feature=a")
	ca.given(t, "03-02 12:00", "ticket", "a1")
	ca.given(t, "03-03 12:00", "login", "u1")
	signals := ca.Run().Signals
	if last := signals[len(signals)-1]; last.Name != "score/simple_score" || last.Value != "65" || last.Since != at(t, "03-03 12:00") {
		t.Errorf("got %+v", signals)
	}
}

func TestTierHysteresisAndSettle(t *testing.T) {
	// "critical below 40, and stays critical until 45", "falls count at once, recoveries must last a day": every login
	// of the last 10 days is worth 5, so 8 logins are 40 and 9 are 45.
	ca := history(t, "03-20 00:00")
	he := Health{Name: "h", High: 100, Needs: is(call("observed", ""), ">=", lasts(0)), Tiers: []Tier{{"critical", 40, 45}, {Name: "healthy"}}, Up: Day}
	for n := 1; n <= 12; n++ {
		he.Measures = append(he.Measures, Measure{Name: fmt.Sprintf("m%d", n), Lines: []Points{{If: is(count("login", 10*Day), ">=", num(n)), Points: 5}}})
	}
	ca.Health = []Health{he}
	ca.given(t, "03-01 00:00", "ticket", "a1")
	for n := 0; n < 8; n++ {
		ca.given(t, fmt.Sprintf("03-02 0%d:00", n), "login", "u1") // 40 at 07:00: still critical
	}
	ca.given(t, "03-03 00:00", "login", "u1") // 45: healthy if it lasts a day
	var tiers []string
	for _, si := range ca.Run().Signals {
		if si.Name == "tier/h" {
			tiers = append(tiers, si.Value+" "+si.Since.utc().Format("01-02 15:04"))
		}
	}
	// 8 logins (40) are left on 03-12 00:00, when the first of 03-02 00:00 leaves; 7 (35) at 01:00.
	mustBe(t, "tiers", tiers, []string{"critical 03-01 00:00", "healthy 03-04 00:00", "critical 03-12 01:00"})
}

// TestPurchaseLog counts what EXPECTED.md of the data set counts, a case per customer.
func TestPurchaseLog(t *testing.T) {
	want := map[Span]int{7 * Day: 5928, 14 * Day: 5373, 30 * Day: 4494, 60 * Day: 3597, 90 * Day: 3143, 180 * Day: 2331}
	got := map[Span]int{}
	for _, ca := range purchases(t) {
		for _, quiet := range []Span{7 * Day, 14 * Day, 30 * Day, 60 * Day, 90 * Day, 180 * Day} {
			ca.Playbooks = append(ca.Playbooks, Playbook{
				Name: "quiet" + quiet.String(), Class: "internal", To: To{Kind: "team", Name: "crm"},
				Start: Start{When: is(call("idle", "purchased"), ">=", lasts(quiet))}, Again: Again{Kind: After, After: "purchased"},
				Steps: []Step{{ID: "tell", Action: "task", Timing: AtOnce}},
			})
		}
		for _, in := range ca.Run().Intents {
			for quiet := range want {
				if in.Playbook == "quiet"+quiet.String() {
					got[quiet]++
				}
			}
		}
	}
	for quiet, n := range want {
		if got[quiet] != n {
			t.Errorf("quiet for %v: %d intents, want %d", quiet, got[quiet], n)
		}
	}
}

func purchases(t *testing.T) []Case {
	file, err := os.Open("testdata/purchases.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	first := Instant(time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli())
	end := Instant(time.Date(1998, 6, 30, 0, 0, 0, 0, time.UTC).UnixMilli())
	var list []Case
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		ca := Case{
			Lateness: 10 * Minute, Zone: "UTC", Until: end, Accounts: []Account{{ID: "c1"}},
			Events: []Event{{Name: "purchased", Topic: "user_action", Type: "purchased"}},
		}
		day := first
		for i, gap := range strings.Fields(lines.Text()) {
			days, err := strconv.Atoi(gap)
			if err != nil {
				t.Fatal(err)
			}
			day = day.plus(Span(days) * Day)
			ca.Lines = append(ca.Lines, Line{At: day, Arrives: day, ID: fmt.Sprint("p", i), Event: "purchased", Account: "c1"})
		}
		list = append(list, ca)
	}
	return list
}

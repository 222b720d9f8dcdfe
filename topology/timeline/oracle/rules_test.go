package oracle

import (
	"fmt"
	"strings"
	"testing"
)

// A rulesCase is one playbook over a few lines, and what must be seen. Lines read "03-01 09:00 login u1 feature=a";
// times are days of March 2026, or of the month that is given.
type rulesCase struct {
	name    string
	books   []Playbook
	zone    string
	lines   []string
	until   string
	intents []string // step recipient due-decided episode
	said    []string // decisions: playbook outcome step, by time
}

func (rc rulesCase) run(t *testing.T) (Case, Outcome) {
	t.Helper()
	ca := history(t, rc.until, rc.books...)
	ca.Accounts[0].Zone = rc.zone
	for _, line := range rc.lines {
		words := strings.Split(line, " ")
		var arrives string
		if last := words[len(words)-1]; strings.HasPrefix(last, "arrives=") {
			arrives, words = "arrives="+words[0]+" "+strings.TrimPrefix(last, "arrives="), words[:len(words)-1]
		}
		ca.given(t, words[0]+" "+words[1], words[2], words[3], append(words[4:], arrives)...)
	}
	return ca, ca.Run()
}

// short prints an intent: the step, who gets it, when it was due and decided, the episode.
func (in Intent) short() string {
	text := in.Step
	if in.Action == "cancel" {
		text = "cancel " + in.Step
	}
	return fmt.Sprintf("%s %s %s/%s %s", text, in.Recipient, in.Due.utc().Format("01-02T15:04:05"), in.DecidedAt.utc().Format("15:04:05"), in.Episode)
}

func TestRules(t *testing.T) {
	for _, rc := range slicesOf(startCases(), againCases(), stepCases(), stopCases(), lateCases(), scheduleCases(), journeyCases()) {
		t.Run(rc.name, func(t *testing.T) {
			ca, out := rc.run(t)
			var got []string
			for _, in := range out.Intents {
				got = append(got, in.short())
			}
			if rc.intents != nil || len(got) > 0 {
				mustBe(t, "intents", got, rc.intents)
			}
			if rc.said != nil {
				mustBe(t, "decisions", out.outcomes(), rc.said)
			}
			if t.Failed() {
				t.Logf("%s\n%s", ca.Bundle(), ca.Scenario())
			}
		})
	}
}

func slicesOf(lists ...[]rulesCase) []rulesCase {
	var all []rulesCase
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// book is a user playbook p with one step that sends at once.
func book(start Start, again Again, change ...func(*Playbook)) []Playbook {
	pb := Playbook{Name: "p", PerUser: true, Class: "lifecycle", Start: start, Again: again, Steps: []Step{{ID: "s1", Action: "send", Timing: AtOnce}}}
	for _, apply := range change {
		apply(&pb)
	}
	return []Playbook{pb}
}

func steps(list ...Step) func(*Playbook) {
	return func(pb *Playbook) {
		for i := range list {
			list[i].ID, list[i].Action = fmt.Sprintf("s%d", i+1), "send"
		}
		pb.Steps = list
	}
}

func stops(list ...Stop) func(*Playbook) { return func(pb *Playbook) { pb.Stops = list } }

func startCases() []rulesCase {
	three := Start{When: is(count("login", Day), ">=", num(3))}
	return []rulesCase{
		{
			name: "an event makes its step due at once, decided by it", books: book(Start{Event: "login"}, Again{Kind: Always}), until: "03-02 00:00",
			lines: []string{"03-01 09:00 login u1"}, intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1"},
		},
		{
			name: "the if of an event start is judged after the fold, and says nothing if false", until: "03-02 00:00",
			books:   book(Start{Event: "login", If: is(call("total", "login"), ">=", num(2))}, Again{Kind: Always}),
			lines:   []string{"03-01 09:00 login u1", "03-01 10:00 login u1"},
			intents: []string{"s1 u1 03-01T10:00:00/10:00:00 e.s~x2"}, said: []string{"p entered"},
		},
		{
			name: "a window is (t-W, t]: exactly W old is out", books: book(three, Again{Kind: Always}), until: "03-02 23:00",
			lines: []string{"03-01 09:00 login u1", "03-01 10:00 login u1", "03-02 09:00 login u1"},
		},
		{
			name: "a millisecond younger is in", books: book(three, Again{Kind: Always}), until: "03-02 23:00",
			lines:   []string{"03-01 09:00 login u1", "03-01 10:00 login u1", "03-02 08:59:59.999 login u1"},
			intents: []string{"s1 u1 03-02T08:59:59/08:59:59 e.s~x3"},
		},
		{
			name: "true all the time is one edge", books: book(three, Again{Kind: Always}), until: "03-02 23:00",
			lines:   []string{"03-01 09:00 login u1", "03-01 10:00 login u1", "03-01 11:00 login u1", "03-01 12:00 login u1"},
			intents: []string{"s1 u1 03-01T11:00:00/11:00:00 e.s~x3"},
		},
		{
			name: "an event that leaves it true does not take the edge from the timer", until: "03-20 00:00",
			books:   book(Start{When: and(is(call("idle", "login"), ">=", lasts(7*Day)), call("has", "login"))}, Again{Kind: Always}),
			lines:   []string{"03-01 09:00 login u1", "03-08 09:05 used u1"},
			intents: []string{"s1 u1 03-08T09:00:00/09:10:00 t.1772960400000"},
		},
		{
			name: "an event that makes it true takes it", until: "03-20 00:00",
			books:   book(Start{When: and(is(call("idle", "login"), ">=", lasts(7*Day)), call("has", "used"))}, Again{Kind: Always}),
			lines:   []string{"03-01 09:00 login u1", "03-08 09:05 used u1"},
			intents: []string{"s1 u1 03-08T09:05:00/09:05:00 e.s~x2"},
		},
		{
			name: "more than is due a millisecond later", until: "03-20 00:00", books: book(Start{When: is(call("idle", "login"), ">", lasts(Hour))}, Again{Kind: Never}),
			lines: []string{"03-01 09:00:00.999 login u1"}, intents: []string{"s1 u1 03-01T10:00:01/10:10:01 once"},
		},
		{
			name: "once is the first event of the subject", books: book(Start{Event: "login", Once: true}, Again{Kind: Always}), until: "03-03 00:00",
			lines:   []string{"03-01 09:00 login u1", "03-01 10:00 login u2", "03-01 11:00 login u1"},
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1", "s1 u2 03-01T10:00:00/10:00:00 e.s~x2"}, said: []string{"p entered", "p entered"},
		},
		{
			name: "settle judges after the other side", until: "03-03 00:00",
			books:   book(Start{Event: "failed", Settle: 2 * Minute, If: not(call("has", "paid"))}, Again{Kind: Always}),
			lines:   []string{"03-01 09:00 failed u1"},
			intents: []string{"s1 u1 03-01T09:02:00/09:12:00 e.s~x1"},
		},
		{
			name: "settle: the other side came in time", until: "03-03 00:00",
			books: book(Start{Event: "failed", Settle: 2 * Minute, If: not(call("has", "paid"))}, Again{Kind: Always}),
			lines: []string{"03-01 09:00 failed u1", "03-01 09:11 paid u1"}, said: []string{"p not_entered"},
		},
		{
			name: "settle: a stop event prevents the entry", until: "03-03 00:00", books: book(Start{Event: "failed", Settle: Hour}, Again{Kind: Always}, stops(Stop{Event: "paid"})),
			lines: []string{"03-01 09:00 failed u1", "03-01 09:30 paid u1"}, said: []string{"p not_entered"},
		},
	}
}

func againCases() []rulesCase {
	quiet := Start{When: is(call("idle", "login"), ">=", lasts(Day))}
	return []rulesCase{
		{
			name: "never is once", books: book(Start{Event: "login"}, Again{Kind: Never}), until: "03-03 00:00", lines: []string{"03-01 09:00 login u1", "03-01 10:00 login u1"},
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 once"}, said: []string{"p entered", "p not_entered"},
		},
		{
			name: "what re-arms at the instant of the entry is not after it", books: book(Start{Event: "login"}, Again{Kind: After, After: "used"}), until: "03-03 00:00",
			lines:   []string{"03-01 09:00 login u1", "03-01 09:00 used u1", "03-02 09:00 login u1"},
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1"}, said: []string{"p entered", "p not_entered"},
		},
		{
			name: "an edge before the re-arming is not entered, the re-arming judges anew", until: "03-04 00:00",
			books:   book(quiet, Again{Kind: After, After: "used"}),
			lines:   []string{"03-01 09:00 login u1", "03-02 12:00 login u1", "03-03 12:05 used u1"},
			intents: []string{"s1 u1 03-03T12:05:00/12:05:00 e.s~x3", "s1 u1 03-02T09:00:00/09:10:00 t.1772442000000"},
		},
		{
			name: "per value, each once", until: "03-03 00:00", books: book(Start{Event: "used"}, Again{Kind: Per}),
			lines:   []string{"03-01 09:00 used u1 feature=a", "03-01 10:00 used u1 feature=b_c", "03-01 11:00 used u1 feature=a", "03-01 12:00 used u1"},
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 v.a", "s1 u1 03-01T10:00:00/10:00:00 v.b_c"}, said: []string{"p entered", "p entered", "p not_entered"},
		},
		{
			name: "per value and every", until: "03-05 00:00", books: book(Start{Event: "used"}, Again{Kind: Per, Every: Day}),
			lines:   []string{"03-01 09:00 used u1 feature=a", "03-02 08:00 used u1 feature=a", "03-02 09:00 used u1 feature=a"},
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 v.a.e.s~x1", "s1 u1 03-02T09:00:00/09:00:00 v.a.e.s~x3"},
		},
		{
			name: "once, per value", until: "03-05 00:00", books: book(Start{Event: "used", Once: true}, Again{Kind: Per}),
			lines:   []string{"03-01 09:00 used u1 feature=a", "03-02 08:00 used u1 feature=a", "03-02 09:00 used u1 feature=c"},
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 v.a", "s1 u1 03-02T09:00:00/09:00:00 v.c"}, said: []string{"p entered", "p entered"},
		},
		{
			name: "a lateness of its own", until: "03-03 00:00", lines: []string{"03-01 09:00 login u1", "03-02 10:00 login u1"},
			books: book(quiet, Again{Kind: Always}, func(pb *Playbook) { pb.Lateness = Hour }),
		},
		{
			name: "a lateness of its own, passed", until: "03-03 00:00", lines: []string{"03-01 09:00 login u1", "03-02 10:00:00.001 login u1"},
			books:   book(quiet, Again{Kind: Always}, func(pb *Playbook) { pb.Lateness = Hour }),
			intents: []string{"s1 u1 03-02T09:00:00/10:00:00 t.1772442000000"},
		},
		{
			name: "every counts from the entry, inclusive", books: book(Start{Event: "login"}, Again{Kind: Every, Every: Day}), until: "03-05 00:00",
			lines:   []string{"03-01 09:00 login u1", "03-02 08:59:59.999 login u1", "03-02 09:00 login u1"},
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1", "s1 u1 03-02T09:00:00/09:00:00 e.s~x3"},
			said:    []string{"p entered", "p not_entered", "p entered"},
		},
		{
			name: "every judges a when anew", books: book(quiet, Again{Kind: Every, Every: 2 * Day}), until: "03-07 00:00", lines: []string{"03-01 09:00 login u1"},
			intents: []string{"s1 u1 03-02T09:00:00/09:10:00 t.1772442000000", "s1 u1 03-04T09:00:00/09:10:00 t.1772614800000", "s1 u1 03-06T09:00:00/09:10:00 t.1772787600000"},
		},
		{
			name: "every that re-arms inside an open episode is lost", until: "03-08 00:00",
			books:   book(quiet, Again{Kind: Every, Every: 2 * Day}, steps(Step{Timing: AfterStart, Delay: 3 * Day})),
			lines:   []string{"03-01 09:00 login u1"},
			intents: []string{"s1 u1 03-05T09:00:00/09:10:00 t.1772442000000"}, said: []string{"p entered"},
		},
		{
			name: "after is re-armed by the event, not by the clock", books: book(quiet, Again{Kind: After, After: "used"}), until: "03-09 00:00",
			lines:   []string{"03-01 09:00 login u1", "03-03 09:00 login u1", "03-05 09:00 used u1"},
			intents: []string{"s1 u1 03-05T09:00:00/09:00:00 e.s~x3", "s1 u1 03-02T09:00:00/09:10:00 t.1772442000000"},
			said:    []string{"p entered", "p not_entered", "p entered"},
		},
	}
}

func stepCases() []rulesCase {
	on := Start{Event: "login"}
	always := Again{Kind: Always}
	night := atClock(path("start.time"), 150) // 02:30
	return []rulesCase{
		{
			name: "after, and after a step", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1"},
			books:   book(on, always, steps(Step{Timing: AfterStart, Delay: Day}, Step{Timing: AfterStep, Base: "s1", Delay: Hour})),
			intents: []string{"s1 u1 03-02T09:00:00/09:10:00 e.s~x1", "s2 u1 03-02T10:00:00/10:10:00 e.s~x1"},
		},
		{
			name: "never after a step that was not published", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1"},
			books: book(on, always, steps(Step{Timing: AfterStart, Delay: Day, If: call("has", "used")}, Step{Timing: AfterStep, Base: "s1", Delay: Hour})),
			said:  []string{"p entered", "p skipped s1"},
		},
		{
			name: "the hour that spring leaves out is its end", zone: "Europe/Berlin", until: "03-30 00:00", lines: []string{"03-28 22:00 login u1"},
			books: book(on, always, steps(Step{Timing: AtTime, At: night})), intents: []string{"s1 u1 03-29T01:00:00/01:10:00 e.s~x1"},
		},
		{
			name: "of the hour that autumn doubles the first counts", zone: "Europe/Berlin", until: "10-26 00:00", lines: []string{"10-24 22:00 login u1"},
			books: book(on, always, steps(Step{Timing: AtTime, At: night})), intents: []string{"s1 u1 10-25T00:30:00/00:40:00 e.s~x1"},
		},
		{
			name: "at the instant itself is at once", until: "03-02 00:00", lines: []string{"03-01 02:30 login u1"},
			books: book(on, always, steps(Step{Timing: AtTime, At: night})), intents: []string{"s1 u1 03-01T02:30:00/02:30:00 e.s~x1"},
		},
		{
			name: "less than a day before the start still runs, a day is missed", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-05 09:00 used u1"},
			books:   book(Start{Event: "used"}, always, steps(Step{Timing: AtTime, At: sum(call("last", "login"), "+", lasts(3*Day))}, Step{Timing: AtTime, At: sum(call("last", "login"), "+", lasts(3*Day+Minute))})),
			intents: []string{"s2 u1 03-04T09:01:00/09:00:00 e.s~x2"}, said: []string{"p entered", "p missed s1"},
		},
		{
			name: "what comes after a missed step is decided too", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-05 09:00 used u1", "03-06 09:00 calls u1"},
			books: book(Start{Event: "used"}, always, stops(Stop{Event: "calls"}),
				steps(Step{Timing: AtTime, At: sum(call("last", "login"), "+", lasts(Day))}, Step{Timing: AfterStep, Base: "s1", Delay: Hour})),
			said: []string{"p entered", "p missed s1"}, // the episode is over: nothing to stop
		},
		{
			name: "a step that is reached after its expiry is missed", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1"},
			books:   book(on, always, steps(Step{Timing: AfterStart, Delay: Day, Expires: 9 * Minute}, Step{Timing: AfterStart, Delay: Day, Expires: 10 * Minute})),
			intents: []string{"s2 u1 03-02T09:00:00/09:10:00 e.s~x1"}, said: []string{"p entered", "p missed s1"},
		},
		{
			name: "a step by an event, never by the start event itself", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1", "03-01 10:00 login u1"},
			books: book(on, Again{Kind: Never}, steps(Step{Timing: AtEvent, Event: "login"})), intents: []string{"s1 u1 03-01T10:00:00/10:00:00 once"},
		},
		{
			name: "within ends the wait", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1", "03-02 09:00:00.001 used u1"},
			books: book(on, always, steps(Step{Timing: AtEvent, Event: "used", Within: Day})), said: []string{"p entered"},
		},
		{
			name: "the last instant of within", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1", "03-02 09:00 used u1"},
			books: book(on, always, steps(Step{Timing: AtEvent, Event: "used", Within: Day})), intents: []string{"s1 u1 03-02T09:00:00/09:00:00 e.s~x1"},
		},
		{
			name: "a step at an edge by time", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1"},
			books: book(on, always, steps(Step{Timing: AtEdge, When: is(call("idle", "login"), ">=", lasts(Day))})), intents: []string{"s1 u1 03-02T09:00:00/09:10:00 e.s~x1"},
		},
		{
			name: "a step whose edge is there at the start", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1"},
			books: book(on, always, steps(Step{Timing: AtEdge, When: call("has", "login")})), intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1"},
		},
		{
			name: "an at step is live until it is due", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-02 09:00 used u1", "03-03 09:00 used u1"},
			books: book(on, always, steps(Step{Timing: AtTime, At: sum(call("last", "used"), "+", lasts(2*Day))})), intents: []string{"s1 u1 03-05T09:00:00/09:10:00 e.s~x1"},
		},
		{
			name: "an if that is lost while the intent is held", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1", "03-01 09:00 used u1"},
			books: book(on, always, steps(Step{Timing: AtOnce, If: not(call("has", "used"))})), said: []string{"p entered", "p withdrawn s1"},
		},
		{
			name: "one intent per holder of the role, the second role if nobody has the first", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1"},
			books:   []Playbook{{Name: "p", Class: "lifecycle", To: To{Kind: "role", Name: "owner", Or: "admin"}, Start: on, Again: always, Steps: []Step{{ID: "s1", Action: "send", Timing: AtOnce}}}},
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1"},
		},
		{
			name: "nobody has the role", until: "03-05 00:00", lines: []string{"03-01 09:00 login u1"},
			books: []Playbook{{Name: "p", Class: "lifecycle", To: To{Kind: "role", Name: "owner"}, Start: on, Again: always, Steps: []Step{{ID: "s1", Action: "send", Timing: AtOnce}}}},
			said:  []string{"p entered", "p no_recipient s1"},
		},
	}
}

func stopCases() []rulesCase {
	on, always := Start{Event: "login"}, Again{Kind: Always}
	two := steps(Step{Timing: AtOnce}, Step{Timing: AfterStart, Delay: 5 * Day})
	return []rulesCase{
		{
			name: "what is out gets a cancel if it has not expired", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-04 08:59:59 used u1"}, books: book(on, always, two, stops(Stop{Event: "used"})),
			intents: []string{"cancel s1 u1 03-04T08:59:59/08:59:59 e.s~x1", "s1 u1 03-01T09:00:00/09:00:00 e.s~x1"}, said: []string{"p entered", "p stopped"},
		},
		{
			name: "none if it has", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-04 09:01 used u1"}, books: book(on, always, two, stops(Stop{Event: "used"})),
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1"}, said: []string{"p entered", "p stopped"},
		},
		{
			name: "an episode that is over is not stopped", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-02 09:00 used u1"}, books: book(on, always, stops(Stop{Event: "used"})),
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1"}, said: []string{"p entered"},
		},
		{
			name: "at the slot the stop is folded first", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-01 09:00 used u1"}, books: book(on, always, stops(Stop{Event: "used"})),
			said: []string{"p entered", "p stopped", "p stopped s1"},
		},
		{
			name: "the first of the stops that match acts, a contacted one only after a message", until: "03-09 00:00",
			lines:   []string{"03-01 09:00 login u1", "03-01 10:00 used u1"},
			books:   book(on, always, two, stops(Stop{ID: "thanks", Event: "used", Action: "send", Contacted: true}, Stop{ID: "other", Event: "used", Action: "send"})),
			intents: []string{"cancel s1 u1 03-01T10:00:00/10:00:00 e.s~x1", "s1 u1 03-01T09:00:00/09:00:00 e.s~x1", "thanks u1 03-01T10:00:00/10:00:00 e.s~x1"},
		},
		{
			name: "nobody was contacted", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-01 10:00 used u1"},
			books: book(on, always, steps(Step{Timing: AfterStart, Delay: Day}), stops(Stop{Event: "used", Action: "send", Contacted: true})), said: []string{"p entered", "p stopped"},
		},
		{
			name: "a stop by time", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1"},
			books:   book(on, always, two, stops(Stop{ID: "gone", When: is(call("idle", "login"), ">=", lasts(4*Day))})),
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 e.s~x1"}, said: []string{"p entered", "p stopped"},
		},
		{
			name: "a stop and a step at the same due: the stop comes first", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1"},
			books: book(on, always, steps(Step{Timing: AfterStart, Delay: Day}), stops(Stop{ID: "z", When: is(call("idle", "login"), ">=", lasts(Day))})), said: []string{"p entered", "p stopped"},
		},
		{
			name: "what the account does is asked at the publication at last", until: "03-09 00:00", lines: []string{"03-01 09:00 login u1", "03-01 10:00 ticket a1"},
			books: book(on, always, steps(Step{Timing: AfterStart, Delay: Day}), stops(Stop{ID: "z", When: is(&Expr{Op: OpCall, Name: "total", Event: "ticket", Account: true}, ">=", num(1))})),
			said:  []string{"p entered", "p stopped", "p stopped s1"},
		},
	}
}

func lateCases() []rulesCase {
	two := steps(Step{Timing: AtOnce}, Step{Timing: AfterStart, Delay: 5 * Day})
	return []rulesCase{
		{
			name: "a late event from before the start stops nothing", until: "03-02 00:00",
			lines:   []string{"03-01 09:00 login u1", "03-01 09:05 login u2", "03-01 08:58 used u1 arrives=09:06"},
			books:   book(Start{Event: "login"}, Again{Kind: Never}, two, stops(Stop{Event: "used"})),
			intents: []string{"s1 u1 03-01T09:00:00/09:00:00 once", "s1 u2 03-01T09:05:00/09:05:00 once"}, said: []string{"p entered", "p entered"},
		},
		{
			name: "at the very slot is late too", until: "03-02 00:00", lines: []string{"03-01 09:00 login u1", "03-01 09:05 login u2", "03-01 09:00 used u1 arrives=09:06"},
			books:   book(Start{Event: "login"}, Again{Kind: Never}, two, stops(Stop{Event: "used"})),
			intents: []string{"cancel s1 u1 03-01T09:00:00/09:00:00 once", "s1 u1 03-01T09:00:00/09:00:00 once", "s1 u2 03-01T09:05:00/09:05:00 once"},
			said:    []string{"p entered", "p stopped", "p regret s1", "p entered"},
		},
		{
			name: "a late event starts at its own time", until: "03-09 00:00", lines: []string{"03-01 09:00 used u1", "03-01 08:55 login u1 arrives=09:04"},
			books: book(Start{Event: "login"}, Again{Kind: Never}), intents: []string{"s1 u1 03-01T08:55:00/08:55:00 once"},
		},
		{
			name: "a late event is judged at the newest instant of the subject", until: "03-01 12:00",
			lines: []string{"03-01 09:00 used u1", "03-01 08:55 login u1 arrives=09:04"},
			books: book(Start{When: is(call("idle", "login"), ">=", lasts(5*Minute))}, Again{Kind: Never}), intents: []string{"s1 u1 03-01T08:55:00/08:55:00 once"},
		},
	}
}

func scheduleCases() []rulesCase {
	return []rulesCase{
		{
			name: "a day, strictly after the first record", until: "03-03 09:00", lines: []string{"03-01 09:00 login u1"},
			books:   book(Start{Each: "day", At: 540, If: call("has", "login")}, Again{Kind: Always}),
			intents: []string{"s1 u1 03-02T09:00:00/09:10:00 p.2026-03-02", "s1 u1 03-03T09:00:00/09:10:00 p.2026-03-03"},
			said:    []string{"p entered", "p entered", "p not_entered", "p not_entered"}, // u2 never logged in
		},
		{
			name: "a week in the zone of the account", zone: "America/New_York", until: "03-16 00:00", lines: []string{"03-02 15:00 login u1"},
			books:   book(Start{Each: "week", On: "mon", At: 540, If: call("has", "login")}, Again{Kind: Always}),
			intents: []string{"s1 u1 03-09T13:00:00/13:10:00 p.2026-W11"},
		},
		{
			name: "the last day of the month, and again", until: "04-30 09:00", lines: []string{"03-02 15:00 login u1"},
			books:   book(Start{Each: "month", On: "last", At: 540, If: call("has", "login")}, Again{Kind: Every, Every: 7 * Day}),
			intents: []string{"s1 u1 03-31T09:00:00/09:10:00 p.2026-03", "s1 u1 04-30T09:00:00/09:10:00 p.2026-04"},
		},
	}
}

// onboarding is the journey of example 07, cut to size.
func onboarding(goto_ ...Move) []Playbook {
	one := func(id string, keep bool) []Step {
		return []Step{{ID: id, Action: "send", Timing: AtOnce, Keep: keep}}
	}
	return []Playbook{{
		Name: "p", PerUser: true, Class: "lifecycle", Start: Start{Event: "login"}, Again: Again{Kind: Never}, First: "new",
		Always: []Step{{ID: "always", Action: "send", Timing: AtEvent, Event: "ticket", Once: true}},
		States: []State{
			{Name: "new", Enter: one("welcome", true), Events: []Move{{Event: "used", To: "keyed"}, {Event: "calls", To: "done"}}, After: []Move{{Delay: Day, To: "stuck"}}},
			{Name: "stuck", Enter: one("nudge", false), Events: []Move{{Event: "used", To: "keyed"}}, After: []Move{{Delay: 2 * Day, To: "lost"}}},
			{Name: "keyed", Enter: one("guide", false), Events: []Move{{Event: "calls", To: "done"}}, Goto: goto_, After: []Move{{Delay: 2 * Day, To: "lost"}}},
			{Name: "done", Final: "success", Enter: one("bravo", false)},
			{Name: "lost", Final: "dropped"},
		},
	}}
}

func journeyCases() []rulesCase {
	return []rulesCase{
		{
			name: "states by time and by event", until: "03-09 00:00", books: onboarding(),
			lines: []string{"03-01 09:00 login u1", "03-02 12:00 used u1", "03-03 12:00 ticket u1", "03-03 13:00 calls u1", "03-04 00:00 ticket u1"},
			intents: []string{
				"always u1 03-03T12:00:00/12:00:00 once", "bravo u1 03-03T13:00:00/13:00:00 once", "guide u1 03-02T12:00:00/12:00:00 once",
				"nudge u1 03-02T09:00:00/09:10:00 once", "welcome u1 03-01T09:00:00/09:00:00 once",
			},
		},
		{
			name: "the event wins the tie with after", until: "03-02 10:00", books: onboarding(), lines: []string{"03-01 09:00 login u1", "03-02 09:10 used u1"},
			intents: []string{"guide u1 03-02T09:10:00/09:10:00 once", "welcome u1 03-01T09:00:00/09:00:00 once"},
		},
		{
			name: "leaving withdraws what is held, but for keep", until: "03-09 00:00", books: onboarding(),
			lines:   []string{"03-01 09:00 login u1", "03-01 09:00 used u1", "03-01 09:00 calls u1"},
			intents: []string{"bravo u1 03-01T09:00:00/09:00:00 once", "welcome u1 03-01T09:00:00/09:00:00 once"},
			said:    []string{"p entered", "p withdrawn guide"},
		},
		{
			name: "a state that is passed through says nothing", until: "03-09 00:00", books: onboarding(Move{When: call("has", "ticket"), To: "done"}),
			lines:   []string{"03-01 08:00 ticket u1", "03-01 09:00 login u1", "03-01 10:00 used u1"},
			intents: []string{"bravo u1 03-01T10:00:00/10:00:00 once", "welcome u1 03-01T09:00:00/09:00:00 once"},
		},
		{
			name: "a late event from before the start leads nowhere", until: "03-01 12:00", books: onboarding(),
			lines:   []string{"03-01 09:00 login u1", "03-01 08:58 used u1 arrives=09:01"},
			intents: []string{"welcome u1 03-01T09:00:00/09:00:00 once"},
		},
		{
			name: "goto by time", until: "03-09 00:00", books: onboarding(Move{When: is(call("idle", "login"), ">=", lasts(26*Hour)), To: "done"}),
			lines: []string{"03-01 09:00 login u1", "03-01 10:00 used u1"},
			intents: []string{
				"bravo u1 03-02T11:00:00/11:10:00 once", "guide u1 03-01T10:00:00/10:00:00 once", "welcome u1 03-01T09:00:00/09:00:00 once",
			},
		},
	}
}

package oracle

import (
	"slices"
	"testing"
	"time"
)

// The example of language, section 10.
func TestIDOfTheExample(t *testing.T) {
	in := Intent{Playbook: "inactivity", Account: "a1", User: "u1", Episode: "t.1772960400000", Step: "d7", Action: "send", Recipient: "u1"}
	if in.DedupeKey() != "inactivity/a1~u1/t.1772960400000/d7/send/u1" || in.ID() != "a60c0780-4994-5dac-9c3a-202195441a60" {
		t.Errorf("got %s = %s", in.DedupeKey(), in.ID())
	}
}

func TestEscape(t *testing.T) {
	for value, want := range map[string]string{"a-b_c.d:1": "a-b_c.d:1", "a/b~c=d": "a%2Fb%7Ec%3Dd", "ü ": "%C3%BC%20"} {
		if got := escape(value); got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
	if got := byEvent("my app", "1/2"); got != "e.my%20app~1%2F2" {
		t.Errorf("got %s", got)
	}
}

func at(days ...float64) []Event {
	var events []Event
	for _, day := range days {
		events = append(events, Event{Account: "a", User: "u", AtMillis: int64(day * float64(dayMillis))})
	}
	return events
}

// due returns the days on which Quiet speaks after 7 days of silence.
func due(until float64, days ...float64) []float64 {
	var found []float64
	for _, in := range Quiet(Template{}, ByUser(at(days...)), 7*24*time.Hour, 10*time.Minute, int64(until*float64(dayMillis))) {
		for day := 0.0; day < 100; day += 0.5 {
			if in.Episode == byTimer(int64(day*float64(dayMillis))) {
				found = append(found, day)
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestQuiet(t *testing.T) {
	minute := 1.0 / 24 / 60
	for _, run := range []struct {
		name  string
		until float64
		days  []float64
		want  []float64
	}{
		{"a silence at the end", 30, []float64{1}, []float64{8}},
		{"due at the end exactly", 8, []float64{1}, []float64{8}},
		{"due after the end", 7.5, []float64{1}, nil},
		{"the event wins a tie", 14.5, []float64{1, 8}, nil},
		{"and within lateness", 14.5, []float64{1, 8 + 9*minute}, nil},
		{"and not beyond", 14.5, []float64{1, 8 + 11*minute}, []float64{8}},
		{"each silence once, in any order", 40, []float64{20, 1, 2}, []float64{9, 27}},
	} {
		if got := due(run.until, run.days...); !slices.Equal(got, run.want) {
			t.Errorf("%s: got %v, want %v", run.name, got, run.want)
		}
	}
}

func TestOnceAndEach(t *testing.T) {
	three := ByAccount(at(1, 1.2, 2, 3))
	if n := len(DistinctDays(Template{}, three, 3)); n != 1 {
		t.Errorf("third day: %d intents", n)
	}
	if n := len(DistinctDays(Template{}, three, 4)); n != 0 {
		t.Errorf("two events of a day counted twice: %d intents", n)
	}
	used := ByAccount([]Event{{Account: "a", Count: 600}, {Account: "a", Count: 400}, {Account: "b", Count: 999}})
	if got := Reached(Template{}, used, 1000); len(got) != 1 || got[0].Account != "a" || got[0].Episode != "once" {
		t.Errorf("got %v", got)
	}
	if n := len(First(Template{}, ByUser(append(at(1, 2), Event{Account: "a"})))); n != 1 {
		t.Errorf("first of one user: %d intents", n)
	}
	if got := Each(Template{}, ByAccount([]Event{{Account: "a", Source: "s", ID: "1"}})); len(got) != 1 || got[0].Episode != "e.s~1" {
		t.Errorf("got %v", got)
	}
	counts := ByPlaybook([]Intent{{Playbook: "x"}, {Playbook: "x"}})
	if ids := IDs([]Intent{{Playbook: "x"}, {Playbook: "y"}}); counts["x"] != 2 || len(ids) != 2 || ids[0] > ids[1] {
		t.Errorf("got %v, %v", counts, ids)
	}
}

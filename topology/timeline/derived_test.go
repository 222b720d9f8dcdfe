package timeline

import (
	"fmt"
	"math"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"holdfast/schemas"
	"holdfast/topology/playbook"
)

// derivedBundle has a score that is clamped at both ends, tiers that settle, a segment and a signal that do, and stages.
// Without lateness every change is stamped with its very instant, so that a slow reading can name it.
const derivedBundle = `
bundle: derived
revision: 1
time: {lateness: 0s, history: complete}
events: {login: user_action.signed_in, used: user_action.used, ticket: support.ticket_opened}
---
health: h
main: true
for: each account
range: [0, 60]
needs: observed() >= 3d
measures:
  recency: [{if: idle(login) < 4d, points: 40}, {if: idle(login) < 11d, points: 10.5}, {points: -20}]
  use:     [{points: 7 * total(used), max: 35}]
  tickets: [{if: total(ticket) > 4, points: -50}, {if: total(ticket) > 1, points: -15}]
tiers: [{name: bad, below: 20, until: 30}, {name: fair, below: 45, until: 50}, {name: good}]
settle: {down: 36h, up: 60h}
snapshot: daily
---
segments: s
for: each account
list:
  idle: {enter: idle(login) >= 5d, leave: idle(login) < 2d, settle: 30h}
  low:  {enter: score < 20}
---
stages: life
for: each account
dwell: 48h
list: [{name: quiet, is: segment("idle")}, {name: poor, is: tier == "bad"}, {name: active}]
`

// derivedStory is what happened to one account, minute by minute.
type derivedStory []schemas.Event

func drawDerived(t *rapid.T) (story derivedStory) {
	at := int64(begin)
	for i := range rapid.IntRange(1, 40).Draw(t, "events") {
		at += minute * rapid.OneOf(rapid.Int64Range(1, 600), rapid.Int64Range(1, 8*24*60), rapid.SampledFrom([]int64{
			4 * 24 * 60, 5 * 24 * 60, 11 * 24 * 60, 36 * 60, 60 * 60, 30 * 60, 48 * 60, 4*24*60 + 36*60, 5*24*60 + 30*60})).Draw(t, "gap")
		ev := schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", ID: fmt.Sprint(i), Account: "a1", OccurredAt: at, At: at, Count: 1}
		ev.Type = rapid.SampledFrom([]string{"signed_in", "signed_in", "used", "ticket_opened"}).Draw(t, "type")
		if ev.Type == "ticket_opened" {
			ev.Kind = schemas.KindSupport
		}
		story = append(story, ev)
	}
	return story
}

func (st derivedStory) last(typ string, at int64) (last int64, n int) {
	for i := range st {
		if st[i].Type == typ && st[i].At <= at {
			last, n = st[i].At, n+1
		}
	}
	return last, n
}

// score is the score at an instant from scratch, in halves; false while it is unknown.
func (st derivedStory) score(at int64) (halves int, known bool) {
	if at < st[0].At+3*day {
		return 0, false
	}
	login, logins := st.last("signed_in", at)
	switch {
	case logins == 0: // nobody knows since when: the line is unknown, and the measure gives nothing
	case at-login < 4*day:
		halves = 80
	case at-login < 11*day:
		halves = 21
	default:
		halves = -40
	}
	_, used := st.last("used", at)
	halves += min(14*used, 70)
	switch _, tickets := st.last("ticket_opened", at); {
	case tickets > 4:
		halves -= 100
	case tickets > 1:
		halves -= 30
	}
	return max(0, min(120, halves)), true
}

// slow is the automaton of all that is derived, moved from instant to instant.
type slow struct {
	story                    derivedStory
	tier, pendingTier        int // -1 none
	tierSince                int64
	idle, idleKnown, pending bool
	idleSince                int64
	stage                    string
	moved                    int64
	log                      []string
}

var slowTiers = []struct {
	name         string
	below, until int
}{{"bad", 40, 60}, {"fair", 90, 100}, {"good", math.MaxInt, math.MaxInt}}

func (sl *slow) say(at int64, name, value string) {
	sl.log = append(sl.log, fmt.Sprintf("%s %s %s", stamp(at), name, value))
}

func (sl *slow) at(at int64) {
	sl.tierAt(at)
	sl.idleAt(at)
	sl.stageAt(at)
}

func (sl *slow) tierAt(at int64) {
	score, known := sl.story.score(at)
	if !known {
		return
	}
	to := 0
	for bound := slowTiers[0].below; ; bound = slowTiers[to].below {
		if to == sl.tier {
			bound = slowTiers[to].until
		}
		if score < bound {
			break
		}
		to++
	}
	settle := int64(60 * 60 * minute)
	if to < sl.tier {
		settle = 36 * 60 * minute
	}
	switch {
	case to == sl.tier:
		sl.pendingTier = -1
		return
	case sl.tier == -1:
		settle = 0
	}
	if sl.pendingTier != to {
		sl.pendingTier, sl.tierSince = to, at
	}
	if at >= sl.tierSince+settle {
		sl.tier, sl.pendingTier = to, -1
		sl.say(at, "tier", slowTiers[to].name)
	}
}

func (sl *slow) idleAt(at int64) {
	login, logins := sl.story.last("signed_in", at)
	if logins == 0 {
		return
	}
	want := at-login >= 5*day
	if sl.idleKnown && sl.idle {
		want = at-login >= 2*day
	}
	switch {
	case !sl.idleKnown:
		sl.idleKnown, sl.idle = true, want
		sl.say(at, "idle", fmt.Sprint(want))
		return
	case want == sl.idle:
		sl.pending = false
		return
	case !sl.pending:
		sl.pending, sl.idleSince = true, at
	}
	if at >= sl.idleSince+30*60*minute {
		sl.idle, sl.pending = want, false
		sl.say(at, "idle", fmt.Sprint(want))
	}
}

func (sl *slow) stageAt(at int64) {
	is := "active"
	switch {
	case sl.idle:
		is = "quiet"
	case sl.tier == 0:
		is = "poor"
	}
	switch {
	case is == sl.stage:
	case sl.stage == "":
		sl.stage = is
		sl.say(at, "stage", is)
	case sl.moved == 0 || at >= sl.moved+48*60*minute:
		sl.stage, sl.moved = is, at
		sl.say(at, "stage", is)
	}
}

// slowLog moves the automaton over every minute at which anything can change.
func slowLog(story derivedStory, until int64) []string {
	sl := &slow{story: story, tier: -1, pendingTier: -1}
	for at := story[0].At; at <= until; at += 30 * minute {
		sl.at(at) // everything lies on half hours: see onHalfHours
	}
	sort.Strings(sl.log)
	return sl.log
}

// onHalfHours moves the events to the grid that slowLog walks, each to one of its own.
func onHalfHours(story derivedStory) derivedStory {
	at := int64(0)
	for i := range story {
		at = max(at+30*minute, story[i].At-story[i].At%(30*minute))
		story[i].At, story[i].OccurredAt = at, at
	}
	return story
}

// derivedLog is the same of the records that came out.
func derivedLog(wo *World) (log []string) {
	for _, si := range wo.Signals {
		switch si.Name {
		case "tier/h":
			log = append(log, fmt.Sprintf("%s tier %s", stamp(si.ChangedAt), si.Text))
		case "segment/idle":
			log = append(log, fmt.Sprintf("%s idle %s", stamp(si.ChangedAt), si.Text))
		case "stage":
			log = append(log, fmt.Sprintf("%s stage %s", stamp(si.ChangedAt), si.Text))
		}
	}
	sort.Strings(log)
	return log
}

// TestDerivedValuesAreThoseFromScratch compares tiers, segments and stages with an automaton that looks at every half hour
// and computes everything from the events anew, and the score with one computed at random instants.
func TestDerivedValuesAreThoseFromScratch(t *testing.T) {
	b := load(t, derivedBundle)
	kinds := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		story := onHalfHours(drawDerived(t))
		until := story[len(story)-1].At + 20*day
		wo := playDerived(t, b, story, until)
		want, got := slowLog(story, until), derivedLog(wo)
		if fmt.Sprint(want) != fmt.Sprint(got) {
			t.Fatalf("from scratch\n%s\ncame out\n%s", lines(want), lines(got))
		}
		kinds["changes"] += len(got)
		for range 20 {
			at := story[0].At + rapid.Int64Range(0, until-story[0].At).Draw(t, "instant")
			score, known := story.score(at)
			want := unknownValue
			if known {
				want = number(float64(score) / 2)
			}
			if why := (Expectation{Signal: "score/h", Account: "a1", At: stamp(at), Is: want}).signal(wo); why != "" {
				t.Fatalf("at %s: %s", stamp(at), why)
			}
		}
	})
	if kinds["changes"] < 500 {
		t.Errorf("too few changes to prove anything: %v", kinds)
	}
}

func playDerived(t *rapid.T, b *playbook.Bundle, story derivedStory, until int64) *World {
	wo, err := NewWorld(b)
	if err != nil {
		t.Fatal(err)
	}
	feed := make([]Line, len(story))
	for i := range story {
		feed[i] = Line{Arrives: story[i].At, Event: story[i]}
	}
	if err := wo.Play(feed, until); err != nil {
		t.Fatal(err)
	}
	if len(wo.Failures) > 0 {
		t.Fatal(wo.Failures)
	}
	return wo
}

func lines(list []string) (text string) {
	for _, line := range list {
		text += line + "\n"
	}
	return text
}

// TestDriversAddUpToTheChange holds for every record of a score and of a tier: the sum of the differences of its drivers is
// the change of the score, since the record before or since the last tier.
func TestDriversAddUpToTheChange(t *testing.T) {
	b := load(t, derivedBundle)
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		story := drawDerived(t)
		wo := playDerived(t, b, story, story[len(story)-1].At+20*day)
		before := map[string]float64{}
		for _, si := range wo.Signals {
			if si.Name != "score/h" && si.Name != "tier/h" {
				continue
			}
			sum := 0.0
			for _, dr := range si.Drivers {
				sum += dr.Points - dr.Was
				seen[dr.Measure]++
			}
			if change := si.Number - before[si.Name]; sum != change {
				t.Fatalf("%s at %s moved by %v, its drivers by %v: %+v", si.Name, stamp(si.ChangedAt), change, sum, si.Drivers)
			}
			before[si.Name] = si.Number
		}
	})
	for _, measure := range []string{"recency", "use", "tickets", "range"} {
		if seen[measure] == 0 {
			t.Errorf("%s was never a driver: %v", measure, seen)
		}
	}
}

// TestOneScoreRecordADay: between the first score and the end no local day is without a record.
func TestOneScoreRecordADay(t *testing.T) {
	b := load(t, derivedBundle)
	rapid.Check(t, func(t *rapid.T) {
		story := drawDerived(t)
		until := story[len(story)-1].At + 5*day
		wo := playDerived(t, b, story, until)
		days := map[int64]bool{}
		for _, si := range wo.Signals {
			if si.Name == "score/h" {
				days[si.ChangedAt/day] = true
			}
		}
		for of := (story[0].At + 3*day) / day; of <= until/day; of++ {
			if !days[of] {
				t.Fatalf("no record on %s", stamp(of*day))
			}
		}
	})
}

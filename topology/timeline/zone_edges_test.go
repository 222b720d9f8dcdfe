package timeline

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"holdfast/schemas"
	"holdfast/topology/playbook"
	"holdfast/topology/value/zonetest"
)

// The whole engine around a clock change, in every zone there is: what comes by the clock on the wall comes once a day.

const edgesBundle = `
bundle: edges
revision: 1
time: {lateness: 0s, history: complete}
events: {login: user_action.signed_in}
---
playbook: at_0000
for: each account
class: internal
to: team("csm")
start: {schedule: {each: day, at: "00:00"}}
again: always
steps: [{id: send, notify: x}]
---
playbook: at_0230
for: each account
class: internal
to: team("csm")
start: {schedule: {each: day, at: "02:30"}}
again: always
steps: [{id: send, notify: x}]
---
playbook: at_2330
for: each account
class: internal
to: team("csm")
start: {schedule: {each: day, at: "23:30"}}
again: always
steps: [{id: send, notify: x}]
---
playbook: reply
for: each account
class: internal
to: team("csm")
start: {event: login}
again: always
steps:
  - {id: at_0000, at: start.time at 00:00, notify: x}
  - {id: at_0230, at: start.time at 02:30, notify: x}
  - {id: at_2330, at: start.time at 23:30, notify: x}
`

// clocksOf are the times of the bundle (s of the day), by the name they have there.
var clocksOf = map[string]int64{"at_0000": 0, "at_0230": 9_000, "at_2330": 84_600}

const secondsOfDay = 86_400

// edgesOf picks clock changes of a zone: the last of each kind, those that touch a midnight, and those that skip a day.
func edgesOf(zo *zonetest.Zone) (edges []zonetest.Turn) {
	last := map[string]zonetest.Turn{}
	for _, tu := range zo.Turns() {
		before, after := tu.At+tu.Before, tu.At+tu.After
		overMidnight := before/secondsOfDay != after/secondsOfDay || (before-1)/secondsOfDay != (after-1)/secondsOfDay
		last[fmt.Sprint(tu.IsGap(), overMidnight, max(tu.Before-tu.After, tu.After-tu.Before) > 7_200)] = tu
	}
	for _, tu := range last {
		edges = append(edges, tu)
	}
	sort.Slice(edges, func(i, j int) bool { return edges[i].At < edges[j].At })
	return edges
}

func TestWallClocksInEveryZone(t *testing.T) {
	bundle := load(t, edgesBundle)
	zones, err := zonetest.All()
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	for _, zo := range zones {
		for _, tu := range edgesOf(zo) {
			runs++
			got, want := aroundEdge(t, bundle, zo, tu), byTheWall(zo, tu)
			if got != want {
				t.Fatalf("%s, %v: got\n%swant\n%s", zo.Name, tu, got, want)
			}
		}
	}
	if runs < 400 {
		t.Errorf("%d clock changes were looked at", runs)
	}
}

const (
	edgeBefore = secondsOfDay + 1_000 // from the profile to the clock change (s)
	edgeAfter  = 2 * secondsOfDay
	loginEvery = 43_000 // from the profile on; at no minute that a schedule names
)

// aroundEdge runs the days around a clock change and lists what comes out: what, and when.
func aroundEdge(t *testing.T, bundle *playbook.Bundle, zo *zonetest.Zone, tu zonetest.Turn) string {
	wo := begun(t, bundle)
	from := (tu.At - edgeBefore) * 1000
	profile := &schemas.Event{Kind: schemas.KindProfile, Topic: "p", Source: "p", ID: "p", Account: "a1", OccurredAt: from, At: from, Count: 1}
	profile.Own = []schemas.Field{{Name: "time_zone", Value: schemas.Value{Kind: schemas.String, Text: zo.Name}}}
	read(t, wo, profile)
	for at := from + loginEvery*1000; at < (tu.At+edgeAfter)*1000; at += loginEvery * 1000 {
		ev := action("signed_in", at)
		ev.User = ""
		read(t, wo, ev)
	}
	finish(t, wo, (tu.At+edgeAfter)*1000)
	if len(wo.Failures) > 0 {
		t.Fatal(wo.Failures[0].Err)
	}
	var lines []string
	ids := map[string]bool{}
	for _, in := range wo.Intents {
		if ids[in.IntentID] {
			t.Fatalf("%s, %v: two messages with one id: %s of %s", zo.Name, tu, in.Playbook, in.EpisodeID)
		}
		ids[in.IntentID] = true
		lines = append(lines, edgeLine(in.Playbook, in.Step, in.DueAt))
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}

func edgeLine(playbook, step string, ms int64) string {
	return fmt.Sprintf("%s %s/%s\n", time.UnixMilli(ms).UTC().Format(time.RFC3339), playbook, step)
}

// byTheWall lists what should come out, from what a clock on the wall shows.
func byTheWall(zo *zonetest.Zone, tu zonetest.Turn) string {
	var lines []string
	from, until := tu.At-edgeBefore, tu.At+edgeAfter
	for name, clock := range clocksOf {
		var instants []int64 // at which the clock shows the time, or the gap that skips it ends
		for day := from/secondsOfDay - 3; day < until/secondsOfDay+4; day++ {
			at := zo.Reaches(day*secondsOfDay + clock)
			if n := len(instants); n == 0 || instants[n-1] != at {
				instants = append(instants, at)
			}
		}
		for _, at := range instants {
			if at > from && at <= until {
				lines = append(lines, edgeLine(name, "send", at*1000))
			}
		}
		for login := from + loginEvery; login < until; login += loginEvery {
			if due := instants[sort.Search(len(instants), func(i int) bool { return instants[i] >= login })]; due <= until {
				lines = append(lines, edgeLine("reply", name, due*1000))
			}
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}

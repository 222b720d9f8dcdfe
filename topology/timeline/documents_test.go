package timeline

import (
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

const rulesOfDocuments = `
bundle: b
revision: 1
time: {lateness: 10m, history: complete}
events: {login: user_action.signed_in}
---
playbook: told
for: each account
class: internal
start: {event: [tier_changed, segment_entered]}
again: always
steps: [{id: tell, notify: told, to: team("csm")}]
---
playbook: gone
for: each account
class: internal
start: {when: idle(login) >= 300d}
again: never
steps: [{id: tell, notify: gone, to: team("csm")}]
`

const documentsOfThem = rulesOfDocuments + `
---
health: h
for: each account
needs: observed() >= 0d
measures: {recency: [{if: idle(login) < 7d, points: 60}]}
tiers: [{name: bad, below: 50}, {name: good}]
---
segments: s
for: each account
list: {quiet: {enter: idle(login) >= 3d}}
---
playbook: waits
for: each account
class: internal
start: {when: tier("h") == "bad"}
again: always
steps: [{id: tell, notify: waits, to: team("csm")}]
`

func loginAt(at int64, id string) schemas.Event {
	return schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", ID: id, Type: "signed_in", Account: "a1", User: "u1", OccurredAt: at, At: at, Count: 1}
}

// TestDocumentsThatAreNewToOldState take their first value at the activation: a record each, no event, and no entry of what
// waits for it. What changes afterwards is an event as always.
func TestDocumentsThatAreNewToOldState(t *testing.T) {
	wo, err := NewWorld(load(t, rulesOfDocuments))
	if err != nil {
		t.Fatal(err)
	}
	ev := loginAt(begin, "1")
	later := loginAt(begin+20*day, "2")
	later.Account = "a2"
	for _, one := range []schemas.Event{ev, later} {
		if err := wo.Read(&one, one.At); err != nil {
			t.Fatal(err)
		}
	}
	if err := wo.Restart(load(t, strings.Replace(documentsOfThem, "revision: 1", "revision: 2", 1))); err != nil {
		t.Fatal(err)
	}
	if err := wo.Sweep(10); err != nil {
		t.Fatal(err)
	}
	for _, want := range []Expectation{
		{Signal: "tier/h", Account: "a1", Is: "bad"}, {Signal: "segment/quiet", Account: "a1", Is: "true"},
		{Signal: "tier/h", Account: "a2", Is: "good"}, {Signal: "segment/quiet", Account: "a2", Is: "false"},
	} {
		if why := want.signal(wo); why != "" {
			t.Errorf("%s: %s", want, why)
		}
	}
	if len(wo.Intents) > 0 {
		t.Errorf("nothing happened, but\n%s", wo.Log())
	}
	if err := wo.Finish(begin + 40*day); err != nil {
		t.Fatal(err)
	}
	for _, want := range []Expectation{{Count: "told", Account: "a2", Is: 2}, {Count: "waits", Account: "a2", Is: 1}, {None: "told", Account: "a1"}, {None: "waits", Account: "a1"}} {
		if why := want.check(wo); why != "" {
			t.Errorf("%s: %s", want, why)
		}
	}
}

// TestADocumentThatFailsStaysSilent: its failure is a dead letter under its title, the others go on, and another bundle
// tries it again.
func TestADocumentThatFailsStaysSilent(t *testing.T) {
	b := load(t, documentsOfThem)
	for _, doc := range b.Documents {
		if fl, ok := doc.(*playbook.Flag); ok {
			sound := fl.Enter.Truth
			fl.Enter.Truth = func(fr *lang.Frame) value.Truth {
				if fr.Now >= begin+3*day {
					panic("a condition that fails")
				}
				return sound(fr)
			}
		}
	}
	wo, err := NewWorld(b)
	if err != nil {
		t.Fatal(err)
	}
	ev := loginAt(begin, "1")
	if err := wo.Read(&ev, ev.At); err != nil {
		t.Fatal(err)
	}
	if err := wo.Advance(begin + 20*day); err != nil {
		t.Fatal(err)
	}
	if len(wo.Failures) != 1 || wo.Failures[0].Playbook != "segment quiet" {
		t.Fatalf("failures: %+v", wo.Failures)
	}
	if why := (Expectation{Signal: "tier/h", Account: "a1", Is: "bad", Why: "since " + stamp(begin+7*day)}).signal(wo); why != "" {
		t.Error(why)
	}
	if err := wo.Restart(load(t, strings.Replace(documentsOfThem, "revision: 1", "revision: 2", 1))); err != nil {
		t.Fatal(err)
	}
	again := loginAt(begin+20*day, "2")
	if err := wo.Read(&again, again.At); err != nil {
		t.Fatal(err)
	}
	if err := wo.Finish(begin + 24*day); err != nil {
		t.Fatal(err)
	}
	if why := (Expectation{Signal: "segment/quiet", Account: "a1", Is: "true", Why: "since " + stamp(begin+23*day)}).signal(wo); why != "" {
		t.Error(why)
	}
}

// TestChainsEnd: engine events that make each other stop after eight.
func TestChainsEnd(t *testing.T) {
	wo, err := NewWorld(load(t, `
bundle: b
revision: 1
time: {lateness: 10m, history: complete}
events: {login: user_action.signed_in}
---
evidence: e
for: each account
records: [{id: first, event: login, value: 1}, {id: second, event: login, value: 1}]
---
playbook: echo
for: each account
class: internal
start: {event: evidence_added, if: event.record != "second" and event.total < 1000000} # ends, but not in eight
again: always
steps: [{id: more, log: echo, value: 1}]
`))
	if err != nil {
		t.Fatal(err)
	}
	ev := loginAt(begin, "1")
	if err := wo.Read(&ev, ev.At); err != nil {
		t.Fatal(err)
	}
	if n := len(wo.Signals); len(wo.Failures) > 0 || n != 2+8 {
		t.Errorf("%d items, want the two of the event and one per link of the chain; %v", n, wo.Failures)
	}
}

package operator_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"holdfast/schemas"
	"holdfast/topology/playbook"
	"holdfast/topology/timeline"
)

// everyRecord says something of every record that is folded, so that one that is folded twice shows.
const everyRecord = `
bundle: every
revision: 1
time: {lateness: 0s, history: complete}
events:
  act: user_action.acted
  paid: billing.payment_succeeded
  asked: support.ticket_opened
---
playbook: acts
for: each account
class: internal
start: {event: [act, paid, asked]}
again: always
steps: [{id: note, notify: noted, to: channel("#x"), data: {acts: total(act), paid: total(paid)}}]
`

const hour = int64(60 * 60 * 1000)

// firstMonday is 2026-03-02T00:00Z.
const firstMonday = int64(1_772_409_600_000)

func loaded(t *testing.T, text string) *playbook.Bundle {
	t.Helper()
	bundle, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func begun(t *testing.T, bundle *playbook.Bundle) *timeline.World {
	t.Helper()
	wo, err := timeline.NewWorld(bundle)
	if err != nil {
		t.Fatal(err)
	}
	return wo
}

func give(t *testing.T, wo *timeline.World, events ...*schemas.Event) {
	t.Helper()
	for _, ev := range events {
		if err := wo.Read(ev, ev.At); err != nil {
			t.Fatal(err)
		}
	}
	if len(wo.Failures) > 0 {
		t.Fatalf("%+v", wo.Failures)
	}
}

func record(kind schemas.Kind, typ, id, user string, at int64) *schemas.Event {
	return &schemas.Event{Kind: kind, Topic: kind.String(), Source: "crm", Type: typ, ID: id, Account: "acme", User: user, OccurredAt: at, At: at, Count: 1}
}

func act(id, user string, at int64) *schemas.Event {
	return record(schemas.KindUserAction, "acted", id, user, at)
}

// entries is how many records were folded.
func entries(wo *timeline.World) int {
	n := 0
	for _, de := range wo.Decisions {
		if de.Outcome == "entered" {
			n++
		}
	}
	return n
}

// TestWhoIsADuplicate is design.md 6: the last 32 actions of a user, seven days of billing and support, and never what
// named no id.
func TestWhoIsADuplicate(t *testing.T) {
	acts := func(user string, from, to int) (events []*schemas.Event) {
		for i := from; i < to; i++ {
			events = append(events, act(fmt.Sprint("a", i), user, firstMonday+int64(i)))
		}
		return events
	}
	paid := func(id string, at int64) *schemas.Event {
		return record(schemas.KindBilling, "payment_succeeded", id, "", at)
	}
	other := paid("p1", firstMonday+1)
	other.Source = "another shop"
	unnamed := func(at int64) *schemas.Event {
		ev := act("t-0-7", "ann", at)
		ev.IDIsPosition = true
		return ev
	}
	for _, tc := range []struct {
		name   string
		events []*schemas.Event
		folded int
	}{
		{"an action again at once", append(acts("ann", 0, 1), acts("ann", 0, 1)...), 1},
		{"the action of 32 ago", append(acts("ann", 0, 32), acts("ann", 0, 1)...), 32},
		{"the action of 33 ago is forgotten", append(acts("ann", 0, 33), acts("ann", 0, 1)...), 34},
		{"a whole batch again, behind the turn of the ring", append(acts("ann", 0, 50), acts("ann", 18, 50)...), 50},
		{"each user has ids of their own", append(acts("ann", 0, 40), append(acts("bob", 0, 1), acts("bob", 0, 1)...)...), 41},
		{"actions without user are the account's", append(acts("", 0, 32), acts("", 0, 32)...), 32},
		{"a payment of 7 days ago", []*schemas.Event{paid("p1", firstMonday), paid("p2", firstMonday+7*24*hour), paid("p1", firstMonday)}, 2},
		{"a payment that is older may count anew", []*schemas.Event{paid("p1", firstMonday), paid("p2", firstMonday+8*24*hour), paid("p1", firstMonday)}, 3},
		{"a late payment does not push out a newer one", []*schemas.Event{paid("p1", firstMonday+8*24*hour), paid("p2", firstMonday), paid("p1", firstMonday+8*24*hour)}, 2},
		{"the same payment with another time", []*schemas.Event{paid("p1", firstMonday), paid("p1", firstMonday+3*24*hour)}, 1},
		{"the same id of another source", []*schemas.Event{paid("p1", firstMonday), other}, 2},
		{"a ticket", []*schemas.Event{record(schemas.KindSupport, "ticket_opened", "s1", "ann", firstMonday), record(schemas.KindSupport, "ticket_opened", "s1", "ann", firstMonday)}, 1},
		{"records that named no id", []*schemas.Event{unnamed(firstMonday), unnamed(firstMonday)}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wo := begun(t, loaded(t, everyRecord))
			give(t, wo, tc.events...)
			if got := entries(wo); got != tc.folded {
				t.Errorf("%d of %d records were folded, want %d", got, len(tc.events), tc.folded)
			}
		})
	}
}

// TestADuplicateChangesNothing: the state after a replay in any disorder within the bounds is that before it, byte by
// byte, and nothing was decided.
func TestADuplicateChangesNothing(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		var events []*schemas.Event
		for i := range 60 {
			at := firstMonday + int64(i)*2*hour + random.Int64N(2*hour)
			switch random.IntN(3) {
			case 0:
				events = append(events, act(fmt.Sprint("a", i), fmt.Sprint("user", random.IntN(2)), at))
			case 1:
				events = append(events, record(schemas.KindBilling, "payment_succeeded", fmt.Sprint("p", i), "", at))
			default:
				events = append(events, record(schemas.KindSupport, "ticket_opened", fmt.Sprint("s", i), "user0", at))
			}
		}
		last := int64(0)
		for _, ev := range events {
			last = max(last, ev.At+hour)
		}
		wo := begun(t, loaded(t, everyRecord))
		give(t, wo, events...)
		if err := wo.Advance(last); err != nil {
			t.Fatal(err)
		}
		before, decisions, intents := wo.Dump(), len(wo.Decisions), len(wo.Intents)
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		for _, ev := range events {
			if err := wo.Read(ev, last); err != nil {
				t.Fatal(err)
			}
		}
		if wo.Dump() != before || len(wo.Decisions) != decisions || len(wo.Intents) != intents {
			t.Fatalf("seed %d: the replay changed something: %d decisions, were %d\n%s\nwas\n%s", seed, len(wo.Decisions), decisions, wo.Dump(), before)
		}
	}
}

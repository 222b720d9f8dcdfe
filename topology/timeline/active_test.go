package timeline

import (
	"fmt"
	"testing"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/playbook"
	"holdfast/topology/window"

	"pgregory.net/rapid"
)

// activeBundle counts the users of an account over a week.
const activeBundle = `
bundle: active
revision: 1
time: {lateness: 10m, history: complete}
events: {login: user_action.signed_in}
---
playbook: busy
for: each account
class: internal
start: {when: distinct(login.user_id in 7d) >= 3}
again: always
steps: [{id: note, notify: busy, to: team("csm")}]
`

const week = 7 * 24 * 3_600_000

func activeSlot(b *playbook.Bundle) *window.Slot {
	for _, slot := range b.Slots {
		if slot.Op == window.OpActive {
			return slot
		}
	}
	return nil
}

func login(user string, at int64) *schemas.Event {
	return &schemas.Event{
		Kind: schemas.KindUserAction, Topic: "t", Source: "t", ID: fmt.Sprintf("%s@%d", user, at), Type: "signed_in", Count: 1,
		Account: "a1", User: user, At: at, OccurredAt: at,
	}
}

// The counter of an account is the number of users in the list of events, at every instant that a rule may be judged for:
// now and back by a lateness; whatever comes late, leaves at once or comes back.
func TestActiveUsersAgreeWithTheList(t *testing.T) {
	bundle := load(t, activeBundle)
	slot := activeSlot(bundle)
	const lateness = 600_000
	rapid.Check(t, func(t *rapid.T) {
		wo, err := NewWorld(bundle)
		if err != nil {
			t.Fatal(err)
		}
		last, clock := map[string]int64{}, int64(begin)
		for range rapid.IntRange(1, 25).Draw(t, "events") {
			clock += rapid.SampledFrom([]int64{0, 1, 60_000, lateness, 3_600_000, week / 3, week - 1, week, week + 1}).Draw(t, "later")
			user := fmt.Sprintf("u%d", rapid.IntRange(1, 4).Draw(t, "user"))
			at := clock - rapid.SampledFrom([]int64{0, 0, 0, 1, 60_000, lateness, lateness + 1, 3_600_000, week - 1, week + 60_000}).Draw(t, "late")
			if err := wo.Read(login(user, at), clock); err != nil {
				t.Fatal(err)
			}
			if err := wo.Advance(clock); err != nil { // a user who came so late that it has left already
				t.Fatal(err)
			}
			last[user] = max(last[user], at)
			for _, now := range []int64{clock, clock - rapid.Int64Range(0, lateness).Draw(t, "back")} {
				want := int64(0)
				for _, seen := range last {
					if seen > now-week {
						want++
					}
				}
				account := wo.store.Open(topology.Ref{Account: "a1", Kind: topology.SubjectAccount})
				if got := slot.Within(account, window.Window{Length: week}, now, nil).N; got != want {
					t.Fatalf("%d users at %d (the clock is %d), want %d: %v", got, now, clock, want, last)
				}
			}
		}
		if len(wo.Failures) > 0 {
			t.Fatal(wo.Failures)
		}
	})
}

// An event of one user costs that user's record and the account's, however many users the account has.
func TestAnEventTouchesTwoRecordsWhateverTheUsers(t *testing.T) {
	wo := activeWorld(t, 5000)
	for i := range 100 {
		wo.store.Savepoint()
		at := int64(begin + 6*3_600_000 + i)
		if err := wo.task.ProcessEvent(login(fmt.Sprintf("u%d", i*37), at), at); err != nil {
			t.Fatal(err)
		}
		if n := len(wo.store.touched); n > 2 {
			t.Fatalf("an event touched %d records", n)
		}
	}
}

// activeWorld has an account with so many users who were there within the last hours.
func activeWorld(t testing.TB, users int) *World {
	t.Helper()
	wo, err := NewWorld(load(t, activeBundle))
	if err != nil {
		t.Fatal(err)
	}
	for i := range users {
		at := begin + int64(i)*100
		if err := wo.task.ProcessEvent(login(fmt.Sprintf("u%d", i), at), at); err != nil {
			t.Fatal(err)
		}
	}
	return wo
}

// BenchmarkActiveUsers is an event on an account with few and with very many users: the time is the same.
func BenchmarkActiveUsers(b *testing.B) {
	for _, users := range []int{10, 1000, 100_000} {
		b.Run(fmt.Sprint(users), func(b *testing.B) {
			wo := activeWorld(b, users)
			names := make([]string, 10) // the same few: what is measured is the work, not the cache misses of the maps
			for i := range names {
				names[i] = fmt.Sprintf("u%d", i*(users/len(names)))
			}
			ev, touched := login("u0", 0), 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				ev.User, ev.At = names[i%len(names)], begin+20_000_000+int64(i)
				wo.store.Savepoint()
				if err := wo.task.ProcessEvent(ev, ev.At); err != nil {
					b.Fatal(err)
				}
				touched = max(touched, len(wo.store.touched))
			}
			b.ReportMetric(float64(touched), "records/event")
		})
	}
}

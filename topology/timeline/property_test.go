package timeline

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/schemas"
	"holdfast/topology/playbook"
)

// The playbooks of the properties: a silence with three steps, and a milestone.
const propertyBundle = `
bundle: property
revision: 1
time: {lateness: 30m, history: complete}
events: {login: user_action.signed_in, used: user_action.used}
---
playbook: quiet
for: each user
class: lifecycle
start: {when: idle(login) >= 7d}
again: after login
stop: [{event: login}]
steps:
  - {id: d7, at: last(login) + 7d, send: d7}
  - {id: d14, at: last(login) + 14d, send: d14}
  - {id: d30, at: last(login) + 30d, send: d30}
---
playbook: fifth
for: each user
class: lifecycle
start: {when: total(login) >= 5}
again: never
steps: [{id: hello, send: fifth}]
`

const (
	minute   = 60 * 1000
	day      = 24 * 60 * minute
	lateness = 30 * minute
	begin    = 1_772_323_200_000 // 2026-03-01
	span     = 90 * day
)

// history is what happened, in the order of event time.
type history []schemas.Event

// drawHistory makes logins and other events of a few users on a grid of minutes, with long gaps that end near the due
// instants now and then.
func drawHistory(t *rapid.T) history {
	var hi history
	for account := range rapid.IntRange(1, 3).Draw(t, "accounts") {
		for user := range rapid.IntRange(1, 3).Draw(t, "users") {
			hi = append(hi, drawUser(t, fmt.Sprintf("a%d", account), fmt.Sprintf("u%d", user))...)
		}
	}
	sort.SliceStable(hi, func(i, j int) bool { return hi[i].At < hi[j].At })
	for i := range hi {
		hi[i].ID, hi[i].Offset = fmt.Sprint(i), int64(i)
	}
	return hi
}

func drawUser(t *rapid.T, account, user string) (hi history) {
	gap := rapid.OneOf(
		rapid.Int64Range(1, 3*24*60),
		rapid.Int64Range(1, 20*24*60),
		rapid.Map(rapid.Int64Range(-45, 45), func(m int64) int64 { return 7*24*60 + m }),
		rapid.Map(rapid.Int64Range(-45, 45), func(m int64) int64 { return 14*24*60 + m }),
		rapid.SampledFrom([]int64{7 * 24 * 60, 7*24*60 + 30, 7*24*60 + 31, 14*24*60 + 30, 30 * 24 * 60, 30*24*60 + 31}),
	)
	at := begin + rapid.Int64Range(0, 5*24*60).Draw(t, "first")*minute
	for at < begin+span {
		kind := rapid.SampledFrom([]string{"signed_in", "signed_in", "used"}).Draw(t, "type")
		hi = append(hi, schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", Type: kind, Account: account, User: user, OccurredAt: at, At: at, Count: 1})
		at += gap.Draw(t, "gap") * minute
	}
	return hi
}

// oracle is the slow answer: sorted logins of each user, one after the other.
func oracle(hi history, until int64) (ids []string) {
	for subject, at := range hi.logins() {
		if len(at) >= 5 {
			ids = append(ids, fmt.Sprintf("fifth/%s/once/hello/send/%s", subject, userOf(subject)))
		}
		for i, login := range at {
			back := int64(1) << 60
			if i+1 < len(at) {
				back = at[i+1]
			}
			ids = append(ids, silence(subject, login, back, until)...)
		}
	}
	sort.Strings(ids)
	return ids
}

// silence is what a login that is followed by one at `back` gives: a step for each due instant that the user let pass,
// and cancels of what has not expired when they return.
func silence(subject string, login, back, until int64) (ids []string) {
	episode := login + 7*day
	for _, days := range []int64{7, 14, 30} {
		due := login + days*day
		if due > until || back <= due+lateness {
			break
		}
		part := fmt.Sprintf("quiet/%s/t.%d/d%d/", subject, episode, days)
		ids = append(ids, part+"send/"+userOf(subject))
		over := days == 30
		if !over && back <= due+3*day {
			ids = append(ids, part+"cancel/"+userOf(subject))
		}
	}
	return ids
}

func userOf(subject string) string { return subject[strings.IndexByte(subject, '~')+1:] }

func (hi history) logins() map[string][]int64 {
	all := map[string][]int64{}
	for _, ev := range hi {
		if ev.Type == "signed_in" {
			all[ev.Account+"~"+ev.User] = append(all[ev.Account+"~"+ev.User], ev.At)
		}
	}
	return all
}

func (hi history) lines() []Line {
	lines := make([]Line, len(hi))
	for i, ev := range hi {
		lines[i] = Line{Arrives: ev.At, Event: ev}
	}
	return lines
}

func keysOf(worlds ...*World) (keys []string) {
	for _, wo := range worlds {
		for _, in := range wo.Intents {
			keys = append(keys, in.DedupeKey)
		}
	}
	sort.Strings(keys)
	return keys
}

func same(t *rapid.T, what string, got, want []string) {
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("%s:\ngot\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func play(t *rapid.T, b *playbook.Bundle, lines []Line, until int64) *World {
	wo, err := NewWorld(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := wo.Play(lines, until); err != nil || len(wo.Failures) > 0 {
		t.Fatal(err, wo.Failures)
	}
	return wo
}

const until = begin + span + 10*day

func TestTheOracleAgrees(t *testing.T) {
	b := load(t, propertyBundle)
	rapid.Check(t, func(t *rapid.T) {
		hi := drawHistory(t)
		same(t, "intents", keysOf(play(t, b, hi.lines(), until)), oracle(hi, until))
	})
}

// TestHowTheInputIsCutDoesNotMatter: one partition or one for each account, with or without restarts in between, the
// intents are the same.
func TestHowTheInputIsCutDoesNotMatter(t *testing.T) {
	b := load(t, propertyBundle)
	rapid.Check(t, func(t *rapid.T) {
		hi := drawHistory(t)
		want := keysOf(play(t, b, hi.lines(), until))
		var parts []*World
		for account := range 3 {
			var own history
			for _, ev := range hi {
				if ev.Account == fmt.Sprintf("a%d", account) {
					own = append(own, ev)
				}
			}
			parts = append(parts, play(t, b, own.lines(), until))
		}
		same(t, "by account", keysOf(parts...), want)
		whole, cut := play(t, b, hi.lines(), until), restarted(t, b, hi)
		same(t, "restarted", keysOf(cut), want)
		if got, want := cut.store.Dump(), whole.store.Dump(); got != want {
			t.Fatalf("state after restarts\n%s\nwithout\n%s", got, want)
		}
	})
}

// restarted replaces the task at random places.
func restarted(t *rapid.T, b *playbook.Bundle, hi history) *World {
	wo, err := NewWorld(b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range hi {
		if rapid.IntRange(0, 3).Draw(t, "restart") == 0 {
			if err := wo.Restart(nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := wo.Read(&hi[i], hi[i].At); err != nil {
			t.Fatal(err)
		}
	}
	if err := wo.Finish(until); err != nil {
		t.Fatal(err)
	}
	return wo
}

// TestDisorderWithinLatenessDoesNotMatter: but for a return shortly after a due instant (language.md 11), and for two
// returns around the expiry of a message, of which the first that is read decides on the cancel: the histories here have
// neither.
func TestDisorderWithinLatenessDoesNotMatter(t *testing.T) {
	b := load(t, propertyBundle)
	rapid.Check(t, func(t *rapid.T) {
		hi := drawHistory(t).withoutNarrowReturns()
		lines := hi.lines()
		for i := range lines {
			lines[i].Arrives += rapid.Int64Range(0, lateness).Draw(t, "delay")
		}
		sort.SliceStable(lines, func(i, j int) bool { return lines[i].Arrives < lines[j].Arrives })
		same(t, "intents", keysOf(play(t, b, lines, until)), oracle(hi, until))
	})
}

// withoutNarrowReturns leaves out the logins that come within the lateness of a due instant of an earlier one, or around
// the expiry of what was due then.
func (hi history) withoutNarrowReturns() (kept history) {
	last := map[string][]int64{}
	for _, ev := range hi {
		who, narrow := ev.Account+"~"+ev.User, false
		for _, at := range last[who] {
			for _, days := range []int64{7, 14, 30} {
				due, expiry := at+days*day, at+(days+3)*day
				narrow = narrow || ev.At > due && ev.At <= due+2*lateness || ev.At > expiry-2*lateness && ev.At <= expiry+2*lateness
			}
		}
		if ev.Type == "signed_in" && narrow {
			continue
		}
		if ev.Type == "signed_in" {
			last[who] = append(last[who], ev.At)
		}
		kept = append(kept, ev)
	}
	return kept
}

package demo

import (
	"reflect"
	"strings"
	"testing"
)

// history builds an account by hand. Times are in hours after the opening.
type history struct {
	ac     *Account
	events []Event
}

func newHistory(arr int64, people ...*Person) *history {
	return &history{ac: &Account{Name: "acme", ARR: arr, Created: opening, People: people}}
}

func (hi *history) add(hours float64, user, kind string, weight int64) *history {
	at := opening + int64(hours*float64(hour))
	hi.events = append(hi.events, Event{Topic: topicActions, Type: kind, Account: "acme", User: user, At: at, Count: weight})
	return hi
}

// expect is the outcome by then as "playbook/step/recipient@hours".
func (hi *history) expect(untilDays int64) []string {
	sortEvents(hi.events)
	bu := &Business{Start: opening, End: opening + untilDays*day, Accounts: []*Account{hi.ac}, Events: hi.events}
	var out []string
	for _, ex := range Expect(bu) {
		word := ""
		if ex.Action == "cancel" {
			word = "cancel "
		}
		out = append(out, word+strings.Join([]string{ex.Playbook, ex.Step, ex.Recipient}, "/")+"@"+lengthOf(ex.Due-opening))
	}
	return out
}

func (hi *history) bill(hours float64, kind string, attempt int) *history {
	at := opening + int64(hours*float64(hour))
	hi.events = append(hi.events, Event{Topic: topicBilling, Type: kind, Account: "acme", At: at, Fields: map[string]any{"attempt": attempt}})
	return hi
}

func TestTheExpectationByHand(t *testing.T) {
	owner := &Person{ID: "olga", Roles: []string{"admin", "billing_admin"}, founder: true}
	ann, bob := &Person{ID: "ann", Roles: []string{"admin"}, founder: true}, &Person{ID: "bob", Roles: []string{"developer"}, founder: true}
	day := func(n float64) float64 { return 24 * n }
	// busy keeps the account awake, so that only what is said to ann is looked at.
	busy := func(hi *history, days int) *history {
		for i := range days * 2 {
			hi.add(12*float64(i)+1, "bob", "signed_in", 0)
		}
		return hi
	}
	for _, test := range []struct {
		name string
		hi   *history
		days int64
		want []string
	}{
		{"seven days of silence", busy(newHistory(0, ann, bob).add(0, "ann", "signed_in", 0), 10), 10,
			[]string{"inactivity/d7/ann@7 days"}},
		{"back before", busy(newHistory(0, ann, bob).add(0, "ann", "signed_in", 0).add(day(6.9), "ann", "signed_in", 0), 10), 10, nil},
		{"back at the very instant", busy(newHistory(0, ann, bob).add(0, "ann", "signed_in", 0).add(day(7), "ann", "signed_in", 0), 10), 10, nil},
		{"back within the lateness", busy(newHistory(0, ann, bob).add(0, "ann", "signed_in", 0).add(day(7)+0.1, "ann", "signed_in", 0), 10), 10, nil},
		{"back an hour too late", busy(newHistory(0, ann, bob).add(0, "ann", "signed_in", 0).add(day(7)+1, "ann", "signed_in", 0), 10), 10,
			[]string{"cancel inactivity/d7/ann@7 days", "inactivity/d7/ann@7 days"}},
		{"three steps", busy(newHistory(0, ann, bob).add(0, "ann", "signed_in", 0), 40), 40,
			[]string{"inactivity/d14/ann@14 days", "inactivity/d30/ann@30 days", "inactivity/d7/ann@7 days"}},
		{"due at the very end", busy(newHistory(0, ann, bob).add(0, "ann", "signed_in", 0), 7), 7, []string{"inactivity/d7/ann@7 days"}},
		{"the whole account", newHistory(0, ann, bob).add(0, "ann", "signed_in", 0).add(24, "bob", "signed_in", 0), 20,
			[]string{"account_quiet/ask/ann@8 days", "inactivity/d7/ann@7 days"}},
		{"a big account gets a call", newHistory(20_000, ann, bob).add(0, "bob", "signed_in", 0), 20,
			[]string{"account_quiet/ask/ann@7 days", "account_quiet/call/team:csm@14 days"}},
		{"no call after the return", newHistory(20_000, ann, bob).add(0, "bob", "signed_in", 0).add(day(10), "ann", "signed_in", 0), 15,
			[]string{"cancel account_quiet/ask/ann@10 days", "account_quiet/ask/ann@7 days", "inactivity/d14/bob@14 days"}},
		{"back while the message may still be on its way", busy(newHistory(0, ann, bob).add(0, "ann", "signed_in", 0).add(day(9), "ann", "signed_in", 0), 12), 12,
			[]string{"cancel inactivity/d7/ann@9 days", "inactivity/d7/ann@7 days"}},
		{"a new user who does nothing", busy(newHistory(0, ann, bob).add(1, "zoe", "signed_up", 0), 6), 6,
			[]string{"welcome/first_step/zoe@1 day", "welcome/hello/zoe@1 hour"}},
		{"a new user who starts at once", busy(newHistory(0, ann, bob).add(1, "zoe", "signed_up", 0).add(2, "zoe", "project_created", 0), 6), 6,
			[]string{"welcome/hello/zoe@1 hour"}},
		{"a new user who starts after the hint", busy(newHistory(0, ann, bob).add(1, "zoe", "signed_up", 0).add(30, "zoe", "project_created", 0), 6), 6,
			[]string{"welcome/first_step/zoe@1 day", "welcome/hello/zoe@1 hour", "welcome/invite/zoe@3 days"}},
		{"one who invites needs no hint to invite", busy(newHistory(0, ann, bob).add(1, "zoe", "signed_up", 0).add(30, "zoe", "project_created", 0).add(31, "zoe", "invite_sent", 0), 6), 6,
			[]string{"invitation_thanks/thanks/zoe@1 day", "welcome/first_step/zoe@1 day", "welcome/hello/zoe@1 hour"}},
		{"a payment that is never made", busy(newHistory(6_000, owner).bill(0, "payment_failed", 1), 9), 9,
			[]string{"payment_notice/finance/team:finance@8 days", "payment_notice/notice/olga@moments", "payment_notice/reminder/olga@4 days"}},
		{"a payment made after a second failure", busy(newHistory(6_000, owner).bill(0, "payment_failed", 1).bill(day(3), "payment_failed", 2).bill(day(5), "payment_succeeded", 0), 9), 9,
			[]string{"cancel payment_notice/notice/olga@5 days", "payment_notice/notice/olga@moments", "cancel payment_notice/reminder/olga@5 days", "payment_notice/reminder/olga@4 days"}},
		{"a thousand calls, once", newHistory(0, ann, bob).add(1, "bob", "api_called", 999).add(2, "bob", "api_called", 1).add(3, "bob", "api_called", 5_000), 2,
			[]string{"milestone_1k_calls/congrats/bob@2 hours"}},
		{"a hundred thousand of all", newHistory(0, ann, bob).add(1, "ann", "api_called", 99_999).add(2, "bob", "api_called", 0), 2,
			[]string{"milestone_100k_calls_account/congrats/bob@2 hours", "milestone_1k_calls/congrats/ann@1 hour"}},
		{"ten teammates", func() *history {
			hi := newHistory(0, ann, bob)
			for i := range 9 {
				hi.add(float64(1+i), string(rune('c'+i)), "user_added", 0)
			}
			return hi
		}(), 2, []string{"milestone_10_teammates/congrats/ann@8 hours"}},
	} {
		if got := test.hi.expect(test.days); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n got %v\nwant %v", test.name, got, test.want)
		}
	}
}

func TestTheIDsAreThoseOfTheLanguageText(t *testing.T) {
	key := dedupeKey("inactivity", "a1", "u1", "t.1772960400000", "d7", "send", "u1")
	if key != "inactivity/a1~u1/t.1772960400000/d7/send/u1" {
		t.Errorf("key %s", key)
	}
	if id := intentID(key); id != "a60c0780-4994-5dac-9c3a-202195441a60" {
		t.Errorf("id %s", id)
	}
	if got := dedupeKey("p", "a/b", "", "e.demo~"+escaped("1~2"), "s", "task", "team:x y"); got != "p/a%2Fb/e.demo~1%7E2/s/task/team:x%20y" {
		t.Errorf("escaped key %s", got)
	}
}

package oracle

import (
	"fmt"
	"time"
)

// Generate makes a case from a seed. size, from 1 up, bounds how much is in it: 3 gives cases that are still readable.
// Histories are full of collisions: instants that lie exactly a duration of the bundle apart, or a millisecond or the
// lateness beside that. A case that says nothing is drawn again, three times at most: silence is worth testing too.
func Generate(seed uint64, size int) Case {
	for try := uint64(0); ; try++ {
		ge := &generator{dr: &draw{state: (seed*4+try)*0x2545f4914f6cdd1d + 1}, size: max(size, 1)}
		ca := ge.make(seed)
		if try == 3 || ca.speaks() {
			return ca
		}
	}
}

// speaks says whether the case gives an intent, or more than the first value of a signal.
func (ca Case) speaks() bool {
	out := ca.Run()
	return len(out.Intents) > 0 || len(out.Signals) > 1
}

func (ge *generator) make(seed uint64) Case {
	ge.late = ge.dr.chance(25)
	ge.ca = Case{Seed: seed, Lateness: pick(ge.dr, 10*Minute, 10*Minute, 10*Minute, Minute, Hour), Zone: pick(ge.dr, "UTC", "UTC", "Europe/Berlin"), Events: words()}
	if ge.late {
		ge.ca.Lateness = pick(ge.dr, Hour, 6*Hour)
	}
	ge.spans = []Span{pick(ge.dr, 6*Hour, 12*Hour, Day), pick(ge.dr, Day, 2*Day, 3*Day), pick(ge.dr, 5*Day, 7*Day)}
	ge.zero = Instant(pick(ge.dr, date(2026, 3, 3), date(2026, 3, 26), date(2026, 10, 21), date(2026, 6, 10)).UnixMilli()).plus(Span(ge.dr.below(48)) * 30 * Minute)
	ge.old, ge.one = ge.dr.chance(6), ge.dr.chance(40)
	ge.people()
	ge.documents()
	for n := ge.dr.between(1, min(ge.size, 3)); n > 0; n-- {
		ge.ca.Playbooks = append(ge.ca.Playbooks, ge.playbook())
	}
	ge.history()
	return ge.ca
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// words is the vocabulary of every generated bundle.
func words() []Event {
	return []Event{
		{Name: "login", Topic: "user_action", Type: "signed_in"},
		{Name: "used", Topic: "user_action", Type: "feature_used"},
		{Name: "used_a", From: "used", Where: is(path("event.feature"), "==", word("a"))},
		{Name: "calls", Topic: "user_action", Type: "api_called", Fields: []Field{{"size", "int"}}},
		{Name: "failed", Topic: "billing", Type: "payment_failed"},
		{Name: "paid", Topic: "billing", Type: "payment_succeeded"},
		{Name: "ticket", Topic: "support", Type: "ticket_opened"},
	}
}

// A generator is a case in the making.
type generator struct {
	dr    *draw
	ca    Case
	size  int
	zero  Instant
	spans []Span // that the bundle uses
	user  bool   // scope of what is being made
	inDoc bool   // it is a derived document: no reference to another
	late  bool   // lines arrive late
	old   bool   // accounts are older than the history
	one   bool   // everything comes by one topic, so that the clock follows every line
}

func (ge *generator) people() {
	zones := []string{"", "", "Europe/Berlin", "America/New_York", "Asia/Kolkata"}
	created := pick(ge.dr, 0, 0, ge.zero)
	if ge.old {
		created = ge.zero.plus(-pick(ge.dr, ge.spans[1], 10*Day))
	}
	users := 0
	for a := ge.dr.between(1, 2); a > 0; a-- {
		account := Account{ID: fmt.Sprintf("a%d", len(ge.ca.Accounts)+1), Zone: pick(ge.dr, zones...), Created: created}
		if ge.dr.chance(50) {
			account.Traits = []Trait{{"plan", pick(ge.dr, "free", "team")}}
		}
		if ge.dr.chance(30) {
			account.Traits = append(account.Traits, Trait{"arr", pick(ge.dr, "100", "5000.5")})
		}
		ge.ca.Accounts = append(ge.ca.Accounts, account)
		for u := ge.dr.between(1, 2); u > 0; u-- {
			users++
			user := User{ID: fmt.Sprintf("u%d", users), Account: account.ID, Created: created, Zone: pick(ge.dr, "", "", "", "Asia/Kolkata")}
			user.Roles = pick(ge.dr, nil, []string{"admin"}, []string{"owner"}, []string{"owner", "admin"})
			ge.ca.Users = append(ge.ca.Users, user)
		}
	}
}

func (ge *generator) span() Span { return pick(ge.dr, ge.spans...) }

func (ge *generator) event() string {
	if ge.one {
		return pick(ge.dr, "login", "login", "used", "used_a", "calls")
	}
	return pick(ge.dr, "login", "login", "used", "used_a", "calls", "failed", "paid", "ticket")
}

// other is an event that cannot be the same record as the one named.
func (ge *generator) other(than string) string {
	for {
		name := ge.event()
		if ge.ca.root(name) != ge.ca.root(than) {
			return name
		}
	}
}

package demo

import "time"

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// Days is how long the simulated business runs.
const Days = 120

// opening is the first instant of the business: that of the built-in bundle's history, so that every subject is complete
// (language.md 3) and every rule has a defined answer.
var opening = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// Business is a made-up company's first 120 days: a small project tool sold to other companies.
type Business struct {
	Seed       uint64
	Start, End int64 // ms; End is the --until of the processor
	Accounts   []*Account
	humEvery   int64   // ms, see hum
	Events     []Event // in order of time, no two at one instant
	profiles   []profile
}

// Account is a customer.
type Account struct {
	Name, Plan string
	ARR        int64 // in whole EUR
	Created    int64 // ms
	People     []*Person
	place      place
	heavy      bool  // their integration calls the API day and night
	quietFrom  int64 // ms; 0 = never quiet as a whole
	quietUntil int64 // ms; the end of the business if they never return
}

// Person is a user of an account.
type Person struct {
	ID      string
	Roles   []string // of founders; who joins by invitation has no profile, hence no role
	Joined  int64    // ms
	founder bool
	rhythm  rhythm
}

// Simulate makes the business. It is a pure function of its arguments.
func Simulate(seed uint64, accounts int) *Business {
	bu := &Business{Seed: seed, Start: opening, End: opening + Days*day, humEvery: max(1, min(8, int64(accounts)/40)) * day}
	for i := range accounts {
		rg := newRNG(seed, uint64(i)+1)
		ac := newAccount(rg, i, accounts, bu)
		bu.Accounts = append(bu.Accounts, ac)
		bu.profiles = append(bu.profiles, ac.profiles()...)
		bu.Events = append(bu.Events, ac.history(rg, bu)...)
	}
	sortEvents(bu.Events)
	return bu
}

// Users counts the people.
func (bu *Business) Users() int {
	users := 0
	for _, ac := range bu.Accounts {
		users += len(ac.People)
	}
	return users
}

// Records is what will be published: events and profiles.
func (bu *Business) Records() int { return len(bu.Events) + len(bu.profiles) }

// history is everything that the account does. Activity first, then the silence is cut out of it, then what does not
// depend on people being there.
func (ac *Account) history(rg *rng, bu *Business) []Event {
	var acts []Event
	for _, pe := range ac.People {
		acts = append(acts, ac.activity(rg, pe, bu.End)...)
	}
	sortEvents(acts)
	acts = ac.cutSilence(acts, bu)
	acts = append(acts, ac.invoices(rg, bu.End)...)
	acts = append(acts, ac.tickets(rg, bu.End)...)
	return append(acts, ac.hum(rg, bu)...)
}

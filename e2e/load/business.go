package load

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// BusinessStart is the first day of the simulated business.
var BusinessStart = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// Business describes a simulated business. The same description makes the same lines.
type Business struct {
	Seed     uint64
	Accounts int
	Days     int
}

// End is the instant up to which its clock runs: late enough that the last silences have come due.
func (bu Business) End() time.Time { return BusinessStart.AddDate(0, 0, bu.Days+30) }

// Lines simulates it, in the order of time. Each user signs in at his own rhythm with quiet spells in between, calls
// the API, and creates projects; some accounts fail to pay.
func (bu Business) Lines() []Line {
	chance := rand.New(rand.NewPCG(bu.Seed, 0x686f6c64))
	var lines []Line
	for account := range bu.Accounts {
		name := fmt.Sprintf("acct-%04d", account)
		for user := range 1 + chance.IntN(6) {
			lines = append(lines, bu.user(chance, name, fmt.Sprintf("u%d", user))...)
		}
		lines = append(lines, bu.payments(chance, name)...)
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return a.At.Compare(b.At) })
	for i := range lines {
		lines[i].ID = fmt.Sprint(i + 1)
	}
	return lines
}

func (bu Business) user(chance *rand.Rand, account, user string) []Line {
	act := func(kind string, at time.Time, count int64) Line {
		return Line{Topic: UserActions, Source: "app", Type: kind, Account: account, User: user, At: at, Count: count}
	}
	rhythm := 0.3 + 2.5*chance.Float64() // days between visits
	at := BusinessStart.Add(days(chance.Float64() * 7))
	var lines []Line
	for at.Before(BusinessStart.AddDate(0, 0, bu.Days)) {
		lines = append(lines, act("signed_in", at, 0))
		if chance.IntN(2) == 0 {
			lines = append(lines, act("api_called", at.Add(time.Minute), 1+chance.Int64N(40)))
		}
		if chance.IntN(12) == 0 {
			lines = append(lines, act("project_created", at.Add(2*time.Minute), 0))
		}
		pause := rhythm * (0.5 + chance.Float64())
		if chance.IntN(10) == 0 {
			pause = 5 + 18*chance.Float64() // a quiet spell: some long enough for one notice, some for two
		}
		at = at.Add(days(pause))
	}
	return lines
}

func (bu Business) payments(chance *rand.Rand, account string) []Line {
	var lines []Line
	for month := range bu.Days / 30 {
		if chance.IntN(5) > 0 {
			continue
		}
		at := BusinessStart.Add(days(float64(month)*30 + chance.Float64()*30))
		for attempt := range 1 + chance.IntN(3) {
			lines = append(lines, Line{Topic: Billing, Source: "payments", Type: "payment_failed", Account: account, At: at.Add(days(float64(attempt) * 2))})
		}
	}
	return lines
}

// days is a duration in whole milliseconds, the unit of event time.
func days(n float64) time.Duration {
	return time.Duration(n * 24 * float64(time.Hour)).Truncate(time.Millisecond)
}

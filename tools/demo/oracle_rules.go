package demo

import "fmt"

var inactivitySteps = []struct {
	id   string
	days int64
}{{"d7", 7}, {"d14", 14}, {"d30", 30}}

// silences calls f for every silence of at least a week: when it began, when it was noticed, and when it ended (or the
// end of the world).
func silences(logins []int64, end int64, f func(last, noticed, back int64)) {
	for i, last := range logins {
		back := end + lateness + 1
		if i+1 < len(logins) {
			back = logins[i+1]
		}
		if due := last + 7*day; back > due+lateness && due <= end {
			f(last, due, back)
		}
	}
}

// Expiries of the classes that the bundle uses: until then a message that has become wrong is cancelled.
const (
	lifecycleExpiry = 3 * day
	billingExpiry   = 7 * day
)

// quietUsers: 7, 14 and 30 days after somebody's last login, unless the whole account is quiet by then.
func (st *storyline) quietUsers() {
	for _, user := range usersOf(st.events) {
		silences(loginsOf(st.events, user), st.end, func(last, noticed, back int64) {
			st.quietUser(episode{playbook: "inactivity", user: user, id: byTime(noticed)}, last, back)
		})
	}
}

func (st *storyline) quietUser(ep episode, last, back int64) {
	var words []said
	for _, step := range inactivitySteps {
		due := last + step.days*day
		switch {
		case back <= due+lateness && back <= st.end:
			st.takeBack(ep, back, lifecycleExpiry, words...)
			return
		case due > st.end:
			return
		}
		if anybody, _ := latest(st.logins, due); due-anybody < 7*day {
			words = append(words, st.say(ep, step.id, "send", due, ep.user))
		}
	}
}

// quietAccount: nobody of the account came for a week, and for a big one a call after another week.
func (st *storyline) quietAccount() {
	silences(st.logins, st.end, func(_, noticed, back int64) {
		ep := episode{playbook: "account_quiet", id: byTime(noticed)}
		ask := st.say(ep, "ask", "send", noticed, st.role("champion", "admin")...)
		call := noticed + 7*day
		switch {
		case back <= min(call, st.end)+lateness:
			st.takeBack(ep, back, lifecycleExpiry, ask)
		case call <= st.end && st.ac.ARR >= 10_000:
			st.say(ep, "call", "task", call, "team:csm")
		}
	})
}

func byTime(due int64) string { return fmt.Sprintf("t.%d", due) }

// callsOfUsers: the first thousand calls of a person.
func (st *storyline) callsOfUsers() {
	sums := map[string]int64{}
	for _, ev := range st.events {
		if ev.Type != "api_called" {
			continue
		}
		before := sums[ev.User]
		sums[ev.User] += weight(ev)
		if before < 1_000 && sums[ev.User] >= 1_000 {
			st.say(episode{"milestone_1k_calls", ev.User, "once", "api_called"}, "congrats", "send", ev.At, ev.User)
		}
	}
}

// callsOfAccount: the first hundred thousand calls of everybody together.
func (st *storyline) callsOfAccount() {
	var sum int64
	for _, ev := range st.events {
		if ev.Type != "api_called" {
			continue
		}
		before := sum
		sum += weight(ev)
		if before < 100_000 && sum >= 100_000 {
			st.say(episode{"milestone_100k_calls_account", "", "once", "api_called"}, "congrats", "send", ev.At, st.role("developer", "admin")...)
		}
	}
}

func weight(ev Event) int64 { return max(ev.Count, 1) }

// teammates: the tenth member. Founders are members from the start: their profiles are read before everything else.
func (st *storyline) teammates() {
	members := 0
	for _, pe := range st.ac.People {
		if pe.founder {
			members++
		}
	}
	for _, ev := range st.events {
		if ev.Type != "user_added" {
			continue
		}
		if members++; members == 10 {
			st.say(episode{"milestone_10_teammates", "", "once", "user_added"}, "congrats", "send", ev.At, st.role("admin")...)
		}
	}
}

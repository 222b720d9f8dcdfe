package demo

import "sort"

// lateness of the built-in bundle: an event up to this long after a due instant still wins (language.md 11).
const lateness = 10 * minute

// Expected is one intent that must come out.
type Expected struct {
	ID, Key        string
	Playbook, Step string
	Action         string // send, task, cancel
	Account, User  string // User is "" for a rule about the account
	Recipient      string
	Episode        string
	Trigger        string // type of the event that began the episode, "" if time did
	Due            int64  // ms
}

// Expect works out, from the plain list of what happened, every intent of the built-in bundle. It reads the playbooks as
// a person would, sorts, loops and compares; it shares no code with the processor, not even the ids.
//
// Requires: bu.Events is in order of time.
func Expect(bu *Business) []Expected {
	byAccount := map[string][]Event{}
	for _, ev := range bu.Events {
		byAccount[ev.Account] = append(byAccount[ev.Account], ev)
	}
	var out []Expected
	for _, ac := range bu.Accounts {
		st := &storyline{ac: ac, events: byAccount[ac.Name], end: bu.End}
		st.logins = loginsOf(st.events, "")
		for _, rule := range rules {
			rule.tell(st)
		}
		out = append(out, st.out...)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

// rule is one playbook of the built-in bundle in plain Go.
type rule struct {
	playbook string
	tell     func(st *storyline)
}

var rules = []rule{
	{"inactivity", (*storyline).quietUsers},
	{"account_quiet", (*storyline).quietAccount},
	{"milestone_1k_calls", (*storyline).callsOfUsers},
	{"milestone_100k_calls_account", (*storyline).callsOfAccount},
	{"milestone_10_teammates", (*storyline).teammates},
	{"welcome", (*storyline).newUsers},
	{"payment_notice", (*storyline).failedPayments},
	{"invitation_thanks", (*storyline).firstInvitations},
	{"farewell", (*storyline).nothing}, // nobody cancels in this business
}

// storyline is one account while it is read.
type storyline struct {
	ac     *Account
	events []Event // of the account, in order of time
	logins []int64
	end    int64
	out    []Expected
}

// episode is a run of a playbook for one subject.
type episode struct {
	playbook, user, id string
	trigger            string // type of the event that began it, "" if time did
}

// said is a step that spoke, remembered for the case that it has to be taken back.
type said struct {
	step       string
	at         int64
	recipients []string
}

// say adds one intent per recipient.
func (st *storyline) say(ep episode, step, action string, due int64, recipients ...string) said {
	for _, who := range recipients {
		key := dedupeKey(ep.playbook, st.ac.Name, ep.user, ep.id, step, action, who)
		st.out = append(st.out, Expected{
			ID: intentID(key), Key: key, Playbook: ep.playbook, Step: step, Action: action, Account: st.ac.Name, User: ep.user,
			Recipient: who, Episode: ep.id, Trigger: ep.trigger, Due: due,
		})
	}
	return said{step, due, recipients}
}

// takeBack is what an event does that stops the episode: what was said and has not expired is cancelled.
func (st *storyline) takeBack(ep episode, at, expiry int64, words ...said) {
	for _, sa := range words {
		if sa.at+expiry >= at {
			st.say(ep, sa.step, "cancel", at, sa.recipients...)
		}
	}
}

// role lists the people with the first of the roles that anybody has, by id.
func (st *storyline) role(names ...string) []string {
	for _, name := range names {
		var found []string
		for _, pe := range st.ac.People {
			if contains(pe.Roles, name) {
				found = append(found, pe.ID)
			}
		}
		if len(found) > 0 {
			sort.Strings(found)
			return found
		}
	}
	return nil
}

func contains(list []string, want string) bool {
	for _, have := range list {
		if have == want {
			return true
		}
	}
	return false
}

// loginsOf lists when the user, or with "" anybody, signed in.
func loginsOf(events []Event, user string) []int64 {
	var out []int64
	for _, ev := range events {
		if ev.Type == "signed_in" && (user == "" || ev.User == user) {
			out = append(out, ev.At)
		}
	}
	return out
}

// usersOf lists who appears, in order of first appearance.
func usersOf(events []Event) []string {
	var out []string
	seen := map[string]bool{}
	for _, ev := range events {
		if ev.User != "" && !seen[ev.User] {
			seen[ev.User] = true
			out = append(out, ev.User)
		}
	}
	return out
}

// latest is the last instant that was folded when something due then was judged: at <= due + lateness.
func latest(instants []int64, due int64) (int64, bool) {
	i := sort.Search(len(instants), func(i int) bool { return instants[i] > due+lateness })
	if i == 0 {
		return 0, false
	}
	return instants[i-1], true
}

// following is the first instant that came too late to be folded.
func following(instants []int64, due int64) (int64, bool) {
	i := sort.Search(len(instants), func(i int) bool { return instants[i] > due+lateness })
	if i == len(instants) {
		return 0, false
	}
	return instants[i], true
}

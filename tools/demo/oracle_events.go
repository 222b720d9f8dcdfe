package demo

// nothing is said by a playbook whose event never happens in the business.
func (st *storyline) nothing() {}

// newUsers: a welcome at once, a hint after a day for those who have not started, and an invitation to invite two days
// after the hint for those who then have.
func (st *storyline) newUsers() {
	for _, user := range usersOf(st.events) {
		own := eventsOf(st.events, user)
		up, ok := first(own, "signed_up")
		if !ok {
			continue
		}
		ep := episode{"welcome", user, "once", "signed_up"}
		st.say(ep, "hello", "send", up, user)
		hint := up + day
		if hint > st.end || happened(own, hint, "project_created", "api_called") {
			continue
		}
		st.say(ep, "first_step", "send", hint, user)
		invite := hint + 2*day
		if invite <= st.end && happened(own, invite, "project_created", "api_called") && !happened(own, invite, "invite_sent") {
			st.say(ep, "invite", "send", invite, user)
		}
	}
}

// failedPayments: a notice at once, a reminder after four days, a call by finance after eight; a payment ends it.
func (st *storyline) failedPayments() {
	for _, ev := range st.events {
		if ev.Type != "payment_failed" || ev.Fields["attempt"] != 1 {
			continue
		}
		ep := episode{"payment_notice", "", "e.demo~" + escaped(ev.ID()), "payment_failed"}
		words := []said{st.say(ep, "notice", "send", ev.At, st.role("billing_admin", "owner")...)}
		paid, ok := firstAfter(st.events, "payment_succeeded", ev.At)
		if !ok {
			paid = st.end + lateness + 1
		}
		if due := ev.At + 4*day; due <= st.end && paid > due+lateness {
			words = append(words, st.say(ep, "reminder", "send", due, st.role("billing_admin", "owner")...))
		}
		due := ev.At + 8*day
		switch {
		case ok && paid <= due+lateness:
			st.takeBack(ep, paid, billingExpiry, words...)
		case due <= st.end && st.ac.ARR >= 5_000:
			st.say(ep, "finance", "task", due, "team:finance")
		}
	}
}

// firstInvitations: tips, an hour after somebody's first invitation.
func (st *storyline) firstInvitations() {
	for _, user := range usersOf(st.events) {
		sent, ok := first(eventsOf(st.events, user), "invite_sent")
		if due := sent + hour; ok && due <= st.end {
			st.say(episode{"invitation_thanks", user, "once", "invite_sent"}, "thanks", "send", due, user)
		}
	}
}

// first is when something of that type first happened.
func first(events []Event, kind string) (int64, bool) { return firstAfter(events, kind, 0) }

func firstAfter(events []Event, kind string, after int64) (int64, bool) {
	for _, ev := range events {
		if ev.Type == kind && ev.At > after {
			return ev.At, true
		}
	}
	return 0, false
}

// happened says whether one of the types had been folded when something due then was judged.
func happened(events []Event, due int64, kinds ...string) bool {
	for _, ev := range events {
		if ev.At <= due+lateness && contains(kinds, ev.Type) {
			return true
		}
	}
	return false
}

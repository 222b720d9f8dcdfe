package demo

// slack is how long after its due instant a step may be judged in the demo. A task's clock is held back by its slowest
// input (design.md 5), here billing and support, of which every partition hears at least every other day (hum).
const slack = 2 * day

// cutSilence takes the account's quiet time out of its activity.
//
// A step of a user asks whether the whole account is quiet, and that is judged lazily: an account that returns just after
// such an instant could be seen quiet or not, depending on how the inputs were merged. So the return is moved to a moment
// at which there is only one answer, and the expectation of oracle.go is exact.
func (ac *Account) cutSilence(acts []Event, bu *Business) []Event {
	if ac.quietFrom == 0 {
		return acts
	}
	for ; ac.quietUntil < bu.End; ac.quietUntil += 12 * hour {
		if kept := outside(acts, ac.quietFrom, ac.quietUntil); !ambiguous(kept) {
			return kept
		}
	}
	ac.quietUntil = bu.End
	return outside(acts, ac.quietFrom, bu.End)
}

func outside(acts []Event, from, until int64) []Event {
	var kept []Event
	for _, ev := range acts {
		if ev.At < from || ev.At >= until {
			kept = append(kept, ev)
		}
	}
	return kept
}

// ambiguous says whether some step of some user is due in a silence of the account that ends within slack.
func ambiguous(acts []Event) bool {
	all := loginsOf(acts, "")
	for _, user := range usersOf(acts) {
		own := loginsOf(acts, user)
		for i, last := range own {
			for _, after := range inactivitySteps {
				due := last + after.days*day
				if i+1 < len(own) && own[i+1] <= due+lateness {
					break
				}
				if unclear(all, due) {
					return true
				}
			}
		}
	}
	return false
}

func unclear(all []int64, due int64) bool {
	last, ok := latest(all, due)
	if !ok || due-last < 7*day {
		return false
	}
	next, ok := following(all, due)
	return ok && next <= due+slack
}

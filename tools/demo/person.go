package demo

// rhythm is how a person uses the product.
type rhythm struct {
	weekday, weekend float64 // chance of a login on such a day
	hourLocal        int64   // ms after local midnight, when they usually start
	restless         bool    // never away for more than three days: the anchor of an account
	away             []spell
	leaves           int64 // ms; nothing after it
}

// spell is a personal silence: holidays, another project, a lost interest.
type spell struct{ from, until int64 }

var habits = []rhythm{
	{weekday: 0.86, weekend: 0.15},
	{weekday: 0.60, weekend: 0.08},
	{weekday: 0.42, weekend: 0.20},
}

const (
	spellShare   = 0.38
	leaverShare  = 0.12
	longestSpell = 40 // days
)

func newRhythm(rg *rng, anchor bool, ac *Account, pe *Person, bu *Business) rhythm {
	rh := pick(rg, habits)
	rh.hourLocal = 7*hour + rg.millis(4*hour)
	rh.leaves = bu.End
	if anchor {
		rh.weekday, rh.restless = 0.9, true
		return rh
	}
	for from := pe.Joined + 10*day; rg.chance(spellShare) && len(rh.away) < 3; {
		from += rg.millis(40 * day)
		until := from + 8*day + rg.millis(longestSpell*day)
		rh.away = append(rh.away, spell{from, until})
		from = until
	}
	if rg.chance(leaverShare) {
		rh.leaves = pe.Joined + 12*day + rg.millis(70*day)
	}
	return rh
}

func (rh rhythm) absent(at int64) bool {
	if at >= rh.leaves {
		return true
	}
	for _, sp := range rh.away {
		if at >= sp.from && at < sp.until {
			return true
		}
	}
	return false
}

// activity is everything one person does, from the invitation on.
func (ac *Account) activity(rg *rng, pe *Person, end int64) []Event {
	out := ac.arrival(rg, pe)
	last := pe.Joined
	for midnight := pe.Joined - pe.Joined%day + day; midnight < end; midnight += day {
		at := midnight + (pe.rhythm.hourLocal-int64(ac.place.offsetHours)*hour+day)%day + rg.millis(90*minute)
		if at >= end-hour || pe.rhythm.absent(at) || !comes(rg, pe.rhythm, midnight, at-last) {
			continue
		}
		out = append(out, ac.session(rg, pe, at, end)...)
		last = at
	}
	return out
}

func comes(rg *rng, rh rhythm, midnight, since int64) bool {
	share := rh.weekday
	if dayOfWeek := (midnight/day + 4) % 7; dayOfWeek == 0 || dayOfWeek == 6 { // 1970-01-01 was a Thursday
		share = rh.weekend
	}
	return rg.chance(share) || rh.restless && since > 52*hour
}

// arrival is the invitation, for those who were invited, the sign-up and the first session.
func (ac *Account) arrival(rg *rng, pe *Person) []Event {
	var out []Event
	if !pe.founder {
		host := ac.People[0]
		invited := pe.Joined - rg.millis(hour) - minute
		out = append(out,
			ac.act(host.ID, "invite_sent", invited, map[string]any{"invitee": ac.Name + "/" + pe.ID}),
			ac.act(pe.ID, "user_added", pe.Joined-10*second, nil))
	}
	out = append(out, ac.act(pe.ID, "signed_up", pe.Joined, nil))
	return append(out, ac.session(rg, pe, pe.Joined+20*second+rg.millis(minute), pe.Joined+day)...)
}

// session is a login and what follows it within three hours.
func (ac *Account) session(rg *rng, pe *Person, at, end int64) []Event {
	out := []Event{ac.act(pe.ID, "signed_in", at, nil)}
	limit := min(3*hour, end-at)
	later := func() int64 { return at + second + rg.millis(limit-second) }
	if rg.chance(0.5) {
		out = append(out, ac.act(pe.ID, "feature_used", later(), map[string]any{"feature": pick(rg, features)}))
	}
	if rg.chance(0.05) {
		out = append(out, ac.act(pe.ID, "project_created", later(), map[string]any{"name": pick(rg, nouns) + " project"}))
	}
	if rg.chance(0.06) {
		out = append(out, ac.act(pe.ID, "report_generated", later(), map[string]any{"hours_saved": float64(rg.between(1, 8)) / 2}))
	}
	if calls := ac.calls(rg, pe); calls > 0 {
		call := ac.act(pe.ID, "api_called", later(), map[string]any{"endpoint": "/v1/tasks"})
		call.Count = calls
		out = append(out, call)
	}
	return out
}

var features = []string{"reports", "automations", "integrations", "api", "dashboards", "a", "b", "workflows", "advanced_export"}

// calls is how often the person's programs called the API that day, 0 for most people.
func (ac *Account) calls(rg *rng, pe *Person) int64 {
	developer := len(pe.Roles) > 0 && pe.Roles[0] == "developer"
	switch {
	case developer && ac.heavy:
		return int64(rg.between(1_500, 5_500))
	case developer:
		return int64(rg.between(5, 60))
	case rg.chance(0.02):
		return int64(rg.between(1, 5))
	}
	return 0
}

func (ac *Account) act(user, kind string, at int64, fields map[string]any) Event {
	return Event{Topic: topicActions, Type: kind, Account: ac.Name, User: user, At: at, Fields: fields}
}

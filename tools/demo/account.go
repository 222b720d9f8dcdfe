package demo

// size is a class of customers.
type size struct {
	share        float64
	fewest, most int // people
	founders     int // there from the first day
	plan         string
	arr          int64
}

var sizes = []size{
	{0.46, 2, 5, 2, "free", 0},
	{0.34, 6, 14, 3, "team", 4_800},
	{0.15, 12, 30, 4, "business", 18_000},
	{0.05, 30, 60, 5, "enterprise", 64_000},
}

var founderRoles = [][]string{{"admin", "billing_admin"}, {"developer"}, {"champion"}, {"member"}, {"developer"}}

const (
	// At most this many founders have a profile. Profiles are read before everything else, so whoever has one counts as a
	// member from the start; ten people are only ever reached through user_added, at its own time.
	mostFounders = 5

	launchShare   = 0.35 // of the accounts come in the launch week
	lastSignUp    = 100  // day; later ones would have no story
	quietShare    = 0.14 // of the accounts old enough go quiet as a whole
	quietAfter    = 45   // days of life before that
	heavyShare    = 0.06
	joinSpread    = 40 * day
	neverReturns  = 0.4
	quietShortest = 8 * day
)

func newAccount(rg *rng, index, accounts int, bu *Business) *Account {
	cl := sizeOf(rg, index, accounts)
	ac := &Account{
		Name: accountName(index), Plan: cl.plan, ARR: cl.arr, place: pick(rg, places), heavy: rg.chance(heavyShare),
	}
	ac.Created = bu.Start + signUpDay(rg)*day + officeHour(rg, ac.place)
	ac.hire(rg, cl, bu)
	ac.planSilence(rg, bu)
	return ac
}

// sizeOf draws a class; the share of each is kept also for a handful of accounts by stratifying over the index.
func sizeOf(rg *rng, index, accounts int) size {
	at := (float64(index*61%accounts) + rg.float()) / float64(accounts)
	for _, cl := range sizes {
		if at < cl.share {
			return cl
		}
		at -= cl.share
	}
	return sizes[0]
}

func signUpDay(rg *rng) int64 {
	if rg.chance(launchShare) {
		return int64(rg.below(7))
	}
	return int64(rg.below(lastSignUp))
}

// officeHour is an instant of the local working day as an offset to UTC midnight.
func officeHour(rg *rng, pl place) int64 {
	local := 8*hour + rg.millis(9*hour)
	return ((local-int64(pl.offsetHours)*hour)%day + day) % day
}

// hire fills the account with people: founders at once, the others by invitation over the first weeks.
func (ac *Account) hire(rg *rng, cl size, bu *Business) {
	taken := map[string]bool{}
	people := rg.between(cl.fewest, cl.most)
	founders := min(cl.founders, people, mostFounders)
	for i := range people {
		pe := &Person{ID: personName(rg, taken), founder: i < founders}
		if pe.founder {
			pe.Roles = founderRoles[i]
			pe.Joined = ac.Created + int64(i)*20*minute + rg.millis(15*minute)
		} else {
			// The square makes most of them join early.
			spread := rg.float() * rg.float()
			pe.Joined = ac.Created + 2*hour + int64(spread*float64(joinSpread))
		}
		pe.rhythm = newRhythm(rg, i == 0, ac, pe, bu)
		if pe.Joined < bu.End-day {
			ac.People = append(ac.People, pe)
		}
	}
}

// planSilence decides whether the whole account goes quiet, and when.
func (ac *Account) planSilence(rg *rng, bu *Business) {
	earliest := ac.Created + quietAfter*day
	if !rg.chance(quietShare) || earliest >= bu.End-20*day {
		return
	}
	ac.quietFrom = earliest + rg.millis(bu.End-20*day-earliest)
	ac.quietUntil = ac.quietFrom + quietShortest + rg.millis(16*day)
	if rg.chance(neverReturns) {
		ac.quietUntil = bu.End
	}
}

func (ac *Account) profiles() []profile {
	out := []profile{{
		account: ac.Name, zone: ac.place.zone, locale: ac.place.locale, at: ac.Created,
		traits: map[string]any{"plan": ac.Plan, "arr": ac.ARR, "size": len(ac.People)},
	}}
	for _, pe := range ac.People {
		if pe.founder {
			out = append(out, profile{
				account: ac.Name, user: pe.ID, zone: ac.place.zone, locale: ac.place.locale, at: pe.Joined,
				roles: pe.Roles, traits: map[string]any{},
			})
		}
	}
	return out
}

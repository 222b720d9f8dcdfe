package oracle

import (
	"fmt"
	"slices"
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

func (ge *generator) playbook() Playbook {
	pb := Playbook{Name: fmt.Sprintf("p%d", len(ge.ca.Playbooks)+1), PerUser: ge.dr.chance(55)}
	ge.user = pb.PerUser
	pb.Class = pick(ge.dr, "lifecycle", "internal", "transactional", "billing")
	if !pb.PerUser {
		pb.To = ge.to()
	}
	pb.Start = ge.start()
	pb.Again = ge.again(pb.Start)
	pb.Send = ge.dr.chance(15)
	for n := pick(ge.dr, 0, 0, 1, 1, 2); n > 0; n-- {
		pb.Stops = append(pb.Stops, ge.stop(pb, len(pb.Stops)+1))
	}
	if ge.old && pb.Start.When != nil {
		pb.Existing = pick(ge.dr, "", "mark", "include")
	}
	if ge.dr.chance(15) {
		ge.journey(&pb)
		return pb
	}
	for n := ge.dr.between(1, min(ge.size, 3)); n > 0; n-- {
		pb.Steps = append(pb.Steps, ge.step(pb))
	}
	return pb
}

func (ge *generator) to() To {
	return pick(ge.dr, To{Kind: "team", Name: "csm"}, To{Kind: "team", Name: "csm"}, To{Kind: "channel", Name: "#alerts"},
		To{Kind: "role", Name: "admin"}, To{Kind: "role", Name: "admin", Or: "owner"})
}

func (ge *generator) start() Start {
	var st Start
	switch kind := ge.dr.below(100); {
	case kind < 50:
		st.When = ge.waiting(1)
	case kind < 90:
		if st.Event, st.If = ge.engineEvent(); st.Event != "" {
			return st
		}
		st.Event = ge.event()
		st.Once = ge.dr.chance(20)
		if ge.dr.chance(20) {
			st.Settle = pick(ge.dr, Hour, ge.span())
		}
	default:
		st.Each = pick(ge.dr, "day", "week", "week", "month")
		st.On = map[string]string{"week": pick(ge.dr, "mon", "wed", "fri"), "month": pick(ge.dr, "1", "15", "last")}[st.Each]
		st.At = pick(ge.dr, 9*60, 2*60+30, 0, 17*60+45)
	}
	if ge.dr.chance(25) {
		st.If = ge.condition(1)
	}
	return st
}

// engineEvent draws an event that a derived document of the scope makes, with a condition on it; "" often.
func (ge *generator) engineEvent() (string, *Expr) {
	if !ge.dr.chance(40) {
		return "", nil
	}
	for _, he := range ge.ca.Health {
		if he.PerUser == ge.user {
			return "tier_changed", is(path("event.direction"), "==", word(pick(ge.dr, "down", "up", "first")))
		}
	}
	for _, wa := range ge.ca.Segments {
		if wa.PerUser == ge.user {
			return pick(ge.dr, "segment_entered", "segment_left"), is(path("event.segment"), "==", word(wa.Name))
		}
	}
	for _, wa := range ge.ca.Signals {
		if wa.PerUser == ge.user {
			return pick(ge.dr, "signal_raised", "signal_cleared"), nil
		}
	}
	if len(ge.ca.Proofs) > 0 && !ge.user {
		return "evidence_added", is(path("event.goal"), "==", word("g1"))
	}
	return "", nil
}

func (ge *generator) again(st Start) Again {
	switch kind := ge.dr.below(100); {
	case kind < 20:
		return Again{Kind: Never}
	case kind < 45:
		return Again{Kind: Always}
	case kind < 70:
		return Again{Kind: Every, Every: ge.span()}
	case st.Event != "":
		return Again{Kind: After, After: ge.other(st.Event)}
	}
	return Again{Kind: After, After: ge.event()}
}

func (ge *generator) stop(pb Playbook, n int) Stop {
	if ge.dr.chance(30) {
		return Stop{ID: fmt.Sprintf("stop%d", n), When: ge.waiting(0)}
	}
	st := Stop{Event: ge.event()}
	if pb.Start.Event != "" {
		st.Event = ge.other(pb.Start.Event)
	}
	for _, earlier := range pb.Stops {
		if earlier.Event == st.Event {
			st.ID = fmt.Sprintf("stop%d", n)
		}
	}
	if ge.dr.chance(15) {
		st.If = ge.condition(0)
	}
	if ge.dr.chance(25) {
		st.Action, st.Contacted = "send", ge.dr.chance(50)
		if !pb.PerUser {
			st.Action, st.To = "task", To{Kind: "team", Name: "csm"}
		}
	}
	return st
}

func (ge *generator) step(pb Playbook) Step {
	st := Step{ID: fmt.Sprintf("s%d", len(pb.Steps)+1), Action: ge.action(pb), Timing: AtOnce}
	if st.Action == "task" || st.Action == "notify" {
		st.To = pick(ge.dr, To{Kind: "team", Name: "csm"}, To{Kind: "channel", Name: "#alerts"})
	}
	switch kind := ge.dr.below(100); {
	case kind < 35:
	case kind < 55:
		st.Timing, st.Delay = AfterStart, ge.span()
	case kind < 65 && len(pb.Steps) > 0:
		st.Timing, st.Base, st.Delay = AfterStep, pb.Steps[len(pb.Steps)-1].ID, pick(ge.dr, Minute, ge.span())
	case kind < 80:
		st.Timing, st.At = AtTime, ge.instant()
	case kind < 90:
		st.Timing, st.Event, st.Once = AtEvent, ge.event(), ge.dr.chance(30)
		st.Within = pick(ge.dr, 0, ge.span())
	default:
		st.Timing, st.When = AtEdge, ge.waiting(0)
		st.Within = pick(ge.dr, 0, ge.span())
	}
	if ge.dr.chance(20) {
		st.If = ge.condition(0)
	}
	if ge.dr.chance(15) {
		st.Expires = pick(ge.dr, 5*Minute, Hour, ge.span())
	}
	return st
}

func (ge *generator) action(pb Playbook) string {
	if pb.PerUser {
		return pick(ge.dr, "send", "send", "send", "task", "request")
	}
	if pb.To.Kind == "role" {
		return pick(ge.dr, "send", "send", "notify", "task")
	}
	return pick(ge.dr, "task", "notify", "request")
}

// history draws the lines, in order of event time.
func (ge *generator) history() {
	spans := ge.bundleSpans()
	at := ge.zero
	subjects := len(ge.ca.Users)
	for n := ge.dr.between(4, 8+4*ge.size); n > 0; n-- {
		ge.ca.Lines = append(ge.ca.Lines, ge.line(at, ge.dr.below(subjects)))
		at = ge.later(at, spans)
	}
	slices.SortStableFunc(ge.ca.Lines, func(one, two Line) int { return int(one.At - two.At) })
	for i := range ge.ca.Lines {
		ge.ca.Lines[i].ID = fmt.Sprintf("x%d", i+1)
	}
	last := ge.ca.Lines[len(ge.ca.Lines)-1].At
	ge.ca.Until = last.plus(pick(ge.dr, 0, ge.span(), ge.span()+ge.ca.Lateness, 10*Day))
	ge.surprises()
	if ge.late {
		ge.disorder()
	}
}

// bundleSpans are the durations that matter: those of the bundle.
func (ge *generator) bundleSpans() []Span { return append(slices.Clone(ge.spans), ge.spans...) }

// later is the instant of the next line: soon, or exactly a duration of the bundle after an earlier line, or beside it.
func (ge *generator) later(at Instant, spans []Span) Instant {
	switch kind := ge.dr.below(100); {
	case ge.late && kind < 50:
		return at.plus(Span(ge.dr.below(int(ge.ca.Lateness))))
	case kind < 25:
		return at.plus(pick(ge.dr, 0, 1, Second, Minute, ge.ca.Lateness, ge.ca.Lateness+1))
	case kind < 50:
		return at.plus(Span(ge.dr.between(1, 40)) * Hour)
	case kind < 60:
		return at.plus(Span(ge.dr.between(2, 6)) * Day)
	}
	earlier := ge.ca.Lines[max(0, len(ge.ca.Lines)-ge.dr.between(1, 6))].At
	beside := pick(ge.dr, 0, 0, -1, 1, ge.ca.Lateness, ge.ca.Lateness+1, ge.ca.Lateness-1, Minute)
	if next := earlier.plus(pick(ge.dr, spans...) + beside); next > at {
		return next
	}
	return at.plus(Hour)
}

func (ge *generator) line(at Instant, who int) Line {
	us := ge.ca.Users[who]
	li := Line{At: at, Arrives: at, Account: us.Account, User: us.ID}
	li.Event = pick(ge.dr, "login", "login", "login", "used", "used", "calls", "failed", "paid", "ticket")
	if ge.one {
		li.Event = pick(ge.dr, "login", "login", "used", "calls")
	}
	switch {
	case li.Event == "used":
		li.With = []Trait{{"feature", pick(ge.dr, "a", "a", "b")}}
	case li.Event == "calls":
		li.With = []Trait{{"size", pick(ge.dr, "1", "2", "5")}}
		if ge.dr.chance(30) {
			li.With = append(li.With, Trait{"count", pick(ge.dr, "2", "3")})
		}
	case li.Event != "login" && ge.dr.chance(70):
		li.User = ""
	}
	return li
}

// surprises adds a user that no profile tells of, and profiles that change.
func (ge *generator) surprises() {
	if ge.dr.chance(6) {
		for i := range ge.ca.Lines {
			if li := &ge.ca.Lines[i]; li.User != "" && ge.dr.chance(30) {
				li.User = Stranger
			}
		}
	}
	if ge.dr.chance(6) {
		at := ge.dr.between(1, len(ge.ca.Lines)-1)
		us := ge.ca.Users[0]
		li := Line{At: ge.ca.Lines[at].At, Account: us.Account, Set: []Trait{{"plan", pick(ge.dr, "free", "team")}}}
		if ge.dr.chance(50) {
			li.User, li.Set, li.Roles = us.ID, nil, pick(ge.dr, []string{"admin"}, []string{"owner"})
		}
		li.Arrives = li.At
		ge.ca.Lines = slices.Insert(ge.ca.Lines, at, li)
	}
}

// disorder lets some lines arrive late, but within the lateness.
func (ge *generator) disorder() {
	for i := 1; i < len(ge.ca.Lines); i++ { // the first line says when everything begins
		if ge.ca.Lines[i].Event != "" && ge.dr.chance(30) {
			ge.ca.Lines[i].Arrives = ge.ca.Lines[i].At.plus(Span(ge.dr.between(1, int(ge.ca.Lateness))))
		}
	}
}

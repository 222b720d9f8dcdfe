package oracle

import (
	"fmt"
	"slices"
)

// history draws the lines, in order of event time.
func (ge *generator) history() {
	at := ge.zero
	subjects := len(ge.ca.Users)
	for n := ge.dr.between(4, 8+4*ge.size); n > 0; n-- {
		ge.ca.Lines = append(ge.ca.Lines, ge.line(at, ge.dr.below(subjects)))
		at = ge.later(at)
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

// later is the instant of the next line: soon, or exactly a duration of the bundle after an earlier line, or beside it.
func (ge *generator) later(at Instant) Instant {
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
	if next := earlier.plus(ge.span() + beside); next > at {
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
	if (li.Event == "failed" || li.Event == "paid") && ge.dr.chance(75) {
		li.With = []Trait{{"invoice_id", pick(ge.dr, "in_1", "in_1", "in_2")}}
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

package oracle

import (
	"fmt"
	"strconv"
	"strings"
)

// longestChain is how deep engine events may cause engine events.
const longestChain = 8

// recognise turns a line into the record that is folded, with every name of the vocabulary that it goes by.
func (wo *world) recognise(li Line) *happened {
	ha := &happened{at: li.At, id: li.ID, source: "s", account: li.Account, user: li.User, weight: 1, fields: map[string]value{}, line: li}
	for _, tr := range li.With {
		ha.fields[tr.Name] = wo.ca.typed(li.Event, tr)
		if tr.Name == "count" {
			ha.weight = ha.fields["count"].n / million
		}
	}
	if li.Event == "" {
		ha.source, ha.id = "telemetry.profiles", fmt.Sprintf("%s/%s@%d", li.Account, li.User, li.At)
	}
	root := wo.ca.root(li.Event)
	for _, ev := range wo.ca.Events {
		if li.Event != "" && wo.ca.root(ev.Name) == root && wo.matches(ev, ha) {
			ha.names = append(ha.names, ev.Name)
		}
	}
	return ha
}

func (ca *Case) event(name string) Event {
	for _, ev := range ca.Events {
		if ev.Name == name {
			return ev
		}
	}
	return Event{}
}

// root is the topic and type under a name.
func (ca *Case) root(name string) string {
	ev := ca.event(name)
	if ev.From != "" {
		return ca.root(ev.From)
	}
	return ev.Topic + "." + ev.Type
}

// matches says whether the record passes the `where` of the event and of those above it.
func (wo *world) matches(ev Event, ha *happened) bool {
	vi := view{wo: wo, su: wo.subject(ha.account, ""), at: ha.at, ev: ha}
	return vi.is(ev.Where) && (ev.From == "" || wo.matches(wo.ca.event(ev.From), ha))
}

// typed reads a field as declared; those of the records themselves are numbers where they look like one.
func (ca *Case) typed(event string, tr Trait) value {
	for _, fi := range ca.event(event).Fields {
		if fi.Name == tr.Name && fi.Type == "text" {
			return text(tr.Value)
		}
	}
	return scalar(tr.Value)
}

// scalar reads a number, else text.
func scalar(written string) value {
	whole, rest, _ := strings.Cut(written, ".")
	digits, err := strconv.ParseInt(whole+(rest + "000000")[:6], 10, 64)
	if err != nil {
		return text(written)
	}
	return number(digits)
}

func (su *subject) set(list []Trait) {
	for _, tr := range list {
		su.traits[tr.Name] = scalar(tr.Value)
	}
}

// A snapshot says what was true before a record was folded.
type snapshot map[any]bool

// process takes a record that is next: fold, derived values, rules, then the engine events that it caused. before is
// nil but for what a timer changed, where it was taken before the change.
func (wo *world) process(ha *happened, before snapshot) {
	concerned := wo.concerned(ha)
	if before == nil {
		before = wo.snapshot(concerned, wo.instant(ha))
	}
	var caused []*happened
	for _, su := range concerned {
		if ha.at < su.judged {
			wo.note("out_of_order")
		}
		su.judged = max(su.judged, wo.instant(ha))
		su.fold(ha)
		if len(ha.names) == 0 {
			su.takeProfile(ha)
		}
	}
	for _, su := range concerned {
		caused = append(caused, wo.derive(su, su.judged, ha.at, ha)...)
	}
	wo.react(ha, concerned, before)
	wo.follow(caused, nil)
}

// follow processes engine events right after their cause.
func (wo *world) follow(caused []*happened, before snapshot) {
	for _, ha := range caused {
		if ha.depth <= longestChain {
			wo.process(ha, before)
		}
	}
}

// takeProfile applies a profile to the subject that it is about.
func (su *subject) takeProfile(ha *happened) {
	if su.user != ha.line.User {
		return
	}
	su.set(ha.line.Set)
	if su.user != "" {
		su.roles = append([]string{}, ha.line.Roles...)
	}
}

// snapshot evaluates every waiting condition of the subjects at the instant at which the record will be judged.
func (wo *world) snapshot(concerned []*subject, at Instant) snapshot {
	before := snapshot{}
	for _, su := range concerned {
		vi := view{wo: wo, su: su, at: max(at, su.judged)}
		for _, ru := range su.rules {
			if ru.pb.Start.When != nil {
				before[ru] = vi.is(ru.pb.Start.When)
			}
			for _, ep := range ru.episodes {
				ep.snapshot(vi, before)
			}
		}
	}
	return before
}

// react lets the rules of the subjects see the record: open episodes' stops, then their steps, then starts.
func (wo *world) react(ha *happened, concerned []*subject, before snapshot) {
	for _, su := range concerned {
		for _, ru := range su.rules {
			ru.stops(wo, ha)
		}
	}
	for _, su := range concerned {
		for _, ru := range su.rules {
			for _, ep := range ru.open() {
				ep.see(wo, ha, before)
			}
		}
	}
	for _, su := range concerned {
		for _, ru := range su.rules {
			ru.see(wo, ha, before)
		}
	}
	for _, su := range concerned {
		wo.refresh(su, su.judged)
	}
}

// refresh computes anew when time changes something next; what is due at or before the instant stays.
func (wo *world) refresh(su *subject, at Instant) {
	wo.nextDerived(su, at)
	for _, ru := range su.rules {
		ru.refresh(wo, at)
		for _, ep := range ru.open() {
			ep.refresh(wo, at)
		}
	}
}

// appointments lists what waits for the subject.
func (su *subject) appointments(wo *world) []appointment {
	list := su.derivedAppointment(wo)
	for _, ru := range su.rules {
		list = append(list, ru.appointments(wo)...)
		for _, ep := range ru.episodes {
			list = append(list, ep.appointments(wo)...)
		}
	}
	return list
}

// The ranks of timers of one playbook at one due: as inside one event, stops come first and starts last.
const (
	stopRank = iota
	stepRank
	gotoRank // out of a state, by a condition
	moveRank // by its age
	startRank
)

// timer makes the appointment of a timer of a playbook.
func (wo *world) timer(su *subject, playbook, step string, rank int, due Instant, fire func()) appointment {
	return appointment{key: due.plus(wo.lateness(playbook)), due: due, subject: su.name, playbook: playbook, step: step, rank: rank, fire: func() {
		su.judged = max(su.judged, due)
		fire()
	}}
}

package oracle

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// mostTimers is more than any case fires between two records.
const mostTimers = 100_000

const longAgo = Instant(-1) << 60

// A world is one run of a case.
type world struct {
	ca       *Case
	zero     Instant // the instant of the first line: activation
	until    Instant
	clock    Instant // C
	highest  map[string]Instant
	left     map[string]int // records that an input still has
	subjects []*subject     // sorted by name
	users    []*subject     // those with a profile
	outlines map[*Expr]*outline
	ahead    map[waits]Instant // timers that a window made by what came after them
	zones    map[string]*time.Location
	out      Outcome
	notes    []string // what happened on the way, for the table of features
}

// Run says what the case must give.
func (ca Case) Run() Outcome { return ca.run().out }

func (ca Case) run() *world {
	wo := newWorld(&ca)
	lines := slices.Clone(ca.Lines)
	slices.SortStableFunc(lines, func(one, two Line) int {
		return cmp.Or(cmp.Compare(one.Arrives, two.Arrives), cmp.Compare(one.At, two.At), cmp.Compare(ca.rank(one), ca.rank(two)))
	})
	for _, li := range lines {
		wo.left[ca.topic(li)]++
	}
	wo.readProfiles()
	wo.activate()
	for _, li := range lines {
		wo.read(li)
	}
	wo.finish()
	wo.out.sort()
	return wo
}

func newWorld(ca *Case) *world {
	wo := &world{
		ca: ca, clock: longAgo, until: ca.Until, highest: map[string]Instant{}, left: map[string]int{},
		outlines: map[*Expr]*outline{}, ahead: map[waits]Instant{}, zones: map[string]*time.Location{},
	}
	if len(ca.Lines) > 0 {
		wo.zero = ca.Lines[0].At
	}
	for _, li := range ca.Lines {
		wo.zero = min(wo.zero, li.At)
	}
	return wo
}

// topic is the input of a line; profiles are one too.
func (ca *Case) topic(li Line) string {
	for _, ev := range ca.Events {
		if ev.Name != li.Event {
			continue
		}
		if ev.From == "" {
			return ev.Topic
		}
		return ca.topic(Line{Event: ev.From})
	}
	return "profiles"
}

func (ca *Case) rank(li Line) int {
	return slices.Index([]string{"profiles", "billing", "support", "user_action"}, ca.topic(li))
}

func (wo *world) zone(names ...string) *time.Location {
	name := cmp.Or(append(names, wo.ca.Zone, "UTC")...)
	if wo.zones[name] == nil {
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err) // the generator knows its zones
		}
		wo.zones[name] = zone
	}
	return wo.zones[name]
}

// subject finds or makes the account, or the user of it.
func (wo *world) subject(account, user string) *subject {
	name := account
	if user != "" {
		name += "~" + user
	}
	return wo.find(subject{name: name, account: account, user: user})
}

// find returns the subject of that name, or makes it.
func (wo *world) find(like subject) *subject {
	byName := func(su *subject, name string) int { return strings.Compare(su.name, name) }
	if at, found := slices.BinarySearchFunc(wo.subjects, like.name, byName); found {
		return wo.subjects[at]
	}
	su := &like
	su.owner, su.zone, su.judged = su, wo.zone(), longAgo
	su.traits, su.log = map[string]value{}, map[string][]*happened{}
	if su.name != su.account {
		su.owner = wo.subject(su.account, "")
		su.zone = su.owner.zone
	}
	for i := range wo.ca.Playbooks {
		if pb := &wo.ca.Playbooks[i]; pb.PerUser == (su.user != "") && pb.PerKey == (su.invoice != "") {
			su.rules = append(su.rules, &rule{pb: pb, su: su})
		}
	}
	if su.invoice == "" {
		su.derived = wo.newDerived(su.user != "")
	}
	at, _ := slices.BinarySearchFunc(wo.subjects, su.name, byName)
	wo.subjects = slices.Insert(wo.subjects, at, su)
	return su
}

// readProfiles reads what `accounts:` and `users:` say, before the first line.
func (wo *world) readProfiles() {
	for _, ac := range wo.ca.Accounts {
		su := wo.subject(ac.ID, "")
		su.zone, su.created = wo.zone(ac.Zone), ac.Created
		su.set(ac.Traits)
		wo.profile(&happened{at: cmp.Or(ac.Created, wo.zero), account: ac.ID})
	}
	for _, us := range wo.ca.Users {
		su := wo.subject(us.Account, us.ID)
		su.zone, su.created, su.roles = wo.zone(us.Zone, wo.zoneOf(us.Account)), us.Created, us.Roles
		wo.users = append(wo.users, su)
		wo.profile(&happened{at: cmp.Or(us.Created, wo.zero), account: us.Account, user: us.ID})
	}
}

func (wo *world) zoneOf(account string) string {
	for _, ac := range wo.ca.Accounts {
		if ac.ID == account {
			return ac.Zone
		}
	}
	return ""
}

// profile folds a record that came before activation: no playbook is there to see it.
func (wo *world) profile(ha *happened) {
	for _, su := range wo.concerned(ha) {
		su.fold(ha)
	}
}

// members lists the users of the account that have a profile, those with the role if one is named, by id.
func (wo *world) members(of *subject, role string) []*subject {
	var list []*subject
	for _, su := range wo.users {
		if su.owner == of && (role == "" || slices.Contains(su.roles, role)) {
			list = append(list, su)
		}
	}
	slices.SortFunc(list, func(one, two *subject) int { return strings.Compare(one.user, two.user) })
	return list
}

// concerned lists the subjects of a record: its account, its user, and the keys that it names or reaches.
func (wo *world) concerned(ha *happened) []*subject {
	list := []*subject{wo.subject(ha.account, "")}
	if ha.user != "" {
		list = append(list, wo.subject(ha.account, ha.user))
	}
	if wo.ca.hasKeys() {
		list = append(list, wo.reached(ha)...)
	}
	return list
}

// advance moves the clock to the least that the inputs prove: those that are read to their end hold nothing back.
func (wo *world) advance(li Line) {
	topic := wo.ca.topic(li)
	wo.left[topic]--
	if topic == "profiles" {
		return
	}
	if old, read := wo.highest[topic]; !read || li.At > old {
		wo.highest[topic] = li.At
	}
	least := Instant(1) << 60
	for _, input := range []string{"billing", "support", "user_action"} {
		if wo.left[input] == 0 && input != topic {
			continue
		}
		highest, read := wo.highest[input]
		if !read {
			return
		}
		least = min(least, highest)
	}
	wo.clock = max(wo.clock, least)
}

// read takes one line: clock, timers, then the record.
func (wo *world) read(li Line) {
	if li.At < wo.clock {
		wo.note("late_event")
	}
	wo.advance(li)
	wo.drain(wo.subjects, func(ap appointment) bool { return ap.key < wo.clock })
	ha := wo.recognise(li)
	wo.drain(wo.concerned(ha), func(ap appointment) bool { return ap.due < wo.instant(ha).plus(-wo.lateness(ap.playbook)) })
	wo.process(ha, nil)
}

// instant is the time of the record as far as it can have made an absence: a profile does not hold the clock back, so it
// may come long before what was done until then.
func (wo *world) instant(ha *happened) Instant {
	if len(ha.names) == 0 {
		return min(ha.at, max(wo.clock, wo.zero))
	}
	return ha.at
}

// finish sets the watermark to the end: what is due then fires too.
func (wo *world) finish() {
	wo.drain(wo.subjects, func(ap appointment) bool { return ap.due <= wo.until })
}

// An appointment is a timer or a publication that waits.
type appointment struct {
	key      Instant // the clock must have passed it: due + lateness of a timer, the slot of a publication
	due      Instant
	publish  bool // timers come first at a tie
	subject  string
	playbook string // "" for what is derived, which comes first
	step     string
	rank     int // stops, then steps, then starts
	fire     func()
}

// lateness is that of the playbook, or of the bundle.
func (wo *world) lateness(playbook string) Span {
	for _, pb := range wo.ca.Playbooks {
		if pb.Name == playbook && pb.Lateness > 0 {
			return pb.Lateness
		}
	}
	return wo.ca.Lateness
}

// drain fires what is ripe, one by one in order: firing may make new appointments.
func (wo *world) drain(of []*subject, ripe func(appointment) bool) {
	of = slices.Clone(of) // the subjects of now: nobody appears by a timer
	for fired := 0; ; fired++ {
		if fired > mostTimers {
			panic("the timers of a case never end")
		}
		var possible []appointment
		for _, su := range of {
			for _, ap := range su.appointments(wo) {
				if ripe(ap) {
					possible = append(possible, ap)
				}
			}
		}
		if len(possible) == 0 {
			return
		}
		slices.MinFunc(possible, order).fire()
	}
}

// order is that of the clock, timers first; then due, what is derived before playbooks, subject, playbook, step.
func order(one, two appointment) int {
	return cmp.Or(cmp.Compare(one.key, two.key), cmp.Compare(one.kind(), two.kind()), cmp.Compare(one.due, two.due),
		cmp.Compare(min(len(one.playbook), 1), min(len(two.playbook), 1)),
		strings.Compare(one.subject, two.subject), strings.Compare(one.playbook, two.playbook), cmp.Compare(one.rank, two.rank), strings.Compare(one.step, two.step))
}

func (ap appointment) kind() int {
	if ap.publish {
		return 1
	}
	return 0
}

func (wo *world) note(what string) { wo.notes = append(wo.notes, what) }

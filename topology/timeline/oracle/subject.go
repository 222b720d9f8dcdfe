package oracle

import (
	"slices"
	"time"
)

// happened is one record that was folded, or an engine event.
type happened struct {
	at      Instant
	names   []string // of the vocabulary that it goes by; none for a profile
	id      string
	source  string
	account string
	user    string
	weight  int64
	fields  map[string]value
	depth   int  // of the chain of engine events, 0 for a record
	line    Line // of a profile
}

func (ha *happened) is(name string) bool { return slices.Contains(ha.names, name) }

// field is event.F; unknown if the record has no such value.
func (ha *happened) field(name string, zone *time.Location) value {
	switch name {
	case "time":
		return instant(ha.at)
	case "id":
		return text(ha.id)
	case "user_id":
		if ha.user == "" {
			return value{}
		}
		return text(ha.user)
	case "day":
		return text(ha.at.utc().In(zone).Format("2006-01-02"))
	}
	return ha.fields[name]
}

// A subject is an account or a user, with everything that was ever folded into it.
type subject struct {
	name    string // a1 or a1~u1
	account string
	user    string
	invoice string   // of a keyed subject
	owner   *subject // the account of a user, itself for an account
	zone    *time.Location
	created Instant // 0: not known
	first   Instant // of its first record
	seen    bool
	traits  map[string]value
	roles   []string
	log     map[string][]*happened // by name, sorted by event time; equal times in the order they were read
	judged  Instant                // the newest instant at which it was judged
	rules   []*rule
	derived derived
}

// fold puts the record where its event time belongs.
func (su *subject) fold(ha *happened) {
	if !su.seen || ha.at < su.first {
		su.first, su.seen = ha.at, true
	}
	for _, name := range ha.names {
		list := su.log[name]
		place := len(list)
		for place > 0 && list[place-1].at > ha.at {
			place--
		}
		su.log[name] = slices.Insert(list, place, ha)
	}
}

// observedFrom is the instant from which observed() counts.
func (su *subject) observedFrom() (Instant, bool) {
	from := su.first
	if su.created != 0 && su.created < from {
		from = su.created
	}
	return from, su.seen
}

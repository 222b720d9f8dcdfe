package lang

import (
	"time"

	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// The cells that no event of the bundle writes but the operator, under names that no fact or aggregate has.
const (
	// ObservedSince is the time (ms) of the first record of the subject.
	ObservedSince = "observed.since"
	// MemberCount is the number of members, on the account. MembersKey adds a role.
	MemberCount = "members.count"
	// Member is 1 on a user who is a member of the account.
	Member = "member"
)

var (
	observedSinceKey = topology.Key(ObservedSince)
	createdAtKey     = topology.Key(factCell("created_at", value.Time))
	timeZoneKey      = topology.Key(factCell("time_zone", value.Text))
)

// MembersKey is the account's cell with the number of members, of all or of those with a role.
func MembersKey(role string) uint32 {
	if role == "" {
		return topology.Key(MemberCount)
	}
	return topology.Key(MemberCount + "/" + role)
}

// factCell names the cell of a fact. The type is part of it: a fact that changes its type begins anew.
func factCell(name string, kind value.Kind) string { return "fact." + name + ":" + kind.String() }

// cells are the subject's over which something is computed.
func (f *Frame) cells(over Scope) topology.Cells {
	if over == ScopeUser {
		return f.User
	}
	return f.Account
}

// Complete says that the subject's history is known from its beginning: the bundle says so of all, or the subject was
// created when the inputs were already recording.
func Complete(f *Frame, over Scope) bool {
	if f.HistoryComplete {
		return true
	}
	created, ok := f.cells(over).Int(createdAtKey)
	return ok && created >= f.History
}

// observedSince is the instant from which observed() counts: the first record of the subject, or the earlier creation
// of a complete one.
func observedSince(f *Frame, over Scope) (int64, bool) {
	cells := f.cells(over)
	since, seen := cells.Int(observedSinceKey)
	if created, ok := cells.Int(createdAtKey); ok && (!seen || created < since) && Complete(f, over) {
		return created, true
	}
	return since, seen
}

// idleSince is the instant from which idle(e) counts: the last event, or the creation of one who was never seen. Where
// nobody watched for the event before a change of the bundle, it counts from that change at the earliest: a silence that
// nobody saw is none.
func idleSince(f *Frame, over Scope, last *window.Slot) (int64, bool) {
	cells := f.cells(over)
	at, ok := cells.Int(last.Key)
	if !ok {
		at, ok = cells.Int(createdAtKey)
	}
	if f.SlotSince != nil && youngerThan(f, over, last.Index) {
		return max(at, f.SlotSince[last.Index]), true
	}
	return at, ok
}

// Zone is the zone of the user, else the account, else the bundle.
func Zone(f *Frame) *time.Location {
	if f.User != nil {
		if zone := zoneOf(f, f.User); zone != nil {
			return zone
		}
	}
	return accountZone(f)
}

func accountZone(f *Frame) *time.Location {
	if f.Account != nil {
		if zone := zoneOf(f, f.Account); zone != nil {
			return zone
		}
	}
	if f.DefaultZone != nil {
		return f.DefaultZone
	}
	return time.UTC
}

func zoneOf(f *Frame, cells topology.Cells) *time.Location {
	name, ok := cells.Bytes(timeZoneKey)
	if !ok || f.Zones == nil {
		return nil
	}
	return f.Zones.Zone(window.Alias(name))
}

// Zones is a ZoneCache over a loader such as iana.Load.
type Zones struct {
	load   func(name string) (*time.Location, error)
	loaded map[string]*time.Location
}

// NewZones makes an empty cache.
func NewZones(load func(name string) (*time.Location, error)) *Zones {
	return &Zones{load: load, loaded: map[string]*time.Location{}}
}

// Zone loads the zone once; nil for a name that is none. Names come from records, so what is kept of wrong ones is
// bounded: beyond the bound they are looked up again.
func (zo *Zones) Zone(name string) *time.Location {
	if zone, ok := zo.loaded[name]; ok {
		return zone
	}
	zone, err := zo.load(name)
	if err != nil {
		zone = nil
	}
	if zone != nil || len(zo.loaded) < 4096 {
		zo.loaded[string([]byte(name))] = zone
	}
	return zone
}

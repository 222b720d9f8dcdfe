// Package zonetest is for tests: every zone of the IANA database, its clock changes, and what a wall clock shows, worked
// out by walking from change to change, which shares nothing with package value.
package zonetest

import (
	"fmt"
	"time"

	"holdfast/topology/value/iana"
)

// First and Last bound the instants (Unix seconds) whose clock changes are looked at: 1970 to 2037, which is as far as
// the tables of the database go.
const (
	First = 0
	Last  = 2145916800
)

// margin is how far beyond the bounds the stretches of a zone go (seconds).
const margin = 4 * 86400

// Zone is a zone as the stretches of time in which its clock ran evenly.
type Zone struct {
	Name     string
	Location *time.Location
	even     []stretch
}

// stretch is [from, until) in Unix seconds, with the seconds that local time is east of UTC.
type stretch struct{ from, until, east int64 }

// Turn is an instant (Unix seconds) at which the clock jumps.
type Turn struct{ At, Before, After int64 } // seconds east of UTC

// IsGap says that the clock goes forward: local times are skipped. Else they come twice.
func (tu Turn) IsGap() bool { return tu.After > tu.Before }

// String is the local time before and after.
func (tu Turn) String() string {
	show := func(east int64) string { return time.Unix(tu.At+east, 0).UTC().Format("2006-01-02 15:04:05") }
	return show(tu.Before) + " becomes " + show(tu.After)
}

// All is every zone whose clock differs from that of the zones before it in the list.
func All() ([]*Zone, error) {
	names, err := iana.Names()
	if err != nil {
		return nil, err
	}
	var zones []*Zone
	seen := map[string]bool{}
	for _, name := range names {
		zo, err := Named(name)
		if err != nil {
			return nil, err
		}
		if key := fmt.Sprint(zo.even); !seen[key] {
			seen[key] = true
			zones = append(zones, zo)
		}
	}
	return zones, nil
}

// Named is one zone.
func Named(name string) (*Zone, error) {
	location, err := iana.Load(name)
	if err != nil {
		return nil, err
	}
	zo := &Zone{Name: name, Location: location}
	for at := int64(First - margin); at < Last+margin; {
		st := stretchAt(at, location)
		st.from = max(st.from, at)
		if n := len(zo.even); n > 0 && zo.even[n-1].east == st.east { // only the name of the time changed
			zo.even[n-1].until = st.until
		} else {
			zo.even = append(zo.even, st)
		}
		at = st.until
	}
	return zo, nil
}

func stretchAt(at int64, location *time.Location) stretch {
	local := time.Unix(at, 0).In(location)
	from, until := local.ZoneBounds()
	_, east := local.Zone()
	st := stretch{from: at, until: Last + margin, east: int64(east)}
	if !from.IsZero() {
		st.from = from.Unix()
	}
	if !until.IsZero() {
		st.until = min(until.Unix(), Last+margin)
	}
	if st.until <= at { // ZoneBounds ends every year that a rule gives after 365 days, and never comes past the last of a leap year
		st.until = at + 86_400
	}
	return st
}

// Turns are the clock changes, in order.
func (zo *Zone) Turns() []Turn {
	var turns []Turn
	for i := 1; i < len(zo.even); i++ {
		turns = append(turns, Turn{At: zo.even[i].from, Before: zo.even[i-1].east, After: zo.even[i].east})
	}
	return turns
}

// Local is what the wall clock shows at an instant (Unix seconds), as seconds since 1970-01-01 on that clock.
func (zo *Zone) Local(at int64) int64 {
	for i := len(zo.even) - 1; i > 0; i-- {
		if zo.even[i].from <= at {
			return at + zo.even[i].east
		}
	}
	return at + zo.even[0].east
}

// Reaches is the first instant (Unix seconds) at which the wall clock shows a time or a later one: the first of two, and
// the end of the gap that skips it.
func (zo *Zone) Reaches(local int64) int64 {
	for i := range zo.even {
		if st := &zo.even[i]; local < st.until+st.east {
			return max(st.from, local-st.east)
		}
	}
	return Last + margin
}

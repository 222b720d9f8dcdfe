package playbook

import (
	"sort"
	"strconv"

	"holdfast/topology/value"
)

// limit is a cap of a policy as written.
type limit struct {
	at              *node
	id, per, clock  string
	most            int64
	window          int64 // ms
	classes, routes []string
}

// warnCaps names caps that can never be reached because another one is tighter.
func (wr *written) warnCaps(body *node) {
	var limits []limit
	for _, item := range body.at("caps").items {
		limits = append(limits, limitOf(item))
	}
	for i, li := range limits {
		for j, other := range limits {
			if i != j && other.covers(li) && (!li.covers(other) || j < i) {
				wr.warn(li.at, "a cap that can never be reached: %s allows %d in %s already, %s would allow %d in %s; take one of them out",
					other.id, other.most, value.FormatDuration(other.window, ""), li.id, li.most, value.FormatDuration(li.window, ""))
				break
			}
		}
	}
}

func limitOf(no *node) limit {
	li := limit{at: no, id: no.at("id").text, per: no.at("per").text, clock: no.at("clock").text}
	li.most, _ = strconv.ParseInt(no.at("max").text, 10, 64)
	li.window, _ = value.ParseDuration(no.at("in").text)
	li.classes, li.routes = namesOf(no.at("classes")), namesOf(no.at("channels"))
	return li
}

// namesOf is a text or a list of them, sorted.
func namesOf(no *node) []string {
	names := eventsAt(no)
	sort.Strings(names)
	return names
}

// covers says that this cap always binds before the other: it counts at least the same messages over at least the same
// time, and allows no more of them.
func (li limit) covers(other limit) bool {
	return li.per == other.per && li.clock == other.clock && li.window >= other.window && li.most <= other.most &&
		includes(li.classes, other.classes) && includes(li.routes, other.routes)
}

// includes says that a list of names takes in another one; an empty list is all names.
func includes(all, part []string) bool {
	if len(all) == 0 {
		return true
	}
	for _, name := range part {
		if !contains(all, name) {
			return false
		}
	}
	return len(part) > 0
}

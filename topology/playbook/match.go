package playbook

import (
	"time"

	"holdfast/schemas"
	"holdfast/topology/lang"
)

// typed is the address of events: what a record says of itself.
type typed struct {
	kind schemas.Kind
	name string // "" stands for every type of the kind
}

// indexEvents lists for each address the events that a record with it can be, in file order. The list of a type
// contains those of every type, so that one look-up finds all.
func (bu *Bundle) indexEvents() {
	bu.byType = map[typed][]*lang.EventDef{}
	for _, address := range bu.addresses() {
		for _, de := range bu.Events {
			if reaches(addresses(de), address) {
				bu.byType[address] = append(bu.byType[address], de)
			}
		}
	}
}

// addresses are those of all events, each once.
func (bu *Bundle) addresses() (list []typed) {
	seen := map[typed]bool{}
	for _, de := range bu.Events {
		for _, address := range addresses(de) {
			if !seen[address] {
				seen[address] = true
				list = append(list, address)
			}
		}
	}
	return list
}

// addresses are those of the event, or of all members of an `any`.
func addresses(de *lang.EventDef) (list []typed) {
	if de.Any == nil {
		return []typed{{de.Kind, de.Type}}
	}
	for _, member := range de.Any {
		list = append(list, addresses(member)...)
	}
	return list
}

func reaches(list []typed, address typed) bool {
	for _, at := range list {
		if at == address || at.kind == address.kind && at.name == "" {
			return true
		}
	}
	return false
}

// Match appends the events that the record is, in file order; f.Event becomes the record. It allocates nothing but
// what dst needs. Requires: f.Account is the record's account, for conditions on event.day.
func (bu *Bundle) Match(ev *schemas.Event, f *lang.Frame, dst []*lang.EventDef) []*lang.EventDef {
	f.Event = ev
	candidates, ok := bu.byType[typed{ev.Kind, ev.Type}]
	if !ok {
		candidates = bu.byType[typed{ev.Kind, ""}]
	}
	matched := len(dst)
	for _, de := range candidates {
		if de.Matches(f, dst[matched:]) {
			dst = append(dst, de)
		}
	}
	return dst
}

// NewFrame makes a frame for the bundle's expressions. load resolves zones (time.LoadLocation). Where the bundle does
// not say since when the inputs hold everything, the owner sets History to the task's first clock value.
func (bu *Bundle) NewFrame(load func(name string) (*time.Location, error)) *lang.Frame {
	return &lang.Frame{
		Zones: lang.NewZones(load), DefaultZone: bu.DefaultZone,
		HistoryComplete: bu.HistoryComplete, History: bu.History,
	}
}

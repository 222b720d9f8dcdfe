package playbook

import (
	"time"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// typed is the address of events: what a record says of itself.
type typed struct {
	kind schemas.Kind
	name string // "" stands for every type of the kind
}

// indexEvents lists for each address the events that a record with it can be, in file order. The list of a type
// contains those of every type, so that one look-up finds all.
func (bu *Bundle) indexEvents() {
	bu.byType = map[typed][]candidates{}
	for _, address := range bu.addresses() {
		var fitting []*lang.EventDef
		for _, de := range bu.Events {
			if reaches(addresses(de), address) {
				fitting = append(fitting, de)
			}
		}
		bu.byType[address] = newCandidates(fitting, address)
	}
}

// candidates are events in file order that one look at a record decides about: one event, or several that are told apart
// by the text of one field.
type candidates struct {
	def     *lang.EventDef // one; nil: several
	certain bool           // its kind and type fit: only its condition is left to judge

	field  lang.FieldDef
	byText map[string][]*lang.EventDef
}

// newCandidates puts those next to each other together that ask for the text of the same field.
func newCandidates(defs []*lang.EventDef, address typed) (list []candidates) {
	for _, de := range defs {
		certain := isCertain(de, address)
		field, text, ok := lang.FieldDef{}, "", false
		if certain && de.Where != nil {
			field, text, ok = de.Where.FieldIs()
		}
		if !ok {
			list = append(list, candidates{def: de, certain: certain})
			continue
		}
		if n := len(list); n == 0 || list[n-1].def != nil || !list[n-1].field.Same(field) {
			list = append(list, candidates{field: field, byText: map[string][]*lang.EventDef{}})
		}
		last := &list[len(list)-1]
		last.byText[text] = append(last.byText[text], de)
	}
	return list
}

// isCertain says that every record with the address is the event, apart from its own condition.
func isCertain(de *lang.EventDef, address typed) bool {
	for _, member := range de.Any {
		if member.Where == nil && reaches(addresses(member), address) && isCertain(member, address) {
			return true
		}
	}
	return de.Any == nil
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
	list, ok := bu.byType[typed{ev.Kind, ev.Type}]
	if !ok {
		list = bu.byType[typed{ev.Kind, ""}]
	}
	matched := len(dst)
	for i := range list {
		ca := &list[i]
		switch {
		case ca.def == nil:
			if va := ca.field.Read(f); va.Kind == value.Text {
				dst = append(dst, ca.byText[va.Text]...)
			}
		case ca.certain && (ca.def.Where == nil || ca.def.Where.Truth(f) == value.Yes), !ca.certain && ca.def.Matches(f, dst[matched:]):
			dst = append(dst, ca.def)
		}
	}
	return dst
}

// NewFrame makes a frame for the bundle's expressions. load resolves zones (iana.Load). Where the bundle does
// not say since when the inputs hold everything, the owner sets History to the task's first clock value.
func (bu *Bundle) NewFrame(load func(name string) (*time.Location, error)) *lang.Frame {
	return &lang.Frame{
		Zones: lang.NewZones(load), DefaultZone: bu.DefaultZone,
		HistoryComplete: bu.HistoryComplete, History: bu.History,
	}
}

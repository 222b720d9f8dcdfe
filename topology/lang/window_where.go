package lang

import "holdfast/topology/value"

// narrowed gives the event under the condition of one aggregate: count(feature_used in 90d where event.feature in sticky).
// It is judged when the event is folded, and named by what it reads, so it shares its cells with a declared event that
// means the same.
func (ch *checker) narrowed(de *EventDef, where Node) (*EventDef, bool) {
	inner := &checker{
		names: ch.names, source: ch.source,
		cx: Context{Where: true, Event: []*EventDef{de}, Want: []value.Kind{value.Bool}, Use: "where"},
	}
	te := inner.term(where)
	inner.wanted(te)
	ch.errors = append(ch.errors, inner.errors...)
	if te.isBad() || len(inner.errors) > 0 {
		return nil, false
	}
	return ch.names.narrow(de, ch.names.program(te.text, te, inner.cx)), true
}

func (na *Names) narrow(de *EventDef, where *Program) *EventDef {
	canonical := de.Canonical + " where " + Canonical(where)
	for _, narrowed := range de.Narrowed {
		if narrowed.Canonical == canonical {
			return narrowed
		}
	}
	narrowed := &EventDef{
		Index: de.Index, Name: de.Name, Kind: de.Kind, Type: de.Type, Any: de.Any, Fields: de.Fields,
		Where: where, Canonical: canonical, Narrows: de,
	}
	de.Narrowed = append(de.Narrowed, narrowed)
	return narrowed
}

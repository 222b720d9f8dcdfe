package playbook

import (
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// Flag is a segment or a signal: something that an account or a user has or has not.
type Flag struct {
	Name    string
	Hash    string // of its line
	Signal  bool   // else a segment
	Scope   lang.Scope
	Enter   *lang.Program // raise
	Leave   *lang.Program // clear; nil: when Enter is false
	Settle  int64         // ms, how long a change must last
	Kind    string        // of a signal: risk or opportunity
	Because *lang.Program // of a signal; text, nil if none
}

// Title implements Document.
func (fl *Flag) Title() string {
	if fl.Signal {
		return "signal " + fl.Name
	}
	return "segment " + fl.Name
}

// Version implements Document.
func (fl *Flag) Version() string { return fl.Hash }

// Each implements Document.
func (fl *Flag) Each() lang.Scope { return fl.Scope }

// Programs implements Document.
func (fl *Flag) Programs() []*lang.Program { return programs(fl.Enter, fl.Leave) }

// Writes implements Document.
func (fl *Flag) Writes() []string {
	if fl.Signal {
		return []string{"signal/" + fl.Name}
	}
	return []string{"segment/" + fl.Name}
}

// Makes implements Document.
func (fl *Flag) Makes() []string {
	if fl.Signal {
		return []string{lang.SignalRaised, lang.SignalCleared}
	}
	return []string{lang.SegmentEntered, lang.SegmentLeft}
}

// segments reads a document of segments.
func (ld *loader) segments(doc document) (all []placed) {
	ke := ld.read(doc.body, "a document of segments")
	ke.take("segments")
	ld.optionalText(ke, "title")
	scope := ld.scopeOf(ke)
	if list := ke.need("list", "list: {power: {enter: total(login) >= 100}}"); list != nil {
		ld.named(list, "segments", func(en entry) {
			if fl := ld.segment(en, scope); fl != nil {
				all = append(all, ld.placedAt(en.value, fl))
			}
		})
	}
	ke.done()
	return all
}

func (ld *loader) segment(en entry, scope lang.Scope) *Flag {
	ke := ld.read(en.value, "a segment")
	if ke == nil {
		return nil
	}
	fl := &Flag{Name: en.key, Hash: version(en.value), Scope: scope}
	if enter := ke.need("enter", "enter: total(login) >= 100"); enter != nil {
		fl.Enter = ld.compile(enter, awaited(scope, "enter", value.Bool))
	}
	fl.Leave = ld.awaitedIf(ke, "leave", scope)
	ld.optionalDuration(ke, "settle", &fl.Settle)
	ke.done()
	if fl.Enter == nil {
		return nil
	}
	return fl
}

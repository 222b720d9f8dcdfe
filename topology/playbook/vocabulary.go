package playbook

import (
	"strconv"
	"time"

	"holdfast/topology/lang"
	"holdfast/topology/value"
	"holdfast/topology/value/iana"
)

// bundleDocument reads the one document that names the bundle.
func (ld *loader) bundleDocument() {
	var found []document
	ld.each("bundle", func(doc document) { found = append(found, doc) })
	switch {
	case len(found) == 0 && ld.unread:
		return
	case len(found) == 0:
		ld.file = ld.bundle.Files[0].Name
		ld.failAt(1, 1, "no document `bundle: NAME`; one file of the folder begins with it")
		return
	case len(found) > 1:
		first, again := found[0], found[1]
		ld.file = again.file
		ld.fail(again.body, "a second bundle %s; %s is named in %s already", again.name, first.name, first.file)
	}
	doc := found[0]
	ld.file = doc.file
	ld.bundle.Name = doc.name
	ld.bundleKeys(doc.body)
}

// bundleKeys reads what a bundle has beside the keys of a vocabulary.
func (ld *loader) bundleKeys(body *node) {
	for _, en := range body.entries {
		switch en.key {
		case "revision":
			ld.revision(en.value)
		case "time":
			ld.time(en.value)
		}
	}
}

func (ld *loader) revision(no *node) {
	n, err := strconv.ParseInt(no.text, 10, 64)
	if no.shape != shapeScalar || err != nil || n < 1 {
		ld.fail(no, "revision is a whole number from 1 on that rises with every change that goes live; write revision: 1")
		return
	}
	ld.bundle.Revision = n
}

func (ld *loader) time(no *node) {
	ke := ld.read(no, "time")
	if ke == nil {
		return
	}
	ld.span(ke, "lateness", &ld.bundle.Lateness)
	ld.span(ke, "future_skew", &ld.bundle.FutureSkew)
	ld.span(ke, "max_skew", &ld.bundle.MaxSkew)
	if zone := ke.take("default_tz"); zone != nil {
		ld.zone(zone)
	}
	if history := ke.take("history"); history != nil {
		ld.history(history)
	}
	ke.done()
}

func (ld *loader) span(ke *keys, name string, into *time.Duration) {
	no := ke.take(name)
	if no == nil {
		return
	}
	if millis, ok := ld.duration(no, name); ok {
		*into = time.Duration(millis) * time.Millisecond
	}
}

func (ld *loader) zone(no *node) {
	zone, err := iana.Load(no.text)
	if no.shape != shapeScalar || err != nil {
		ld.fail(no, "default_tz is a zone such as UTC or Europe/Berlin; %q is none", no.text)
		return
	}
	ld.bundle.DefaultZone = zone
}

func (ld *loader) history(no *node) {
	if no.text == "complete" {
		ld.bundle.HistoryComplete = true
		return
	}
	millis, ok := value.ParseTime(no.text)
	if days, isDate := value.ParseDate(no.text); isDate {
		millis, ok = value.Midnight(days, time.UTC), true
	}
	if !ok {
		ld.fail(no, "history is `complete`, or since when the inputs hold everything: 2026-01-01T00:00Z")
		return
	}
	ld.bundle.History = millis
}

// vocabulary is a bundle or vocabulary document with its parts.
type vocabulary struct {
	file                                             string
	lists, maps, events, sets, facts, metrics, links *node
}

// vocabularies reads the words of the bundle, part by part over all documents, so that a fact may use an event that
// another file declares.
func (ld *loader) vocabularies() {
	var all []vocabulary
	for _, kind := range []string{"bundle", "vocabulary"} {
		ld.each(kind, func(doc document) { all = append(all, ld.vocabulary(doc)) })
	}
	for _, part := range []struct {
		of   func(vocabulary) *node
		read func(*node)
	}{
		{func(vo vocabulary) *node { return vo.lists }, ld.lists},
		{func(vo vocabulary) *node { return vo.maps }, ld.maps},
		{func(vo vocabulary) *node { return vo.events }, ld.events},
		{func(vo vocabulary) *node { return vo.sets }, ld.sets},
		{func(vo vocabulary) *node { return vo.facts }, ld.declaredFacts},
		{func(vo vocabulary) *node { return vo.metrics }, ld.metrics},
		{func(vo vocabulary) *node { return vo.links }, ld.links},
	} {
		for _, vo := range all {
			if no := part.of(vo); no != nil {
				ld.file = vo.file
				part.read(no)
			}
		}
	}
	ld.bundle.Events = append(ld.bundle.Events, lang.FeedBuiltIn(ld.facts, len(ld.bundle.Events))...)
	ld.names.FeedContracts(ld.bundle.Events)
	ld.facts = append(ld.facts, ld.names.ContractFacts()...)
}

func (ld *loader) vocabulary(doc document) vocabulary {
	ke := ld.read(doc.body, "a "+doc.kind)
	ke.take(doc.kind)
	ke.take("title")
	if doc.kind == "bundle" {
		ke.take("revision")
		ke.take("time")
	}
	vo := vocabulary{
		file: doc.file, lists: ke.take("lists"), maps: ke.take("maps"), events: ke.take("events"), sets: ke.take("sets"),
		facts: ke.take("facts"), metrics: ke.take("metrics"), links: ke.take("links"),
	}
	ke.done()
	return vo
}

// named reads a mapping of names; declare gets each valid and new one.
func (ld *loader) named(no *node, what string, declare func(en entry)) {
	ke := ld.read(no, what)
	if ke == nil {
		return
	}
	for _, name := range ke.order {
		if en := ke.entries[name]; ld.validName(en.line, en.column, name) {
			declare(en)
		}
	}
}

// scopes reads {account: {name: ..}, user: {name: ..}}.
func (ld *loader) scopes(no *node, what string, declare func(scope lang.Scope, en entry)) {
	ke := ld.read(no, what)
	if ke == nil {
		return
	}
	for scope := lang.ScopeAccount; scope <= lang.ScopeUser; scope++ {
		if part := ke.take(scope.String()); part != nil {
			ld.named(part, what+" of the "+scope.String(), func(en entry) { declare(scope, en) })
		}
	}
	ke.done()
}

package playbook

import (
	"sort"
	"strings"

	"holdfast/topology/lang"
)

// declare reads the names of what documents derive straight from their nodes, before any expression is checked: a metric
// may ask for a tier that a file further down defines, and a health document for a segment.
func (ld *loader) declare() {
	ld.each("playbook", ld.declarePlaybook)
	ld.each("health", ld.declareHealth)
	ld.each("segments", func(doc document) {
		ld.declareItems(doc, "segment", ld.names.Segments)
	})
	ld.each("signals", func(doc document) {
		ld.declareItems(doc, "signal", ld.names.Signals)
	})
	ld.each("stages", ld.declareStages)
	ld.each("evidence", func(doc document) {
		scope := scopeOf(doc.body)
		if ld.names.Evidence[scope] {
			ld.fail(doc.body, "a second document `evidence` for each %s; put the records into one", scope)
		}
		ld.names.Evidence[scope] = true
	})
	ld.bundle.Events = ld.names.DeclareBuiltIns()
}

// scopeOf is the subject that a document names; an account where it names none, or a strange one, which has its error
// elsewhere.
func scopeOf(body *node) lang.Scope {
	text := ""
	if no := body.entry("for"); no != nil {
		text = no.text
	}
	switch {
	case text == "each user":
		return lang.ScopeUser
	case strings.HasPrefix(text, "each ") && strings.Contains(text, " by "):
		return lang.ScopeKey
	}
	return lang.ScopeAccount
}

// entry is the value of a key; nil if it is absent or empty.
func (no *node) entry(key string) *node {
	for _, en := range no.entries {
		if en.key == key && en.value.shape != shapeEmpty {
			return en.value
		}
	}
	return nil
}

func (ld *loader) declarePlaybook(doc document) {
	if _, again := ld.names.Playbooks[doc.name]; again {
		return // refused with its place where playbooks are read
	}
	ld.names.Playbooks[doc.name] = scopeOf(doc.body)
	experiment := doc.body.entry("experiment")
	if experiment == nil {
		return
	}
	id, arms := experiment.entry("id"), experiment.entry("arms")
	if id == nil || arms == nil {
		return
	}
	if ld.names.Experiments[id.text] != nil {
		ld.fail(id, "a second experiment %s; an arm is drawn by this id, so give each its own", id.text)
	}
	names := []string{}
	for _, en := range arms.entries {
		names = append(names, en.key)
	}
	ld.names.Experiments[id.text] = names
}

func (ld *loader) declareHealth(doc document) {
	if ld.names.Healths[doc.name] != nil {
		ld.fail(doc.body, "a second health document %s; choose another name", doc.name)
		return
	}
	he := &lang.HealthName{Name: doc.name, Scope: scopeOf(doc.body)}
	if tiers := doc.body.entry("tiers"); tiers != nil {
		for _, item := range tiers.items {
			if name := item.entry("name"); name != nil {
				he.Tiers = append(he.Tiers, name.text)
			}
		}
	}
	if main := doc.body.entry("main"); main != nil && main.text == "true" {
		ld.declareMain(main, he)
	}
	ld.names.Healths[doc.name] = he
}

// declareMain notes the document that score and tier mean; each scope has one.
func (ld *loader) declareMain(no *node, he *lang.HealthName) {
	for _, name := range sortedKeys(ld.names.Healths) {
		other := ld.names.Healths[name]
		if other.Main && other.Scope == he.Scope {
			ld.fail(no, "%s is main already; one health document for each %s is", other.Name, he.Scope)
			return
		}
	}
	he.Main = true
}

// declareItems notes the segments or signals of a document.
func (ld *loader) declareItems(doc document, what string, into map[string]lang.Scope) {
	list := doc.body.entry("list")
	if list == nil {
		return
	}
	for _, en := range list.entries {
		if _, again := into[en.key]; again {
			ld.failAt(en.line, en.column, "a second %s %s; choose another name", what, en.key)
			continue
		}
		into[en.key] = scopeOf(doc.body)
	}
}

// declareStages notes the names of the stages; a name may stand twice.
func (ld *loader) declareStages(doc document) {
	scope := scopeOf(doc.body)
	if ld.names.Stages[scope] != nil {
		ld.fail(doc.body, "a second document `stages` for each %s; put the lines into one", scope)
		return
	}
	names := []string{}
	if list := doc.body.entry("list"); list != nil {
		for _, item := range list.items {
			if name := item.entry("name"); name != nil && !contains(names, name.text) {
				names = append(names, name.text)
			}
		}
	}
	ld.names.Stages[scope] = names
}

// sortedKeys are the keys of a map of names, sorted.
func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

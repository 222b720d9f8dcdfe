package playbook

import (
	"strings"

	"holdfast/topology/lang"
)

// written is a bundle as it stands in its files: what warnings are about. It was loaded before, so all of it is right.
type written struct {
	documents []document
	file      string // of the document at hand
	found     []*Warning
	events    map[string]*node            // by name: TOPIC.TYPE, {from, where} or {any}
	lists     map[string]*node            // of literals
	sets      map[string]bool             // live sets
	metrics   map[string]map[string]*node // account or user -> name
	vars      map[string]*node            // of the playbook at hand
	each      string                      // account or user: the subject at hand
}

func newWritten(files []File) *written {
	ld := newLoader(files)
	ld.parse()
	wr := &written{
		documents: ld.documents, events: map[string]*node{}, lists: map[string]*node{}, sets: map[string]bool{"members": true},
		metrics: map[string]map[string]*node{"account": {}, "user": {}},
	}
	for _, doc := range wr.documents {
		if doc.kind == "bundle" || doc.kind == "vocabulary" {
			wr.words(doc.body)
		}
	}
	return wr
}

// words notes what a vocabulary declares.
func (wr *written) words(body *node) {
	for _, part := range []struct {
		key  string
		into map[string]*node
	}{{"events", wr.events}, {"lists", wr.lists}} {
		for _, en := range body.at(part.key).entries {
			part.into[en.key] = en.value
		}
	}
	for _, en := range body.at("sets").at("account").entries {
		wr.sets[en.key] = true
	}
	for _, each := range []string{"account", "user"} {
		for _, en := range body.at("metrics").at(each).entries {
			wr.metrics[each][en.key] = en.value
		}
	}
}

// at is the value of a key, an empty node if it is absent: what is asked of it is absent too.
func (no *node) at(key string) *node {
	if found := no.entry(key); found != nil {
		return found
	}
	return &node{}
}

// expression parses a condition as written, with its metrics and vars in their place; nil if it is none.
func (wr *written) expression(no *node) lang.Node {
	if no == nil || no.shape != shapeScalar || no.text == "" {
		return nil
	}
	tree, err := lang.Parse(no.text)
	if err != nil {
		return nil
	}
	return tree
}

// maxExpansion bounds how deep metrics are looked into.
const maxExpansion = 8

// named is the expression that a path stands for; nil if it is no metric and no var.
func (wr *written) named(pa *lang.Path) lang.Node {
	switch {
	case len(pa.Names) == 1 && wr.vars[pa.Names[0]] != nil:
		return wr.expression(wr.vars[pa.Names[0]])
	case len(pa.Names) == 1 && wr.each != "":
		return wr.expression(wr.metrics[wr.each][pa.Names[0]])
	case len(pa.Names) == 2 && pa.Names[0] == "account" && wr.each == "account":
		return wr.expression(wr.metrics["account"][pa.Names[1]])
	}
	return nil
}

// subjectOf is account or user; "" for a key.
func subjectOf(body *node) string {
	word := strings.TrimPrefix(body.at("for").text, "each ")
	if word == "account" || word == "user" {
		return word
	}
	return ""
}

// eventsAt are the names under `event`: one, or a list.
func eventsAt(no *node) (names []string) {
	if no.shape == shapeScalar {
		return []string{no.text}
	}
	for _, item := range no.items {
		names = append(names, item.text)
	}
	return names
}

// members are an event, what it is from, and what it is any of.
func (wr *written) members(name string) (names []string) {
	names = []string{name}
	no := wr.events[name]
	if no == nil {
		return names
	}
	if from := no.at("from").text; from != "" && !strings.Contains(from, ".") {
		names = append(names, wr.members(from)...)
	}
	return names
}

package playbook

import (
	"fmt"
	"sort"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// keys is a mapping that is being read: every key must be asked for, or is unknown.
type keys struct {
	ld      *loader
	at      *node
	what    string // "a step"
	entries map[string]entry
	order   []string
	known   []string
}

// read begins to read a mapping; nil when it is none.
func (ld *loader) read(no *node, what string) *keys {
	if no.shape != shapeMapping {
		ld.fail(no, "%s is a mapping of keys", what)
		return nil
	}
	ke := &keys{ld: ld, at: no, what: what, entries: map[string]entry{}}
	for i, en := range no.entries {
		if en.value.shape == shapeEmpty {
			ld.emptyValue(no, i)
			ke.known = append(ke.known, en.key)
			continue
		}
		ke.entries[en.key] = en
		ke.order = append(ke.order, en.key)
	}
	return ke
}

// emptyValue names the usual cause: a comma in an expression, which a flow mapping splits there.
func (ld *loader) emptyValue(no *node, i int) {
	en := no.entries[i]
	if en.value.broken {
		return
	}
	if i > 0 && no.entries[i-1].value.shape == shapeScalar {
		before := no.entries[i-1].value
		if call, split := splitCall(before.text, en.key); split {
			before.broken = true
			ld.failAt(en.line, en.column, "empty value (a comma in an expression splits it: write %s)", call)
			return
		}
	}
	ld.failAt(en.line, en.column, "empty value of %s; give it one, or take the key out", en.key)
}

// splitCall puts a call together again whose parenthesis is open in one part and closed in the next.
func splitCall(before, after string) (call string, split bool) {
	open := strings.LastIndexByte(before, '(')
	if open < 0 || strings.IndexByte(before[open:], ')') >= 0 {
		return "", false
	}
	name := strings.LastIndexAny(before[:open], " (") + 1
	rest, _, _ := strings.Cut(after, ")")
	rest = strings.TrimSpace(rest)
	if _, bare := value.ParseDuration(rest); bare {
		rest = "in " + rest
	}
	return before[name:] + " " + rest + ")", true
}

// take gives the value of a key, nil if it is absent.
func (ke *keys) take(name string) *node {
	ke.known = append(ke.known, name)
	en, ok := ke.entries[name]
	if !ok {
		return nil
	}
	return en.value
}

// takeKey is take with the place of the key itself.
func (ke *keys) takeKey(name string) (entry, bool) {
	ke.known = append(ke.known, name)
	en, ok := ke.entries[name]
	return en, ok
}

// need is take of a required key.
func (ke *keys) need(name, example string) *node {
	no := ke.take(name)
	if no == nil && !ke.mentions(name) {
		ke.ld.fail(ke.at, "%s needs %s; write %s", ke.what, name, example)
	}
	return no
}

// mentions says that the key stands there, if only with an empty value.
func (ke *keys) mentions(name string) bool {
	for _, en := range ke.at.entries {
		if en.key == name {
			return true
		}
	}
	return false
}

// done reports the keys that nobody asked for.
func (ke *keys) done() {
	sort.Strings(ke.known)
	ke.ld.tell(ke.what, ke.known)
	for _, name := range ke.order {
		if contains(ke.known, name) {
			continue
		}
		en := ke.entries[name]
		if name == "on" {
			ke.ld.failAt(en.line, en.column, "no key is called on (YAML 1.1 reads it as true); write event or when")
			continue
		}
		ke.ld.failAt(en.line, en.column, "%s has no key %s%s", ke.what, name, lang.Suggest(name, ke.known))
	}
}

func (ld *loader) tell(what string, words []string) {
	if ld.heard != nil {
		ld.heard(what, words)
	}
}

func contains(list []string, name string) bool {
	for _, other := range list {
		if other == name {
			return true
		}
	}
	return false
}

func (ld *loader) fail(no *node, format string, args ...any) {
	ld.failAt(no.line, no.column, format, args...)
}

func (ld *loader) failAt(line, column int, format string, args ...any) {
	ld.problems = append(ld.problems, &Problem{File: ld.file, Line: line, Column: column, Text: fmt.Sprintf(format, args...)})
}

// text reads a scalar.
func (ld *loader) text(no *node, what string) (string, bool) {
	if no.shape != shapeScalar && !no.broken {
		ld.fail(no, "%s is a text", what)
	}
	return no.text, no.shape == shapeScalar && !no.broken
}

// name reads a name.
func (ld *loader) name(no *node, what string) (string, bool) {
	name, ok := ld.text(no, what)
	return name, ok && ld.validName(no.line, no.column, name)
}

func (ld *loader) validName(line, column int, name string) bool {
	switch {
	case lang.Reserved(name):
		ld.failAt(line, column, "%s is a reserved word; choose another name", name)
		return false
	case !lang.ValidName(name):
		ld.failAt(line, column, "%q is no name; small letters, digits and _, beginning with a letter", name)
		return false
	}
	return true
}

// texts reads a sequence of scalars, or one scalar.
func (ld *loader) texts(no *node, what string) (list []*node, ok bool) {
	switch no.shape {
	case shapeScalar:
		return []*node{no}, true
	case shapeSequence:
		for _, item := range no.items {
			if item.shape != shapeScalar {
				ld.fail(item, "%s is a list of texts", what)
				return nil, false
			}
		}
		return no.items, true
	}
	ld.fail(no, "%s is a text or a list of texts", what)
	return nil, false
}

// duration reads 7d, 10m.
func (ld *loader) duration(no *node, what string) (millis int64, ok bool) {
	text, ok := ld.text(no, what)
	if !ok {
		return 0, false
	}
	if millis, ok = value.ParseDuration(text); !ok {
		ld.fail(no, "%s is a duration such as 7d, 12h, 90s; found %q", what, text)
	}
	return millis, ok
}

// oneOf reads a word of a fixed set.
func (ld *loader) oneOf(no *node, what string, words ...string) (string, bool) {
	ld.tell("one of: "+what, words)
	text, ok := ld.text(no, what)
	if !ok || contains(words, text) {
		return text, ok
	}
	sorted := append([]string(nil), words...)
	sort.Strings(sorted)
	ld.fail(no, "%s is never %q; it is one of %s%s", what, text, strings.Join(words, ", "), lang.Suggest(text, sorted))
	return "", false
}

package playbook

import (
	"strings"

	"holdfast/schemas"
)

// warnUnused notes the words of the vocabulary that nothing in the bundle asks for: one line for each kind of them in a file.
func (wr *written) warnUnused() {
	used := map[string]bool{}
	for _, doc := range wr.documents {
		doc.body.uses(used, "")
	}
	un := unused{used: used}
	for i, doc := range wr.documents {
		un.document(doc)
		if last := i+1 == len(wr.documents); last || wr.documents[i+1].file != doc.file {
			wr.file = doc.file
			un.note(wr)
		}
	}
}

// unused collects the words of a file that nothing uses, by what they are.
type unused struct {
	used  map[string]bool
	kinds []unusedKind
}

type unusedKind struct {
	what  string // "event"
	first entry  // the place to look at
	names []string
}

func (un *unused) document(doc document) {
	if doc.kind != "bundle" && doc.kind != "vocabulary" {
		return
	}
	for _, part := range []struct{ key, what string }{{"events", "event"}, {"lists", "list"}, {"maps", "map"}} {
		un.words(doc.body.at(part.key), part.what, "")
	}
	for _, part := range []struct{ key, what string }{{"facts", "fact"}, {"metrics", "metric"}, {"sets", "set"}} {
		for _, scope := range doc.body.at(part.key).entries {
			un.words(scope.value, part.what, scope.key)
		}
	}
}

func (un *unused) words(no *node, what, scope string) {
	for _, en := range no.entries {
		name := en.key
		if what == "fact" {
			name = scope + "." + en.key
		}
		if !un.used[name] && !un.used[name+"_from"] {
			un.add(what, en, name)
		}
	}
}

func (un *unused) add(what string, en entry, name string) {
	for i := range un.kinds {
		if un.kinds[i].what == what {
			un.kinds[i].names = append(un.kinds[i].names, name)
			return
		}
	}
	un.kinds = append(un.kinds, unusedKind{what, en, []string{name}})
}

// note says what was collected, at the place of the first of each kind.
func (un *unused) note(wr *written) {
	for _, ki := range un.kinds {
		what := "the " + ki.what
		if n := len(ki.names); n > 1 {
			what = "the " + counted(n, ki.what)
		}
		wr.add(weightUnused, ki.first.line, ki.first.column, "nothing uses %s %s", what, strings.Join(ki.names, ", "))
	}
	un.kinds = nil
}

// uses collects the words and dotted names of all texts below a node, and the keys that name events.
func (no *node) uses(used map[string]bool, key string) {
	if key == "title" || key == "owner" || isSource(no.text) {
		return
	}
	for _, word := range words(no.text) {
		used[word] = true
		for at := strings.LastIndexByte(word, '.'); at > 0; at = strings.LastIndexByte(word, '.') {
			last := word[at+1:]
			word = word[:at]
			used[word] = true
			used[last] = used[last] || !strings.HasPrefix(word, "event") // account.quiet reads the metric quiet
		}
	}
	for _, item := range no.items {
		item.uses(used, "")
	}
	for _, en := range no.entries {
		if key == "events" && en.value.shape != shapeEmpty && en.value.entry("from") == nil && en.value.entry("any") == nil && !strings.Contains(en.value.text, ".") {
			used[en.key] = true // events of a state: {login: active}
		}
		en.value.uses(used, en.key)
	}
}

// isSource says that a text is TOPIC.TYPE: a type is no use of an event of that name.
func isSource(text string) bool {
	topic, typ, ok := strings.Cut(text, ".")
	return ok && kindOf(topic) != schemas.KindNone && validType(typ)
}

// words are the names and dotted names in a text.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return r != '.' && r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

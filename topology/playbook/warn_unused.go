package playbook

import (
	"strings"

	"holdfast/schemas"
)

// warnUnused notes the words of the vocabulary that nothing in the bundle asks for.
func (wr *written) warnUnused() {
	used := map[string]bool{}
	for _, doc := range wr.documents {
		doc.body.uses(used, "")
	}
	for _, doc := range wr.documents {
		if doc.kind != "bundle" && doc.kind != "vocabulary" {
			continue
		}
		wr.file = doc.file
		for _, part := range []struct{ key, what string }{{"events", "event"}, {"lists", "list"}, {"maps", "map"}} {
			wr.noteUnused(doc.body.at(part.key), part.what, "", used)
		}
		for _, part := range []struct{ key, what string }{{"facts", "fact"}, {"metrics", "metric"}, {"sets", "set"}} {
			for _, scope := range doc.body.at(part.key).entries {
				wr.noteUnused(scope.value, part.what, scope.key, used)
			}
		}
	}
}

func (wr *written) noteUnused(no *node, what, scope string, used map[string]bool) {
	for _, en := range no.entries {
		name := en.key
		if what == "fact" {
			name = scope + "." + en.key
		}
		if !used[name] && !used[name+"_from"] {
			wr.add(true, en.line, en.column, "nothing uses the %s %s", what, name)
		}
	}
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

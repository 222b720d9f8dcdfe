package timeline

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"holdfast/topology/value"
)

// unseen are the keys of which nothing shows in what a test can expect, or which a later release acts upon.
var unseen = []string{
	"title", "owner", "because", "text", // words for people
	"class", "priority", "urgent", "via", "window", "category", "collect", // the policy acts upon them
	"goal", "experiment", "links", "range",
	"revision", "future_skew", "max_skew", "history", // the runtime acts upon them, or the test says so itself
}

// needed are the keys without which there is no document: leaving one out is refused.
var needed = []string{
	"revision", "for", "start", "steps", "states", "first", "list", "measures", "records", "id", "name", "fields", "from", "by", "choose",
	"send", "task", "notify", "request", "log", "time", "events", "facts", "sets", "metrics", "account", "user", "each",
}

// defaults are the values that leaving a key out means too.
var defaults = map[string]string{"again": "never", "existing": "ignore", "missed": "skip", "lateness": "10m", "default_tz": "UTC"}

// breaker breaks a document in every way it knows, one at a time.
type breaker struct {
	doc   *document
	found func(slip string) // called while the document is broken: "drop stop.login", "steps.d7.if: A -> B"
}

// breakAll tells of each slip of a document while it is in it.
func breakAll(doc *document, found func(slip string)) {
	br := &breaker{doc, found}
	for _, en := range doc.body.entries[1:] {
		br.entry(doc.body, en, nil)
	}
}

// placeOf is where a slip is.
func placeOf(slip string) []string {
	path, _, _ := strings.Cut(strings.TrimPrefix(slip, "drop "), ":")
	return strings.Split(path, ".")
}

// entry drops a key, and breaks what stands under it.
func (br *breaker) entry(in *piece, en *pair, path []string) {
	if slices.Contains(unseen, en.key) {
		return
	}
	path = append(path[:len(path):len(path)], en.key)
	if !slices.Contains(needed, en.key) && (en.value.text == "" || en.value.text != defaults[en.key]) {
		entries := in.entries
		in.entries = slices.DeleteFunc(slices.Clone(entries), func(one *pair) bool { return one == en })
		br.found("drop " + strings.Join(path, "."))
		in.entries = entries
	}
	br.value(en.value, path)
}

func (br *breaker) value(pc *piece, path []string) {
	for _, en := range pc.entries {
		br.entry(pc, en, path)
	}
	items := pc.items
	for i, item := range items {
		at := append(path[:len(path):len(path)], item.label(i))
		if len(items) > 1 {
			pc.items = slices.Delete(slices.Clone(items), i, i+1)
			br.found("drop " + strings.Join(at, "."))
			pc.items = items
		}
		br.value(item, at)
	}
	if pc.scalar() {
		br.scalar(pc, path)
	}
}

// scalar writes other values.
func (br *breaker) scalar(pc *piece, path []string) {
	was := pc.text
	for _, other := range others(path[len(path)-1], was) {
		pc.text = other
		br.found(fmt.Sprintf("%s: %s -> %s", strings.Join(path, "."), was, other))
	}
	pc.text = was
}

// names are the keys whose value is a name, a type or a template: another one is another playbook, not a slip in this one.
var names = []string{
	"id", "event", "for", "send", "task", "notify", "request", "log", "name", "from", "by", "used", "first", "final", "main", "snapshot", "kind",
	"revision", "default_tz", "history", "future_skew", "max_skew", "each", "choose", "unit", "else", "keep", "any", "add", "remove",
}

// others are the wrong values that a person would write in the place of one.
func others(key, was string) []string {
	switch {
	case slices.Contains(names, key):
		return nil
	case key == "again":
		return slices.DeleteFunc(append([]string{"never", "always"}, numbersOff(was, 1)...), func(one string) bool { return one == was })
	case key == "existing":
		return slices.DeleteFunc([]string{"include", "mark"}, func(one string) bool { return one == was })
	case key == "missed":
		return map[string][]string{"skip": {"send"}, "send": {"skip"}}[was]
	case key == "below" || key == "until" && len(was) < 4:
		return numbersOff(was, 5)
	}
	var out []string
	if conditions[key] {
		out = append(out, "not ("+was+")")
	}
	out = append(out, operandsOff(was)...)
	return append(out, numbersOff(was, 1)...)
}

// conditions are the keys that ask something.
var conditions = map[string]bool{"if": true, "when": true, "where": true, "enter": true, "leave": true, "raise": true, "clear": true, "is": true}

var (
	quoted  = regexp.MustCompile(`"[^"]*"`)
	numeral = regexp.MustCompile(`\b(?:(\d+)%|(?:(\d\d):(\d\d)|((?:\d+[wdhms])+)|(\d+\.\d+)|(\d+))\b)`)
)

// numbersOff writes each number of an expression as a slip has it: a duration twice and half as long, a time of day an
// hour later, a share a tenth more and less, a whole number one step more and less.
func numbersOff(was string, step int) (out []string) {
	hidden := quoted.ReplaceAllStringFunc(was, func(text string) string {
		if numeral.FindString(text) == strings.Trim(text, `"`) { // "09:00" is no text
			return text
		}
		return strings.Repeat("_", len(text))
	})
	for _, at := range numeral.FindAllStringSubmatchIndex(hidden, -1) {
		for _, other := range otherNumber(hidden, at, step) {
			out = append(out, was[:at[0]]+other+was[at[1]:])
		}
	}
	return out
}

func otherNumber(text string, at []int, step int) []string {
	part := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return text[at[2*n]:at[2*n+1]]
	}
	whole := func(text string) int { n, _ := strconv.Atoi(text); return n }
	switch {
	case part(1) != "":
		return []string{fmt.Sprintf("%d%%", whole(part(1))+10), fmt.Sprintf("%d%%", whole(part(1))-10)}
	case part(2) != "":
		return []string{fmt.Sprintf("%02d:%s", (whole(part(2))+1)%24, part(3))}
	case part(4) != "":
		millis, _ := value.ParseDuration(part(4))
		if millis == 0 {
			return []string{"1d"}
		}
		return []string{duration(2 * millis), duration(millis / 2)}
	case part(5) != "":
		share, _ := strconv.ParseFloat(part(5), 64)
		return []string{fmt.Sprintf("%.1f", share+0.1), fmt.Sprintf("%.1f", share-0.1)}
	}
	n := whole(part(6))
	if n < step {
		return []string{strconv.Itoa(n + step)}
	}
	return []string{strconv.Itoa(n + step), strconv.Itoa(n - step)}
}

// duration writes a duration in its largest unit.
func duration(millis int64) string {
	for _, unit := range []struct {
		millis int64
		name   string
	}{{86_400_000, "d"}, {3_600_000, "h"}, {60_000, "m"}} {
		if millis%unit.millis == 0 {
			return fmt.Sprint(millis/unit.millis, unit.name)
		}
	}
	return fmt.Sprint(millis/1000, "s")
}

var joint = regexp.MustCompile(` (and|or) `)

// operandsOff leaves out each operand of `and` and of `or`.
func operandsOff(was string) (out []string) {
	hidden := quoted.ReplaceAllStringFunc(was, func(text string) string { return strings.Repeat("_", len(text)) })
	for _, at := range joint.FindAllStringSubmatchIndex(hidden, -1) {
		op := hidden[at[2]:at[3]]
		out = append(out, was[:at[0]]+was[operandEnd(hidden, at[1], op):])
		if from, first := operandStart(hidden, at[0], op); first {
			out = append(out, was[:from]+was[at[1]:])
		}
	}
	return out
}

// operandEnd is where the operand that begins at a place ends: before the next joint that binds no more than op, or the
// bracket that closes around it.
func operandEnd(text string, from int, op string) int {
	for at, depth := from, 0; at < len(text); at++ {
		switch {
		case text[at] == '(':
			depth++
		case text[at] == ')' && depth == 0:
			return at
		case text[at] == ')':
			depth--
		case depth == 0 && (strings.HasPrefix(text[at:], " or ") || op == "and" && strings.HasPrefix(text[at:], " and ")):
			return at
		}
	}
	return len(text)
}

// operandStart is where the operand that ends at a place begins, and whether it is the first of its chain.
func operandStart(text string, to int, op string) (from int, first bool) {
	for at, depth := to-1, 0; at >= 0; at-- {
		switch rest := text[at:]; {
		case text[at] == ')':
			depth++
		case text[at] == '(' && depth == 0:
			return at + 1, true
		case text[at] == '(':
			depth--
		case depth > 0:
		case strings.HasPrefix(rest, " where "):
			return at + len(" where "), true
		case strings.HasPrefix(rest, " or "):
			return at + len(" or "), op != "or"
		case op == "and" && strings.HasPrefix(rest, " and "):
			return 0, false
		}
	}
	return 0, true
}

package simulate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"holdfast/schemas"
	"holdfast/tools/cli"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/timeline"
)

// What a person should know who sees less than was expected: nobody of that name, events after the end, events that no
// playbook can see.

// seen refuses a filter for somebody whom no event names.
func (op options) seen(lines []timeline.Line) error {
	accounts, users := map[string]bool{}, map[string]bool{}
	for i := range lines {
		accounts[lines[i].Event.Account], users[lines[i].Event.User] = true, true
	}
	for _, filter := range []struct {
		flag, name string
		known      map[string]bool
	}{{"account", op.filter.Account, accounts}, {"user", op.filter.User, users}} {
		if filter.name != "" && !filter.known[filter.name] {
			return cli.Usagef("--%s %s: no event names this %s%s", filter.flag, filter.name, filter.flag, lang.Suggest(filter.name, slices.Sorted(maps.Keys(filter.known))))
		}
	}
	return nil
}

// cut leaves out what happened after the clock has ended (ms; below 0: nothing), and counts it.
func cut(lines []timeline.Line, until int64) (before []timeline.Line, later int64) {
	if until < 0 {
		return lines, 0
	}
	before = slices.DeleteFunc(slices.Clone(lines), func(li timeline.Line) bool { return li.Event.At > until })
	return before, int64(len(lines) - len(before))
}

// remark says which events were not played or not seen.
func remark(stderr io.Writer, bundle *playbook.Bundle, lines []timeline.Line, later int64) error {
	text := ""
	if later > 0 {
		text += fmt.Sprintf("note: %s after --until left out\n", cli.Count(later, "event"))
	}
	read, unread := typesRead(bundle), map[string]int64{}
	for i := range lines {
		if name := typeOf(&lines[i].Event); name != "" && !slices.Contains(read, name) {
			unread[name]++
		}
	}
	text += unreadText(bundle.Name, read, unread)
	if _, err := io.WriteString(stderr, text); err != nil {
		return fmt.Errorf("write the notes: %w", err)
	}
	return nil
}

// unreadText names the types that nothing reads: one line for each that is nearly one that is read, one line for the rest.
func unreadText(bundle string, read []string, unread map[string]int64) (text string) {
	var others []string
	for _, name := range slices.Sorted(maps.Keys(unread)) {
		counted := fmt.Sprintf("%s (%s)", name, cli.Count(unread[name], "event"))
		if near := lang.Suggest(name, read); near != "" {
			text += fmt.Sprintf("note: nothing in %s reads %s%s\n", bundle, counted, near)
		} else {
			others = append(others, counted)
		}
	}
	if len(others) > 0 {
		text += fmt.Sprintf("note: nothing in %s reads %s\n", bundle, strings.Join(others, ", "))
	}
	return text
}

// typesRead are the types of events that a bundle names, sorted.
func typesRead(bundle *playbook.Bundle) (read []string) {
	for _, def := range bundle.Events {
		if def.Type != "" {
			read = append(read, def.Kind.String()+"."+def.Type)
		}
	}
	slices.Sort(read)
	return slices.Compact(read)
}

// typeOf is user_action.signed_in; "" of what needs no declaration.
func typeOf(ev *schemas.Event) string {
	if ev.Kind == schemas.KindProfile || ev.Kind == schemas.KindReceipt {
		return ""
	}
	return ev.Kind.String() + "." + ev.Type
}

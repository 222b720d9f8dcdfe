package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// dayMillis is a day in milliseconds.
const dayMillis = value.DayMillis

// classes with the time within which a message of theirs is worth sending (language.md 6).
var classExpiry = map[string]int64{
	"transactional": dayMillis,
	"lifecycle":     3 * dayMillis,
	"expansion":     3 * dayMillis,
	"advocacy":      3 * dayMillis,
	"billing":       7 * dayMillis,
	"internal":      7 * dayMillis,
}

// playbooks reads the documents of that kind.
func (ld *loader) playbooks() {
	ld.each("playbook", func(doc document) {
		if line, again := ld.declared[doc.name]; again {
			ld.fail(doc.body, "a second playbook %s (the first is in line %d of its file); choose another name", doc.name, line)
			return
		}
		ld.declared[doc.name] = doc.body.line
		ld.playbook, ld.refusedStart, ld.refusedFor = &Playbook{Name: doc.name, Version: version(doc.body)}, false, false
		ld.document(doc.body)
		ld.bundle.Playbooks = append(ld.bundle.Playbooks, ld.playbook)
	})
}

// version is the hash of what the document says: comments, spaces and quotes do not count.
func version(body *node) string {
	var sb strings.Builder
	body.canonical(&sb)
	sum := sha256.Sum256([]byte(sb.String()))
	return hex.EncodeToString(sum[:])
}

// document reads one playbook.
func (ld *loader) document(body *node) {
	pb := ld.playbook
	ke := ld.read(body, "a playbook")
	ke.take("playbook")
	forget := ld.refuseVars(ke)
	defer forget()
	pb.Title = ld.optionalText(ke, "title")
	pb.Owner = ld.optionalText(ke, "owner")
	ld.subject(ke)
	ld.class(ke)
	pb.Lateness = ld.bundle.Lateness.Milliseconds()
	ld.optionalDuration(ke, "lateness", &pb.Lateness)
	pb.Ends = 365 * dayMillis
	ld.optionalDuration(ke, "ends", &pb.Ends)
	if missed := ke.take("missed"); missed != nil {
		word, _ := ld.oneOf(missed, "missed", "skip", "send")
		pb.SendMissed = word == "send"
	}
	if start := ke.need("start", "start: {event: login} or start: {when: idle(login) >= 7d}"); start != nil {
		ld.start(start)
	}
	ld.priority(ke)
	if again := ke.take("again"); again != nil {
		ld.again(again)
	}
	if stops := ke.take("stop"); stops != nil {
		ld.stops(stops)
	}
	ld.toAndSteps(ke)
	ke.refuse("without it a message waits for nothing: caps and windows come later", "urgent")
	ke.refuse("", "remember", "vars", "experiment", "goal", "first", "states", "always", "moved", "pin")
	ke.done()
}

// refuseVars keeps the uses of refused vars silent while the playbook is read.
func (ld *loader) refuseVars(ke *keys) (forget func()) {
	var names []string
	if en, ok := ke.entries["vars"]; ok {
		for _, variable := range en.value.entries {
			if !ld.names.Refused[variable.key] {
				names = append(names, variable.key)
				ld.names.Refused[variable.key] = true
			}
		}
	}
	return func() {
		for _, name := range names {
			delete(ld.names.Refused, name)
		}
	}
}

func (ld *loader) optionalText(ke *keys, name string) string {
	no := ke.take(name)
	if no == nil {
		return ""
	}
	text, _ := ld.text(no, name)
	return text
}

func (ld *loader) optionalDuration(ke *keys, name string, into *int64) {
	no := ke.take(name)
	if no == nil {
		return
	}
	if millis, ok := ld.duration(no, name); ok {
		*into = millis
	}
}

// subject reads `for`.
func (ld *loader) subject(ke *keys) {
	ld.playbook.Each = lang.ScopeAccount // until it is known, so that expressions can be checked all the same
	no := ke.need("for", "for: each user")
	if no == nil {
		ld.refusedFor = true
		return
	}
	text, ok := ld.text(no, "for")
	words := strings.Fields(text)
	switch {
	case !ok:
	case text == "each account":
		return
	case text == "each user":
		ld.playbook.Each = lang.ScopeUser
		return
	case len(words) > 2 && words[0] == "each" && words[2] == "by":
		ld.fail(no, "%s", lang.NotBuilt("for: "+text, "each account and each user are"))
	default:
		ld.fail(no, "for is `each account` or `each user`; found %q%s", text, lang.Suggest(text, []string{"each account", "each user"}))
	}
	ld.refusedFor = true
}

func (ld *loader) class(ke *keys) {
	no := ke.need("class", "class: lifecycle")
	if no == nil {
		return
	}
	ld.playbook.Class, _ = ld.oneOf(no, "class", "transactional", "billing", "lifecycle", "expansion", "advocacy", "internal")
}

// priority may read what the episode has.
func (ld *loader) priority(ke *keys) {
	if no := ke.take("priority"); no != nil {
		ld.playbook.Priority = ld.compile(no, ld.inEpisode("priority", value.Int, value.Decimal))
	}
}

// inEpisode is the place of an expression that is judged while an episode is open.
func (ld *loader) inEpisode(use string, want ...value.Kind) lang.Context {
	return lang.Context{
		Scope: ld.playbook.Each, HasStart: true, Start: ld.playbook.Start.Events, Capture: ld.capture, StartRefused: ld.refusedStart,
		NoEvent: "no event is at hand here; write start.F for a field of the start event",
		Want:    want, Use: use,
	}
}

// capture keeps a field of the start event and gives its place in the frame.
func (ld *loader) capture(name string, kind value.Kind) int {
	pb := ld.playbook
	for i := range pb.Captures {
		if pb.Captures[i].Name == name {
			return i
		}
	}
	kept := Capture{Name: name, Type: kind, Read: map[int]func(f *lang.Frame) value.Value{}}
	for _, de := range pb.Start.Events {
		if field, ok := de.Field(name); ok {
			kept.Read[de.Index] = field.Read
		}
	}
	pb.Captures = append(pb.Captures, kept)
	return len(pb.Captures) - 1
}

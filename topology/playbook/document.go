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
		ld.reading = reading{}
		ld.playbook = &Playbook{Name: doc.name, Version: version(doc.body)}
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
	pb.Title = ld.optionalText(ke, "title")
	pb.Owner = ld.optionalText(ke, "owner")
	ld.subject(ke)
	ld.class(ke)
	ld.spans(ke)
	ld.words(ke)
	ld.declareActions(body)
	if start := ke.need("start", "start: {event: login} or start: {when: idle(login) >= 7d}"); start != nil {
		ld.start(start)
	}
	ld.experiment(ke)
	if vars := ke.take("vars"); vars != nil {
		ld.playbookVars = ld.vars(vars, ld.inEpisode("a var"))
	}
	ld.priority(ke)
	if again := ke.take("again"); again != nil {
		ld.again(again)
		ld.firstOfValue()
	}
	ld.toAndSteps(ke)
	if stops := ke.take("stop"); stops != nil {
		ld.stops(stops)
	}
	if target := ke.take("goal"); target != nil {
		ld.goal(target)
	}
	ke.done()
}

// spans reads the durations of a playbook.
func (ld *loader) spans(ke *keys) {
	pb := ld.playbook
	pb.Lateness, pb.Ends, pb.Remember = ld.bundle.Lateness.Milliseconds(), 365*dayMillis, 400*dayMillis
	ld.optionalDuration(ke, "lateness", &pb.Lateness)
	ld.positiveDuration(ke, "ends", &pb.Ends)
	ld.optionalDuration(ke, "remember", &pb.Remember)
}

// words reads the yes and no of a playbook.
func (ld *loader) words(ke *keys) {
	pb := ld.playbook
	if missed := ke.take("missed"); missed != nil {
		word, _ := ld.oneOf(missed, "missed", "skip", "send")
		pb.SendMissed = word == "send"
	}
	if urgent := ke.take("urgent"); urgent != nil {
		pb.Urgent = ld.flag(urgent, "urgent")
	}
	if pin := ke.take("pin"); pin != nil {
		pb.Pin = ld.flag(pin, "pin")
	}
}

// experiment checks the arms of an experiment. They are drawn by a later release.
func (ld *loader) experiment(ke *keys) {
	en, ok := ke.takeKey("experiment")
	if !ok {
		return
	}
	inner := ld.read(en.value, "experiment")
	if inner == nil {
		return
	}
	ld.later(en.line, en.column, "the experiment of "+ld.playbook.Name)
	if id := inner.need("id", "experiment: {id: offer_v1, unit: account, arms: {a: 50, b: 50}}"); id != nil {
		ld.name(id, "the id of an experiment")
	}
	if unit := inner.need("unit", "unit: account"); unit != nil {
		ld.oneOf(unit, "unit", "account", "user")
	}
	ld.arms = nil
	if arms := inner.need("arms", "arms: {a: 50, b: 50}"); arms != nil {
		ld.named(arms, "arms", func(arm entry) {
			ld.arms = append(ld.arms, arm.key)
			ld.whole(arm.value, "the weight of an arm", 0)
		})
	}
	if holdout := inner.take("holdout"); holdout != nil {
		ld.percent(holdout, "holdout")
	}
	inner.done()
}

func (ld *loader) optionalText(ke *keys, name string) string {
	no := ke.take(name)
	if no == nil {
		return ""
	}
	text, _ := ld.text(no, name)
	return text
}

// positiveDuration reads a duration that says nothing when it is 0.
func (ld *loader) positiveDuration(ke *keys, name string, into *int64) {
	no := ke.take(name)
	if no == nil {
		return
	}
	switch millis, ok := ld.duration(no, name); {
	case ok && millis == 0:
		ld.fail(no, "%s is longer than 0s", name)
	case ok:
		*into = millis
	}
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
		ld.keyed(no, words)
		return
	default:
		ld.fail(no, "for is `each account`, `each user` or `each NAME by event.F`; found %q%s", text, lang.Suggest(text, []string{"each account", "each user"}))
	}
	ld.refusedFor = true
}

// keyed reads each NAME by event.F [and event.G]: checked here, run by a later release.
func (ld *loader) keyed(no *node, words []string) {
	ld.playbook.Each = lang.ScopeKey
	ld.key, _ = ld.name(ld.part(no, 5, words[1]), "the name of a key")
	ld.later(no.line, no.column, "for: "+no.text)
	for i, word := range words[3:] {
		field, isField := strings.CutPrefix(word, "event.")
		if i%2 == 0 && (!isField || !lang.ValidName(field)) || i%2 == 1 && word != "and" {
			ld.fail(no, "for: each NAME by event.F [and event.G]; found %q", no.text)
			return
		}
	}
	if len(words)%2 != 0 {
		ld.fail(no, "for: each NAME by event.F [and event.G]; found %q", no.text)
	}
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
		ld.playbook.Priority = ld.exprOrChoice(no, ld.inEpisode("priority", numbers()...))
	}
}

// inEpisode is the place of an expression that is judged while an episode is open.
func (ld *loader) inEpisode(use string, want ...value.Kind) lang.Context {
	return lang.Context{
		Scope: ld.playbook.Each, Key: ld.key, Arms: ld.arms, Steps: ld.actionIDs(), Vars: ld.playbookVars, HasStart: true, Start: ld.playbook.Start.Events, Capture: ld.capture, StartRefused: ld.refusedStart,
		NoEvent: "no event is at hand here; write start.F for a field of the start event",
		Want:    want, Use: use, Scheduled: ld.playbook.Start.Schedule != nil,
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

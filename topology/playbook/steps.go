package playbook

import (
	"sort"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// actions in the order of language.md 6; log is refused.
var actions = []string{"send", "task", "notify", "request", "log"}

// written is what the steps keep until all of them are read: `after: step + D` may name one further down.
type written struct {
	after *node
	line  int
}

// toAndSteps reads the playbook's recipients and its steps.
func (ld *loader) toAndSteps(ke *keys) {
	var to *To
	if no := ke.take("to"); no != nil {
		to = ld.to(no)
	} else if ld.playbook.Each == lang.ScopeUser {
		to = &To{All: [][]Recipient{{{Kind: ToUser}}}}
	}
	if ke.mentions("states") || ke.mentions("first") {
		ke.take("steps") // refused as a journey: nothing to say about missing steps
		return
	}
	no := ke.need("steps", "steps: [{id: hello, send: welcome}]")
	if no == nil {
		return
	}
	if no.shape != shapeSequence || len(no.items) == 0 {
		ld.fail(no, "steps is a list of steps: [{id: hello, send: welcome}]")
		return
	}
	ld.steps(no.items, to)
}

func (ld *loader) steps(items []*node, to *To) {
	seen := map[string]written{}
	for _, item := range items {
		st, after := ld.step(item, to)
		if st == nil {
			continue
		}
		if other, again := seen[st.ID]; again {
			ld.failAt(item.line, item.column, "action id %q is already used in line %d: give one of them another id", st.ID, other.line)
			continue
		}
		seen[st.ID] = written{after: after, line: item.line}
		st.Index = len(ld.playbook.Steps)
		ld.playbook.Steps = append(ld.playbook.Steps, st)
	}
	for _, st := range ld.playbook.Steps {
		if after := seen[st.ID].after; after != nil {
			ld.after(after, st)
		}
	}
	ld.reachable(seen)
}

// step reads one step; after is the text of its timing, for later.
func (ld *loader) step(no *node, to *To) (st *Step, after *node) {
	ke := ld.read(no, "a step")
	if ke == nil {
		return nil, nil
	}
	st = &Step{Expires: classExpiry[ld.playbook.Class]}
	if id := ke.need("id", "{id: hello, send: welcome}"); id != nil {
		st.ID, _ = ld.name(id, "the id of a step")
	}
	ld.action(ke, st)
	after = ld.timing(ke, st)
	if condition := ke.take("if"); condition != nil {
		st.If = ld.compile(condition, ld.inEpisode("if", value.Bool))
	}
	ld.recipients(ke, st, to)
	ld.via(ke, st)
	ld.data(ke, st)
	ld.optionalDuration(ke, "expires", &st.Expires)
	if priority := ke.take("priority"); priority != nil {
		st.Priority = ld.compile(priority, ld.inEpisode("priority", value.Int, value.Decimal))
	}
	if category := ke.take("category"); category != nil {
		st.Category, _ = ld.name(category, "category")
	}
	ke.refuse("a step is due at the start, after: D, or at: an instant", "event", "when", "within", "once", "match")
	ke.refuse("", "links", "window", "urgent", "keep", "value", "unit", "goal", "text")
	ke.done()
	if st.ID == "" {
		return nil, nil
	}
	return st, after
}

// action reads the one action of a step.
func (ld *loader) action(ke *keys, st *Step) {
	var found []entry
	for _, name := range actions {
		if en, ok := ke.takeKey(name); ok {
			found = append(found, en)
		}
	}
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i], found[j]
		return a.line < b.line || a.line == b.line && a.column < b.column
	})
	switch len(found) {
	case 0:
		if !mentionsAny(ke, actions) {
			ld.fail(ke.at, "a step needs an action: send, task, notify or request")
		}
		return
	case 1:
	default:
		second := found[1]
		ld.failAt(second.line, second.column, "one action per step, found %s and %s: split it", found[0].key, second.key)
		return
	}
	en := found[0]
	switch {
	case en.key == "log":
		ld.failAt(en.line, en.column, "%s", lang.NotBuilt("`log` of a step", "the evidence log comes later"))
	case en.value.shape == shapeMapping:
		ld.fail(en.value, "%s", lang.NotBuilt("a choice {by: ...}", "write one template"))
	default:
		st.Action = en.key
		st.Template, _ = ld.name(en.value, "a template")
	}
}

func mentionsAny(ke *keys, names []string) bool {
	for _, name := range names {
		if ke.mentions(name) {
			return true
		}
	}
	return false
}

// timing reads after and at.
func (ld *loader) timing(ke *keys, st *Step) (after *node) {
	en, hasAfter := ke.takeKey("after")
	at, hasAt := ke.takeKey("at")
	switch {
	case hasAfter && hasAt:
		ld.failAt(at.line, at.column, "a step has after and at; one of them")
	case hasAfter && en.value.shape == shapeMapping, hasAt && at.value.shape == shapeMapping:
		ld.fail(ke.at, "%s", lang.NotBuilt("a choice {by: ...}", "write one delay"))
	case hasAfter:
		return en.value
	case hasAt:
		st.Timing = TimingAt
		st.At = ld.compileTime(at.value, ld.inEpisode("at"))
	}
	return nil
}

// after reads D or step + D.
func (ld *loader) after(no *node, st *Step) {
	text, ok := ld.text(no, "after")
	if !ok {
		return
	}
	base, delay, relative := strings.Cut(text, "+")
	if !relative {
		if st.After, ok = value.ParseDuration(text); !ok {
			ld.fail(no, "after is a duration such as 7d, or a step and a duration: call + 2d; found %q", text)
		}
		st.Timing = TimingAfter
		return
	}
	base, delay = strings.TrimSpace(base), strings.TrimSpace(delay)
	st.Timing = TimingAfterStep
	if st.After, ok = value.ParseDuration(delay); !ok {
		ld.fail(no, "after is a step and a duration: call + 2d; found %q", text)
	}
	for _, other := range ld.playbook.Steps {
		if other.ID == base {
			st.AfterStep = other.Index
			return
		}
	}
	ld.fail(no, "unknown step %s%s", base, lang.Suggest(base, stepIDs(ld.playbook.Steps)))
	st.Timing = TimingAfter
}

func stepIDs(steps []*Step) []string {
	ids := make([]string, len(steps))
	for i, st := range steps {
		ids[i] = st.ID
	}
	sort.Strings(ids)
	return ids
}

// reachable refuses timings that can never come: a ring of steps, and a delay past the longest episode.
func (ld *loader) reachable(seen map[string]written) {
	for _, st := range ld.playbook.Steps {
		no := seen[st.ID].after
		if no == nil {
			continue
		}
		delay, ok := ld.delay(st)
		switch {
		case !ok:
			ld.fail(no, "%s waits for itself; let one of the steps begin at the start", st.ID)
		case delay >= ld.playbook.Ends:
			ld.fail(no, "%s is due %s after the start, when the episode is over; raise ends (now %s)",
				st.ID, value.FormatDuration(delay, ""), value.FormatDuration(ld.playbook.Ends, ""))
		}
	}
}

// delay is the least time from the start to the step; false when its steps go round in a ring.
func (ld *loader) delay(st *Step) (millis int64, ok bool) {
	for range ld.playbook.Steps {
		if millis, ok = value.AddInt(millis, st.After); !ok {
			return ld.playbook.Ends, true
		}
		if st.Timing != TimingAfterStep {
			return millis, true
		}
		st = ld.playbook.Steps[st.AfterStep]
	}
	return 0, false
}

// via reads the channels.
func (ld *loader) via(ke *keys, st *Step) {
	no := ke.take("via")
	if no == nil {
		return
	}
	if no.shape == shapeMapping {
		all := ld.read(no, "via")
		no = all.need("all", "{all: [email, in_app]}")
		all.done()
		if no == nil {
			return
		}
		st.ViaAll = true
	}
	list, _ := ld.texts(no, "via")
	for _, item := range list {
		if channel, ok := ld.name(item, "a channel"); ok {
			st.Via = append(st.Via, channel)
		}
	}
}

// data reads name: expression, sorted by name.
func (ld *loader) data(ke *keys, st *Step) {
	no := ke.take("data")
	if no == nil {
		return
	}
	ld.named(no, "data", func(en entry) {
		if pg := ld.compile(en.value, ld.inEpisode("data")); pg != nil {
			st.Data = append(st.Data, Datum{Name: en.key, Value: pg})
		}
	})
	sort.Slice(st.Data, func(i, j int) bool { return st.Data[i].Name < st.Data[j].Name })
}

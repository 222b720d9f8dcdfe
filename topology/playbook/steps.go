package playbook

import (
	"sort"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// toAndSteps reads the playbook's recipients, then its steps or its states.
func (ld *loader) toAndSteps(ke *keys) {
	ld.of = &Step{}
	if no := ke.take("to"); no != nil {
		ld.defaultTo = ld.to(no)
	} else if ld.playbook.Each == lang.ScopeUser {
		ld.defaultTo = &To{All: [][]Recipient{{{Kind: ToUser}}}}
	}
	if ke.mentions("states") || ke.mentions("first") || ke.mentions("always") {
		ld.journey(ke)
	} else {
		ld.plainSteps(ke)
	}
	for _, dr := range ld.drafts {
		if dr.after != nil {
			ld.after(dr.after, dr.step)
		}
	}
	ld.reachable()
}

func (ld *loader) plainSteps(ke *keys) {
	no := ke.need("steps", "steps: [{id: hello, send: welcome}]")
	if no == nil {
		return
	}
	if no.shape != shapeSequence || len(no.items) == 0 {
		ld.fail(no, "steps is a list of steps: [{id: hello, send: welcome}]")
		return
	}
	for _, item := range no.items {
		ld.step(item)
	}
}

// step reads one action with its timing.
func (ld *loader) step(no *node) {
	ke := ld.read(no, "a step")
	if ke == nil {
		return
	}
	dr := ld.drafted(no)
	st := dr.step
	if st.Place == PlaceStep {
		ke.need("id", "{id: hello, send: welcome}")
	}
	if id := ke.take("id"); id != nil {
		ld.name(id, "the id of a step")
	}
	dr.after = ld.timing(ke, st)
	ld.actionKeys(ke, st)
	if condition := ke.take("if"); condition != nil {
		st.If = ld.compileIn(condition, ld.inStep(st, "if", value.Bool), st)
	}
	if keep := ke.take("keep"); keep != nil {
		st.Keep = ld.flag(keep, "keep")
		if st.Place != PlaceEnter {
			ld.fail(keep, "keep belongs to the enter steps of a state; this step belongs to no state")
		}
	}
	ke.done()
}

// actionKeys reads what a step and the action of a stop have in common.
func (ld *loader) actionKeys(ke *keys, st *Step) {
	st.Expires, st.Urgent = classExpiry[ld.playbook.Class], ld.playbook.Urgent
	ld.action(ke, st)
	ld.recipients(ke, st, ld.defaultTo)
	ld.via(ke, st)
	st.Data = ld.data(ke, st, "data")
	st.Links = ld.data(ke, st, "links", value.Text)
	ld.optionalDuration(ke, "expires", &st.Expires)
	if priority := ke.take("priority"); priority != nil {
		st.Priority = ld.valueIn(priority, ld.inStep(st, "priority", numbers()...), st)
	}
	if category := ke.take("category"); category != nil {
		st.Category, _ = ld.name(category, "category")
	}
	if urgent := ke.take("urgent"); urgent != nil {
		st.Urgent = ld.flag(urgent, "urgent")
	}
	if window := ke.take("window"); window != nil {
		word, _ := ld.oneOf(window, "window", "ignore")
		st.IgnoreWindow = word == "ignore"
	}
}

// inStep is the place of an expression of a step: an event step has its event at hand, until it is published.
func (ld *loader) inStep(st *Step, use string, want ...value.Kind) lang.Context {
	cx := ld.inEpisode(use, want...)
	cx.Event = st.Events
	return cx
}

// compileIn compiles an expression of a step and notes whether it reads the step's event.
func (ld *loader) compileIn(no *node, cx lang.Context, st *Step) *lang.Program {
	st.keeps(no.text)
	return ld.compile(no, cx)
}

// valueIn is compileIn for an expression or a choice.
func (ld *loader) valueIn(no *node, cx lang.Context, st *Step) *lang.Program {
	for _, en := range no.entries {
		st.keeps(en.value.text)
	}
	st.keeps(no.text)
	return ld.exprOrChoice(no, cx)
}

// keeps notes that an expression may read the event: better to keep one too many until the publication.
func (st *Step) keeps(source string) {
	st.KeepsEvent = st.KeepsEvent || len(st.Events) > 0 && strings.Contains(source, "event.")
}

func numbers() []value.Kind { return []value.Kind{value.Int, value.Decimal} }

func texts() []value.Kind { return []value.Kind{value.Text} }

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
	list, ok := ld.texts(no, "via")
	if ok && len(list) == 0 {
		ld.fail(no, "via names no channel; write [email], or take the key out")
	}
	for _, item := range list {
		if channel, ok := ld.name(item, "a channel"); ok {
			st.Via = append(st.Via, channel)
		}
	}
}

// data reads name: expression or choice, sorted by name.
func (ld *loader) data(ke *keys, st *Step, key string, want ...value.Kind) (list []Datum) {
	no := ke.take(key)
	if no == nil {
		return nil
	}
	ld.named(no, key, func(en entry) {
		if pg := ld.valueIn(en.value, ld.inStep(st, key, want...), st); pg != nil {
			list = append(list, Datum{Name: en.key, Value: pg})
		}
	})
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// flag reads true or false.
func (ld *loader) flag(no *node, what string) bool {
	word, _ := ld.oneOf(no, what, "true", "false")
	return word == "true"
}

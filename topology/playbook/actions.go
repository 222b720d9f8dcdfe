package playbook

import (
	"sort"

	"holdfast/topology/lang"
)

// actions in the order of language.md 6.
var actions = []string{"send", "task", "notify", "request", "log"}

// draft is an action of the playbook at hand that is still to be read: every action has its id and its index before any
// expression is checked, so that sent("mail") finds it wherever it stands.
type draft struct {
	step  *Step
	item  *node
	after *node // the text of its timing, read when all steps are there
}

// declareActions names all actions of a playbook: steps, what states enter, always, and what stops do.
func (ld *loader) declareActions(body *node) {
	ld.drafts = nil
	part := func(no *node, key string) *node {
		for _, en := range no.entries {
			if en.key == key {
				return en.value
			}
		}
		return &node{}
	}
	for _, item := range part(body, "steps").items {
		ld.draft(item, PlaceStep, 0, "")
	}
	for i, state := range part(body, "states").entries {
		for _, item := range part(state.value, "enter").items {
			ld.draft(item, PlaceEnter, i, state.key)
		}
	}
	for _, item := range part(body, "always").items {
		ld.draft(item, PlaceAlways, 0, part(item, "event").text)
	}
	for _, item := range part(body, "stop").items {
		if hasAction(item) {
			ld.draft(item, PlaceStop, 0, part(item, "event").text)
		}
	}
	ld.numberActions()
}

func hasAction(item *node) bool {
	for _, en := range item.entries {
		if contains(actions, en.key) {
			return true
		}
	}
	return false
}

// draft adds an action; fallback is its id if it has none of its own.
func (ld *loader) draft(item *node, place Place, state int, fallback string) {
	if item.shape != shapeMapping {
		return
	}
	id := fallback
	for _, en := range item.entries {
		if en.key == "id" && en.value.shape == shapeScalar {
			id = en.value.text
		}
	}
	ld.drafts = append(ld.drafts, &draft{step: &Step{ID: id, Place: place, State: state}, item: item})
}

// numberActions puts the actions in file order and refuses two of one id.
func (ld *loader) numberActions() {
	sort.SliceStable(ld.drafts, func(i, j int) bool {
		a, b := ld.drafts[i].item, ld.drafts[j].item
		return a.line < b.line || a.line == b.line && a.column < b.column
	})
	pb, lines := ld.playbook, map[string]int{}
	for i, dr := range ld.drafts {
		dr.step.Index = i
		pb.Steps = append(pb.Steps, dr.step)
		if line, again := lines[dr.step.ID]; again && dr.step.ID != "" {
			ld.failAt(dr.item.line, dr.item.column, "action id %q is already used in line %d: give one of them an id", dr.step.ID, line)
			continue
		}
		lines[dr.step.ID] = dr.item.line
	}
}

// drafted finds the draft of an item; nil if the item is no action.
func (ld *loader) drafted(item *node) *draft {
	for _, dr := range ld.drafts {
		if dr.item == item {
			return dr
		}
	}
	return nil
}

// actionIDs are the ids by index, for sent("id").
func (ld *loader) actionIDs() []string {
	ids := make([]string, len(ld.playbook.Steps))
	for i, st := range ld.playbook.Steps {
		ids[i] = st.ID
	}
	return ids
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
			ld.fail(ke.at, "a step needs an action: send, task, notify, request or log")
		}
		return
	case 1:
	default:
		second := found[1]
		ld.failAt(second.line, second.column, "one action per step, found %s and %s: split it", found[0].key, second.key)
		return
	}
	en := found[0]
	st.Action = en.key
	switch {
	case en.key == "log":
		ld.log(ke, en.value, st)
	case en.value.shape == shapeMapping:
		for _, line := range en.value.entries {
			st.keeps(line.value.text)
		}
		st.Choice = ld.choice(en.value, ld.inStep(st, en.key), choiceTemplates)
	default:
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

// log reads what a step adds to the evidence: the name of the record, and value, unit, goal and text beside it.
func (ld *loader) log(ke *keys, record *node, st *Step) {
	lg := &Log{}
	st.Log = lg
	lg.Record, _ = ld.name(record, "a record of the evidence")
	if va := ke.take("value"); va != nil {
		lg.Value = ld.compileIn(va, ld.inStep(st, "value", numbers()...), st)
	}
	if unit := ke.take("unit"); unit != nil {
		lg.Unit, _ = ld.text(unit, "unit")
	}
	if goal := ke.take("goal"); goal != nil {
		lg.Goal = ld.compileIn(ld.literalName(goal), ld.inStep(st, "goal", texts()...), st)
	}
	if text := ke.take("text"); text != nil {
		lg.Text = ld.filled(text, ld.inStep(st, "text"))
		st.keeps(text.text)
	}
}

// literalName turns a plain name into the text that it is: goal: save_time says "save_time".
func (ld *loader) literalName(no *node) *node {
	if no.shape != shapeScalar || !lang.ValidName(no.text) || ld.names.Metrics[ld.playbook.Each][no.text] != nil || ld.playbookVars[no.text] != nil {
		return no
	}
	quoted := *no
	quoted.text = `"` + no.text + `"`
	return &quoted
}

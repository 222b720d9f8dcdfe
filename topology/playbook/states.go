package playbook

import (
	"sort"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// journey reads the states of a playbook and what holds in all of them.
func (ld *loader) journey(ke *keys) {
	if en, ok := ke.takeKey("steps"); ok {
		ld.failAt(en.line, en.column, "a playbook has steps or states; exactly one of them")
	}
	first := ke.need("first", "first: new, the name of the initial state")
	states := ke.need("states", "states: {new: {enter: [{send: welcome}], after: {7d: done}}, done: {final: success}}")
	always := ke.take("always")
	if states == nil || states.shape != shapeMapping {
		if states != nil {
			ld.fail(states, "states is a mapping of names: {new: {..}, done: {final: success}}")
		}
		return
	}
	if len(states.entries) == 0 {
		ld.fail(states, "states has no state; write {new: {events: {login: done}}, done: {final: success}}")
		return
	}
	pb := ld.playbook
	for _, en := range states.entries {
		ld.validName(en.line, en.column, en.key)
		pb.States = append(pb.States, State{Name: en.key})
	}
	for i, en := range states.entries {
		ld.state(en.value, &pb.States[i])
	}
	if first != nil {
		pb.First, _ = ld.stateNamed(first)
	}
	if always != nil {
		ld.always(always)
	}
	ld.moved(ke)
	ld.ways(states)
}

func (ld *loader) always(no *node) {
	if no.shape != shapeSequence {
		ld.fail(no, "always is a list of steps with an event: [{event: login, send: hello}]")
		return
	}
	for _, item := range no.items {
		ld.step(item)
	}
}

// moved reads where episodes go whose state a change of the bundle took away.
func (ld *loader) moved(ke *keys) {
	no := ke.take("moved")
	if no == nil {
		return
	}
	ld.playbook.Moved = map[string]string{}
	ld.named(no, "moved", func(en entry) {
		to, ok := ld.stateNamed(en.value)
		if !ok {
			return
		}
		for _, state := range ld.playbook.States {
			if state.Name == en.key {
				ld.failAt(en.line, en.column, "%s is a state of the playbook; moved names those that it has no more", en.key)
			}
		}
		ld.playbook.Moved[en.key] = ld.playbook.States[to].Name
	})
}

// stateNamed finds a state by its name.
func (ld *loader) stateNamed(no *node) (index int, ok bool) {
	name, ok := ld.text(no, "a state")
	if !ok {
		return 0, false
	}
	var names []string
	for i, state := range ld.playbook.States {
		if state.Name == name {
			return i, true
		}
		names = append(names, state.Name)
	}
	sort.Strings(names)
	ld.fail(no, "unknown state %s%s", name, lang.Suggest(name, names))
	return 0, false
}

// state reads one state.
func (ld *loader) state(no *node, state *State) {
	ke := ld.read(no, "a state")
	if ke == nil {
		return
	}
	if final := ke.take("final"); final != nil {
		state.Final, _ = ld.oneOf(final, "final", "success", "dropped")
	}
	if enter := ke.take("enter"); enter != nil {
		ld.enter(enter, state)
	}
	for _, way := range []struct {
		key  string
		read func(*node, *State)
	}{{"events", ld.moveEvents}, {"after", ld.moveAfter}, {"goto", ld.moveGoto}} {
		en, ok := ke.takeKey(way.key)
		switch {
		case !ok:
		case state.Final != "":
			ld.failAt(en.line, en.column, "%s is final: it has no %s", state.Name, way.key)
		default:
			way.read(en.value, state)
		}
	}
	ke.done()
}

func (ld *loader) enter(no *node, state *State) {
	if no.shape != shapeSequence {
		ld.fail(no, "enter is a list of steps: [{send: welcome}]")
		return
	}
	for _, item := range no.items {
		ld.step(item)
		if dr := ld.drafted(item); dr != nil {
			state.Enter = append(state.Enter, dr.step.Index)
		}
	}
}

// moveEvents reads {event: state | {to: state, if: condition}}.
func (ld *loader) moveEvents(no *node, state *State) {
	ke := ld.read(no, "events of a state")
	if ke == nil {
		return
	}
	for _, name := range ke.order {
		en := ke.entries[name]
		mo := Move{Event: ld.knownEvent(&node{shape: shapeScalar, text: name, line: en.line, column: en.column})}
		if en.value.shape == shapeMapping {
			ld.conditionalMove(en.value, &mo)
		} else {
			mo.To, _ = ld.stateNamed(en.value)
		}
		state.Events = append(state.Events, mo)
	}
}

func (ld *loader) conditionalMove(no *node, mo *Move) {
	ke := ld.read(no, "a move to a state")
	if ke == nil {
		return
	}
	if to := ke.need("to", "{to: active, if: account.plan == \"pro\"}"); to != nil {
		mo.To, _ = ld.stateNamed(to)
	}
	if condition := ke.take("if"); condition != nil {
		cx := ld.inEpisode("if", value.Bool)
		if mo.Event != nil {
			cx.Event = []*lang.EventDef{mo.Event}
		}
		mo.If = ld.compile(condition, cx)
	}
	ke.done()
}

// moveAfter reads {D: state}, the shortest first.
func (ld *loader) moveAfter(no *node, state *State) {
	ke := ld.read(no, "after of a state")
	if ke == nil {
		return
	}
	for _, text := range ke.order {
		en, mo := ke.entries[text], Move{}
		var ok bool
		if mo.Delay, ok = value.ParseDuration(text); !ok || mo.Delay <= 0 {
			ld.failAt(en.line, en.column, "after of a state is {D: state} with a duration such as 24h; found %q", text)
		}
		mo.To, _ = ld.stateNamed(en.value)
		state.After = append(state.After, mo)
	}
	sort.SliceStable(state.After, func(i, j int) bool { return state.After[i].Delay < state.After[j].Delay })
}

// moveGoto reads [{when, to}].
func (ld *loader) moveGoto(no *node, state *State) {
	if no.shape != shapeSequence {
		ld.fail(no, "goto is a list: [{when: has(login), to: active}]")
		return
	}
	for _, item := range no.items {
		ke := ld.read(item, "a goto")
		if ke == nil {
			continue
		}
		mo := Move{}
		if when := ke.need("when", "{when: has(login), to: active}"); when != nil {
			cx := ld.inEpisode("when", value.Bool)
			cx.Waiting = true
			mo.When = ld.compile(when, cx)
		}
		if to := ke.need("to", "{when: has(login), to: active}"); to != nil {
			mo.To, _ = ld.stateNamed(to)
		}
		ke.done()
		state.Goto = append(state.Goto, mo)
	}
}

// ways refuses states that nothing leads to and states that lead nowhere.
func (ld *loader) ways(states *node) {
	pb := ld.playbook
	reached := make([]bool, len(pb.States))
	next := []int{pb.First}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		if reached[at] {
			continue
		}
		reached[at] = true
		for _, moves := range [][]Move{pb.States[at].Events, pb.States[at].After, pb.States[at].Goto} {
			for _, mo := range moves {
				next = append(next, mo.To)
			}
		}
	}
	for i, en := range states.entries {
		state := &pb.States[i]
		switch {
		case !reached[i]:
			ld.failAt(en.line, en.column, "nothing leads to the state %s; take it out, or let a state go there", state.Name)
		case state.Final == "" && len(state.Events)+len(state.After)+len(state.Goto) == 0:
			ld.failAt(en.line, en.column, "the state %s leads nowhere; give it events, after or goto, or final: success", state.Name)
		}
	}
}

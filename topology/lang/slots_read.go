package lang

import "holdfast/topology/window"

// SlotRead is an aggregate that a program reads, and whose it is.
type SlotRead struct {
	Slot *window.Slot
	Over Scope
}

// SlotsRead lists the aggregates that the program reads, each once, in the order of the text: what a rule costs in state.
func (pg *Program) SlotsRead() (list []SlotRead) {
	seen := map[SlotRead]bool{}
	add := func(over Scope, slots ...*window.Slot) {
		for _, sl := range slots {
			if re := (SlotRead{sl, over}); sl != nil && !seen[re] {
				seen[re] = true
				list = append(list, re)
			}
		}
	}
	ofWindow := func(wc *windowCall) {
		if wc.source != nil {
			add(wc.over, wc.source.slot, wc.source.values)
		}
	}
	pg.term.visit(func(part *term) {
		add(part.over, part.slot)
		switch does := part.does.(type) {
		case *windowCall:
			ofWindow(does)
		case *changeCall:
			ofWindow(does.this)
			ofWindow(does.before)
		}
	})
	return list
}

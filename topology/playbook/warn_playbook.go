package playbook

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// warnPlaybook looks for rules that never do anything, and for episodes that nothing ends.
func (wr *written) warnPlaybook(body *node) {
	wr.each, wr.vars = subjectOf(body), map[string]*node{}
	for _, en := range body.at("vars").entries {
		wr.vars[en.key] = en.value
	}
	begin, ok := wr.startHolds(body.at("start"))
	if !ok {
		begin = [][]claim{{}}
	}
	if impossible(begin) {
		start := body.at("start")
		at := start
		for _, key := range []string{"when", "if"} {
			if no := start.entry(key); no != nil {
				at = no
			}
		}
		wr.warn(at, "dead rule: this can never be true%s, so nothing ever starts", wr.because(start))
		return // what follows from it is no news
	}
	wr.warnStops(body, begin)
	wr.warnSteps(body, begin)
	wr.warnMissingStop(body)
	wr.warnTransient(body.at("start"))
	wr.vars, wr.each = nil, ""
}

// because says what a start is held against, beside its own text.
func (wr *written) because(start *node) string {
	switch {
	case start.entry("event") != nil:
		return " of the event " + strings.Join(eventsAt(start.at("event")), " or ")
	case start.entry("when") != nil && start.entry("if") != nil:
		return " together with when: " + start.at("when").text
	}
	return ""
}

// startHolds is what is known to be true at the start; ok is false if it is too long to judge.
func (wr *written) startHolds(start *node) (holds [][]claim, ok bool) {
	parts := []lang.Node{wr.expression(start.at("when")), wr.expression(start.at("if"))}
	if holds, ok = wr.together(parts); !ok {
		return nil, false
	}
	if event := start.entry("event"); event != nil && start.entry("match") == nil {
		var either [][]claim
		for _, name := range eventsAt(event) {
			either = append(either, wr.occurred(name, 0)...)
		}
		holds, ok = both(holds, either)
	}
	return holds, ok
}

// together are the alternatives of conditions that all hold.
func (wr *written) together(parts []lang.Node) (list [][]claim, ok bool) {
	list = [][]claim{{}}
	for _, part := range parts {
		if part == nil {
			continue
		}
		more, ok := wr.alternatives(part, true, 0)
		if !ok {
			return nil, false
		}
		if list, ok = both(list, more); !ok {
			return nil, false
		}
	}
	return list, true
}

// occurred is what an event proves that is at hand and folded: its conditions, and that it was seen.
func (wr *written) occurred(name string, depth int) [][]claim {
	seen := claim{term: "total(" + name + ")", op: ">=", number: value.Scale, least: true}
	no := wr.events[name]
	if no == nil || depth > maxExpansion {
		return [][]claim{{seen}}
	}
	list := [][]claim{{}}
	if any := no.entry("any"); any != nil {
		list = nil
		for _, member := range eventsAt(any) {
			list = append(list, wr.occurred(member, depth+1)...)
		}
	}
	if from := no.at("from").text; from != "" && !strings.Contains(from, ".") {
		list = wr.occurred(from, depth+1)
	}
	for _, more := range [][][]claim{wr.whereOf(no), {{seen}}} {
		if joined, ok := both(list, more); ok {
			list = joined
		}
	}
	return list
}

func (wr *written) whereOf(no *node) [][]claim {
	where, ok := wr.alternatives(wr.expression(no.at("where")), true, 0)
	if !ok {
		return [][]claim{{}}
	}
	return where
}

// implies says that whenever one of the alternatives holds, the condition is true.
func (wr *written) implies(holds [][]claim, condition *node) bool {
	tree := wr.expression(condition)
	if tree == nil {
		return false
	}
	contrary, ok := wr.alternatives(tree, false, 0)
	if !ok {
		return false
	}
	all, ok := both(holds, contrary)
	return ok && impossible(all)
}

// warnStops names stops that are true at the start already.
func (wr *written) warnStops(body *node, begin [][]claim) {
	for _, stop := range body.at("stop").items {
		when := stop.entry("when")
		if when != nil && stop.entry("if") == nil && wr.implies(begin, when) {
			wr.warn(when, "dead rule: this stop is true whenever the playbook starts, so every episode ends at once")
		}
	}
}

// warnSteps names steps whose `if` can never be true when they are due.
func (wr *written) warnSteps(body *node, begin [][]claim) {
	stopped := wr.notStopped(body)
	for _, step := range body.steps() {
		condition := step.entry("if")
		tree := wr.expression(condition)
		if tree == nil {
			continue
		}
		own, ok := wr.alternatives(tree, true, 0)
		switch {
		case !ok:
		case impossible(own):
			wr.warn(condition, "dead rule: this can never be true, so the step is always skipped")
		case wr.never(own, lasting(begin, timed(step))):
			wr.warn(condition, "dead rule: this contradicts what is true at the start, so the step is always skipped")
		case wr.never(own, stopped):
			wr.warn(condition, "dead rule: where this is true a stop has ended the episode already, so the step is always skipped")
		}
	}
}

func (wr *written) never(own, known [][]claim) bool {
	all, ok := both(own, known)
	return ok && impossible(all)
}

// steps are the steps of a playbook, those of its states and of always too.
func (no *node) steps() (list []*node) {
	list = append(list, no.at("steps").items...)
	for _, state := range no.at("states").entries {
		list = append(list, state.value.at("enter").items...)
	}
	return append(list, no.at("always").items...)
}

// timed says that a step is not due at the start itself.
func timed(step *node) bool {
	for _, key := range timings {
		if step.entry(key) != nil {
			return true
		}
	}
	return false
}

// lasting is what of the start is still true when a step is due: the fields of the start event are, for good; the rest
// only when the step is due at once.
func lasting(begin [][]claim, later bool) (list [][]claim) {
	for _, claims := range begin {
		kept := []claim{}
		for _, cl := range claims {
			field, isField := strings.CutPrefix(cl.term, "event.")
			switch {
			case isField:
				cl.term = "start." + field
				kept = append(kept, cl)
			case !later:
				kept = append(kept, cl)
			}
		}
		list = append(list, kept)
	}
	return list
}

// notStopped is what is true of every open episode: none of its plain stops is.
func (wr *written) notStopped(body *node) [][]claim {
	list := [][]claim{{}}
	for _, stop := range body.at("stop").items {
		tree := wr.expression(stop.entry("when"))
		if tree == nil || stop.entry("if") != nil {
			continue
		}
		contrary, ok := wr.alternatives(tree, false, 0)
		if !ok {
			continue
		}
		if joined, ok := both(list, contrary); ok {
			list = joined
		}
	}
	return list
}

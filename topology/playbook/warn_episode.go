package playbook

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// warnMissingStop names episodes that go on whatever happens.
func (wr *written) warnMissingStop(body *node) {
	late := unconditionalLater(body)
	again := body.at("again").text
	perFact := strings.HasPrefix(again, "per ") && !strings.HasPrefix(again, "per event.") // another value of it stops the episode
	if late == nil || body.entry("states") != nil || perFact {
		return
	}
	stops := body.at("stop").items
	if len(stops) == 0 {
		wr.warn(late, "missing stop: this step comes later than the start, without an if, and nothing stops the playbook; add stop: [{event: ..}], or an if")
		return
	}
	start := body.at("start")
	for _, name := range wr.absences(wr.expression(start.at("when")), 0) {
		if !wr.stopsAt(stops, name) {
			wr.warn(start.at("when"), "missing stop: the playbook starts because there was no %s, and a %s does not stop it; add stop: [{event: %s}]", name, name, name)
		}
	}
}

// unconditionalLater is the first step that comes a day or more after the start without asking anything; nil if none.
func unconditionalLater(body *node) *node {
	for _, step := range body.at("steps").items {
		if step.entry("if") != nil || step.entry("log") != nil {
			continue
		}
		if step.entry("at") != nil {
			return step
		}
		after := step.entry("after")
		if after == nil {
			continue
		}
		millis, plain := value.ParseDuration(after.text)
		if !plain || millis >= dayMillis {
			return step
		}
	}
	return nil
}

// absences are the events whose absence a condition asks for: idle(e) >= D.
func (wr *written) absences(no lang.Node, depth int) (names []string) {
	switch no := no.(type) {
	case *lang.Binary:
		if no.Op == "and" || no.Op == "or" {
			return append(wr.absences(no.X, depth), wr.absences(no.Y, depth)...)
		}
		if ca, ok := no.X.(*lang.Call); ok && ca.Name == "idle" && ca.Args.Event != nil && !ca.Account && strings.HasPrefix(no.Op, ">") {
			return []string{ca.Args.Event.Names[0]}
		}
	case *lang.Path:
		if expanded := wr.named(no); expanded != nil && depth < maxExpansion {
			return wr.absences(expanded, depth+1)
		}
	}
	return nil
}

// stopsAt says that an event ends the episode, or that a stop looks at it.
func (wr *written) stopsAt(stops []*node, name string) bool {
	for _, stop := range stops {
		for _, event := range eventsAt(stop.at("event")) {
			if event == name || wr.isAnyOf(event, name, 0) || contains(wr.members(name), event) {
				return true
			}
		}
		if contains(words(stop.at("when").text), name) {
			return true
		}
	}
	return false
}

// isAnyOf says that an `any` has the event among its members.
func (wr *written) isAnyOf(event, name string, depth int) bool {
	no := wr.events[event]
	if no == nil || depth > maxExpansion {
		return false
	}
	for _, member := range eventsAt(no.at("any")) {
		if member == name || wr.isAnyOf(member, name, depth+1) {
			return true
		}
	}
	return false
}

// warnTransient names reasons that pass in the `if` of a start that waits: an `if` that is false at the edge loses the
// occasion until `when` falls and rises again (language.md 15).
func (wr *written) warnTransient(start *node) {
	condition := start.entry("if")
	if start.entry("when") == nil || condition == nil {
		return
	}
	if reason := wr.transient(wr.expression(condition), 0); reason != "" {
		wr.warn(condition, "transient reason: %s passes, and an if that is false at the edge loses the occasion until when falls and rises again; move it into when", reason)
	}
}

// transient finds a part that passes: another playbook runs, an element of a live set, a signal.
func (wr *written) transient(no lang.Node, depth int) string {
	switch no := no.(type) {
	case *lang.Unary:
		return wr.transient(no.X, depth)
	case *lang.Binary:
		if no.Op == "contains" && wr.isSet(no.X) {
			return lang.Format(no)
		}
		if left := wr.transient(no.X, depth); left != "" {
			return left
		}
		return wr.transient(no.Y, depth)
	case *lang.Call:
		if no.Name == "running" || no.Name == "signal" || no.Name == "size" && wr.isSet(no.Args.Expr) {
			return lang.Format(no)
		}
	case *lang.Path:
		if expanded := wr.named(no); expanded != nil && depth < maxExpansion {
			return wr.transient(expanded, depth+1)
		}
	}
	return ""
}

// isSet says that a node names a live set, but that of the members.
func (wr *written) isSet(no lang.Node) bool {
	pa, ok := no.(*lang.Path)
	if !ok {
		return false
	}
	name := pa.Names[len(pa.Names)-1]
	return name != "members" && wr.sets[name]
}

package playbook

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// again reads never | always | every D | after EVENT | after EXPR | per PATH [every D].
func (ld *loader) again(no *node) {
	text, ok := ld.text(no, "again")
	if !ok {
		return
	}
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	re := &ld.playbook.Again
	switch {
	case text == "never":
		re.Kind = AgainNever
	case text == "always":
		re.Kind = AgainAlways
	case word == "every" && rest != "":
		re.Kind = AgainEvery
		if re.Every, ok = value.ParseDuration(rest); !ok || re.Every == 0 {
			ld.fail(no, "again: every wants a duration such as 30d; found %q", rest)
		}
	case word == "after" && rest != "":
		re.Kind = AgainAfter
		ld.againAfter(ld.part(no, strings.Index(text, rest), rest))
	case word == "per" && rest != "":
		re.Kind = AgainPer
		ld.againPer(no, text, rest)
	default:
		ld.fail(no, "again is never, always, every D, after EVENT or a condition, or per PATH [every D]; found %q", text)
	}
}

// part is a piece of a text with its place.
func (ld *loader) part(no *node, offset int, text string) *node {
	line, column := place(no, offset)
	return &node{shape: shapeScalar, text: text, line: line, column: column, multiline: no.multiline}
}

// againAfter is an event if the text is the name of one, else a condition.
func (ld *loader) againAfter(at *node) {
	if lang.ValidName(at.text) && ld.names.Metrics[ld.playbook.Each][at.text] == nil {
		ld.playbook.Again.Event = ld.knownEvent(at)
		return
	}
	ld.playbook.Again.When = ld.compile(at, ld.waiting("again: after"))
}

// againPer reads PATH [every D]: a field of the start event, or a fact.
func (ld *loader) againPer(no *node, text, rest string) {
	re := &ld.playbook.Again
	path, every, hasEvery := strings.Cut(rest, " every ")
	path = strings.TrimSpace(path)
	if hasEvery {
		var ok bool
		if re.Every, ok = value.ParseDuration(strings.TrimSpace(every)); !ok || re.Every == 0 {
			ld.fail(no, "again: per PATH every wants a duration such as 30d; found %q", every)
		}
	}
	cx := ld.startIf()
	cx.Use, cx.Want = "again: per", nil
	re.OfEvent = strings.HasPrefix(path, "event.")
	re.Per = ld.compile(ld.part(no, strings.Index(text, path), path), cx)
	if re.Per != nil && re.Per.Type == value.List {
		ld.fail(no, "again: per wants one value, %s is a list", path)
	}
}

// firstOfValue compiles when the start's events came first, for a start that takes the first one of each value: what came
// before the playbook is not remembered by value.
func (ld *loader) firstOfValue() {
	pb := ld.playbook
	if pb.Start.Seen == nil || pb.Again.Kind != AgainPer {
		return
	}
	for _, de := range pb.Start.Events {
		at := &node{shape: shapeScalar, text: "first(" + de.Name + ")"}
		if first := ld.compile(at, lang.Context{Scope: pb.Each, Key: ld.key, Use: "once"}); first != nil {
			pb.Start.First = append(pb.Start.First, first)
		}
	}
}

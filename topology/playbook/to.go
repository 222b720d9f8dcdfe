package playbook

import (
	"sort"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// recipients gives the step its own `to`, else the playbook's, else what its action defaults to.
func (ld *loader) recipients(ke *keys, st *Step, to *To) {
	own := ke.take("to")
	switch {
	case own != nil:
		ld.of = st
		if read := ld.to(own); read != nil {
			st.To = *read
		}
	case st.Action == "log":
	case st.Action == "request" || st.Action == "":
		st.To = To{All: [][]Recipient{{{Kind: ToAccount}}}}
	case to != nil:
		st.To = *to
	case ld.refusedFor:
	default:
		ld.fail(ke.at, "the step has no recipient; add to: role(\"admin\"), or to: for the whole playbook")
	}
}

// to reads a recipient, `a or b`, or a list of such groups.
func (ld *loader) to(no *node) *To {
	list, ok := ld.texts(no, "to")
	if !ok {
		return nil
	}
	if len(list) == 0 {
		ld.fail(no, "to names nobody; write role(\"admin\"), or take the key out")
		return nil
	}
	to := &To{}
	for _, item := range list {
		if group := ld.group(item); len(group) > 0 {
			to.All = append(to.All, group)
		}
	}
	return to
}

// group reads `a or b`: the first that is not empty.
func (ld *loader) group(no *node) []Recipient {
	if no.broken {
		return nil
	}
	tree, err := lang.Parse(no.text)
	if err != nil {
		ld.expressionErrors(no, []*lang.Error{err})
		return nil
	}
	var group []Recipient
	for _, choice := range lang.Choices(tree) {
		if re, ok := ld.recipient(no, choice); ok {
			group = append(group, re)
		}
	}
	return group
}

// recipient reads one: user, role("r"), team(..), channel(..), system(..), or an expression that yields a user id.
func (ld *loader) recipient(no *node, choice lang.Node) (Recipient, bool) {
	offset, end := choice.Span()
	if pa, ok := choice.(*lang.Path); ok && len(pa.Names) == 1 && pa.Names[0] == "user" {
		if ld.playbook.Each != lang.ScopeUser {
			line, column := place(no, offset)
			ld.failAt(line, column, "a playbook for each %s has no user; write role(\"admin\") or a user id such as start.user_id", ld.subjectWord())
			return Recipient{}, false
		}
		return Recipient{Kind: ToUser}, true
	}
	if ca, ok := choice.(*lang.Call); ok && !ca.Account {
		if kind := recipientKind(ca.Name); kind != 0 {
			return ld.namedRecipient(no, ca, kind)
		}
	}
	line, column := place(no, offset)
	part := &node{shape: shapeScalar, text: no.text[offset:end], line: line, column: column, multiline: no.multiline}
	pg := ld.compileIn(part, ld.inStep(ld.of, "to", value.Text), ld.of)
	re := Recipient{Kind: ToPath, Name: part.text, Path: pg}
	if pa, ok := choice.(*lang.Path); ok && pg != nil && len(pa.Names) == 2 && pa.Names[0] == "start" && pa.Names[1] == "user_id" {
		re.OfStart = true
		ld.captureLanguage()
	}
	return re, pg != nil
}

// captureLanguage keeps what the start event says of the locale and the zone of its user: the record of a user is not
// kept for that alone.
func (ld *loader) captureLanguage() {
	for _, name := range []string{"locale", "time_zone"} {
		for _, de := range ld.playbook.Start.Events {
			if _, ok := de.Field(name); ok {
				ld.capture(name, value.Text)
				break
			}
		}
	}
}

// subjectWord is what the playbook is for.
func (ld *loader) subjectWord() string {
	if ld.playbook.Each == lang.ScopeKey {
		return ld.key
	}
	return ld.playbook.Each.String()
}

func recipientKind(name string) RecipientKind {
	switch name {
	case "role":
		return ToRole
	case "team":
		return ToTeam
	case "channel":
		return ToChannel
	case "system":
		return ToSystem
	}
	return 0
}

func (ld *loader) namedRecipient(no *node, ca *lang.Call, kind RecipientKind) (Recipient, bool) {
	name, ok := ca.Args.Expr.(*lang.Literal)
	if !ok || name.Value.Kind != value.Text || name.Value.Text == "" {
		offset, _ := ca.Span()
		line, column := place(no, offset)
		ld.failAt(line, column, "%s() wants a name in double quotes: %s(\"csm\")", ca.Name, ca.Name)
		return Recipient{}, false
	}
	return Recipient{Kind: kind, Name: name.Value.Text}, true
}

// rolesOf are the roles that some recipient or members("role") names, sorted.
func rolesOf(playbooks []*Playbook, counted []string) []string {
	roles := append([]string(nil), counted...)
	for _, pb := range playbooks {
		for _, st := range pb.Steps {
			for _, group := range st.To.All {
				for _, re := range group {
					if re.Kind == ToRole {
						roles = append(roles, re.Name)
					}
				}
			}
		}
	}
	sort.Strings(roles)
	return compact(roles)
}

func compact(sorted []string) []string {
	var kept []string
	for i, name := range sorted {
		if i == 0 || name != sorted[i-1] {
			kept = append(kept, name)
		}
	}
	return kept
}

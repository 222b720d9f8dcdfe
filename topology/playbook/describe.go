package playbook

import (
	"fmt"
	"strings"

	"holdfast/topology/value"
)

// Describe says in a line or two what each playbook does: what `holdfast lint` prints when all is well.
func (bu *Bundle) Describe() string {
	var sb strings.Builder
	declared := 0
	for _, de := range bu.Events {
		if !de.Hidden && !de.BuiltIn {
			declared++
		}
	}
	fmt.Fprintf(&sb, "bundle %s, revision %d: %d playbooks, %d events, %d aggregates\n", bu.Name, bu.Revision, len(bu.Playbooks), declared, len(bu.Slots))
	for _, pb := range bu.Playbooks {
		sb.WriteString(pb.Describe() + "\n")
	}
	return sb.String()
}

// Describe says in a line what the playbook does.
func (pb *Playbook) Describe() string {
	steps := make([]string, len(pb.Steps))
	for i, st := range pb.Steps {
		steps[i] = st.describe(pb)
	}
	return fmt.Sprintf("%s: each %s, %s, starts %s, again %s; %s", pb.Name, pb.Each, pb.Class, pb.Start.describe(), pb.Again.describe(), strings.Join(steps, ", "))
}

func (st *Start) describe() string {
	if st.When != nil {
		return "when " + st.When.Source
	}
	names := make([]string, len(st.Events))
	for i, de := range st.Events {
		names[i] = de.Name
	}
	return "at " + strings.Join(names, " or ")
}

func (re *Again) describe() string {
	switch re.Kind {
	case AgainAlways:
		return "always"
	case AgainEvery:
		return "every " + value.FormatDuration(re.Every, "")
	case AgainAfter:
		if re.Event != nil {
			return "after " + re.Event.Name
		}
		return "after " + re.When.Source
	}
	return "never"
}

func (st *Step) describe(pb *Playbook) string {
	when := ""
	switch st.Timing {
	case TimingAfter:
		when = " after " + value.FormatDuration(st.After, "")
	case TimingAfterStep:
		when = " " + value.FormatDuration(st.After, "") + " after " + pb.Steps[st.AfterStep].ID
	case TimingAt:
		when = " at " + st.At.Source
	}
	return fmt.Sprintf("%s (%s %s)%s", st.ID, st.Action, st.Template, when)
}

package playbook

import (
	"fmt"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// Describe says in a line or two what each playbook does, and what is derived: what `holdfast lint` prints when all is
// well.
func (bu *Bundle) Describe() string {
	var sb strings.Builder
	declared := 0
	for _, de := range bu.Events {
		if !de.Hidden && !de.BuiltIn {
			declared++
		}
	}
	fmt.Fprintf(&sb, "bundle %s, revision %d: %s, %s, %s\n", bu.Name, bu.Revision, counted(len(bu.Playbooks), "playbook"), counted(declared, "event"), counted(len(bu.Slots), "aggregate"))
	for _, doc := range bu.Documents {
		fmt.Fprintf(&sb, "%s: each %s\n", doc.Title(), doc.Each())
	}
	for _, pb := range bu.Playbooks {
		sb.WriteString(pb.Describe() + "\n")
	}
	return sb.String()
}

// Describe says in a line what the playbook does.
func (pb *Playbook) Describe() string {
	parts := make([]string, 0, len(pb.Steps))
	for _, st := range pb.Steps {
		parts = append(parts, st.describe(pb))
	}
	return fmt.Sprintf("%s: each %s, %s, starts %s, again %s; %s", pb.Name, pb.Each, pb.Class, pb.Start.describe(), pb.Again.describe(), strings.Join(parts, ", "))
}

func (st *Start) describe() string {
	switch {
	case st.When != nil:
		return "when " + st.When.Source
	case st.Schedule != nil:
		return "each " + st.Schedule.describe()
	}
	return "at " + strings.Join(eventNames(st.Events), " or ")
}

// describe says when a schedule occurs: month on day 1 at 09:00.
func (sc *Schedule) describe() string {
	text := ""
	for _, word := range sortedKeys(periods) {
		if periods[word] == sc.Each {
			text = word
		}
	}
	switch {
	case sc.Each == PeriodWeek:
		text += " on " + weekdays[sc.Day]
	case sc.Day == LastDay:
		text += " on its last day"
	case sc.Each != PeriodDay:
		text += fmt.Sprintf(" on day %d", sc.Day)
	}
	return text + fmt.Sprintf(" at %02d:%02d", sc.Minute/60, sc.Minute%60)
}

func (re *Again) describe() string {
	switch re.Kind {
	case AgainAlways:
		return "always"
	case AgainEvery:
		return "every " + value.FormatDuration(re.Every, "")
	case AgainPer:
		return re.describePer()
	case AgainAfter:
		if re.Event != nil {
			return "after " + re.Event.Name
		}
		return "after " + sourceOf(re.When)
	}
	return "never"
}

func (re *Again) describePer() string {
	text := "per " + sourceOf(re.Per)
	if re.Every > 0 {
		text += " every " + value.FormatDuration(re.Every, "")
	}
	return text
}

// sourceOf is an expression as written.
func sourceOf(pg *lang.Program) string {
	if pg == nil {
		return ""
	}
	return pg.Source
}

func (st *Step) describe(pb *Playbook) string {
	return fmt.Sprintf("%s (%s)%s", st.ID, strings.TrimSpace(st.Action+" "+st.content()), st.timing(pb)+st.where(pb))
}

// content is what the step sends or writes.
func (st *Step) content() string {
	switch {
	case st.Choice != nil:
		return st.Choice.Source
	case st.Log != nil:
		return st.Log.Record
	}
	return st.Template
}

func (st *Step) timing(pb *Playbook) string {
	switch {
	case st.Delay != nil:
		return " after " + st.Delay.Source
	case st.Timing == TimingAfter:
		return " after " + value.FormatDuration(st.After, "")
	case st.Timing == TimingAfterStep:
		return " " + value.FormatDuration(st.After, "") + " after " + pb.Steps[st.AfterStep].ID
	case st.Timing == TimingAt:
		return " at " + sourceOf(st.At)
	case st.Timing == TimingEvent:
		return " at " + strings.Join(eventNames(st.Events), " or ")
	case st.Timing == TimingWhen:
		return " when " + sourceOf(st.When)
	}
	return ""
}

// where names the place of an action that is no plain step.
func (st *Step) where(pb *Playbook) string {
	switch st.Place {
	case PlaceEnter:
		return " on entering " + pb.States[st.State].Name
	case PlaceStop:
		return " and stops"
	}
	return ""
}

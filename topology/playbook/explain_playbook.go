package playbook

import (
	"fmt"
	"strings"

	"holdfast/topology/value"
)

func (ex *explaining) playbook(pb *Playbook) {
	ex.line(1, "For each %s. Class %s%s%s.", pb.Each, pb.Class, prefixed(", owned by ", pb.Owner), map[bool]string{true: ", urgent: it does not wait for rivals"}[pb.Urgent])
	ex.starts(pb)
	ex.line(1, "%s", againText(&pb.Again))
	if pb.Priority != nil {
		ex.line(1, "Priority: %s (50 where it is unknown).", pb.Priority.Source)
	}
	ex.stops(pb)
	if pb.States == nil {
		ex.steps(pb, PlaceStep, "Steps:")
	} else {
		ex.journey(pb)
	}
	ex.goal(pb)
	ex.line(1, "An episode is over when every step is decided, after %s at the latest.", plainDuration(pb.Ends))
	ex.wakes(pb.wakeRows())
	ex.costs(pb.Each, pb.Programs(), episodeBytes(pb))
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func plainDuration(millis int64) string { return value.FormatDuration(millis, " ") }

func (ex *explaining) starts(pb *Playbook) {
	st := &pb.Start
	text := ""
	switch {
	case st.When != nil:
		text = "when this becomes true: " + st.When.Source
	case st.Schedule != nil:
		text = "each " + st.Schedule.describe() + ", in the zone of the " + pb.Each.String()
	default:
		text = "at " + strings.Join(eventNames(st.Events), " or ")
	}
	if st.Seen != nil {
		text += ", the first time only"
	}
	if st.Settle > 0 {
		text += ", judged " + plainDuration(st.Settle) + " later"
	}
	if st.If != nil {
		text += "; only if then: " + st.If.Source
	}
	ex.line(1, "Starts %s.", text)
	if len(st.Events) == 0 {
		ex.line(1, "%s", existingText(st))
	}
}

func existingText(st *Start) string {
	switch st.Existing {
	case ExistingMark:
		return "Who was there when it went live and has it already, or may have it, counts as done: nothing is said."
	case ExistingInclude:
		return "Who was there when it went live and has it already enters at once."
	case ExistingRamp:
		return fmt.Sprintf("Who was there when it went live and has it already enters over days, %s%% of them a day.", value.FormatDecimal(st.Ramp))
	}
	return "Who was there when it went live and has it already does not enter; the next change counts."
}

func againText(re *Again) string {
	switch re.Kind {
	case AgainAlways:
		return "Every occasion starts an episode of its own, also beside an open one."
	case AgainEvery:
		return "One open episode at a time; again " + plainDuration(re.Every) + " after the last entry at the earliest."
	case AgainAfter:
		if re.Event != nil {
			return "One open episode at a time; again only after a " + re.Event.Name + "."
		}
		return "One open episode at a time; again only after this became true: " + sourceOf(re.When) + "."
	case AgainPer:
		if re.Every > 0 {
			return "Once for each value of " + sourceOf(re.Per) + ", and again " + plainDuration(re.Every) + " after the last entry with it."
		}
		return "Once for each value of " + sourceOf(re.Per) + "."
	}
	return "Once, and never again."
}

func (ex *explaining) stops(pb *Playbook) {
	if len(pb.Stops) == 0 {
		ex.line(1, "Nothing stops it.")
		return
	}
	ex.line(1, "Stops, with what is not sent yet withdrawn and what is sent cancelled:")
	for i := range pb.Stops {
		so := &pb.Stops[i]
		text := "at " + so.Text
		if so.When != nil {
			text = "when " + so.Text
		}
		if so.Action != nil {
			text += "; then " + actionText(so.Action) + map[bool]string{true: ", if a message of the episode went out"}[so.Contacted]
		}
		ex.line(2, "%s", text+matchText(so.Match))
	}
}

func matchText(ma Match) string {
	switch ma {
	case MatchUser:
		return " (of the user who began it)"
	case MatchAccount:
		return " (of anybody in the account)"
	case MatchKey:
		return " (of the same key)"
	}
	return ""
}

// steps lists the actions of a place.
func (ex *explaining) steps(pb *Playbook, place Place, head string) {
	first := true
	for _, st := range pb.Steps {
		if st.Place != place {
			continue
		}
		if first {
			ex.line(1, "%s", head)
		}
		first = false
		ex.line(2, "%s", stepText(pb, st))
	}
}

func stepText(pb *Playbook, st *Step) string {
	text := st.ID + ": " + timingText(pb, st) + ", " + actionText(st)
	if st.If != nil {
		text += "; only if " + st.If.Source + ", when it is due and again when it goes out"
	}
	if st.Within > 0 {
		text += "; waits no longer than " + plainDuration(st.Within) + " from the start"
	}
	return text
}

func timingText(pb *Playbook, st *Step) string {
	switch {
	case st.Delay != nil:
		return st.Delay.Source + " after the start"
	case st.Timing == TimingAfter && st.Place == PlaceEnter:
		return plainDuration(st.After) + " after the state is entered"
	case st.Timing == TimingAfter:
		return plainDuration(st.After) + " after the start"
	case st.Timing == TimingAfterStep:
		return plainDuration(st.After) + " after " + pb.Steps[st.AfterStep].ID + " went out"
	case st.Timing == TimingAt:
		return "at " + sourceOf(st.At)
	case st.Timing == TimingEvent:
		return "at " + strings.Join(eventNames(st.Events), " or ") + map[bool]string{true: ", the first only"}[st.Once]
	case st.Timing == TimingWhen:
		return "when " + sourceOf(st.When)
	}
	return "at once"
}

var deeds = map[string]string{"send": "sends", "task": "gives the task", "notify": "notifies with", "request": "requests", "log": "adds to the evidence"}

// actionText says what goes to whom, by which channel, with what.
func actionText(st *Step) string {
	text := deeds[st.Action] + " " + st.content()
	if st.Action == "log" {
		return text
	}
	text += " to " + toText(&st.To)
	if len(st.Via) > 0 {
		joint := map[bool]string{true: " and ", false: ", else "}[st.ViaAll]
		text += " by " + strings.Join(st.Via, joint)
	}
	if names := append(datumNames(st.Data), datumNames(st.Links)...); len(names) > 0 {
		text += " with " + strings.Join(names, ", ")
	}
	return text + "; expires after " + plainDuration(st.Expires)
}

func datumNames(data []Datum) (names []string) {
	for _, da := range data {
		names = append(names, da.Name)
	}
	return names
}

// toText says who gets it: groups get one each, of a group the first that is not empty.
func toText(to *To) string {
	var groups []string
	for _, group := range to.All {
		var choices []string
		for _, re := range group {
			choices = append(choices, recipientText(re))
		}
		groups = append(groups, strings.Join(choices, ", or if there is none "))
	}
	return strings.Join(groups, " and ")
}

func recipientText(re Recipient) string {
	switch re.Kind {
	case ToUser:
		return "the user"
	case ToRole:
		return "everybody with the role " + re.Name
	case ToPath:
		return "the user in " + re.Name
	case ToTeam:
		return "the team " + re.Name
	case ToChannel:
		return "the channel " + re.Name
	case ToSystem:
		return "the system " + re.Name
	}
	return "the account"
}

// journey lists the states with what they enter and where they lead.
func (ex *explaining) journey(pb *Playbook) {
	ex.line(1, "Begins in the state %s.", pb.States[pb.First].Name)
	ex.steps(pb, PlaceAlways, "In every state that is not final:")
	for i := range pb.States {
		ex.state(pb, &pb.States[i])
	}
}

func (ex *explaining) state(pb *Playbook, state *State) {
	head := "State " + state.Name
	if state.Final != "" {
		head += ", the end (" + state.Final + ")"
	}
	ex.line(1, "%s:", head)
	for _, index := range state.Enter {
		ex.line(2, "%s", stepText(pb, pb.Steps[index]))
	}
	for _, mo := range state.Events {
		ex.line(2, "at %s%s -> %s", mo.Event.Name, prefixed(" if ", sourceOf(mo.If)), pb.States[mo.To].Name)
	}
	for _, mo := range state.After {
		ex.line(2, "after %s -> %s", plainDuration(mo.Delay), pb.States[mo.To].Name)
	}
	for _, mo := range state.Goto {
		ex.line(2, "when %s -> %s", sourceOf(mo.When), pb.States[mo.To].Name)
	}
}

func (ex *explaining) goal(pb *Playbook) {
	if pb.Goal == nil {
		return
	}
	within := ""
	if pb.Goal.Within > 0 {
		within = " within " + plainDuration(pb.Goal.Within)
	}
	ex.line(1, "Counts as a success: %s%s%s.", pb.Goal.Text, prefixed(" if ", sourceOf(pb.Goal.If)), within)
}

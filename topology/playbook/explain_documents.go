package playbook

import (
	"fmt"
	"strings"

	"holdfast/topology/value"
)

// derived explains one thing that is derived, found by its title.
func (ex *explaining) derived(title string) {
	for _, doc := range ex.bundle.Documents {
		if doc.Title() != title {
			continue
		}
		kept, rows := int64(0), rowsOf("", doc.Programs()...)
		switch doc := doc.(type) {
		case *Health:
			ex.health(doc)
			kept = 40 + 16*int64(len(doc.Measures))
			rows = append(append(rows, lasts("a worse tier has lasted", doc.Down)...), lasts("a better tier has lasted", doc.Up)...)
		case *Flag:
			ex.flag(doc)
			kept = 24
			rows = append(rows, lasts("the change has lasted", doc.Settle)...)
		case *Stages:
			ex.stages(doc)
			kept = 36
			rows = append(rows, lasts("the stage has lasted", doc.Dwell)...)
		case *Evidence:
			ex.evidence(doc)
			kept = 60*int64(doc.Keep) + 40*int64(len(doc.Goals())+1)
		}
		if names := reactions(doc.Programs()); names != "" {
			ex.line(1, "Judged anew at: %s.", names)
		}
		ex.wakes(rows)
		ex.costs(doc.Each(), doc.Programs(), kept)
	}
}

func (ex *explaining) health(he *Health) {
	ex.line(1, "A score from %s to %s for each %s; unknown until %s.", value.FormatDecimal(he.Low), value.FormatDecimal(he.High), he.Scope, sourceOf(he.Needs))
	ex.line(1, "It is the sum of, the first true line of each:")
	for i := range he.Measures {
		me := &he.Measures[i]
		ex.line(2, "%s", me.Name)
		for _, li := range me.Lines {
			ex.line(3, "%s", lineText(li))
		}
	}
	for i, ti := range he.Tiers {
		if i+1 < len(he.Tiers) {
			ex.line(1, "Tier %s: entered below %s, left at %s.", ti.Name, value.FormatDecimal(ti.Below), value.FormatDecimal(ti.Until))
		} else {
			ex.line(1, "Tier %s: all above.", ti.Name)
		}
	}
	if he.Down > 0 || he.Up > 0 {
		ex.line(1, "A change to a worse tier must last %s, to a better one %s.", orNothing(he.Down), orNothing(he.Up))
	}
}

func orNothing(millis int64) string {
	if millis == 0 {
		return "no time"
	}
	return plainDuration(millis)
}

func lineText(li MeasureLine) string {
	text := li.Points.Source + " points"
	if li.HasMax {
		text += ", at most " + value.FormatDecimal(li.Max)
	}
	if li.If == nil {
		return text + " otherwise"
	}
	return text + " if " + li.If.Source
}

func (ex *explaining) flag(fl *Flag) {
	what, begins, ends := "segment", "entered", "left"
	if fl.Signal {
		what, begins, ends = fl.Kind+" signal", "raised", "cleared"
	}
	leave := "that is false"
	if fl.Leave != nil {
		leave = fl.Leave.Source
	}
	text := fmt.Sprintf("The %s %s of each %s: %s when %s, %s when %s", what, fl.Name, fl.Scope, begins, fl.Enter.Source, ends, leave)
	if fl.Settle > 0 {
		text += "; a change must last " + plainDuration(fl.Settle)
	}
	ex.line(1, "%s.", text)
}

func (ex *explaining) stages(sg *Stages) {
	ex.line(1, "The stage of each %s is the first that holds%s:", sg.Scope, map[bool]string{true: ", with at most one change in " + plainDuration(sg.Dwell)}[sg.Dwell > 0])
	for _, line := range sg.List {
		if line.Is == nil {
			ex.line(2, "%s: otherwise", line.Name)
		} else {
			ex.line(2, "%s: %s", line.Name, line.Is.Source)
		}
	}
}

func (ex *explaining) evidence(ev *Evidence) {
	ex.line(1, "Value moments of each %s, the newest %d and totals for each goal:", ev.Scope, ev.Keep)
	for i := range ev.Records {
		re := &ev.Records[i]
		text := re.ID + ": at " + re.Event.Name + prefixed(" if ", sourceOf(re.If))
		if re.Value != nil {
			text += ", worth " + strings.TrimSpace(re.Value.Source+" "+re.Unit)
		}
		ex.line(2, "%s%s", text, prefixed(", for ", re.Goal))
	}
}

package playbook

import (
	"fmt"
	"strings"

	"holdfast/topology/lang"
)

// Waits lists the parts of all waiting expressions that time changes by itself, with the instant at which it does
// (language.md 12), one a line:
//
//	inactivity.start  idle(login) >= 7d  last(login) + 7d
func (bu *Bundle) Waits() string {
	var rows [][3]string
	add := func(name string, programs ...*lang.Program) {
		for _, pg := range programs {
			if pg == nil || pg.Next == nil {
				continue
			}
			for _, wa := range pg.Wakes() {
				rows = append(rows, [3]string{name, wa.Condition, wa.Instant})
			}
		}
	}
	for _, doc := range bu.Documents {
		add(doc.Title(), doc.Programs()...)
	}
	for _, pb := range bu.Playbooks {
		pb.waits(add)
	}
	return columns(rows)
}

// waits lists the waiting expressions of the playbook.
func (pb *Playbook) waits(add func(name string, programs ...*lang.Program)) {
	add(pb.Name+".start", pb.Start.When)
	add(pb.Name+".again", pb.Again.When)
	for i := range pb.Stops {
		add(pb.Name+".stop", pb.Stops[i].When)
	}
	for _, st := range pb.Steps {
		add(pb.Name+"."+st.ID, st.When)
	}
	for i := range pb.States {
		for _, mo := range pb.States[i].Goto {
			add(pb.Name+"."+pb.States[i].Name, mo.When)
		}
	}
	if pb.Goal != nil {
		add(pb.Name+".goal", pb.Goal.When)
	}
}

// columns puts rows into columns of one width; a cell is at most wide, longer ones push the rest aside.
func columns(rows [][3]string) string {
	const wide = 60
	var widths [2]int
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], min(len(row[i]), wide))
		}
	}
	var sb strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&sb, "%-*s  %-*s  %s\n", widths[0], row[0], widths[1], row[1], row[2])
	}
	return sb.String()
}

package playbook

import (
	"fmt"
	"strings"

	"holdfast/topology/lang"
)

// What time alone wakes: conditions that it makes true or false, and delays that end. A row says where, what for, and when.

// wakes lists the instants at which time alone may change something.
func (ex *explaining) wakes(rows [][3]string) {
	if len(rows) == 0 {
		ex.line(1, "Time alone changes nothing here: it is woken by events only.")
		return
	}
	ex.line(1, "Woken by time at:")
	for _, row := range strings.Split(strings.TrimSuffix(columns(rows), "\n"), "\n") {
		ex.line(2, "%s", strings.TrimLeft(row, " "))
	}
}

// rowsOf are the wakes of programs under a name.
func rowsOf(name string, programs ...*lang.Program) (rows [][3]string) {
	for _, pg := range programs {
		if pg == nil || pg.Next == nil {
			continue
		}
		for _, wa := range pg.Wakes() {
			rows = append(rows, [3]string{name, wa.Condition, wa.Instant})
		}
	}
	return rows
}

// wakeRows are the wakes of a playbook without its name: conditions first, then what has a delay.
func (pb *Playbook) wakeRows() (rows [][3]string) {
	pb.waits(func(name string, programs ...*lang.Program) {
		rows = append(rows, rowsOf(strings.TrimPrefix(name, pb.Name+"."), programs...)...)
	})
	rows = append(rows, pb.Start.delays()...)
	if pb.Again.Every > 0 && pb.Start.When != nil {
		rows = append(rows, [3]string{"again", "judged anew", "the last entry + " + plainDuration(pb.Again.Every)})
	}
	for _, st := range pb.Steps {
		rows = append(rows, st.delays(pb)...)
	}
	for i := range pb.States {
		for _, mo := range pb.States[i].After {
			rows = append(rows, [3]string{pb.States[i].Name, "goes on to " + pb.States[mo.To].Name, "its entry + " + plainDuration(mo.Delay)})
		}
	}
	return rows
}

func (st *Start) delays() (rows [][3]string) {
	if st.Schedule != nil {
		rows = append(rows, [3]string{"start", "each " + st.Schedule.describe(), "every time"})
	}
	if st.Settle > 0 {
		rows = append(rows, [3]string{"start", "has settled", "the event + " + plainDuration(st.Settle)})
	}
	return rows
}

// delays are the instants at which the step is due by time, or waits no longer.
func (st *Step) delays(pb *Playbook) (rows [][3]string) {
	due := ""
	switch {
	case st.Delay != nil:
		due = "the start + " + st.Delay.Source
	case st.Timing == TimingAfter && st.Place == PlaceEnter:
		due = "the entry of " + pb.States[st.State].Name + " + " + plainDuration(st.After)
	case st.Timing == TimingAfter:
		due = "the start + " + plainDuration(st.After)
	case st.Timing == TimingAfterStep:
		due = pb.Steps[st.AfterStep].ID + " + " + plainDuration(st.After)
	case st.Timing == TimingAt:
		due = sourceOf(st.At)
	}
	if due != "" {
		rows = append(rows, [3]string{st.ID, "due", due})
	}
	if st.Within > 0 {
		rows = append(rows, [3]string{st.ID, "waits no longer", "the start + " + plainDuration(st.Within)})
	}
	return rows
}

// lasts is the wake of a change that must last before it counts.
func lasts(what string, millis int64) [][3]string {
	if millis == 0 {
		return nil
	}
	return [][3]string{{"", what, fmt.Sprintf("its begin + %s", plainDuration(millis))}}
}

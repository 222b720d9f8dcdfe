package operator

import (
	"fmt"
	"sort"
	"strings"

	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// Forecast says what another bundle will do to the subjects of a task: the plan that is printed before it goes live.
// Nothing is changed by making it.
type Forecast struct {
	Playbooks []PlaybookForecast // what is added, changed, removed; by name
	Documents []string           // titles of what derives anew: added or changed
	Filling   []Filling          // aggregates that are not known at once, by name
}

// PlaybookForecast is the part of one playbook.
type PlaybookForecast struct {
	Name     string
	Change   string   // added, returned, changed or removed
	What     []string // what was changed, a line each
	Existing string   // of an added one: what becomes of who is there already

	// Over the subjects that are there, as of the activation.
	Subjects      int64
	True, Unknown int64 // its condition, of an added one
	Open          int64 // episodes that are open
	Stopped       int64 // of them: a new stop is true already
	Moved         int64 // steps that wait for another instant than before
	Soon          int64 // of them: overdue by the new delay, within the hour
	Missed        int64 // added steps that lie behind
	Withdrawn     int64 // held steps that are gone
}

// Filling is an aggregate that is folded since the activation only.
type Filling struct {
	Name  string
	Until int64 // ms, when it is exact for everybody; 0: it counts from the activation on
}

// NewForecast begins the plan of a task that was resumed (ResumeFrom) from another bundle. old is that bundle.
func (ta *Task) NewForecast(old *playbook.Bundle) *Forecast {
	fo := &Forecast{}
	before := map[string]bool{}
	for _, pb := range old.Playbooks {
		if pb.Retired {
			continue
		}
		before[pb.Name] = true
		if ta.ruleNamed(pb.Name) == nil {
			fo.Playbooks = append(fo.Playbooks, PlaybookForecast{Name: pb.Name, Change: "removed"})
		}
	}
	for _, ru := range ta.rules {
		switch ed := ta.newestEdit(ru.Name); {
		case ru.Retired:
		case ru.activation.Generation == ta.meta.Generation && !before[ru.Name]:
			fo.Playbooks = append(fo.Playbooks, PlaybookForecast{Name: ru.Name, Change: "added", Existing: existingText(&ru.Start)})
		case ed != nil && !before[ru.Name]:
			fo.Playbooks = append(fo.Playbooks, PlaybookForecast{Name: ru.Name, Change: "returned"})
		case ed != nil:
			fo.Playbooks = append(fo.Playbooks, PlaybookForecast{Name: ru.Name, Change: "changed", What: ed.lines()})
		}
	}
	sort.Slice(fo.Playbooks, func(i, j int) bool { return fo.Playbooks[i].Name < fo.Playbooks[j].Name })
	for _, de := range ta.docs.all {
		if de.activation.Generation == ta.meta.Generation {
			fo.Documents = append(fo.Documents, de.Title())
		}
	}
	fo.Filling = ta.filling()
	return fo
}

// newestEdit is that of the activation at hand; nil if the playbook was not changed by it.
func (ta *Task) newestEdit(name string) *edit {
	for i := range ta.meta.Edits {
		if ed := &ta.meta.Edits[i]; ed.Playbook == name && ed.Generation == ta.meta.Generation {
			return ed
		}
	}
	return nil
}

// lines says for people what an edit is.
func (ed *edit) lines() (list []string) {
	add := func(is bool, text string) {
		if is {
			list = append(list, text)
		}
	}
	add(ed.What&editPinned != 0, "pinned: the open episodes go on as they began")
	add(ed.What&editStart != 0, "condition of the start: its value at the activation is the baseline, an edge after it enters")
	add(ed.What&editStops != 0, "stops: judge the open episodes at once")
	add(len(ed.Added) > 0, "steps added: "+strings.Join(ed.Added, ", "))
	add(len(ed.Moved) > 0, "delays changed: "+strings.Join(ed.Moved, ", "))
	add(ed.What&editRemoved != 0, "steps or states removed: passed over, what is held of them is withdrawn")
	return list
}

func existingText(st *playbook.Start) string {
	switch st.Existing {
	case playbook.ExistingMark:
		return "mark"
	case playbook.ExistingInclude:
		return "include"
	case playbook.ExistingRamp:
		return "ramp " + value.OfDecimal(st.Ramp).String() + "%/day"
	}
	return "ignore"
}

// filling lists the aggregates that begin with the activation.
func (ta *Task) filling() (list []Filling) {
	for _, sl := range ta.bundle.Slots {
		since := sinceOf(ta.meta.Slots, sl.Key)
		if since == 0 || since != ta.clock {
			continue
		}
		switch {
		case sl.Op == window.OpReach || sl.Op == window.OpActive:
			list = append(list, Filling{Name: sl.Name, Until: since + sl.Reach})
		case sl.Op < window.OpRing:
			list = append(list, Filling{Name: sl.Name})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// Foresee adds a subject to the plan. before is a task of the old bundle over the same subjects.
func (ta *Task) Foresee(fo *Forecast, before *Task, ref topology.Ref) error {
	for i := range fo.Playbooks {
		fp := &fo.Playbooks[i]
		of := ta
		if fp.Change == "removed" {
			of = before
		}
		ru := of.ruleNamed(fp.Name)
		if ru == nil || (ru.Each == lang.ScopeUser) != (ref.Kind == topology.SubjectUser) {
			continue
		}
		if err := of.foresee(fp, before, ref, ru); err != nil {
			return fmt.Errorf("foresee playbook %s: %w", fp.Name, err)
		}
	}
	return nil
}

func (ta *Task) foresee(fp *PlaybookForecast, before *Task, ref topology.Ref, ru *rule) error {
	fp.Subjects++
	pa := ta.open(ref)
	if fp.Change == "added" {
		ta.judging(ru, nil, "", ta.clock)
		switch ta.wasThere(ru, ta.see(pa, ta.clock)) {
		case value.Yes:
			fp.True++
		case value.Maybe:
			fp.Unknown++
		}
		return nil
	}
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	for i := range li.Episodes {
		if ep := &li.Episodes[i]; !ep.Over {
			fp.Open++
			ta.foreseeEpisode(fp, before, pa, ru, ep)
		}
	}
	return nil
}

func (ta *Task) foreseeEpisode(fp *PlaybookForecast, before *Task, pa *party, ru *rule, ep *episode) {
	ed := ta.newestEdit(ru.Name)
	if ed == nil || ed.What&editPinned != 0 {
		return
	}
	if ed.What&editStops != 0 && ep.isOpen() && ta.trueStop(pa, ru, ep, occasion{now: ed.At}) != nil {
		fp.Stopped++
		return
	}
	for i := range ep.Steps {
		if ep.Steps[i].Phase == held && stepOf(ru.Playbook, ep.Steps[i].ID) == nil {
			fp.Withdrawn++
		}
	}
	was := map[string]int64{}
	if old := before.ruleNamed(ru.Name); old != nil {
		was = before.agenda(before.open(pa.ref), old, ep)
	}
	is := ta.agenda(ta.open(pa.ref), ru, ep)
	for _, id := range ed.Added {
		if due, ok := is[id]; ok && due <= ed.At {
			fp.Missed++
		}
	}
	for _, id := range ed.Moved {
		due, ok := is[id]
		if !ok || due == was[id] {
			continue
		}
		fp.Moved++
		if due < ed.At+editSpread {
			fp.Soon++
		}
	}
}

// agenda is when the steps of an episode that still wait are due, as far as it is known.
func (ta *Task) agenda(pa *party, ru *rule, ep *episode) map[string]int64 {
	dues := map[string]int64{}
	for _, st := range ru.Steps {
		if !ru.isActive(ep, st) || st.Waits() {
			continue
		}
		if due, ok := ta.stepDue(pa, ru, ep, st); ok {
			dues[st.ID] = due
		}
	}
	return dues
}

// Text is the plan for people.
func (fo *Forecast) Text() string {
	var sb strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&sb, format+"\n", args...) }
	for i := range fo.Playbooks {
		fp := &fo.Playbooks[i]
		line("%s %s", fp.Change, fp.Name)
		for _, what := range fp.What {
			line("  %s", what)
		}
		switch fp.Change {
		case "added":
			line("  existing: %s; of %d subjects that are there its start is true for %d, unknown for %d", fp.Existing, fp.Subjects, fp.True, fp.Unknown)
		case "removed":
			line("  %d open episodes fall silent; its state is kept for 30 days", fp.Open)
		default:
			line("  %d open episodes: %d stop at once, %d waiting steps move (%d of them come within the hour), %d added steps lie behind, %d held steps are withdrawn",
				fp.Open, fp.Stopped, fp.Moved, fp.Soon, fp.Missed, fp.Withdrawn)
		}
	}
	for _, title := range fo.Documents {
		line("derived anew %s: its first value makes no event", title)
	}
	for _, fi := range fo.Filling {
		if fi.Until == 0 {
			line("counts from now on: %s", fi.Name)
			continue
		}
		line("unknown until %s: %s", instantText(fi.Until), fi.Name)
	}
	if sb.Len() == 0 {
		return "nothing that is under way is touched\n"
	}
	return sb.String()
}

// Add puts the forecast of another task of the same bundles to this one.
func (fo *Forecast) Add(other *Forecast) {
	for i := range other.Playbooks {
		from := &other.Playbooks[i]
		for j := range fo.Playbooks {
			if to := &fo.Playbooks[j]; to.Name == from.Name {
				to.add(from)
			}
		}
	}
	for i := range fo.Filling {
		for _, fi := range other.Filling {
			if fi.Name == fo.Filling[i].Name {
				fo.Filling[i].Until = max(fo.Filling[i].Until, fi.Until)
			}
		}
	}
}

func (fp *PlaybookForecast) add(other *PlaybookForecast) {
	fp.Subjects += other.Subjects
	fp.True, fp.Unknown, fp.Open = fp.True+other.True, fp.Unknown+other.Unknown, fp.Open+other.Open
	fp.Stopped, fp.Moved, fp.Soon = fp.Stopped+other.Stopped, fp.Moved+other.Moved, fp.Soon+other.Soon
	fp.Missed, fp.Withdrawn = fp.Missed+other.Missed, fp.Withdrawn+other.Withdrawn
}

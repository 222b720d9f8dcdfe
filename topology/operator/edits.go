package operator

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// Live edits (language.md 11): a bundle switches at the start of a process, and what is under way follows the new text.
// What needs no memory of the edit just happens, since everything is computed of the bundle at hand: text, data, a delay
// that still lies ahead. The rest is noted here, per playbook, and done for each subject before its next event, at its
// next timer, or by the sweep, whatever comes first (meet).
//
//	condition of the start   its value at the edit is the baseline: new entries only
//	stop                     judges the open episodes as of the edit
//	delay                    due anew from its base; what is overdue by that is due at the edit, spread over an hour
//	step added               runs where its due lies ahead, else missed
//	step removed             passed over; what was held of it is withdrawn
//	any of it, pinned        the open episodes go on in what they began with (pins.go)
//	playbook removed         its state is kept for goneKept; if it returns by then it goes on, and the value of its
//	                         condition at the return is the baseline. Afterwards it is new
//	aggregate added, grown   exact once it is filled since then (Frame.SlotSince), also if it was there before: nobody
//	                         folded it meanwhile

const (
	// goneKept is how long the state of a playbook is kept that no bundle has (ms).
	goneKept = 30 * dayMillis
	// editSpread is how long what a changed delay makes overdue is spread over (ms).
	editSpread = 60 * 60 * 1000
	// editKept is how long a changed delay is remembered: until what it made overdue has fired (ms).
	editKept = editSpread + dayMillis
)

// editKind is a set of what was changed in a playbook.
type editKind uint8

const (
	editStart   editKind = 1 << iota // the condition of its start, or it returned
	editStops                        // stops were added or changed
	editRemoved                      // steps or states are gone
	editSteps                        // steps were added, or their delays changed
	editPinned                       // open episodes stay with the version From
)

// edit is a change of a playbook that is in the task.
type edit struct {
	Playbook   string
	Generation int64 // of the subjects that know it
	At         int64 // ms
	What       editKind
	Added      []string // steps
	Moved      []string // steps with another delay
	From       string   // editPinned: the version that they began with
}

func (ed *edit) append(dst []byte) []byte {
	dst = appendVarints(appendText(dst, ed.Playbook), ed.Generation, ed.At)
	dst = append(dst, byte(ed.What))
	for _, list := range [][]string{ed.Added, ed.Moved} {
		dst = binary.AppendUvarint(dst, uint64(len(list)))
		for _, id := range list {
			dst = appendText(dst, id)
		}
	}
	if ed.What&editPinned != 0 {
		dst = appendText(dst, ed.From)
	}
	return dst
}

func (re *reader) edit() edit {
	ed := edit{Playbook: re.text(), Generation: re.varint(), At: re.varint()}
	ed.What = editKind(re.flags(byte(editStart | editStops | editRemoved | editSteps | editPinned)))
	for _, list := range []*[]string{&ed.Added, &ed.Moved} {
		for n := re.count(); n > 0 && re.err == nil; n-- {
			*list = append(*list, re.text())
		}
	}
	if ed.What&editPinned != 0 {
		ed.From = re.text()
	}
	return ed
}

// compare says what became of a playbook.
func compare(old, is *playbook.Playbook) edit {
	ed := edit{Playbook: is.Name}
	if sourceOf(old.Start.When) != sourceOf(is.Start.When) || sourceOf(old.Again.Per) != sourceOf(is.Again.Per) {
		ed.What |= editStart
	}
	known := map[string]bool{}
	for i := range old.Stops {
		known[stopSource(&old.Stops[i])] = true
	}
	for i := range is.Stops {
		if !known[stopSource(&is.Stops[i])] {
			ed.What |= editStops
		}
	}
	for _, st := range is.Steps {
		switch before := stepOf(old, st.ID); {
		case before == nil:
			ed.Added = append(ed.Added, st.ID)
		case timingOf(old, before) != timingOf(is, st):
			ed.Moved = append(ed.Moved, st.ID)
		}
	}
	if len(ed.Added)+len(ed.Moved) > 0 {
		ed.What |= editSteps
	}
	for _, st := range old.Steps {
		if stepOf(is, st.ID) == nil {
			ed.What |= editRemoved
		}
	}
	for i := range old.States {
		if !slices.ContainsFunc(is.States, func(sa playbook.State) bool { return sa.Name == old.States[i].Name }) {
			ed.What |= editRemoved
		}
	}
	return ed
}

func sourceOf(pr *lang.Program) string {
	if pr == nil {
		return ""
	}
	return pr.Source
}

func stopSource(st *playbook.Stop) string {
	return st.Text + "\x00" + sourceOf(st.When) + "\x00" + sourceOf(st.If)
}

func stepOf(pb *playbook.Playbook, id string) *playbook.Step {
	for _, st := range pb.Steps {
		if st.ID == id {
			return st
		}
	}
	return nil
}

// timing is what a step's due instant is computed of.
type timing struct {
	kind             playbook.Timing
	after, within    int64
	delay, at, waits string
	base             string
}

func timingOf(pb *playbook.Playbook, st *playbook.Step) timing {
	ti := timing{kind: st.Timing, after: st.After, within: st.Within, delay: sourceOf(st.Delay), at: sourceOf(st.At), waits: sourceOf(st.When)}
	if st.Timing == playbook.TimingAfterStep {
		ti.base = pb.Steps[st.AfterStep].ID
	}
	return ti
}

// activate lists what the bundle has, and what it had until lately; what is new to a task that is not is of the next
// generation. It says whether anything is.
func (ta *Task) activate(me *meta, clock int64, fresh bool) (news bool) {
	known := *me
	me.Activations = nil
	for _, name := range ta.titles() {
		ac, ok := known.find(name)
		switch {
		case ok && ac.GoneAt == 0:
		case ok && clock <= ac.GoneAt+goneKept && ta.isPlaybook(name):
			ac.GoneAt, news = 0, true
			me.Edits = append(me.Edits, edit{Playbook: name, Generation: known.Generation + 1, At: clock, What: editStart | editStops | editRemoved})
		default:
			ac = activation{Name: name, Generation: known.Generation, At: clock}
			if !fresh {
				ac.Generation, news = known.Generation+1, true
			}
		}
		me.Activations = append(me.Activations, ac)
	}
	for _, ru := range ta.rules {
		ru.activation, _ = me.find(ru.Name)
	}
	for _, de := range ta.docs.all {
		de.activation, _ = me.find(de.activationName())
	}
	for _, ac := range known.Activations {
		if _, here := me.find(ac.Name); here {
			continue
		}
		if ac.GoneAt == 0 {
			ac.GoneAt = clock
		}
		if clock <= ac.GoneAt+goneKept {
			me.Activations = append(me.Activations, ac)
			sort.Slice(me.Activations, func(i, j int) bool { return me.Activations[i].Name < me.Activations[j].Name })
		}
	}
	return news
}

// isPlaybook says that something that is activated keeps state while it is gone; a document takes its value anew.
func (ta *Task) isPlaybook(name string) bool {
	for _, ru := range ta.rules {
		if ru.Name == name {
			return true
		}
	}
	return false
}

// titles names everything that is activated, sorted.
func (ta *Task) titles() []string {
	var names []string
	for _, ru := range ta.rules {
		if !ru.Retired {
			names = append(names, ru.Name)
		}
	}
	for _, de := range ta.docs.all {
		names = append(names, de.activationName())
	}
	sort.Strings(names)
	return names
}

// noteEdits notes what another bundle than that of the state changes.
func (ta *Task) noteEdits(me *meta, old *playbook.Bundle, clock int64) {
	before := map[string]*playbook.Playbook{}
	for _, pb := range old.Playbooks {
		if !pb.Retired {
			before[pb.Name] = pb
		}
	}
	for _, ru := range ta.rules {
		pb, ac := before[ru.Name], ru.activation
		if ru.Retired || pb == nil || pb.Version == ru.Version || ac.Generation > me.Generation {
			continue
		}
		ed := compare(pb, ru.Playbook)
		if pb.Pin {
			ed = ed.pinned(pb)
		}
		if ed.What != 0 {
			ed.Generation, ed.At = me.Generation+1, clock
			me.Edits = append(me.Edits, ed)
		}
	}
	me.Slots = ageSlots(me.Slots, old.Slots, ta.bundle.Slots, clock)
}

// lostStates refuses a bundle that takes away the state of a journey and does not say where its episodes go.
func (ta *Task) lostStates(old *playbook.Bundle) error {
	for _, pb := range old.Playbooks {
		ru := ta.ruleNamed(pb.Name)
		if ru == nil || len(pb.States) == 0 || pb.Pin || pb.Retired {
			continue
		}
		for i := range pb.States {
			name := pb.States[i].Name
			if _, here := ru.states[name]; !here && ru.Moved[name] == "" {
				return fmt.Errorf("playbook %s no longer has the state %s, in which episodes may be: say where they go, moved: {%s: another state}", pb.Name, name, name)
			}
		}
	}
	return nil
}

// forgetEdits drops what has been done for everybody.
func (ta *Task) forgetEdits() {
	done := func(ed edit) bool {
		return !ta.meta.Sweeping && (len(ed.Moved) == 0 || ta.clock > ed.At+editKept)
	}
	if slices.ContainsFunc(ta.meta.Edits, done) {
		ta.meta.Edits = slices.DeleteFunc(slices.Clone(ta.meta.Edits), done)
	}
}

// followEdits does for a subject what was changed since the generation that it knows.
func (ta *Task) followEdits(pa *party, ru *rule, of int64) error {
	for i := range ta.meta.Edits {
		ed := &ta.meta.Edits[i]
		if ed.Playbook != ru.Name || ed.Generation <= of {
			continue
		}
		if ed.What&editStart != 0 {
			ta.baseline(pa, ru, ed.At)
		}
		if err := ta.followInEpisodes(pa, ru, ed); err != nil {
			return err
		}
	}
	return nil
}

// baseline takes the value of the start's condition at an instant for granted: only an edge after it lets in.
func (ta *Task) baseline(pa *party, ru *rule, at int64) {
	if ru.Start.When == nil && ru.Start.Schedule == nil && ru.Again.When == nil {
		return // nothing that time or a value makes true
	}
	ed := edges{cursor: at}
	if when := ru.Start.When; when != nil {
		ta.judging(ru, nil, "", at)
		fr := ta.see(pa, at)
		ta.perTurned(pa, ru, fr)
		ed.start = truth(when, fr) == value.Yes
	}
	if when := ru.Again.When; when != nil {
		ed.again = holds(when, ta.see(pa, at))
	}
	pa.setEdges(ru, ed)
}

func (ta *Task) followInEpisodes(pa *party, ru *rule, ed *edit) error {
	if !pa.hasOpen() {
		return nil
	}
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	for i := range li.Episodes {
		if ep := &li.Episodes[i]; !ep.Over && ep.StartAt < ed.At {
			ta.followInEpisode(pa, ru, ep, ed)
		}
	}
	ta.setLife(pa, ru, &li, ed.At)
	return nil
}

func (ta *Task) followInEpisode(pa *party, ru *rule, ep *episode, ed *edit) {
	decided := ed.At + ru.Lateness
	if ed.What&editRemoved != 0 {
		ta.passRemoved(pa, ru, ep, decided)
	}
	for _, id := range ed.Added {
		st := stepOf(ru.Playbook, id)
		if st == nil || !ru.isActive(ep, st) {
			continue
		}
		if due, ok := ta.stepDue(pa, ru, ep, st); ok && due <= ed.At && !st.Waits() {
			ta.drop(pa, ru, ep, st, note{outcome: missed, code: "added", text: "the step was added at " + instantText(ed.At) + ", behind its due", at: decided, due: due})
		}
	}
	if ed.What&editStops != 0 && ta.stopsByCondition(pa, ru, ep, ruling{now: ed.At, at: decided, due: ed.At}) {
		return
	}
	ta.settle(pa, ru, ep, decided)
}

// passRemoved withdraws what is held of steps that the playbook no longer has.
func (ta *Task) passRemoved(pa *party, ru *rule, ep *episode, decided int64) {
	for i := range ep.Steps {
		ss := &ep.Steps[i]
		if ss.Phase != held || stepOf(ru.Playbook, ss.ID) != nil {
			continue
		}
		no := note{outcome: withdrawn, code: "removed", text: "the step was taken out of the playbook", step: ss.ID, at: decided, due: ss.DueAt, hasDue: true}
		*ss = stepState{ID: ss.ID, Phase: dropped}
		ta.decide(pa, ru, ep, no)
	}
}

// movedDue is the due instant of a step whose delay was changed: what is overdue by the new one is due at the edit,
// everybody at an instant of their own within the hour.
func (ta *Task) movedDue(pa *party, ru *rule, ep *episode, st *playbook.Step, due int64) int64 {
	for i := range ta.meta.Edits {
		ed := &ta.meta.Edits[i]
		if ed.Playbook == ru.Name && !ru.Retired && due <= ed.At && ep.StartAt < ed.At && slices.Contains(ed.Moved, st.ID) {
			due = ed.At + spread(ru.Name, pa.identity(), editSpread)
		}
	}
	return due
}

// forget drops what a subject remembers of a playbook that was gone for longer than its state is kept.
func (ta *Task) forget(pa *party, ru *rule) error {
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	pa.setEdges(ru, edges{})
	if li.Entered || len(li.Episodes) > 0 {
		empty := life{was: li.was}
		ta.setLife(pa, ru, &empty, ta.clock)
	}
	return nil
}

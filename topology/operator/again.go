package operator

import (
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// once says that a subject enters at most once in its life.
func (ru *rule) once() bool { return ru.Again.Kind == playbook.AgainNever }

// refuses says why a subject may not enter at an instant, with its value of `again: per`; "" if it may.
func (ru *rule) refuses(li *life, at int64, per string) string {
	switch {
	case ru.Again.Kind == playbook.AgainPer:
		return ru.refusesValue(li, at, per)
	case ru.Again.Kind == playbook.AgainAlways || !li.Entered:
		return ""
	case ru.once():
		return "again: never, and it entered at " + instantText(li.EnteredAt)
	case li.open() > 0:
		return "an episode is open since " + instantText(li.EnteredAt)
	case ru.Again.Kind == playbook.AgainEvery && at < li.EnteredAt+ru.Again.Every:
		return "again: every " + value.FormatDuration(ru.Again.Every, "") + ", and it entered at " + instantText(li.EnteredAt)
	case ru.Again.Kind == playbook.AgainAfter && !li.Armed:
		return "again: after " + ru.againText() + ", which did not come since " + instantText(li.EnteredAt)
	}
	return ""
}

func (ru *rule) againText() string {
	if ru.Again.Event != nil {
		return ru.Again.Event.Name
	}
	return ru.Again.When.Source
}

// rearmByEvent lets the subject in again when X of `again: after X` happens after the entry, or becomes true. It says
// whether the start is to be judged anew.
func (ta *Task) rearmByEvent(pa *party, ru *rule, ed *edges, oc occasion) (anew bool, err error) {
	if ru.Again.Kind != playbook.AgainAfter {
		return false, nil
	}
	li, err := pa.life(ru)
	if err != nil || !li.Entered || li.Armed || oc.at <= li.EnteredAt {
		return false, err
	}
	if ru.Again.Event != nil {
		anew = ta.isMatched(ru.Again.Event)
	} else {
		is := holds(ru.Again.When, ta.see(pa, oc.now))
		anew, ed.again = is && !ed.again, is
	}
	if anew {
		li.Armed = true
		ta.setLife(pa, ru, &li, oc.now)
	}
	return anew, nil
}

// rearmByTime lets the subject in again at an instant: `every D` after the entry, or when time makes EXPR true. An
// `every` that comes while an episode is open is lost.
func (ta *Task) rearmByTime(pa *party, ru *rule, ed *edges, li *life, due int64) (anew bool) {
	switch {
	case !li.Entered:
		return false
	case ru.Again.Kind == playbook.AgainEvery:
		return due == li.EnteredAt+ru.Again.Every && li.open() == 0
	case ru.Again.Kind == playbook.AgainPer:
		return ta.valueReturns(pa, ru, li, due)
	case ru.Again.When == nil || li.Armed:
		return false
	}
	is := holds(ru.Again.When, ta.see(pa, due))
	anew, ed.again = is && !ed.again && due > li.EnteredAt, is
	if anew {
		li.Armed = true
		ta.setLife(pa, ru, li, due)
	}
	return anew
}

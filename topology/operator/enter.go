package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// enter begins an episode, if `if` and `again` allow it.
func (ta *Task) enter(pa *party, ru *rule, li *life, oc occasion) error {
	fr := ta.see(pa, oc.now)
	fr.Event = oc.event
	if cond := ru.Start.If; cond != nil && !holds(cond, fr) {
		if (oc.event == nil || ru.Start.When != nil || oc.settled) && !oc.silent {
			ta.notEntered(pa, ru, oc, "if", refusedBy(cond, fr))
		}
		return nil
	}
	per, known := ta.perText(ru, fr)
	if !known {
		return nil
	}
	why := ru.refuses(li, oc.at, per)
	if why == "" && len(ru.retired) > 0 {
		var err error
		if why, err = ta.refusedByPinned(pa, ru, per); err != nil {
			return err
		}
	}
	if why != "" {
		if !oc.silent {
			ta.notEntered(pa, ru, oc, "again", why)
		}
		return nil
	}
	if oc.silent {
		ta.mark(pa, ru, li, per, oc.at, oc.now)
		ta.setLife(pa, ru, li, oc.now)
		return nil
	}
	return ta.begins(pa, ru, li, oc, per)
}

func (ta *Task) notEntered(pa *party, ru *rule, oc occasion, code, text string) {
	ta.counts.NotEntered++
	ta.decide(pa, ru, nil, note{outcome: notEntered, code: code, text: text, at: oc.decidedAt})
}

func (ta *Task) begins(pa *party, ru *rule, li *life, oc occasion, per string) error {
	fr := ta.see(pa, oc.now)
	fr.Event = oc.event
	ep := episode{ID: ru.episodeID(oc, per), StartAt: oc.at, JudgedTo: oc.at, ByEvent: oc.event != nil, Existing: oc.existing, Per: per, Period: oc.period}
	if oc.settled {
		ep.JudgedTo = oc.now // what stops it was judged then
	}
	ep.Captures = ta.captures(ru, fr)
	if ev := oc.event; ev != nil {
		ep.Test, ep.Trace, ep.Trigger = ev.Test, strings.Clone(ev.TraceParent), trigger(ev)
	}
	ta.mark(pa, ru, li, per, oc.at, oc.now)
	li.Episodes = append(li.Episodes, ep)
	begun := &li.Episodes[len(li.Episodes)-1]
	ta.counts.Entered++
	ta.decide(pa, ru, begun, note{outcome: entered, code: ru.cause(oc), text: ta.whyEntered(ru, oc, fr) + ta.heldBack(ru, oc), at: oc.decidedAt, due: oc.at, hasDue: true})
	ta.firstSteps(pa, ru, begun, oc)
	ta.setLife(pa, ru, li, oc.now)
	return nil
}

// mark remembers an entry, and whether X of `again: after X` is true with it: only an edge after the entry re-arms.
func (ta *Task) mark(pa *party, ru *rule, li *life, per string, at, now int64) {
	li.Entered, li.EnteredAt, li.Armed = true, at, false
	if per != "" {
		li.setValue(per, at)
	}
	if ru.Again.When == nil {
		return
	}
	ed := pa.edges(ru)
	ed.again = holds(ru.Again.When, ta.see(pa, now))
	pa.setEdges(ru, ed)
}

// episodeID names an episode: once, the value, existing, then the cause.
func (ru *rule) episodeID(oc occasion, per string) string {
	switch {
	case ru.once():
		return schemas.EpisodeOnce
	case ru.Again.Kind == playbook.AgainPer && ru.Again.Every == 0:
		return schemas.ValueEpisode(per)
	case ru.Again.Kind == playbook.AgainPer:
		return schemas.ValueEpisode(per) + "." + causeID(oc)
	}
	return causeID(oc)
}

func causeID(oc occasion) string {
	switch {
	case oc.existing:
		return schemas.EpisodeExisting
	case oc.event != nil:
		return schemas.EventEpisode(oc.event.Source, oc.event.ID)
	case oc.period != "":
		return schemas.PeriodEpisode(oc.period)
	}
	return schemas.TimerEpisode(oc.at)
}

// cause is the code of an entry.
func (ru *rule) cause(oc occasion) string {
	switch {
	case oc.existing:
		return "existing"
	case oc.event != nil:
		return "event"
	case oc.period != "":
		return "schedule"
	}
	return "time"
}

// captures copies the fields of the start event that later steps read.
func (ta *Task) captures(ru *rule, fr *lang.Frame) []value.Value {
	if len(ru.Captures) == 0 {
		return nil
	}
	kept := make([]value.Value, len(ru.Captures))
	def := ta.matchedAny(ru.Start.Events)
	for i, ca := range ru.Captures {
		kept[i] = value.Missing("no start event")
		if def != nil && ca.Read[def.Index] != nil {
			kept[i] = keep(ca.Read[def.Index](fr))
		}
	}
	return kept
}

// keep copies what a value aliases.
func keep(va value.Value) value.Value {
	va.Text = strings.Clone(va.Text)
	if va.List != nil {
		list := make([]string, len(va.List))
		for i := range va.List {
			list[i] = strings.Clone(va.List[i])
		}
		va.List = list
	}
	return va
}

func trigger(ev *schemas.Event) *schemas.EventRef {
	return &schemas.EventRef{Topic: strings.Clone(ev.Topic), Partition: ev.Partition, Offset: ev.Offset,
		ID: strings.Clone(ev.ID), Type: strings.Clone(ev.Type), OccurredAt: ev.OccurredAt}
}

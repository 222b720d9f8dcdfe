package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// enter begins an episode, if `if` and `again` allow it.
func (ta *Task) enter(pa *party, ru *rule, li *life, oc occasion) error {
	fr := ta.see(pa, oc.now)
	fr.Event = oc.event
	if cond := ru.Start.If; cond != nil && !holds(cond, fr) {
		if ru.Start.When != nil && !oc.silent {
			ta.counts.NotEntered++
			ta.decide(pa, ru, nil, note{outcome: notEntered, code: "if", text: refusedBy(cond, fr), at: oc.decidedAt})
		}
		return nil
	}
	if why := ru.refuses(li, oc.at); why != "" {
		if !oc.silent {
			ta.counts.NotEntered++
			ta.decide(pa, ru, nil, note{outcome: notEntered, code: "again", text: why, at: oc.decidedAt})
		}
		return nil
	}
	if oc.silent {
		ta.mark(pa, ru, li, oc.at, oc.now)
		ta.setLife(pa, ru, li, oc.now)
		return nil
	}
	return ta.begins(pa, ru, li, oc, fr)
}

func (ta *Task) begins(pa *party, ru *rule, li *life, oc occasion, fr *lang.Frame) error {
	ep := episode{ID: ru.episodeID(oc), StartAt: oc.at, JudgedTo: oc.at, ByEvent: oc.event != nil, Existing: oc.existing}
	ep.Captures = ta.captures(ru, fr)
	if ev := oc.event; ev != nil {
		ep.Test, ep.Trace, ep.Trigger = ev.Test, strings.Clone(ev.TraceParent), trigger(ev)
	}
	ta.mark(pa, ru, li, oc.at, oc.now)
	li.Episodes = append(li.Episodes, ep)
	begun := &li.Episodes[len(li.Episodes)-1]
	ta.counts.Entered++
	ta.decide(pa, ru, begun, note{outcome: entered, code: ru.cause(oc), text: ta.whyEntered(ru, oc, fr), at: oc.decidedAt, due: oc.at, hasDue: true})
	if oc.event != nil {
		if err := ta.stepsAtOnce(pa, ru, li, begun, oc); err != nil {
			return err
		}
	}
	ta.setLife(pa, ru, li, oc.now)
	return nil
}

// mark remembers an entry, and whether X of `again: after X` is true with it: only an edge after the entry re-arms.
func (ta *Task) mark(pa *party, ru *rule, li *life, at, now int64) {
	li.Entered, li.EnteredAt, li.Armed = true, at, false
	if ru.Again.When == nil {
		return
	}
	ed := pa.edges(ru)
	ed.again = holds(ru.Again.When, ta.see(pa, now))
	pa.setEdges(ru, ed)
}

// episodeID names an episode: once, existing, then the cause.
func (ru *rule) episodeID(oc occasion) string {
	switch {
	case ru.once():
		return schemas.EpisodeOnce
	case oc.existing:
		return schemas.EpisodeExisting
	case oc.event != nil:
		return schemas.EventEpisode(oc.event.Source, oc.event.ID)
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

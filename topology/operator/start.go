package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// occasion is what may make something happen: an event, an instant that time reached, or the coming of a playbook.
type occasion struct {
	event     *schemas.Event // nil when time did it
	at        int64          // ms, start.time of what begins
	now       int64          // ms, the instant that is judged
	decidedAt int64          // ms
	existing  bool           // the subject was there before the playbook
	silent    bool           // backfill: opens and closes without a word
}

// occasionOf is the occasion of an event for a subject. A late event is judged at the newest instant at which the
// subject was judged; what begins is stamped with the event's own time.
func (ta *Task) occasionOf(ev *schemas.Event, pa *party) occasion {
	return occasion{event: ev, at: ev.At, now: ta.judgedInstant(ev, pa), decidedAt: ev.At, silent: ev.Backfill}
}

// judgedInstant is when the rules of an event are judged. Those of a backfilled one are judged where the watermark is:
// what became true between its time and now is old news.
func (ta *Task) judgedInstant(ev *schemas.Event, pa *party) int64 {
	now := max(ta.instant(ev), pa.judged)
	if ev.Backfill {
		now = max(now, ta.watermark())
	}
	return now
}

// lookBefore judges the conditions that the event concerns on the state before the fold: what is true already was made
// true by time, not by the event.
func (ta *Task) lookBefore(ev *schemas.Event, parties ...*party) {
	for _, pa := range parties {
		if pa == nil {
			continue
		}
		now := ta.judgedInstant(ev, pa)
		for _, ru := range pa.rules {
			if when := ru.Start.When; when != nil && ta.marked[ru.Index] {
				ta.judging(ru, nil, "", now)
				ta.earlier[ru.Index] = holds(when, ta.see(pa, now))
			}
		}
	}
}

// judgeStart asks whether an event lets the subject enter: as an occasion of an event start, or by the edge of a
// condition. It also re-arms (again.go).
func (ta *Task) judgeStart(pa *party, ru *rule, oc occasion) error {
	ta.judging(ru, nil, "", oc.now)
	ed := pa.edges(ru)
	anew, err := ta.rearmByEvent(pa, ru, &ed, oc)
	if err != nil {
		return err
	}
	enters := false
	if ru.Start.When != nil {
		enters = ta.rises(pa, ru, &ed, oc, anew)
	} else {
		enters = !ru.profileStart(oc) && ta.matchedAny(ru.Start.Events) != nil
	}
	pa.setEdges(ru, ed)
	if !enters {
		return nil
	}
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	return ta.enter(pa, ru, &li, oc)
}

// profileStart says that the occasion is a profile: it may move an edge, but it is no event of a start.
func (ru *rule) profileStart(oc occasion) bool { return oc.event.Kind == schemas.KindProfile }

// rises judges the condition after the fold and says whether the event is its edge.
func (ta *Task) rises(pa *party, ru *rule, ed *edges, oc occasion, anew bool) bool {
	fr := ta.see(pa, oc.now)
	fr.Event = oc.event
	is := holds(ru.Start.When, fr)
	if anew {
		ed.start, ed.disarmed = false, false
	}
	if oc.silent {
		ed.cursor = max(ed.cursor, oc.now)
	}
	switch {
	case !is:
		ed.start, ed.disarmed = false, false
		return false
	case ed.start, ed.disarmed:
		return false
	case !oc.silent && !anew && ta.earlier[ru.Index] && ta.timerKeeps(pa, ru, *ed, oc.now):
		return false
	}
	ed.start = true
	return true
}

// timerKeeps says whether time made the condition true at an instant whose timer is still to fire (language.md 15,
// edges and instants). If no instant can be named it was something that nobody watched (an account's value in a user's
// playbook), and the event at hand is the first to see it.
func (ta *Task) timerKeeps(pa *party, ru *rule, ed edges, now int64) bool {
	fr := ta.see(pa, ta.judgedFrom(pa, ru, ed))
	for range maxTries {
		at := ru.Start.When.Next(fr)
		if at == lang.Never || at > now {
			return false
		}
		fr.Now = at
		if holds(ru.Start.When, fr) {
			return true
		}
	}
	return false
}

// startByTime judges the condition of a start at an instant at which time may have changed it.
func (ta *Task) startByTime(pa *party, ru *rule, li *life, due int64) (entered bool, err error) {
	ta.judging(ru, nil, "", due)
	ed := pa.edges(ru)
	ed.cursor = due
	if ta.rearmByTime(pa, ru, &ed, li, due) {
		ed.start = false
	}
	enters := false
	if when := ru.Start.When; when != nil {
		is := holds(when, ta.see(pa, due))
		enters = is && !ed.start
		ed.start = is
	}
	pa.setEdges(ru, ed)
	if !enters {
		return false, nil
	}
	return true, ta.enter(pa, ru, li, occasion{at: due, now: due, decidedAt: due + ru.Lateness})
}

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
		li.mark(oc.at)
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
	li.mark(oc.at)
	li.Episodes = append(li.Episodes, ep)
	begun := &li.Episodes[len(li.Episodes)-1]
	ta.counts.Entered++
	ta.decide(pa, ru, begun, note{outcome: entered, code: ru.cause(oc), text: ta.whyEntered(ru, oc, fr), at: oc.decidedAt, due: oc.at})
	if oc.event != nil {
		if err := ta.stepsAtOnce(pa, ru, li, begun, oc); err != nil {
			return err
		}
	}
	ta.setLife(pa, ru, li, oc.now)
	return nil
}

// mark remembers an entry.
func (li *life) mark(at int64) {
	li.Entered, li.EnteredAt, li.Armed = true, at, false
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

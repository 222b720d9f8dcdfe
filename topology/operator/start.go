package operator

import (
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
	period    string         // of a schedule: 2026-03
	settled   bool           // the event was judged once it had settled
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

// earlier says whether a condition was true before the event at hand was folded.
type earlier uint8

const (
	asRemembered earlier = iota // as when it was last judged: time has not come since
	wasUntrue
	wasTrue
)

func earlierAs(is bool) earlier {
	if is {
		return wasTrue
	}
	return wasUntrue
}

// startWasTrue says whether the condition of a start was true before the event at hand.
func (ta *Task) startWasTrue(ru *rule, ed edges) bool {
	if was := ta.earlier[ru.Index]; was != asRemembered {
		return was == wasTrue
	}
	return ed.start
}

// lookBefore judges the conditions that the event concerns on the state before the fold: what is true already was made
// true by time, not by the event. Where no timer is due, time has changed nothing since the condition was judged last,
// and there is nothing to look at.
func (ta *Task) lookBefore(ev *schemas.Event, parties ...*party) {
	ta.touch(ev, parties...)
	for _, pa := range parties {
		if pa == nil {
			continue
		}
		now := ta.judgedInstant(ev, pa)
		for _, ru := range ta.concerned {
			if ru.Each != pa.scope() {
				continue
			}
			if when := ru.Start.When; when != nil && (ta.timeMoved || ru.lazyStart) {
				ta.judging(ru, nil, "", now)
				ta.earlier[ru.Index] = earlierAs(holds(when, ta.see(pa, now)))
				ta.noteEdge(pa, ru, now)
			}
			if seen := ru.Start.Seen; seen != nil {
				ta.judging(ru, nil, "", now)
				ta.earlier[ru.Index] = earlierAs(truth(seen, ta.see(pa, now)) != value.No)
			}
		}
		ta.lookAtEpisodes(ev, pa, now)
	}
}

// judgeStart asks whether an event lets the subject enter: as an occasion of an event start, or by the edge of a
// condition. It also re-arms (again.go).
func (ta *Task) judgeStart(pa *party, ru *rule, oc occasion) error {
	if ru.Retired {
		return nil
	}
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
	if !enters || ta.isOtherwise(pa, ru, oc) {
		return nil
	}
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	if ru.Start.Seen != nil && ta.isRepeated(pa, ru, &li, oc) {
		return nil
	}
	if ru.Start.Settle > 0 && !oc.silent {
		ta.settles(pa, ru, &li, oc)
		return nil
	}
	return ta.enter(pa, ru, &li, oc)
}

// isOtherwise says that an event is no occasion because `if` is not true: most are not, and nothing is said of it.
func (ta *Task) isOtherwise(pa *party, ru *rule, oc occasion) bool {
	if ru.Start.If == nil || ru.Start.When != nil || ru.Start.Seen != nil || ru.Start.Settle > 0 {
		return false
	}
	fr := ta.see(pa, oc.now)
	fr.Event = oc.event
	return !holds(ru.Start.If, fr)
}

// profileStart says that the occasion is a profile: it may move an edge, but it is no event of a start.
func (ru *rule) profileStart(oc occasion) bool { return oc.event.Kind == schemas.KindProfile }

// rises judges the condition after the fold and says whether the event is its edge.
func (ta *Task) rises(pa *party, ru *rule, ed *edges, oc occasion, anew bool) bool {
	fr := ta.see(pa, oc.now)
	fr.Event = oc.event
	before := ta.startWasTrue(ru, *ed)
	is, turned := holds(ru.Start.When, fr), ta.perTurned(pa, ru, fr)
	if anew || turned {
		ed.start, ed.disarmed = false, false
	}
	if oc.silent || anew {
		ed.cursor = max(ed.cursor, oc.now)
	}
	if !oc.silent && !anew && !turned && !ed.start && !ed.disarmed && before && (ta.timerKeeps(pa, ru, *ed, oc.now, true) || ta.keepDue(pa, ru, ed, is)) {
		return false
	}
	switch {
	case !is && ed.start && !oc.silent && ta.marked[ru.Index] != markNone && !before && ta.timerKeeps(pa, ru, *ed, oc.now, false):
		return false // whoever comes back before the timer looks was not away, whatever is read in between
	case !is:
		ed.start, ed.disarmed = false, false
		return false
	case ed.start, ed.disarmed:
		return false
	case !oc.silent && !anew && before && ta.keepsEdge(pa, ru, oc.now):
		return false
	}
	ed.start = true
	return true
}

// timerKeeps says whether time made the condition true, or false, at an instant whose timer is still to fire (language.md
// 15, edges and instants). If no instant can be named it was something that nobody watched (an account's value in a user's
// playbook), and the event at hand is the first to see it.
func (ta *Task) timerKeeps(pa *party, ru *rule, ed edges, now int64, is bool) bool {
	if is && ed.due != 0 && ed.due <= now {
		return true
	}
	fr, next := ta.see(pa, ru.judgedFrom(pa, ed.cursor)), ru.Start.When.NextFall
	if is {
		next = ru.Start.When.NextRise
	}
	for range maxTries {
		at := next(fr)
		if at == lang.Never || at > now {
			return false
		}
		fr.Now = at
		if holds(ru.Start.When, fr) == is {
			return true
		}
	}
	return false
}

// startByTime judges the start at an instant at which time may have changed its condition, lets the subject in again, or
// comes to a day of its calendar.
func (ta *Task) startByTime(pa *party, ru *rule, li *life, due int64) (entered bool, err error) {
	ta.judging(ru, nil, "", due)
	ed := pa.edges(ru)
	scheduled := ta.isScheduled(pa, ru, li, ed, due)
	ed.cursor = due
	anew := ta.rearmByTime(pa, ru, &ed, li, due)
	fr := ta.see(pa, due)
	if ta.perTurned(pa, ru, fr) || anew {
		ed.start = false
	}
	enters := scheduled
	if when := ru.Start.When; when != nil {
		is := holds(when, fr)
		enters = is && !ed.start
		ed.start = is
	}
	pa.setEdges(ru, ed)
	if !enters {
		return false, nil
	}
	oc := occasion{at: due, now: due, decidedAt: due + ru.Lateness}
	if scheduled {
		oc.period = periodOf(ru.Start.Schedule, due, lang.Zone(fr))
	}
	return true, ta.enter(pa, ru, li, oc)
}

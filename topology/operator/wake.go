package operator

import (
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// work is what a unit does. workNone is the reserved zero.
type work uint8

const (
	workNone    work = iota
	workStart        // an instant at which time may change the start's condition, lets the subject in again, or is in the calendar
	workSettle       // an event that makes a start has settled
	workJudge        // an instant at which time may make a condition of an episode true
	workEnds         // the longest episode
	workMove         // a state of a journey lasted long enough
	workStep         // a step is due
	workPublish      // the slot of a held step
	workKept         // what a keeper offered
)

// unit is one (due, kind) of one rule of a subject: what one Fire does.
type unit struct {
	wake    topology.Wake // NoWake: there is none
	due     int64         // ms
	work    work
	rule    *rule
	episode int // index in the life
	step    *playbook.Step

	keeper keeper // workKept: whose it is, and which of its units; rule is nil
	kept   int
}

// keeper is something beside the playbooks that wants to be woken for a subject: derived knowledge, counters that users'
// timers move. Its units come before those of playbooks at the same due (language.md 15), keepers in the order of
// Task.keepers.
type keeper interface {
	// rank is its place in Task.keepers.
	rank() int
	// next offers what the subject has to wait for (keptUnit).
	next(ta *Task, pa *party, se *search) error
	// run does one of the units that it offered. fired is false when the instant changed nothing that anybody sees.
	run(ta *Task, pa *party, un unit) (fired bool, err error)
	// name stands for the playbook in a dead letter: "health account_health".
	name(kept int) string
}

// keptUnit is a unit of a keeper: kept says which of its things is due. Its lateness is the bundle's.
func (ta *Task) keptUnit(ke keeper, kept int, due int64) unit {
	return unit{wake: topology.TimerAt(due + ta.bundle.Lateness.Milliseconds()), due: due, work: workKept, keeper: ke, kept: kept}
}

// lateness is that of whatever the unit belongs to.
func (ta *Task) lateness(un unit) int64 {
	if un.rule == nil {
		return ta.bundle.Lateness.Milliseconds()
	}
	return un.rule.Lateness
}

// What Rule says for a stop and for the longest episode, where a step would stand.
const (
	stopName = "stop"
	endsName = "ends"
)

// before orders units: by the clock at which they become possible (timers first), then due, playbook, and within it
// conditions and ends before steps, steps in file order, starts behind them.
func (un unit) before(other unit) bool {
	if un.wake != other.wake {
		return un.wake < other.wake
	}
	if un.due != other.due {
		return un.due < other.due
	}
	if un.rule == nil || other.rule == nil {
		return un.keptBefore(other)
	}
	if un.rule.Index != other.rule.Index {
		return un.rule.Index < other.rule.Index
	}
	if a, b := un.rank(), other.rank(); a != b {
		return a < b
	}
	return un.episode < other.episode
}

// keptBefore orders two units of which at least one is a keeper's.
func (un unit) keptBefore(other unit) bool {
	switch {
	case un.keeper == nil || other.keeper == nil:
		return un.keeper != nil
	case un.keeper.rank() != other.keeper.rank():
		return un.keeper.rank() < other.keeper.rank()
	}
	return un.kept < other.kept
}

// startRank is behind all steps: at one due, as inside one event, open episodes come before starts.
const startRank = 1 << 20

func (un unit) rank() int {
	switch un.work {
	case workJudge:
		return -5
	case workEnds:
		return -4
	case workMove:
		return -3
	case workStart:
		return startRank
	case workSettle:
		return startRank + 1
	}
	return un.step.Index
}

// limit says which units may fire now; nil: all of them.
type limit func(unit) bool

// search looks for the earliest unit within a limit.
//
// Rejected: to take the earliest unit and then ask the limit. A publication may come before a timer in the order of the
// clock and still be beyond the limit that the timer is within (before an event both are asked for due < t_e - lateness).
type search struct {
	within limit
	first  unit

	held *Task  // set while an input is silent: what waits for it is not offered, or later (freeze.go)
	of   *party // the subject of held
}

func (se *search) offer(un unit) {
	if se.held != nil {
		later, delayed := se.held.delay(se.of, un)
		if delayed && se.within != nil && later.wake.Ready() >= se.held.clock {
			return
		}
		un = later
	}
	if se.within != nil && !se.within(un) {
		return
	}
	if se.first.wake == topology.NoWake || un.before(se.first) {
		se.first = un
	}
}

// next computes the earliest unit of a subject exactly.
func (ta *Task) next(pa *party, within limit) (unit, error) {
	se := search{within: within, first: unit{wake: topology.NoWake}}
	if len(ta.meta.Silences) > 0 {
		se.held, se.of = ta, pa
	}
	open := pa.hasOpen()
	for _, ru := range pa.rules {
		if err := ta.nextOf(pa, ru, open, &se); err != nil {
			return unit{}, err
		}
	}
	for _, ke := range ta.keepers {
		if err := ke.next(ta, pa, &se); err != nil {
			return unit{}, err
		}
	}
	ta.idle()
	return se.first, nil
}

// nextOf offers the units of one rule.
func (ta *Task) nextOf(pa *party, ru *rule, open bool, se *search) error {
	var li life
	if open || ru.timedAgain() {
		var err error
		if li, err = pa.life(ru); err != nil {
			return err
		}
	}
	timer := func(due int64, wo work) {
		se.offer(unit{wake: topology.TimerAt(due + ru.Lateness), due: due, work: wo, rule: ru})
	}
	if ru.timed {
		if due, ok := ta.startDue(pa, ru, &li); ok {
			timer(due, workStart)
		}
	}
	if due, ok := ru.settleDue(&li); ok {
		timer(due, workSettle)
	}
	for i := range li.Episodes {
		if !li.Episodes[i].Over {
			ta.nextOfEpisode(pa, ru, &li.Episodes[i], i, se)
		}
	}
	return nil
}

func (ta *Task) nextOfEpisode(pa *party, ru *rule, ep *episode, index int, se *search) {
	timer := func(due int64, wo work, st *playbook.Step) {
		se.offer(unit{wake: topology.TimerAt(due + ru.Lateness), due: due, work: wo, rule: ru, episode: index, step: st})
	}
	if ep.isOpen() {
		if due, ok := ta.conditionDue(pa, ru, ep); ok {
			timer(due, workJudge, nil)
		}
		timer(ep.StartAt+ru.Ends, workEnds, nil)
		if due, _, ok := ru.moveDue(ep); ok {
			timer(due, workMove, nil)
		}
	}
	for _, st := range ru.Steps {
		if ss, _ := ep.step(st.ID); ss.Phase == held {
			se.offer(unit{wake: topology.PublicationAt(ss.Slot), due: ss.Slot, work: workPublish, rule: ru, episode: index, step: st})
			continue
		}
		if !ep.isOpen() || !ru.isActive(ep, st) {
			continue
		}
		if due, ok := ta.stepDue(pa, ru, ep, st); ok {
			timer(due, workStep, st)
		}
	}
}

// timedAgain says whether the next instant of a start depends on what was lived through.
func (ru *rule) timedAgain() bool {
	return ru.Again.Kind == playbook.AgainEvery || ru.Again.When != nil || ru.Again.Kind == playbook.AgainPer && ru.Again.Every > 0 ||
		ru.Start.Schedule != nil && ru.once()
}

// startDue is the next instant at which time may change the edge of the start, after what was judged already.
//
// Timers due up to t_e - lateness were fired before the last event, and an event does not take the edge away from a
// timer that is still due (judgeStart), so the search begins a lateness before the newest instant judged.
func (ta *Task) startDue(pa *party, ru *rule, li *life) (int64, bool) {
	ed := pa.edges(ru)
	if ed.disarmed {
		return 0, false
	}
	ta.judging(ru, nil, "", pa.judged)
	due := int64(lang.Never)
	if when := ru.Start.When; when != nil {
		from := ta.startFrom(pa, ru, ed.cursor)
		due = ru.nextEdge(ed, ta.see(pa, from))
		if ed.due != 0 {
			due = min(due, ed.due)
		}
		if rearm := li.EnteredAt + ru.Again.Every; ru.Again.Kind == playbook.AgainEvery && li.Entered && rearm > ed.cursor {
			due = min(due, rearm)
		}
		if rearm, ok := ta.valueRearms(pa, ru, li, from); ok && rearm > ed.cursor {
			due = min(due, rearm)
		}
		if per := ru.Again.Per; per != nil && per.Next != nil {
			due = min(due, per.Next(ta.see(pa, ru.judgedFrom(pa, ed.cursor))))
		}
	}
	if at, ok := ta.scheduleDue(pa, ru, li, ed); ok {
		due = min(due, at)
	}
	if when := ru.Again.When; when != nil && li.Entered && !li.Armed {
		due = min(due, when.Next(ta.see(pa, ru.judgedFrom(pa, ed.cursor))))
	}
	return due, due != lang.Never
}

// run does a unit of work. fired is false when the instant changed nothing that anybody sees.
func (ta *Task) run(pa *party, un unit) (fired bool, err error) {
	ta.beginChain()
	ta.causedByTime(pa, un.due)
	if fired, err = ta.runUnit(pa, un); err != nil {
		return false, err
	}
	return fired, ta.workOff(pa)
}

func (ta *Task) runUnit(pa *party, un unit) (fired bool, err error) {
	if un.work == workKept {
		return ta.runKept(pa, un)
	}
	li, err := pa.life(un.rule)
	if err != nil {
		return false, err
	}
	switch un.work {
	case workStart:
		fired, err = ta.startByTime(pa, un.rule, &li, un.due)
	case workSettle:
		fired = true
		err = ta.settled(pa, un.rule, &li, un.due)
	case workJudge:
		fired = ta.judgeByTime(pa, un.rule, &li, &li.Episodes[un.episode], un.due)
	case workMove:
		fired = true
		err = ta.moveByTime(pa, un.rule, &li, &li.Episodes[un.episode], un.due)
	case workEnds:
		fired = true
		ta.end(pa, un.rule, &li, &li.Episodes[un.episode], un.due)
	case workStep:
		fired = true
		err = ta.stepByTime(pa, un.rule, &li, &li.Episodes[un.episode], un.step, un.due)
	case workPublish:
		fired = true
		err = ta.publish(pa, un.rule, &li, &li.Episodes[un.episode], un.step)
	}
	if err == nil {
		err = ta.ripple(pa, occasion{at: un.due, now: un.due, decidedAt: un.due + un.rule.Lateness})
	}
	if fired && err == nil {
		ta.counts.Fired++
		ta.documentsLag(pa, un)
		pa.judgedAt(un.due)
	}
	return fired, err
}

func (ta *Task) runKept(pa *party, un unit) (fired bool, err error) {
	ju := &ta.judged
	ju.playbook, ju.step, ju.due, ju.episode, ju.ok = un.keeper.name(un.kept), "", un.due, "", true
	fired, err = un.keeper.run(ta, pa, un)
	if fired && err == nil {
		ta.counts.Fired++
		ta.documentsLag(pa, un)
		pa.judgedAt(un.due)
	}
	return fired, err
}

// rearm sets the wake to the exact next instant.
func (ta *Task) rearm(pa *party) error {
	un, err := ta.next(pa, nil)
	if err != nil {
		return err
	}
	ta.setWake(pa, un.wake)
	return nil
}

func (ta *Task) setWake(pa *party, wa topology.Wake) {
	if pa.sub.Wake() != wa {
		pa.sub.SetWake(wa)
	}
}

// rearmAfterEvent keeps the wake a lower bound. Where no episode was touched only what the event concerns can have come
// nearer; what moved away is noticed when the old wake comes.
func (ta *Task) rearmAfterEvent(pa *party) error {
	if pa.stirred {
		return ta.rearm(pa)
	}
	se := search{first: unit{wake: topology.NoWake}}
	look := func(ru *rule, open bool) error {
		if ru.Each != pa.scope() {
			return nil
		}
		return ta.nextOf(pa, ru, open, &se)
	}
	for _, ru := range ta.concerned {
		if ta.marked[ru.Index] > markUnmoved {
			if err := look(ru, false); err != nil {
				return err
			}
		}
	}
	for _, ru := range ta.scheduled {
		if err := look(ru, false); err != nil {
			return err
		}
	}
	if pa.hasOpen() {
		for _, ru := range pa.rules {
			if !ta.touched[ru.Index] {
				continue
			}
			if err := look(ru, true); err != nil {
				return err
			}
		}
	}
	ta.idle()
	ta.setWake(pa, min(pa.sub.Wake(), se.first.wake))
	return nil
}

package operator

import "holdfast/topology"

// Fire runs one unit of work that is due at the clock for a subject: an edge that time made, a step, a publication, an
// end. fired is false when nothing was due: the wake was early and was moved.
func (ta *Task) Fire(ref topology.Ref, clock int64) (fired bool, err error) {
	fired, _, err = ta.fire(ref, clock, func(un unit) bool { return un.wake.Ready() < clock })
	return fired, err
}

// FireUntil is Fire at the end of the input (language.md 11, `until: T`): W becomes T, so what is due at T or before
// fires, whatever the lateness of its playbook, and what has its slot at T or before is published. The caller goes on
// while the earliest wake's Ready is before EndClock(T); a subject that has nothing left to do gets a wake at or after it.
func (ta *Task) FireUntil(ref topology.Ref, until int64) (fired bool, err error) {
	fired, moved, err := ta.fire(ref, ta.EndClock(until), func(un unit) bool { return un.due <= until })
	if err != nil || fired || moved {
		return fired, err
	}
	pa := ta.open(ref)
	if end := topology.TimerAt(ta.EndClock(until)); pa.sub.Wake() < end {
		pa.sub.SetWake(end)
	}
	return false, nil
}

// EndClock is the clock value that is past everything that FireUntil(T) may fire.
func (ta *Task) EndClock(until int64) int64 { return until + ta.maxLateness + 1 }

// maxTries bounds the early instants that one call looks at; a wake that is still early then is tried again.
const maxTries = 1000

// fire runs the earliest unit within the limit, if the wake is no earlier than it; else the wake is moved to it, because the
// units of other subjects may come before (a user who leaves changes the account).
func (ta *Task) fire(ref topology.Ref, clock int64, within limit) (fired, moved bool, err error) {
	ta.begin(clock)
	pa := ta.open(ref)
	if err := ta.meet(pa); err != nil {
		return false, false, err
	}
	armed := pa.sub.Wake()
	for try := 0; try < maxTries && !fired; try++ {
		un, err := ta.next(pa, within)
		if err != nil {
			return false, false, err
		}
		if un.wake == topology.NoWake {
			break
		}
		if un.wake > armed {
			ta.setWake(pa, un.wake)
			return false, true, nil
		}
		if fired, err = ta.run(pa, un); err != nil {
			return false, false, err
		}
	}
	return fired, false, ta.rearm(pa)
}

// fireBefore fires one unit that was due before t_e - lateness for one of the subjects of an event, the earliest of them.
func (ta *Task) fireBefore(instant int64, account, user *party) (fired bool, err error) {
	if account.sub.Wake().Ready() >= instant && (user == nil || user.sub.Wake().Ready() >= instant) {
		return false, nil // as below, for nearly all events
	}
	return ta.firesBefore(instant, account, user)
}

func (ta *Task) firesBefore(instant int64, account, user *party) (fired bool, err error) {
	within := func(un unit) bool { return un.due < instant-ta.lateness(un) }
	var who *party
	first := unit{wake: topology.NoWake}
	for _, pa := range []*party{account, user} {
		if pa == nil || pa.sub.Wake().Ready() >= instant {
			continue // Invariant: the wake is a lower bound, and no unit's wake is after its due + lateness
		}
		ta.judged.ref = pa.ref
		un, err := ta.next(pa, within)
		if err != nil {
			return false, err
		}
		if un.wake == topology.NoWake {
			err = ta.rearm(pa)
		} else if who == nil || un.before(first) {
			who, first = pa, un
		}
		if err != nil {
			return false, err
		}
	}
	if who == nil {
		return false, nil
	}
	ta.judged.ref = who.ref
	if _, err = ta.run(who, first); err != nil {
		return false, err
	}
	return true, ta.rearm(who)
}

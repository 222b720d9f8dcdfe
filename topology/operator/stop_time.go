package operator

import (
	"holdfast/schemas"
	"holdfast/topology"
)

// A stop's condition is judged on every event of the subject, not only at those that it reads (language.md 6): once time
// has made it true, the first event ends the episode, without waiting for the timer, which comes a lateness later.

// stopsByTime says that time alone may make a stop of the playbook true.
func (ru *rule) stopsByTime() bool {
	for i := range ru.Stops {
		if when := ru.Stops[i].When; when != nil && when.Next != nil {
			return true
		}
	}
	return false
}

// touchByTime marks the playbooks that have a stop that time may have made true by the event at hand. Nothing is asked of a
// subject whose wake, a lower bound of every instant that time has for it, is still ahead. A backfilled event finds
// nothing: it would end the episode without a word. What waits for a silent input is held back from it too.
func (ta *Task) touchByTime(ev *schemas.Event, pa *party) {
	if ev.Backfill || !pa.hasOpen() {
		return
	}
	now := ta.judgedInstant(ev, pa)
	wake := pa.sub.Wake()
	if wake == topology.NoWake || wake.Ready() > now+ta.maxLateness {
		return
	}
	for _, ru := range ta.touching.stopping {
		if ru.Each != pa.scope() || wake.Ready() > now+ru.Lateness {
			continue
		}
		if running, _ := pa.sub.Int(ru.runningKey); running == 0 || ta.isHeld(pa, ta.frozen[ru.Index].others, now) {
			continue
		}
		ta.touched[ru.Index] = true
	}
}

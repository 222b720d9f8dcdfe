package operator

import (
	"fmt"

	"holdfast/topology"
)

// Disarm makes what failed stay silent: the start of a playbook (step "") until its condition falls, a step of the
// episode that was being judged for good. A stop or an end that cannot be judged closes the episode: better silent than
// wrong. The processor calls it after it rolled back a failed Fire, with what Rule said.
//
// Invariant: nothing of the failing rule is evaluated before it is disarmed.
func (ta *Task) Disarm(ref topology.Ref, playbook, step string) error {
	failed := ta.judged
	pa := ta.open(ref)
	for _, ru := range pa.rules {
		if ru.Name != playbook || ru.Retired {
			continue
		}
		if err := ta.disarm(pa, ta.versionOf(pa, ru, failed), step, failed); err != nil {
			return fmt.Errorf("disarm playbook %s: %w", playbook, err)
		}
		return ta.rearm(pa)
	}
	if known, err := ta.disarmDocument(pa, playbook); known {
		return err
	}
	return fmt.Errorf("disarm playbook %s: there is none for such a subject", playbook)
}

func (ta *Task) disarm(pa *party, ru *rule, step string, failed at) error {
	switch step {
	case "":
		pa.disarmStart(ru, failed.due)
		return nil
	case settleName:
		return ta.forgetSettled(pa, ru, failed.due)
	}
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	silenced := 0
	for i := range li.Episodes {
		ep := &li.Episodes[i]
		if ep.Over || failed.ok && failed.playbook == ru.Name && failed.episode != "" && failed.episode != ep.ID {
			continue
		}
		ta.silence(pa, ru, ep, step, failed.due)
		silenced++
	}
	if silenced == 0 { // the episode was rolled back with the failure: its beginning is what has to stay silent
		pa.disarmStart(ru, failed.due)
		if due, settles := ru.settleDue(&li); settles {
			return ta.forgetSettled(pa, ru, due)
		}
		return nil
	}
	ta.setLife(pa, ru, &li, failed.due)
	return nil
}

// disarmStart silences a start: a condition until it falls, a calendar for the occurrence that failed.
func (pa *party) disarmStart(ru *rule, due int64) {
	ed := pa.edges(ru)
	if ru.Start.Schedule != nil {
		ed.cursor = max(ed.cursor, due)
	} else {
		ed.disarmed = true
	}
	pa.setEdges(ru, ed)
}

// silence takes a step out of an episode, or closes it.
func (ta *Task) silence(pa *party, ru *rule, ep *episode, step string, at int64) {
	st := ru.stepNamed(step)
	if st == nil {
		ep.Deaf, ep.Over = true, true
		ta.withdrawHeld(pa, ru, ep, note{outcome: withdrawn, code: "failed", text: step + " of the episode failed", at: at})
		ta.decide(pa, ru, ep, note{outcome: ended, code: "failed", text: step + " of the episode failed", at: at})
		return
	}
	ta.drop(pa, ru, ep, st, note{outcome: skipped, code: "failed", text: "the step failed", at: at, due: at})
	ta.settle(pa, ru, ep, at)
}

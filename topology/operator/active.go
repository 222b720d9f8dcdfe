package operator

import (
	"holdfast/topology/playbook"
	"holdfast/topology/window"
)

// actives takes users off the counters of their account (distinct(login.user_id in 30d)) when their last event has left
// the window: the timer that moves an account's value is the user's own, so nobody keeps a list of users. What comes
// before is the fold that counted the user (window.FoldActive); what comes after is the account's wake, which judges its
// rules for the instant at which the user left.
type actives struct {
	slots   []*window.Slot
	scratch window.Scratch
}

// newActives keeps the counters of a bundle; nil if it has none.
func newActives(b *playbook.Bundle) *actives {
	ac := &actives{}
	for _, slot := range b.Slots {
		if slot.Op == window.OpActive {
			ac.slots = append(ac.slots, slot)
		}
	}
	if len(ac.slots) == 0 {
		return nil
	}
	return ac
}

// rank is before that of the documents: what they read at an instant is counted by then.
func (ac *actives) rank() int { return 0 }

// next offers the leavings of a user. They wait for the clock alone, not for stragglers: a late event brings the user back.
func (ac *actives) next(_ *Task, pa *party, se *search) error {
	if pa.sub == pa.account {
		return nil
	}
	for i, slot := range ac.slots {
		if until, ok := slot.ActiveUntil(pa.sub); ok {
			se.offer(unit{wake: window.ActiveWake(until), due: until, work: workKept, keeper: ac, kept: i})
		}
	}
	return nil
}

// run takes the user off. It never says that it fired: nothing of the user was judged, and the account's rules have a
// timer of their own for the instant.
func (ac *actives) run(_ *Task, pa *party, un unit) (fired bool, err error) {
	ac.slots[un.kept].Leave(pa.account, pa.sub, &ac.scratch)
	return false, nil
}

func (ac *actives) name(kept int) string { return ac.slots[kept].Name }

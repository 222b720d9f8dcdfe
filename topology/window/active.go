package window

import (
	"holdfast/topology"
)

// How many users did something in a window, exactly, without a list of them: the account has a counter, and every user
// remembers until when it counts. At that instant the user's own timer takes it off (operator/active.go). An event costs
// the two records that it writes anyway, however many users there are.
//
// Rules are judged for instants that lie back by a lateness, and users leave as soon as the clock has come, so the
// account also keeps when the last ones left, as a ring: the number at t is the counter and those who left after t.
//
// The user's cell is the time of its last event * 2, +1 when it does not count any more.

// maxLeft is how many leavings within a lateness are told apart. If more users leave, the first of them are taken to
// have left at once.
const maxLeft = 512

// activeUntil is the instant at which a user leaves: its last event is exactly W old then, and out.
func (sl *Slot) activeUntil(last int64) int64 { return last + sl.Reach }

// FoldActive counts a user for an event. judged is the newest instant for which the account was judged.
func (sl *Slot) FoldActive(account, user topology.Subject, at, judged int64, sc *Scratch) {
	was, seen := user.Int(sl.Key)
	last, counted := was>>1, seen && was&1 == 0
	if seen && at <= last {
		return
	}
	until := sl.activeUntil(at)
	if seen && !counted {
		sl.moveLeft(account, sl.activeUntil(last), -1, sc)
	}
	if until <= judged { // so late that it had left already
		if !counted {
			user.SetInt(sl.Key, at<<1|1)
			sl.moveLeft(account, until, 1, sc)
		} else {
			user.SetInt(sl.Key, at<<1)
		}
		return
	}
	user.SetInt(sl.Key, at<<1)
	if !counted {
		sl.count(account, 1)
		user.SetWake(min(user.Wake(), ActiveWake(until)))
	}
}

// ActiveWake is the wake of a user who leaves at an instant: it does not wait for stragglers, since a late event can bring
// the user back, and it is there when the clock is.
func ActiveWake(until int64) topology.Wake { return topology.TimerAt(until - 1) }

// ActiveUntil is the instant at which the user leaves; ok is false when it does not count.
func (sl *Slot) ActiveUntil(user topology.Cells) (until int64, ok bool) {
	was, seen := user.Int(sl.Key)
	return sl.activeUntil(was >> 1), seen && was&1 == 0
}

// Leave takes a user off. The account looks at its rules no later than the instant at which the user left.
func (sl *Slot) Leave(account, user topology.Subject, sc *Scratch) {
	until, ok := sl.ActiveUntil(user)
	if !ok {
		return
	}
	was, _ := user.Int(sl.Key)
	user.SetInt(sl.Key, was|1)
	sl.count(account, -1)
	sl.moveLeft(account, until, 1, sc)
	account.SetWake(min(account.Wake(), topology.TimerAt(until)))
}

func (sl *Slot) count(account topology.Subject, by int64) {
	n, _ := account.Int(sl.Key)
	account.SetInt(sl.Key, max(n+by, 0))
}

// moveLeft notes that users left at an instant, or did not. What no rule is judged for any more is forgotten.
func (sl *Slot) moveLeft(account topology.Subject, at, by int64, sc *Scratch) {
	cell, _ := account.Bytes(sl.AuxKey)
	newest := at
	if in := openInstants(cell); len(in.rest) > 0 {
		newest = max(newest, in.newest)
	}
	if cell = sc.mergeRing(cell, at, by, maxLeft, newest-sl.Slack-minPaneMillis); cell == nil {
		account.Delete(sl.AuxKey)
		return
	}
	account.SetBytes(sl.AuxKey, cell)
}

// activeAt is the number of users at an instant.
func (sl *Slot) activeAt(account topology.Cells, now int64) int64 {
	n, _ := account.Int(sl.Key)
	return n + sl.countAfter(account, sl.AuxKey, now)
}

package window

import (
	"time"

	"holdfast/topology"
)

// foldSeries adds a number at an instant.
func (sl *Slot) foldSeries(sub topology.Subject, n, at int64, zone *time.Location, sc *Scratch) {
	pane := paneAt(sl.Width, at, zone)
	cell, _ := sub.Bytes(sl.Key)
	var se series
	ended, gap := int64(0), int64(0) // the pane that is the newest no more
	switch {
	case !se.open(sl, cell):
		se = series{newest: pane, last: n, overall: n}
		sl.flag(&se, n, n)
	case pane == se.newest:
		was := se.last
		se.last = sl.join(was, n)
		se.overall = sl.replaced(se.overall, was, se.last)
		sl.flag(&se, n, se.last)
	case pane > se.newest:
		ended, gap = se.last, pane-se.newest
		if !sl.begin(&se, n, pane) {
			gap = 0
		}
	case pane < sl.oldestKept(se.newest, zone):
		return
	default:
		sl.late(&se, n, pane, sc)
	}
	sc.cell = append(sl.appendHeader(sc.cell[:0], &se), se.older...)
	if gap > 0 {
		sc.cell = sl.appendOlder(sc.cell, ended, gap)
	}
	sub.SetBytes(sl.Key, sc.cell)
}

func (sl *Slot) replaced(overall, was, is int64) int64 {
	if sl.additive() {
		return overall - was + is
	}
	return sl.join(overall, is)
}

func (sl *Slot) flag(se *series, n, inPane int64) {
	if sl.Op != OpPaneSum {
		return
	}
	if n < 0 {
		se.flags |= flagNegative
	}
	if inPane >= hugeNumber || inPane <= -hugeNumber {
		se.flags |= flagHuge
	}
}

// oldestKept is the first pane that some window may still look at, when the newest one is given.
func (sl *Slot) oldestKept(newest int64, zone *time.Location) int64 {
	return paneAt(sl.Width, paneStart(sl.Width, newest, zone)-sl.Reach-sl.Slack, zone)
}

// begin makes the pane the newest one and cuts off what no window looks at any more; false when nothing is left.
func (sl *Slot) begin(se *series, n, pane int64) bool {
	// A lower bound of oldestKept, without a look at the zone: two panes more than fit.
	tooOld := func(at int64) bool { return (pane-at-2)*sl.Width > sl.Reach+sl.Slack }
	if tooOld(se.newest) {
		*se = series{flags: se.flags, newest: pane, last: n, overall: n}
		sl.flag(se, n, n)
		return false
	}
	oldest, cu := se.newest-se.span, cursor{rest: se.older}
	for tooOld(oldest) {
		left, gap := sl.nextOlder(&cu)
		if gap == 0 {
			break
		}
		oldest += gap
		if sl.additive() {
			se.overall -= left
		}
	}
	if len(cu.rest) < len(se.older) && !sl.additive() {
		se.older, se.span = cu.rest, se.newest-oldest
		se.overall = sl.scan(se, -Open, Open).n
	}
	se.overall = sl.overallWith(se.overall, n)
	se.newest, se.span, se.last, se.older = pane, pane-oldest, n, cu.rest
	sl.flag(se, n, n)
	return true
}

// late puts a number into an older pane.
func (sl *Slot) late(se *series, n, pane int64, sc *Scratch) {
	body, cu, at := sc.body[:0], cursor{rest: se.older}, se.newest-se.span
	placed := pane < at
	if placed {
		body = sl.appendOlder(body, n, at-pane)
		se.span = se.newest - pane
		sl.flag(se, n, n)
		se.overall = sl.overallWith(se.overall, n)
	}
	for {
		older, gap := sl.nextOlder(&cu)
		if gap == 0 {
			break
		}
		next := at + gap
		switch {
		case placed || pane >= next:
		case pane == at:
			was := older
			older = sl.join(was, n)
			sl.flag(se, n, older)
			se.overall = sl.replaced(se.overall, was, older)
			placed = true
		default:
			body = sl.appendOlder(body, older, pane-at)
			older, gap = n, next-pane
			sl.flag(se, n, n)
			se.overall = sl.overallWith(se.overall, n)
			placed = true
		}
		body = sl.appendOlder(body, older, gap)
		at = next
	}
	sc.body, se.older = body, body
}

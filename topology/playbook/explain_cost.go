package playbook

import (
	"fmt"
	"sort"

	"holdfast/topology/lang"
	"holdfast/topology/window"
)

// cost is what the aggregates of several rules take, each counted once.
type cost struct {
	slots    []lang.SlotRead
	seen     map[lang.SlotRead]bool
	accounts int64 // bytes beside the aggregates, of an account
	users    int64
}

func (co *cost) add(programs []*lang.Program) {
	if co.seen == nil {
		co.seen = map[lang.SlotRead]bool{}
	}
	for _, pg := range programs {
		for _, re := range pg.SlotsRead() {
			if !co.seen[re] && re.Slot.Op != window.OpReach {
				co.seen[re] = true
				co.slots = append(co.slots, re)
			}
		}
	}
}

// of adds up the aggregates of a subject. A counter of active users is a number on the account and one on every user.
func (co *cost) of(over lang.Scope) (bytes int64, n int) {
	for _, re := range co.slots {
		switch {
		case re.Over == over:
			bytes, n = bytes+slotBytes(re.Slot), n+1
		case re.Slot.Op == window.OpActive && over == lang.ScopeUser:
			bytes, n = bytes+cellBytes, n+1
		}
	}
	return bytes, n
}

// costs says what one document keeps: its aggregates, and own bytes of its subject beside them.
func (ex *explaining) costs(each lang.Scope, programs []*lang.Program, own int64) {
	one := &cost{}
	one.add(programs)
	ex.cost.add(programs)
	if each == lang.ScopeUser {
		one.users, ex.cost.users = own, ex.cost.users+own
	} else {
		one.accounts, ex.cost.accounts = own, ex.cost.accounts+own
	}
	ex.line(1, "Keeps about %s.", one)
	for _, row := range one.rows() {
		ex.line(2, "%s", row)
	}
}

// String is the cost of an account and of a user.
func (co *cost) String() string {
	account, inAccount := co.of(lang.ScopeAccount)
	user, inUser := co.of(lang.ScopeUser)
	return fmt.Sprintf("%d bytes of an account (%s) and %d bytes of a user (%s)",
		account+co.accounts, counted(inAccount, "aggregate"), user+co.users, counted(inUser, "aggregate"))
}

// rows name the aggregates with their sizes, the largest first.
func (co *cost) rows() (rows []string) {
	sorted := append([]lang.SlotRead(nil), co.slots...)
	sort.SliceStable(sorted, func(i, j int) bool { return slotBytes(sorted[i].Slot) > slotBytes(sorted[j].Slot) })
	for _, re := range sorted {
		whose := re.Over.String()
		if re.Slot.Op == window.OpActive {
			whose = "account, and a number of every user"
		}
		rows = append(rows, fmt.Sprintf("%5d  %s, of the %s", slotBytes(re.Slot), re.Slot.Name, whose))
	}
	return rows
}

// total sums up what was explained, with how sizes are estimated.
func (ex *explaining) total(file string) {
	of := "The bundle"
	if file != "" {
		of = file
	}
	ex.line(0, "\n%s keeps about %s, where two rules read the same aggregate counted once.", of, ex.cost)
	ex.line(0, "Estimated: %d bytes for a number with its key; %d for each pane of a window (%d of a sum), all in use; %d for each event of a ring;", cellBytes, paneBytes, 2*paneBytes, instantBytes)
	ex.line(0, "distinct values as if 32 were seen, top values as if 16 were; an open episode as if every step were still to come.")
}

// The sizes that estimates are made of, in bytes.
const (
	cellBytes    = 12 // a number: 4 of its key, up to 8 of its value
	headBytes    = 20 // the header of a cell with panes or instants, and its key
	paneBytes    = 2
	instantBytes = 4
	likelyValues = 32
	likelyTexts  = 16
)

// slotBytes estimates what an aggregate takes of a subject that is in full use.
func slotBytes(sl *window.Slot) int64 {
	panes := int64(1)
	if sl.Width > 0 {
		panes = (sl.Reach+sl.Slack)/sl.Width + 1
	}
	switch sl.Op {
	case window.OpFirstOf, window.OpLastOf, window.OpAvg, window.OpSum:
		return 2 * cellBytes
	case window.OpDistinct:
		return 2*cellBytes + 8*likelyValues
	case window.OpRing, window.OpNewest:
		return headBytes + instantBytes*int64(sl.Most)
	case window.OpPaneCount, window.OpPaneMin, window.OpPaneMax, window.OpPaneValues:
		return headBytes + paneBytes*panes
	case window.OpPaneSum:
		return headBytes + 2*paneBytes*panes
	case window.OpSeen:
		if sl.Days {
			return headBytes + paneBytes*panes
		}
		return headBytes + 7*likelyValues
	case window.OpTop:
		return headBytes + likelyTexts*(16+2*min(panes, 8))
	}
	return cellBytes
}

// episodeBytes estimates an open episode: its start, what it keeps of the event, and each step that is still to come.
func episodeBytes(pb *Playbook) int64 {
	return 40 + 12*int64(len(pb.Steps)) + 16*int64(len(pb.Captures))
}

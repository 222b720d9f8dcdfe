package window

import (
	"encoding/binary"
)

// seenWriter writes a cell anew with one more value, without what no window looks at any more.
type seenWriter struct {
	lists      bool
	level      byte
	id         uint64 // the value that is added
	pane       int64
	kept, base int64 // the first pane that is kept, the first that there is
	least      uint64
	full       bool // least is one value too many
	panes      []int64
}

// newestOf is the newest pane there will be.
func (rw *seenWriter) newestOf(cells seenCell) int64 {
	newest := rw.pane
	for {
		va, ok := cells.next()
		if !ok {
			return newest
		}
		newest = max(newest, va.newest)
	}
}

// surplus finds the value that is one too many: that which was seen longest ago, of several the smallest.
func (rw *seenWriter) surplus(cells seenCell, most int) (id uint64, found bool) {
	oldest, id, n := rw.pane, rw.id, 1
	for {
		va, ok := cells.next()
		switch {
		case !ok:
			return id, n > most
		case va.id == rw.id:
			continue
		case va.newest < oldest || va.newest == oldest && va.id < id:
			oldest, id = va.newest, va.id
		}
		n++
	}
}

// drops says that a value is not written any more.
func (rw *seenWriter) drops(va *seenValue) bool {
	return va.newest < rw.kept || sampledOut(va.id, rw.level) || rw.full && va.id == rw.least
}

// survey finds the first pane of what is kept.
func (rw *seenWriter) survey(cells seenCell) {
	rw.base = rw.pane
	for {
		va, ok := cells.next()
		if !ok {
			return
		}
		if at, ok := va.first(rw.kept); ok && !rw.drops(&va) {
			rw.base = min(rw.base, at)
		}
	}
}

// count is how many values there will be.
func (rw *seenWriter) count(cells seenCell) int {
	n, found := 0, sampledOut(rw.id, rw.level)
	for {
		va, ok := cells.next()
		if !ok {
			break
		}
		if !rw.drops(&va) {
			n++
			found = found || va.id == rw.id
		}
	}
	if !found {
		n++
	}
	return n
}

func (rw *seenWriter) write(dst []byte, cells seenCell) []byte {
	form := byte(formNewest)
	if rw.lists {
		form = formLists
	}
	dst = binary.AppendVarint(append(dst, form, rw.level), rw.base)
	before, placed := uint64(0), sampledOut(rw.id, rw.level)
	put := func(va seenValue, pane int64) {
		dst = binary.AppendUvarint(dst, va.id-before)
		before = va.id
		dst = rw.appendPanes(dst, va, pane)
	}
	added := seenValue{id: rw.id, oldest: rw.pane, newest: rw.pane}
	for {
		va, ok := cells.next()
		if !ok {
			break
		}
		if !placed && va.id >= rw.id {
			placed = true
			if va.id > rw.id || va.newest < rw.kept {
				put(added, rw.pane)
			} else {
				put(va, rw.pane)
			}
			if va.id == rw.id {
				continue
			}
		}
		if !rw.drops(&va) {
			put(va, va.newest)
		}
	}
	if !placed {
		put(added, rw.pane)
	}
	return dst
}

// appendPanes writes the panes of a value from what is kept on, and one more of them.
func (rw *seenWriter) appendPanes(dst []byte, va seenValue, pane int64) []byte {
	if !rw.lists {
		return binary.AppendUvarint(dst, uint64(max(va.newest, pane)-rw.base))
	}
	rw.panes = rw.panes[:0]
	at, gaps := va.oldest, cursor{rest: va.gaps}
	placed := false
	add := func(p int64) {
		if p >= rw.kept {
			rw.panes = append(rw.panes, p)
		}
	}
	for {
		if !placed && pane <= at {
			placed = true
			if pane < at {
				add(pane)
			}
		}
		add(at)
		if len(gaps.rest) == 0 {
			break
		}
		at += int64(gaps.uvarint())
	}
	if !placed {
		add(pane)
	}
	dst = binary.AppendUvarint(dst, uint64(len(rw.panes)-1))
	last := rw.base
	for _, p := range rw.panes {
		dst = binary.AppendUvarint(dst, uint64(p-last))
		last = p
	}
	return dst
}

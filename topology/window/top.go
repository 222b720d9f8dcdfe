package window

import (
	"bytes"
	"encoding/binary"
	"sort"
	"time"
	"unsafe"

	"holdfast/topology"
	"holdfast/topology/value"
)

// The most frequent values of a window: up to MaxCounters values with their counts per pane, as space-saving counts
// them: the value beyond that takes the place, and the counts, of the least frequent one. So a value with more than
// 1/MaxCounters of the events that the cell reaches back is among them, and no count is too high by more than that part.
// The cell, oldest value first:
//
//	form | base pane | (length, text, panes, (pane less the one before or base, count)...)...
const formTop = 9

const (
	// MaxCounters is the number of values that top() keeps count of.
	MaxCounters = 64
	// TopValues is the number of values that top() lists.
	TopValues = 8
	// maxTopText is where a text is cut: what is listed is a name, not a story.
	maxTopText = 128
)

// tallied is a value with counts[from:until] of the scratch.
type tallied struct {
	text        []byte
	from, until int
	n           int64
}

type paneCount struct{ pane, n int64 }

// decodeTop reads a cell into the scratch; what is older than kept is left out.
func (sc *Scratch) decodeTop(cell []byte, kept int64) {
	sc.tallies, sc.counts = sc.tallies[:0], sc.counts[:0]
	cu := cursor{rest: cell}
	if len(cell) == 0 || cu.byte() != formTop {
		return
	}
	base := cu.varint()
	for len(cu.rest) > 0 {
		ta := tallied{text: cu.text(cu.uvarint()), from: len(sc.counts)}
		at := base
		for panes := cu.uvarint(); panes > 0 && !cu.bad; panes-- {
			at += int64(cu.uvarint())
			n := int64(cu.uvarint())
			if at >= kept && !cu.bad {
				sc.counts = append(sc.counts, paneCount{at, n})
				ta.n += n
			}
		}
		if ta.until = len(sc.counts); ta.until > ta.from {
			sc.tallies = append(sc.tallies, ta)
		}
	}
}

func newestOf(cell []byte, pane int64) int64 {
	cu := cursor{rest: cell}
	if len(cell) == 0 || cu.byte() != formTop {
		return pane
	}
	base := cu.varint()
	for len(cu.rest) > 0 {
		cu.text(cu.uvarint())
		at := base
		for panes := cu.uvarint(); panes > 0 && !cu.bad; panes-- {
			at += int64(cu.uvarint())
			cu.uvarint()
		}
		pane = max(pane, at)
	}
	return pane
}

func topText(va value.Value) []byte {
	text := va.Text
	if va.Kind != value.Text {
		text = va.String()
	}
	if len(text) > maxTopText {
		text = text[:maxTopText]
		for len(text) > 0 && text[len(text)-1]&0xc0 == 0x80 {
			text = text[:len(text)-1]
		}
	}
	return unsafe.Slice(unsafe.StringData(text), len(text))
}

// foldTop counts a value at an instant.
func (sl *Slot) foldTop(sub topology.Subject, va value.Value, at int64, zone *time.Location, sc *Scratch) {
	cell, _ := sub.Bytes(sl.Key)
	pane := paneAt(sl.Width, at, zone)
	kept := sl.oldestKept(newestOf(cell, pane), zone)
	if pane < kept {
		return
	}
	sc.decodeTop(cell, kept)
	text := topText(va)
	sc.cell = sc.appendTop(sc.cell[:0], text, sc.placeOf(text), pane)
	sub.SetBytes(sl.Key, sc.cell)
}

// placeOf is the tally that counts a text: its own, else a new one, else that of the least frequent value.
func (sc *Scratch) placeOf(text []byte) int {
	least := 0
	for i := range sc.tallies {
		if bytes.Equal(sc.tallies[i].text, text) {
			return i
		}
		if sc.tallies[i].n < sc.tallies[least].n {
			least = i
		}
	}
	if len(sc.tallies) < MaxCounters {
		sc.tallies = append(sc.tallies, tallied{text: text, from: len(sc.counts), until: len(sc.counts)})
		return len(sc.tallies) - 1
	}
	sc.tallies[least].text = text
	return least
}

// appendTop writes the tallies, with one more count in a pane of one of them.
func (sc *Scratch) appendTop(dst, text []byte, place int, pane int64) []byte {
	base := pane
	for _, pc := range sc.counts {
		base = min(base, pc.pane)
	}
	dst = binary.AppendVarint(append(dst, formTop), base)
	for i, ta := range sc.tallies {
		dst = binary.AppendUvarint(dst, uint64(len(ta.text)))
		dst = append(dst, ta.text...)
		counts := sc.counts[ta.from:ta.until]
		if i != place {
			dst = appendCounts(dst, counts, base)
			continue
		}
		at := sort.Search(len(counts), func(i int) bool { return counts[i].pane >= pane })
		if at < len(counts) && counts[at].pane == pane {
			counts[at].n++
			dst = appendCounts(dst, counts, base)
			continue
		}
		sc.body = sc.body[:0]
		dst = binary.AppendUvarint(dst, uint64(len(counts)+1))
		dst = appendPaneCounts(dst, counts[:at], base)
		last := base
		if at > 0 {
			last = counts[at-1].pane
		}
		dst = binary.AppendUvarint(dst, uint64(pane-last))
		dst = binary.AppendUvarint(dst, 1)
		dst = appendPaneCounts(dst, counts[at:], pane)
	}
	return dst
}

func appendCounts(dst []byte, counts []paneCount, base int64) []byte {
	return appendPaneCounts(binary.AppendUvarint(dst, uint64(len(counts))), counts, base)
}

func appendPaneCounts(dst []byte, counts []paneCount, last int64) []byte {
	for _, pc := range counts {
		dst = binary.AppendUvarint(dst, uint64(pc.pane-last))
		dst = binary.AppendUvarint(dst, uint64(pc.n))
		last = pc.pane
	}
	return dst
}

// Top lists the most frequent values of the window, the most frequent first and then by text, as AppendList does. The
// list is good until the scratch is used again.
func (sl *Slot) Top(cells topology.Cells, wi Window, now int64, zone *time.Location, sc *Scratch) []byte {
	cell, _ := cells.Bytes(sl.Key)
	from, until := wi.Panes(now, zone)
	sc.decodeTop(cell, -Open)
	for i := range sc.tallies {
		ta := &sc.tallies[i]
		ta.n = 0
		for _, pc := range sc.counts[ta.from:ta.until] {
			if pc.pane >= from && pc.pane < until {
				ta.n += pc.n
			}
		}
	}
	sc.cell = sc.cell[:0]
	for range TopValues {
		best := -1
		for i := range sc.tallies {
			ta := &sc.tallies[i]
			if ta.n > 0 && (best < 0 || ta.n > sc.tallies[best].n || ta.n == sc.tallies[best].n && bytes.Compare(ta.text, sc.tallies[best].text) < 0) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		text := sc.tallies[best].text
		sc.tallies[best].n = 0
		sc.cell = append(binary.AppendUvarint(sc.cell, uint64(len(text))), text...)
	}
	return sc.cell
}

func (sl *Slot) topFrom(cells topology.Cells, from int64) (first int64, ok bool) {
	cell, _ := cells.Bytes(sl.Key)
	cu := cursor{rest: cell}
	if len(cell) == 0 || cu.byte() != formTop {
		return 0, false
	}
	base := cu.varint()
	for len(cu.rest) > 0 {
		cu.text(cu.uvarint())
		at := base
		for panes := cu.uvarint(); panes > 0 && !cu.bad; panes-- {
			at += int64(cu.uvarint())
			cu.uvarint()
			if at >= from && !cu.bad && (!ok || at < first) {
				first, ok = at, true
			}
		}
	}
	return first, ok
}

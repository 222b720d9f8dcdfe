package demo

import "strings"

const stripWidth = 72

// strip draws a story as one line of characters: a dot for nothing, a bar that grows with what happened, shade for a
// silence of a week, and a digit where an intent went out (the line of that number below tells it).
func strip(st Story) string {
	cells := make([]rune, stripWidth)
	busy := make([]int, stripWidth)
	for i := range cells {
		cells[i] = '·'
	}
	for _, ga := range st.Gaps {
		for i := st.column(ga.From) + 1; i < st.column(ga.To); i++ {
			cells[i] = '░'
		}
	}
	for _, ti := range st.Ticks {
		if ti.Kind != "money" {
			busy[st.column(ti.At)]++
		}
	}
	for i, n := range busy {
		if n > 0 {
			cells[i] = bars[min(n/2, len(bars)-1)]
		}
	}
	for _, mark := range st.Marks {
		if mark.Number > 0 {
			cells[st.column(mark.At)] = rune('0' + min(mark.Number, 9))
		}
	}
	return strings.TrimRight(string(cells), " ")
}

var bars = []rune("▁▂▃▄▅▆▇█")

// column is the place of an instant in the strip.
func (st Story) column(at int64) int {
	if st.To <= st.From {
		return 0
	}
	return int(max(0, min(stripWidth-1, (at-st.From)*stripWidth/(st.To-st.From))))
}

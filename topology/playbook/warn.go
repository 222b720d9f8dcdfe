package playbook

import (
	"fmt"
	"sort"
)

// Warning is something that a bundle says and cannot mean: it loads, and a rule of it does nothing, or does what nobody
// wants.
type Warning struct {
	Problem
	Note bool // nothing is wrong: a word that nobody uses, a part that a later release runs
}

// Error prints FILE:LINE:COL: warning: what; suggestion.
func (wa *Warning) Error() string {
	word := "warning"
	if wa.Note {
		word = "note"
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", wa.File, wa.Line, wa.Column, word, wa.Text)
}

// Warnings are what `holdfast lint` says beside errors, in the order of a reader.
func (bu *Bundle) Warnings() []*Warning {
	wr := newWritten(bu.Files)
	for _, doc := range wr.documents {
		wr.file = doc.file
		switch doc.kind {
		case "playbook":
			wr.warnPlaybook(doc.body)
		case "health":
			wr.warnHealth(doc.body)
		case "segments":
			wr.warnFlags(doc.body, "enter", "leave")
		case "signals":
			wr.warnFlags(doc.body, "raise", "clear")
		case "policy":
			wr.warnCaps(doc.body)
		}
	}
	wr.warnUnused()
	for _, la := range bu.Later {
		wr.file = la.File
		wr.add(true, la.Line, la.Column, "%s is checked but not run by this release", la.What)
	}
	return wr.sorted()
}

func (wr *written) warn(no *node, format string, args ...any) {
	wr.add(false, no.line, no.column, format, args...)
}

func (wr *written) add(note bool, line, column int, format string, args ...any) {
	wr.found = append(wr.found, &Warning{Note: note, Problem: Problem{File: wr.file, Line: line, Column: column, Text: fmt.Sprintf(format, args...)}})
}

func (wr *written) sorted() []*Warning {
	sort.SliceStable(wr.found, func(i, j int) bool {
		a, b := wr.found[i], wr.found[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	return wr.found
}

package playbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Warning is something that a bundle says and cannot mean: it loads, and a rule of it does nothing, or does what nobody
// wants.
type Warning struct {
	Problem
	Note   bool // nothing is wrong: words that nobody uses, a part that a later release runs
	weight weight
}

// Error prints FILE:LINE:COL: warning: what; suggestion.
func (wa *Warning) Error() string {
	word := "warning"
	if wa.Note {
		word = "note"
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", wa.File, wa.Line, wa.Column, word, wa.Text)
}

// weight orders what is said beside errors: what is wrong first, what merely lies about last.
type weight uint8

const (
	_ weight = iota
	weightWarning
	weightLater  // a part that a later release runs
	weightUnused // words that nobody uses
)

// Warnings are what `holdfast lint` says beside errors: by weight, then in the order of a reader.
func (bu *Bundle) Warnings() []*Warning {
	wr := newWritten(bu.Files)
	for _, doc := range wr.documents {
		wr.file = doc.file
		switch doc.kind {
		case "bundle":
			wr.warnRevision(doc.body)
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
	wr.noteGoals()
	for _, la := range bu.Later {
		wr.file = la.File
		wr.add(weightLater, la.Line, la.Column, "%s is checked but not run by this release", la.What)
	}
	return wr.sorted()
}

func (wr *written) warn(no *node, format string, args ...any) {
	wr.add(weightWarning, no.line, no.column, format, args...)
}

func (wr *written) add(heavy weight, line, column int, format string, args ...any) {
	wr.found = append(wr.found, &Warning{Note: heavy != weightWarning, weight: heavy, Problem: Problem{File: wr.file, Line: line, Column: column, Text: fmt.Sprintf(format, args...)}})
}

func (wr *written) sorted() []*Warning {
	slices.SortStableFunc(wr.found, func(a, b *Warning) int {
		return cmp.Or(cmp.Compare(a.weight, b.weight), strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return wr.found
}

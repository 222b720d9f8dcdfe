package playbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Later is a part of a bundle that is checked with the rest and run by a later release: a bundle that has one is refused
// at start, by name.
type Later struct {
	File         string
	Line, Column int
	What         string // "policy contact_rules"
}

// String is FILE:LINE:COL and what to do.
func (la Later) String() string {
	return fmt.Sprintf("%s:%d:%d: %s is checked but not run by this release; take it out until it is", la.File, la.Line, la.Column, la.What)
}

// Runnable says whether this release runs everything in the bundle; the error lists what it does not.
func (bu *Bundle) Runnable() error {
	if len(bu.Later) == 0 {
		return nil
	}
	lines := make([]string, len(bu.Later))
	for i, la := range bu.Later {
		lines[i] = la.String()
	}
	return fmt.Errorf("the bundle %s cannot run yet:\n%s", bu.Name, strings.Join(lines, "\n"))
}

// later notes a part that is checked and not run, at the place of its key. The parts are found kind by kind; they are kept in
// the order of a reader.
func (ld *loader) later(line, column int, what string) {
	ld.bundle.Later = append(ld.bundle.Later, Later{File: ld.file, Line: line, Column: column, What: what})
	slices.SortStableFunc(ld.bundle.Later, func(a, b Later) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

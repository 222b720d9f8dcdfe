package playbook

import (
	"fmt"
	"sort"
	"strings"
)

// Problem is one thing wrong with a bundle, with its place.
type Problem struct {
	File         string
	Line, Column int
	Text         string // what; suggestion
}

// Error prints FILE:LINE:COL: what; suggestion.
func (pr *Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", pr.File, pr.Line, pr.Column, pr.Text)
}

// Errors are all problems of a bundle in the order of their places.
type Errors []*Problem

// Error joins the problems, one a line.
func (er Errors) Error() string {
	lines := make([]string, len(er))
	for i, problem := range er {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted puts the problems in the order of a reader and drops what was found twice.
func (er Errors) sorted() Errors {
	sort.SliceStable(er, func(i, j int) bool {
		a, b := er[i], er[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	var kept Errors
	for i, problem := range er {
		if i == 0 || *problem != *er[i-1] {
			kept = append(kept, problem)
		}
	}
	return kept
}

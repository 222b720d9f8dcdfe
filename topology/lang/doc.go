// Package lang is the expression language of the playbooks: text becomes a syntax tree (token, parser), names are resolved
// and types checked against declared events and facts (check), and a checked term becomes closures that allocate nothing
// (compile). Evaluation is three-valued; of a condition that waits, Next says when time alone may change it (solve).
//
// The bundle (package playbook) fills Names and compiles with them; package operator evaluates Programs on a Frame.
// Next stop: program.go for what callers see, names.go for what an expression may name.
package lang

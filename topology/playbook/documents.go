package playbook

import (
	"sort"
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// Document is one thing that the engine derives of every account or user: a health score with its tier, a segment, a
// signal, the stage, the evidence log. Bundle.Documents has them in the order in which they are judged: each after what
// it reads, those of accounts before those of users.
type Document interface {
	// Title names it in messages and dead letters: "health account_health", "segment power".
	Title() string
	// Version is a hash of what its document says: an edited one is new to the subjects that are there.
	Version() string
	// Each is whose it is.
	Each() lang.Scope
	// Programs are all the expressions whose value changes what it derives.
	Programs() []*lang.Program
	// Writes names what other expressions read of it: "score/NAME", "tier/NAME", "segment/N", "signal/N", "stage", "evidence".
	Writes() []string
	// Makes names the engine events that a change of it becomes.
	Makes() []string
}

// placed is a document with its place, for the errors of its order.
type placed struct {
	Document
	file         string
	line, column int
}

// derive reads the documents of all kinds and orders them.
func (ld *loader) derive() {
	var all []placed
	for _, kind := range []struct {
		word string
		read func(doc document) []placed
	}{
		{"evidence", ld.evidence}, {"health", ld.health}, {"segments", ld.segments}, {"signals", ld.signals}, {"stages", ld.stages},
	} {
		ld.each(kind.word, func(doc document) { all = append(all, kind.read(doc)...) })
	}
	ld.order(all)
}

// placedAt is a document that stands at a node.
func (ld *loader) placedAt(no *node, doc Document) placed {
	return placed{Document: doc, file: ld.file, line: no.line, column: no.column}
}

// order puts each document behind what it reads, else in file order, accounts first.
func (ld *loader) order(all []placed) {
	so := sorting{ld: ld, all: all, state: make([]visit, len(all))}
	for _, scope := range []lang.Scope{lang.ScopeAccount, lang.ScopeUser} {
		for i := range all {
			if all[i].Each() == scope {
				so.visit(i)
			}
		}
	}
}

// visit is how far the sorting is with a document.
type visit uint8

const (
	visitNone visit = iota
	visitOpen
	visitDone
)

// sorting is a depth-first search over what documents read.
type sorting struct {
	ld    *loader
	all   []placed
	state []visit
	path  []int
}

func (so *sorting) visit(i int) {
	switch so.state[i] {
	case visitDone:
		return
	case visitOpen:
		so.refuseCycle(i)
		return
	}
	so.state[i] = visitOpen
	so.path = append(so.path, i)
	for j := range so.all {
		if reads(so.all[i], so.all[j]) {
			so.visit(j)
		}
	}
	so.path = so.path[:len(so.path)-1]
	so.state[i] = visitDone
	so.ld.bundle.Documents = append(so.ld.bundle.Documents, so.all[i].Document)
}

func (so *sorting) refuseCycle(i int) {
	from := 0
	for so.path[from] != i {
		from++
	}
	var names []string
	for _, j := range append(so.path[from:len(so.path):len(so.path)], i) {
		names = append(names, so.all[j].Title())
	}
	at := so.all[i]
	so.ld.file = at.file
	so.ld.failAt(at.line, at.column, "a cycle that has no end: %s; each reads the next one, so take one of the reads out", strings.Join(names, " -> "))
}

// reads says that the value of one document depends on what another one writes, or on the events that a change of it
// becomes. An account never reads what is of its users.
func reads(reader, writer Document) bool {
	if reader.Each() != writer.Each() {
		return false
	}
	for _, pg := range reader.Programs() {
		known := pg.Knows(reader.Each())
		for _, name := range known {
			if contains(writer.Writes(), name) {
				return true
			}
		}
		for _, de := range pg.Events {
			if madeBy(de, without(writer.Makes(), known)) {
				return true
			}
		}
	}
	return false
}

// without are the events of a change but those that a program reacts to because it reads what changes: tier_changed when
// it reads a tier, of whatever document.
func without(made, known []string) (rest []string) {
	for _, typ := range made {
		word, _, _ := strings.Cut(typ, "_")
		reacts := false
		for _, name := range known {
			reacts = reacts || strings.HasPrefix(name, word)
		}
		if !reacts {
			rest = append(rest, typ)
		}
	}
	return rest
}

// madeBy says that an event is one of these engine events, narrowed or not.
func madeBy(de *lang.EventDef, made []string) bool {
	for _, member := range de.Any {
		if madeBy(member, made) {
			return true
		}
	}
	return de.Any == nil && de.Kind == schemas.KindEngine && contains(made, de.Type)
}

// scopeOf reads `for: each account | each user` of a document.
func (ld *loader) scopeOf(ke *keys) lang.Scope {
	no := ke.need("for", "for: each account")
	if no == nil {
		return lang.ScopeAccount
	}
	if word, _ := ld.oneOf(no, "for", "each account", "each user"); word == "each user" {
		return lang.ScopeUser
	}
	return lang.ScopeAccount
}

// awaited is the place of an expression that the engine waits for in a document.
func awaited(scope lang.Scope, use string, want ...value.Kind) lang.Context {
	return lang.Context{
		Scope: scope, Waiting: true, Want: want, Use: use,
		NoEvent: "a document waits for its conditions: no event is at hand",
	}
}

// awaitedIf compiles a condition of a document; nil if it is not there.
func (ld *loader) awaitedIf(ke *keys, name string, scope lang.Scope) *lang.Program {
	no := ke.take(name)
	if no == nil {
		return nil
	}
	return ld.compile(no, awaited(scope, name, value.Bool))
}

// composed reads a text with expressions in braces.
func (ld *loader) composed(no *node, cx lang.Context) *lang.Program {
	return ld.located(no, cx, ld.names.CompileText)
}

// decimalOf reads a number in millionths.
func (ld *loader) decimalOf(no *node, what string) (micros int64, ok bool) {
	text, ok := ld.text(no, what)
	if !ok {
		return 0, false
	}
	if micros, ok = value.ParseDecimal(text); !ok {
		ld.fail(no, "%s is a number such as 40 or -2.5; found %q", what, text)
	}
	return micros, ok
}

// optionalDecimal reads a number if it is there.
func (ld *loader) optionalDecimal(ke *keys, name string, into *int64) (there bool) {
	no := ke.take(name)
	if no == nil {
		return false
	}
	micros, ok := ld.decimalOf(no, name)
	if ok {
		*into = micros
	}
	return ok
}

// programs are those that are there, in order.
func programs(all ...*lang.Program) (there []*lang.Program) {
	for _, pg := range all {
		if pg != nil {
			there = append(there, pg)
		}
	}
	return there
}

// unique sorts names and drops those that repeat.
func unique(names []string) []string {
	sort.Strings(names)
	kept := names[:0]
	for i, name := range names {
		if i == 0 || name != names[i-1] {
			kept = append(kept, name)
		}
	}
	return kept
}

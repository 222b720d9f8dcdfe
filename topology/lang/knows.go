package lang

import "sort"

// knower is a behaviour that reads derived knowledge: the document that writes it must have been judged before, and a
// change of it concerns whoever reads it.
type knower interface {
	// knows names what is read: "score/NAME", "tier/NAME", "segment/N", "signal/N", "stage", "evidence", "running/P".
	knows(te *term) []string
}

// Knows names the derived knowledge of its own scope that the program reads, sorted. That of an account in a program of
// users is lazy (design.md 6) and part of LazyKnows.
func (pg *Program) Knows(scope Scope) []string {
	return pg.known(func(over Scope) bool { return over == scope })
}

// LazyKnows names the account's knowledge that a program of users reads.
func (pg *Program) LazyKnows() []string {
	return pg.known(func(over Scope) bool { return over == ScopeAccount })
}

func (pg *Program) known(of func(over Scope) bool) []string {
	seen := map[string]bool{}
	pg.term.visit(func(part *term) {
		if kn, ok := part.does.(knower); ok && part.op == opCall && of(part.over) {
			for _, name := range kn.knows(part) {
				seen[name] = true
			}
		}
	})
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// ReadsAccount says that a program of users reads something of the account: nobody touches all users when it changes.
func (pg *Program) ReadsAccount() (reads bool) {
	pg.term.visit(func(part *term) { reads = reads || part.over == ScopeAccount })
	return reads
}

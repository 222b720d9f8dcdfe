package playbook

import (
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// claim is one comparison of a term with a constant: what a condition says of the term when it is true. A condition is
// looked at as alternatives of claims that hold together (its disjunctive form).
type claim struct {
	term   string // in canonical form
	op     string // == != < <= > >=
	number int64  // of a number (millionths) or duration (ms)
	texts  []string
	isText bool // texts: the term is one of them, with != none of them
	least  bool // the term is never below 0
}

// maxAlternatives bounds the disjunctive form: a longer condition is not judged.
const maxAlternatives = 128

// alternatives is the disjunctive form of a condition (or of its contrary). Empty: it is never true. ok is false for what
// is too long to judge.
func (wr *written) alternatives(no lang.Node, holds bool, depth int) (list [][]claim, ok bool) {
	if no == nil || depth > maxExpansion {
		return [][]claim{{}}, true
	}
	switch no := no.(type) {
	case *lang.Unary:
		if no.Op == "not" {
			return wr.alternatives(no.X, !holds, depth)
		}
	case *lang.Binary:
		switch {
		case no.Op == "and" || no.Op == "or":
			return wr.joined(no, holds, depth)
		case compares(no.Op):
			return wr.comparison(no, holds), true
		}
	case *lang.In:
		return wr.membership(no, holds), true
	case *lang.Literal:
		if no.Value.Kind == value.Bool {
			return constant((no.Value.Num == 1) == holds), true
		}
	case *lang.Path:
		if expanded := wr.named(no); expanded != nil {
			return wr.alternatives(expanded, holds, depth+1)
		}
	case *lang.Call:
		if no.Name == "has" && no.Args.Event != nil && no.Args.Window == nil {
			return [][]claim{{seen(no, holds)}}, true
		}
	}
	return [][]claim{{{term: lang.Format(no), op: "==", isText: true, texts: []string{truthWord(holds)}}}}, true
}

func truthWord(truth bool) string {
	if truth {
		return "true"
	}
	return "false"
}

// seen is has(e) as a claim of total(e).
func seen(ca *lang.Call, holds bool) claim {
	total := *ca
	total.Name = "total"
	if holds {
		return claim{term: lang.Format(&total), op: ">=", number: value.Scale, least: true}
	}
	return claim{term: lang.Format(&total), op: "<", number: value.Scale, least: true}
}

// constant is a condition that is always true, or never.
func constant(holds bool) [][]claim {
	if holds {
		return [][]claim{{}}
	}
	return nil
}

func (wr *written) joined(no *lang.Binary, holds bool, depth int) (list [][]claim, ok bool) {
	left, okLeft := wr.alternatives(no.X, holds, depth)
	right, okRight := wr.alternatives(no.Y, holds, depth)
	if !okLeft || !okRight {
		return nil, false
	}
	if (no.Op == "or") == holds {
		list = append(left, right...)
		return list, len(list) <= maxAlternatives
	}
	return both(left, right)
}

// both are the alternatives of two conditions together.
func both(left, right [][]claim) (list [][]claim, ok bool) {
	if len(left)*len(right) > maxAlternatives {
		return nil, false
	}
	for _, a := range left {
		for _, b := range right {
			list = append(list, append(append([]claim(nil), a...), b...))
		}
	}
	return list, true
}

func compares(op string) bool {
	return contains([]string{"==", "!=", "<", "<=", ">", ">="}, op)
}

var contrary = map[string]string{"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

var mirrored = map[string]string{"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

// comparison is a claim where one side is a constant, else a condition of its own.
func (wr *written) comparison(no *lang.Binary, holds bool) [][]claim {
	op := no.Op
	if !holds {
		op = contrary[op]
	}
	left, right := literalOf(no.X), literalOf(no.Y)
	switch {
	case left != nil && right != nil:
		return constantComparison(left, op, right)
	case right != nil:
		return wr.claimOf(no.X, op, right)
	case left != nil:
		return wr.claimOf(no.Y, mirrored[op], left)
	}
	if contains([]string{"!=", ">=", ">"}, op) { // a != b is the contrary of a == b, whatever a and b are
		return opaque(no, contrary[op], "false")
	}
	return opaque(no, op, "true")
}

// opaque is a comparison of two terms that change.
func opaque(no *lang.Binary, op, word string) [][]claim {
	as := *no
	as.Op = op
	return [][]claim{{{term: lang.Format(&as), op: "==", isText: true, texts: []string{word}}}}
}

func constantComparison(left *lang.Literal, op string, right *lang.Literal) [][]claim {
	a, aText := constantOf(left)
	b, bText := constantOf(right)
	if aText != bText {
		return [][]claim{{}}
	}
	if aText {
		return constant((textOf(left) == textOf(right)) == (op == "=="))
	}
	ra := &bounds{low: a, high: a, hasLow: true, hasHigh: true}
	ra.narrow(op, b)
	return constant(!ra.empty())
}

func (wr *written) claimOf(no lang.Node, op string, li *lang.Literal) [][]claim {
	if pa, ok := no.(*lang.Path); ok && wr.named(pa) != nil {
		no = wr.named(pa)
	}
	number, isText := constantOf(li)
	cl := claim{term: lang.Format(no), op: op, number: number, isText: isText, least: neverNegative(no)}
	if isText {
		cl.texts = []string{textOf(li)}
	}
	return [][]claim{{cl}}
}

// constantOf is a literal as a number of one unit, or a text.
func constantOf(li *lang.Literal) (number int64, isText bool) {
	switch li.Value.Kind {
	case value.Int:
		if number, ok := value.MulInt(li.Value.Num, value.Scale); ok {
			return number, false
		}
		return 0, true
	case value.Decimal, value.Duration:
		return li.Value.Num, false
	}
	return 0, true
}

// textOf is a text, or a truth value as a word.
func textOf(li *lang.Literal) string {
	if li.Value.Kind == value.Text {
		return li.Value.Text
	}
	return li.Value.String()
}

// literalOf is the node as a literal; nil for anything else.
func literalOf(no lang.Node) *lang.Literal {
	li, _ := no.(*lang.Literal)
	return li
}

// membership is x in (a or b), or x in LIST.
func (wr *written) membership(no *lang.In, holds bool) [][]claim {
	op := map[bool]string{true: "==", false: "!="}[holds != no.Not]
	cl := claim{term: lang.Format(no.X), op: op, isText: true}
	if no.List != nil {
		for _, item := range wr.lists[no.List.Names[0]].elements() {
			cl.texts = append(cl.texts, item.text)
		}
	}
	for _, li := range no.Literals {
		if li.Value.Kind != value.Text {
			return [][]claim{{}}
		}
		cl.texts = append(cl.texts, textOf(li))
	}
	if len(cl.texts) == 0 {
		return [][]claim{{}}
	}
	return [][]claim{{cl}}
}

func (no *node) elements() []*node {
	if no == nil {
		return nil
	}
	return no.items
}

// neverNegative says that the value of a call is 0 or more.
func neverNegative(no lang.Node) bool {
	ca, ok := no.(*lang.Call)
	return ok && contains([]string{"total", "count", "distinct", "members", "size", "idle", "observed", "evidence_count"}, ca.Name)
}

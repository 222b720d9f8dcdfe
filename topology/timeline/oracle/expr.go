package oracle

import (
	"fmt"
	"strconv"
	"strings"
)

// An Op is the kind of an expression.
type Op uint8

// The kinds of expressions.
const (
	opNone Op = iota
	OpAnd
	OpOr
	OpNot
	OpCompare  // Name is the sign
	OpIn       // Args[0] in (Words)
	OpContains // Args[0] contains Args[1]
	OpSum      // Name is + or -
	OpProduct  // Name is * or /
	OpDefault
	OpKnown
	OpClock // Args[0] at HH:MM
	OpNumber
	OpSpan
	OpText
	OpTruth
	OpPath // Name is the path
	OpCall // Name is the function
)

// An Expr is an expression of the language. Only the fields that its Op needs are set.
type Expr struct {
	Op     Op
	Name   string
	Args   []*Expr
	Number int64 // OpNumber in millionths, OpTruth 0 or 1
	Span   Span
	Text   string // OpText; of a call the name in quotes
	Words  []string
	Minute int // OpClock: of the local day

	// of a call over events
	Account bool // account.f()
	Event   string
	Field   string
	Window  Span
	Before  Span
	Month   string // this or last
	Where   *Expr
}

// String prints the expression as the language has it.
func (ex *Expr) String() string {
	switch ex.Op {
	case OpAnd, OpOr:
		word := map[Op]string{OpAnd: " and ", OpOr: " or "}[ex.Op]
		return ex.Args[0].junct(ex.Op) + word + ex.Args[1].junct(ex.Op)
	case OpNot:
		return "not " + ex.Args[0].inner()
	case OpCompare:
		return ex.Args[0].term() + " " + ex.Name + " " + ex.Args[1].term()
	case OpIn:
		return ex.Args[0].term() + ` in ("` + strings.Join(ex.Words, `" or "`) + `")`
	case OpContains:
		return ex.Args[0].term() + " contains " + ex.Args[1].term()
	case OpSum:
		return ex.Args[0].term() + " " + ex.Name + " " + ex.Args[1].factor()
	case OpProduct:
		return ex.Args[0].factor() + " " + ex.Name + " " + ex.Args[1].factor()
	case OpDefault:
		return ex.Args[0].inner() + " default " + ex.Args[1].String()
	case OpClock:
		return fmt.Sprintf("%s at %02d:%02d", ex.Args[0].term(), ex.Minute/60, ex.Minute%60)
	}
	return ex.atom()
}

func (ex *Expr) atom() string {
	switch ex.Op {
	case OpKnown:
		return "known(" + ex.Args[0].String() + ")"
	case OpNumber:
		return decimal(ex.Number)
	case OpSpan:
		return ex.Span.String()
	case OpText:
		return `"` + ex.Text + `"`
	case OpTruth:
		return strconv.FormatBool(ex.Number != 0)
	case OpPath:
		return ex.Name
	case OpCall:
		return ex.call()
	}
	return "(" + ex.String() + ")"
}

func (ex *Expr) call() string {
	var args strings.Builder
	if ex.Text != "" {
		args.WriteString(`"` + ex.Text + `"`)
	}
	for _, arg := range ex.Args {
		args.WriteString(arg.String())
	}
	args.WriteString(ex.Event)
	if ex.Field != "" {
		args.WriteString("." + ex.Field)
	}
	if ex.Window > 0 {
		args.WriteString(" in " + ex.Window.String())
	}
	if ex.Before > 0 {
		args.WriteString(" before " + ex.Before.String())
	}
	if ex.Month != "" {
		args.WriteString(" in " + ex.Month + " month")
	}
	if ex.Where != nil {
		args.WriteString(" where " + ex.Where.String())
	}
	name := ex.Name
	if ex.Account {
		name = "account." + name
	}
	return name + "(" + strings.TrimSpace(args.String()) + ")"
}

// junct prints an operand of and/or: what binds weaker, or the other of the two, gets parentheses.
func (ex *Expr) junct(of Op) string {
	if (ex.Op == OpAnd || ex.Op == OpOr) && ex.Op != of {
		return "(" + ex.String() + ")"
	}
	return ex.String()
}

// inner prints an operand that must be an atom or in parentheses.
func (ex *Expr) inner() string {
	if ex.isAtom() {
		return ex.String()
	}
	return "(" + ex.String() + ")"
}

// term prints a side of a comparison: sums and products need no parentheses there.
func (ex *Expr) term() string {
	if ex.Op == OpSum || ex.Op == OpProduct || ex.Op == OpDefault {
		return ex.String()
	}
	return ex.inner()
}

// factor prints an operand of * and /.
func (ex *Expr) factor() string {
	if ex.Op == OpProduct || ex.Op == OpDefault {
		return ex.String()
	}
	return ex.inner()
}

func (ex *Expr) isAtom() bool { return ex.Op >= OpNumber || ex.Op == OpKnown }

// String prints the span in the units of the language; the largest that divide it come first.
func (sp Span) String() string {
	if sp == 0 {
		return "0s"
	}
	var text strings.Builder
	for _, unit := range []struct {
		size Span
		name string
	}{{Day, "d"}, {Hour, "h"}, {Minute, "m"}, {Second, "s"}} {
		if count := sp / unit.size; count != 0 {
			fmt.Fprintf(&text, "%d%s", count, unit.name)
			sp -= count * unit.size
		}
	}
	return text.String()
}

// decimal prints millionths as the shortest decimal.
func decimal(millionths int64) string {
	sign := ""
	if millionths < 0 {
		sign, millionths = "-", -millionths
	}
	whole, rest := millionths/million, millionths%million
	if rest == 0 {
		return sign + strconv.FormatInt(whole, 10)
	}
	return sign + strconv.FormatInt(whole, 10) + "." + strings.TrimRight(fmt.Sprintf("%06d", rest), "0")
}

const million = 1_000_000

// walk calls what for the expression and everything in it.
func (ex *Expr) walk(what func(*Expr)) {
	if ex == nil {
		return
	}
	what(ex)
	for _, arg := range ex.Args {
		arg.walk(what)
	}
	ex.Where.walk(what)
}

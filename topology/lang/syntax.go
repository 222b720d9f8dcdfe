package lang

import (
	"strings"

	"holdfast/topology/value"
)

// Node is an expression as written. Offset and End are its bytes in the source.
type Node interface {
	Span() (offset, end int)
	write(sb *strings.Builder)
}

type span struct{ offset, end int }

// Span gives the bytes that the node stands for.
func (sp span) Span() (offset, end int) { return sp.offset, sp.end }

// The nodes, one per form of the grammar in language.md 4.
type (
	// Literal is a number, percent, duration, text or truth value.
	Literal struct {
		span
		Value value.Value
		Text  string // as written
		Days  bool   // a duration in days and weeks only: it moves a date by calendar days
	}
	// Path is a dotted name.
	Path struct {
		span
		Names []string
	}
	// Call is a function with whatever its arguments are; Account says that `account.` stands before it.
	Call struct {
		span
		Account bool
		Name    string
		Args    Args
	}
	// Args are the arguments of a call: of an aggregate (Event ...), of an evidence function, or one expression.
	Args struct {
		Event       *Path // EVENT or EVENT.FIELD
		Window      *Window
		Where       Node
		For, Since  Node
		Top         *Literal
		Expr        Node
		ClosingByte int
	}
	// Window is W, W before D, this month, last month.
	Window struct {
		span
		Length, Before *Literal
		Month          string // "this" or "last"
	}
	// Unary is not x or -x.
	Unary struct {
		span
		Op string
		X  Node
	}
	// Binary is x op y for and, or, the comparisons, contains and arithmetic.
	Binary struct {
		span
		Op   string
		X, Y Node
	}
	// In is x [not] in LIST or x [not] in (a or b).
	In struct {
		span
		X        Node
		Not      bool
		List     *Path
		Literals []*Literal
	}
	// Default is x default y.
	Default struct {
		span
		X, Y Node
	}
	// AtClock is x at HH:MM.
	AtClock struct {
		span
		X     Node
		Clock string
	}
)

// Format writes a node back in canonical form: one space around operators, parentheses where the structure needs them.
// Parsing it again gives the same structure.
func Format(no Node) string {
	var sb strings.Builder
	no.write(&sb)
	return sb.String()
}

func (li *Literal) write(sb *strings.Builder) { sb.WriteString(li.Text) }

func (pa *Path) write(sb *strings.Builder) { sb.WriteString(strings.Join(pa.Names, ".")) }

func (ca *Call) write(sb *strings.Builder) {
	if ca.Account {
		sb.WriteString("account.")
	}
	sb.WriteString(ca.Name)
	sb.WriteByte('(')
	ca.Args.write(sb)
	sb.WriteByte(')')
}

func (ar *Args) write(sb *strings.Builder) {
	var parts []string
	add := func(word string, no Node) {
		if word != "" {
			word += " "
		}
		parts = append(parts, word+Format(no))
	}
	if ar.Event != nil {
		add("", ar.Event)
	}
	if ar.Expr != nil {
		add("", ar.Expr)
	}
	if ar.For != nil {
		add("for", ar.For)
	}
	if ar.Since != nil {
		add("since", ar.Since)
	}
	if ar.Window != nil {
		parts = append(parts, "in "+ar.Window.text())
	}
	if ar.Where != nil {
		add("where", ar.Where)
	}
	if ar.Top != nil {
		add("top", ar.Top)
	}
	sb.WriteString(strings.Join(parts, " "))
}

func (wi *Window) text() string {
	switch {
	case wi.Month != "":
		return wi.Month + " month"
	case wi.Before != nil:
		return wi.Length.Text + " before " + wi.Before.Text
	}
	return wi.Length.Text
}

// The binding powers of the grammar, weakest first.
const (
	bindOr = iota
	bindAnd
	bindNot
	bindComparison
	bindSum
	bindProduct
	bindUnary
	bindAtom
)

func power(no Node) int {
	switch no := no.(type) {
	case *Binary:
		return binaryPower(no.Op)
	case *In:
		return bindComparison
	case *Unary:
		if no.Op == "not" {
			return bindNot
		}
		return bindUnary
	case *AtClock:
		return bindSum
	case *Default:
		return bindUnary
	}
	return bindAtom
}

func binaryPower(op string) int {
	switch op {
	case "or":
		return bindOr
	case "and":
		return bindAnd
	case "+", "-":
		return bindSum
	case "*", "/":
		return bindProduct
	}
	return bindComparison
}

// writeIn writes a part of a node, in parentheses if it binds weaker than its place allows.
func writeIn(sb *strings.Builder, no Node, atLeast int) {
	if power(no) >= atLeast {
		no.write(sb)
		return
	}
	sb.WriteByte('(')
	no.write(sb)
	sb.WriteByte(')')
}

func (un *Unary) write(sb *strings.Builder) {
	if un.Op == "not" {
		sb.WriteString("not ")
		writeIn(sb, un.X, bindNot)
		return
	}
	sb.WriteByte('-')
	if li, ok := un.X.(*Literal); ok && !strings.HasPrefix(li.Text, "-") {
		sb.WriteByte('(') // -(3) is not the literal -3
		li.write(sb)
		sb.WriteByte(')')
		return
	}
	writeIn(sb, un.X, bindUnary)
}

func (bi *Binary) write(sb *strings.Builder) {
	mine := binaryPower(bi.Op)
	left, right := mine, mine+1
	if mine == bindComparison {
		left = mine + 1
	}
	if _, clock := bi.X.(*AtClock); clock && mine == bindSum {
		left = mine + 1
	}
	writeIn(sb, bi.X, left)
	sb.WriteString(" " + bi.Op + " ")
	writeIn(sb, bi.Y, right)
}

func (in *In) write(sb *strings.Builder) {
	writeIn(sb, in.X, bindSum)
	if in.Not {
		sb.WriteString(" not")
	}
	sb.WriteString(" in ")
	if in.List != nil {
		in.List.write(sb)
		return
	}
	for i, li := range in.Literals {
		sb.WriteString([...]string{"(", " or "}[min(i, 1)])
		sb.WriteString(li.Text)
	}
	sb.WriteByte(')')
}

func (de *Default) write(sb *strings.Builder) {
	writeIn(sb, de.X, bindAtom)
	sb.WriteString(" default ")
	de.Y.write(sb)
}

func (at *AtClock) write(sb *strings.Builder) {
	atLeast := bindSum
	if _, clock := at.X.(*AtClock); clock {
		atLeast = bindAtom
	}
	writeIn(sb, at.X, atLeast)
	sb.WriteString(" at " + at.Clock)
}

// Choices are the parts of `a or b or c`, from left to right.
func Choices(no Node) []Node {
	if bi, ok := no.(*Binary); ok && bi.Op == "or" {
		return append(Choices(bi.X), Choices(bi.Y)...)
	}
	return []Node{no}
}

package value

// Truth is a three-valued answer. Its order No < Maybe < Yes makes Kleene's logic the minimum, the maximum and the
// mirror image; only Yes acts.
type Truth uint8

// The answers. No is the zero value.
const (
	No Truth = iota
	Maybe
	Yes
)

// String prints the answer.
func (tr Truth) String() string {
	switch tr {
	case Yes:
		return "true"
	case Maybe:
		return "unknown"
	}
	return "false"
}

// TruthOf is the answer of a plain bool.
func TruthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// And is Kleene's conjunction.
func And(a, b Truth) Truth { return min(a, b) }

// Or is Kleene's disjunction.
func Or(a, b Truth) Truth { return max(a, b) }

// Not is Kleene's negation.
func Not(a Truth) Truth { return Yes - a }

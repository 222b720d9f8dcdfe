package lang

import (
	"strings"

	"holdfast/topology/value"
)

// What can only have certain texts (a tier, the stage, event.to of a tier change) is never another: a comparison with
// such a text is a slip of the pen, and refused.

// neverIs is the error of a text that the term never has: `tier is never "criticl"; did you mean critical?`.
func (te *term) neverIs(text string) string {
	if te.values == nil || oneOf(text, te.values) {
		return ""
	}
	hint := Suggest(text, sortedCopy(te.values))
	switch {
	case len(te.values) == 0:
		hint = "; nothing of the kind is declared"
	case hint == "":
		hint = "; it is one of " + strings.Join(te.values, ", ")
	}
	return te.text + " is never \"" + text + "\"" + hint
}

// never refuses a literal that the other side never has.
func (ch *checker) never(x, y *term) bool {
	for _, pair := range [...][2]*term{{x, y}, {y, x}} {
		if pair[1].op != opLiteral || pair[1].kind != value.Text {
			continue
		}
		if err := pair[0].neverIs(pair[1].literal.Text); err != "" {
			ch.fail(pair[1].offset, "%s", err)
			return true
		}
	}
	return false
}

// neverAny refuses x in (a or b) where a is a text that x never has.
func (ch *checker) neverAny(in *In, x *term) bool {
	for _, li := range in.Literals {
		if li.Value.Kind != value.Text {
			continue
		}
		if err := x.neverIs(li.Value.Text); err != "" {
			ch.fail(li.offset, "%s", err)
			return true
		}
	}
	return false
}

// defaultedValues are the texts of x default y.
func defaultedValues(x, y *term) []string {
	if x.values == nil {
		return nil
	}
	switch {
	case y.values != nil:
		return append(append([]string(nil), x.values...), y.values...)
	case y.op == opLiteral && !oneOf(y.literal.Text, x.values):
		return append(append([]string(nil), x.values...), y.literal.Text)
	case y.op == opLiteral:
		return x.values
	}
	return nil
}

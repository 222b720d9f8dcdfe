package timeline

import "fmt"

// beyond says that an expectation which was not met lies behind the end of the clock, or may; "" if that is not why. Without
// `until` the clock of a test ends with its last line: what is due by time after it never comes, and a test that waits for it
// looks like a rule that does not fire.
func (ex Expectation) beyond(wo *World, ended bool) string {
	if ex.None != "" {
		return "" // it was met by something that came
	}
	end := wo.Clock()
	if ended {
		end = wo.End()
	}
	for _, text := range []string{ex.Due, ex.NotBefore, ex.Decided, ex.At} {
		if at, err := instantOr(text, end); err == nil && at > end {
			return fmt.Sprintf("nothing moved the clock past %s: it ended at %s; write until: %s or later", text, stamp(end), text)
		}
	}
	if !ended {
		return fmt.Sprintf("the clock ended with the last line, at %s; what is due later wants an until:", stamp(end))
	}
	return ""
}

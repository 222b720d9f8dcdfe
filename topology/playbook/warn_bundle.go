package playbook

import "fmt"

// warnRevision says that nothing tells the bundle from the ones before and after it.
func (wr *written) warnRevision(body *node) {
	if body.entry("revision") == nil {
		wr.warn(body, "the bundle has no revision, so no start refuses an older one; write revision: 1, and raise it with every change that goes live")
	}
}

// noteGoals says what becomes of goals, once.
func (wr *written) noteGoals() {
	var first entry
	goals := 0
	for _, doc := range wr.documents {
		for _, en := range doc.body.entries {
			if doc.kind != "playbook" || en.key != "goal" {
				continue
			}
			if goals++; goals == 1 {
				wr.file, first = doc.file, en
			}
		}
	}
	if goals > 0 {
		wr.add(weightLater, first.line, first.column, "%s written on intents; whether a goal is reached is counted by a later release", some(goals, "the goal is", "goals are"))
	}
}

// some is the text for one, or the number and the text for several.
func some(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, several)
}

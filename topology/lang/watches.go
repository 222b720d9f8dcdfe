package lang

// Watches are the events that the value is computed of, in the order of their first mention: those of the subject, and in
// a user's expression those of the account too. Silence about one of them makes the value doubtful.
func (pg *Program) Watches() (events []*EventDef) {
	seen := map[*EventDef]bool{}
	pg.term.visit(func(part *term) {
		if part.event != nil && !seen[part.event] {
			seen[part.event] = true
			events = append(events, part.event)
		}
	})
	return events
}

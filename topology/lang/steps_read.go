package lang

// ReadsSteps says that the program asks what became of the steps of its episode: sent("mail"), elapsed("mail").
func (pg *Program) ReadsSteps() (reads bool) {
	pg.term.visit(func(part *term) {
		switch part.does.(type) {
		case markCall:
			reads = true
		case *movingCall:
			reads = reads || part.named != ""
		}
	})
	return reads
}

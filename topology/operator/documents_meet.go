package operator

// A document that is new to old state, or another one than before, takes its value at the activation without an event:
// nothing happened to anybody but a change of the bundle (language.md 8).

// activationName is what the meta calls a document: an edited one is another.
func (de *derived) activationName() string { return de.Title() + "@" + de.Version()[:16] }

// meetDocuments judges the documents of a subject that is of an older generation than one of them, as a whole. Rules that
// read what is new find it as their baseline.
func (ta *Task) meetDocuments(pa *party, of int64) error {
	at, isNew := int64(0), false
	for _, de := range ta.docs.of(pa) {
		if ac := de.activation; ac.Generation > of {
			at, isNew = max(at, ac.At), true
		}
	}
	if !isNew {
		return nil
	}
	from, _ := pa.documentsAt()
	at = max(at, from)
	ta.beginChain()
	ta.causedByTime(pa, at)
	for _, de := range ta.docs.of(pa) {
		ta.judgeDocument(pa, de, look{at: at, stamp: at, silent: de.activation.Generation > of})
	}
	pa.setDocumentsAt(at, pa.judged)
	ta.docs.dropQuiet()
	return ta.workOff(pa)
}

// dropQuiet takes back what waits for the readers of changes without an event.
func (ds *documents) dropQuiet() {
	kept := ds.effects[:0]
	for _, ef := range ds.effects {
		if ef.quiet == "" {
			kept = append(kept, ef)
		}
	}
	ds.effects = kept
}

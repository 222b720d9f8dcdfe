package operator

import (
	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// What the documents of a bundle derive of a subject (language.md 8): scores, tiers, segments, signals, stages, evidence.
//
// All of them wait: they are judged after the fold of an event that can change them, and at the instants at which time can.
// An event judges only what it touches, by the parts of a document (a measure, a condition); once an instant of time has
// come by the event's time, everything is recomputed as a whole at the event (language.md 15, edges and instants). The
// instant as of which all documents of a subject were judged is a formula:
//
//	Invariant: documentsKey if the cell is there, else judgedKey; neither: they were never judged.
//
// A change writes cells (lang/knowledge.go), a record (signals_out.go), and becomes an engine event (chain.go).

// document is a kind of derived thing as this task runs it.
type document interface {
	playbook.Document
	// parts are its expressions, grouped by what can be judged alone.
	parts() [][]*lang.Program
	// judge recomputes what it derives and does what a change means. changed says that somebody could see one.
	judge(ta *Task, pa *party, lo look) (changed bool)
	// next is the first instant after lo.at at which time alone may change it, else lang.Never.
	next(ta *Task, pa *party, lo look) int64
}

// newDocument makes the document of a kind: one line per kind.
func newDocument(doc playbook.Document) document {
	switch doc := doc.(type) {
	case *playbook.Health:
		return newHealth(doc)
	case *playbook.Flag:
		return newFlag(doc)
	case *playbook.Stages:
		return newStages(doc)
	case *playbook.Evidence:
		return newEvidence(doc)
	}
	panic("operator: no operator for the document " + doc.Title())
}

// look is how a document is looked at.
type look struct {
	at     int64          // ms, the instant that is judged
	stamp  int64          // ms, the time that a change gets: that of the event, which may be late, or the due instant
	marks  []bool         // its parts that may have changed; nil: all of them
	event  *schemas.Event // nil when time did it
	silent bool           // changes are no events: backfill, or a document that is new to old state
}

// may says that a part may have changed.
func (lo *look) may(part int) bool { return lo.marks == nil || lo.marks[part] }

// derived is a document with its place in the task.
type derived struct {
	document
	title       string
	index       int // in documents.all
	first, last int // its parts in documents.marks
	marked      bool
	activation  activation // since when it is in this task
}

// documents are those of a task, in the order in which they are judged.
type documents struct {
	all, ofAccount, ofUser []*derived

	byEvent [][]int          // parts by EventDef.Index
	byRead  map[string][]int // parts by the knowledge that they read
	lazy    []int            // parts of users that read the account: nobody touches all users when it changes
	owner   []*derived       // by part
	marks   []bool           // by part: the event at hand may change it

	readers  map[string][]*rule // rules by the knowledge that their conditions read
	listened map[string]bool    // the engine events that anybody waits for or counts, or whose knowledge anybody reads
	named    map[string]bool    // those of them that are more than knowledge to somebody

	// Of the call at hand (chain.go).
	cause       cause
	effects     []effect
	noted, was  []bool // by playbook index: its condition was judged before knowledge that it reads changed, and was true
	withAccount bool   // the account of a user's timer is open
	ofEvent     bool   // it is an event that is judged, not an instant
}

// documentsKey is the instant (ms) as of which the documents were judged, where that is not the newest instant judged.
var documentsKey = topology.Key(playbook.DocumentsCell)

func newDocuments(b *playbook.Bundle, rules []*rule, co *concern) documents {
	ds := documents{byEvent: make([][]int, eventCount(b)), byRead: map[string][]int{}, readers: readersOf(rules)}
	for i, doc := range b.Documents {
		de := &derived{document: newDocument(doc), title: doc.Title(), index: i, first: len(ds.owner)}
		for _, programs := range de.parts() {
			ds.index(b, de, programs, co)
		}
		de.last = len(ds.owner)
		ds.all = append(ds.all, de)
		if de.Each() == lang.ScopeUser {
			ds.ofUser = append(ds.ofUser, de)
		} else {
			ds.ofAccount = append(ds.ofAccount, de)
		}
	}
	ds.marks, ds.noted, ds.was = make([]bool, len(ds.owner)), make([]bool, len(rules)), make([]bool, len(rules))
	ds.listened, ds.named = listenedTo(b, rules, co, &ds), namedBy(b, rules, &ds)
	return ds
}

// index adds a part: what can change one of its programs marks it.
func (ds *documents) index(b *playbook.Bundle, de *derived, programs []*lang.Program, co *concern) {
	part, lazy := len(ds.owner), false
	ds.owner = append(ds.owner, de)
	for _, pg := range programs {
		for _, def := range b.Events {
			if touches(def, pg) {
				ds.byEvent[def.Index] = append(ds.byEvent[def.Index], part)
			}
			for i := range def.Feeds {
				if hasFact(pg.Facts, def.Feeds[i].Fact) {
					re := co.readingOf(def, i)
					re.parts = append(re.parts, part)
				}
			}
		}
		for _, read := range pg.Knows(de.Each()) {
			ds.byRead[read] = append(ds.byRead[read], part)
		}
		lazy = lazy || de.Each() == lang.ScopeUser && pg.ReadsAccount()
	}
	if lazy {
		ds.lazy = append(ds.lazy, part)
	}
}

func (ds *documents) of(pa *party) []*derived {
	if pa.ref.Kind == topology.SubjectUser {
		return ds.ofUser
	}
	return ds.ofAccount
}

// unmark begins an event.
func (ds *documents) unmark() {
	clear(ds.marks)
	for _, de := range ds.all {
		de.marked = false
	}
}

func (ds *documents) mark(parts []int) {
	for _, part := range parts {
		ds.marks[part], ds.owner[part].marked = true, true
	}
}

// markDocuments marks what the matched events may change.
func (ta *Task) markDocuments() {
	ds := &ta.docs
	if len(ds.all) == 0 {
		return
	}
	ds.unmark()
	for _, def := range ta.matched {
		ds.mark(ds.byEvent[def.Index])
	}
	ds.mark(ds.lazy)
}

// partial is a look at the marked parts.
func (ds *documents) partial(de *derived, lo look) look {
	lo.marks = ds.marks[de.first:de.last]
	return lo
}

// documentsAt is the instant as of which the documents of a subject were judged; false: never.
func (pa *party) documentsAt() (at int64, judged bool) {
	if at, ok := pa.sub.Int(documentsKey); ok {
		return at, true
	}
	return pa.sub.Int(judgedKey)
}

// setDocumentsAt keeps the invariant above; judged is the newest instant judged as it will be when the call is over.
func (pa *party) setDocumentsAt(at, judged int64) {
	is, there := pa.sub.Int(documentsKey)
	switch {
	case at == judged && there:
		pa.sub.Delete(documentsKey)
	case at != judged && (!there || is != at):
		pa.sub.SetInt(documentsKey, at)
	}
}

// derive judges what an event may have changed, after the fold.
func (ta *Task) derive(ev *schemas.Event, pa *party) {
	docs := ta.docs.of(pa)
	if len(docs) == 0 {
		return
	}
	from, judged := pa.documentsAt()
	profile := ev.Kind == schemas.KindProfile || ta.ofProfile(ev)
	if profile && !judged {
		ta.expectDocuments(pa)
		return
	}
	ta.docs.ofEvent = true
	now := ta.judgedInstant(ev, pa)
	lo := look{at: max(now, from), stamp: ev.At, event: ev, silent: ev.Backfill}
	if pa.everything || ta.timeCame(pa, lo.at) {
		ta.judgeAll(pa, docs, lo)
	} else {
		ta.judgeMarked(pa, docs, lo)
	}
	if profile {
		now = pa.judged
	}
	pa.setDocumentsAt(lo.at, now)
	ta.docs.ofEvent = false
}

// timeCame says that by an instant time may have changed something of the subject: its wake is a lower bound of that.
func (ta *Task) timeCame(pa *party, at int64) bool {
	return pa.sub.Wake().Ready() <= at+ta.bundle.Lateness.Milliseconds()
}

// judgeMarked judges the parts that the event marks, and those that read what changes on the way.
func (ta *Task) judgeMarked(pa *party, docs []*derived, lo look) {
	for _, de := range docs {
		if de.marked {
			ta.judgeDocument(pa, de, ta.docs.partial(de, lo))
		}
	}
}

func (ta *Task) judgeAll(pa *party, docs []*derived, lo look) (changed bool) {
	for _, de := range docs {
		of := lo
		if ta.isHeld(pa, ta.frozenDocs[de.index], lo.at) { // what an event says of it counts, time does not
			if lo.event == nil || !de.marked {
				continue
			}
			of = ta.docs.partial(de, lo)
		}
		if ta.judgeDocument(pa, de, of) {
			changed = true
		}
	}
	return changed
}

func (ta *Task) judgeDocument(pa *party, de *derived, lo look) (changed bool) {
	if pa.isDisarmed(ta, de) {
		return false
	}
	ta.judgingDocument(de, lo.at)
	changed = de.judge(ta, pa, lo)
	ta.expect(pa, de.next(ta, pa, lo))
	ta.idle()
	return changed
}

func (ta *Task) judgingDocument(de *derived, due int64) {
	ju := &ta.judged
	ju.playbook, ju.step, ju.due, ju.episode, ju.ok = de.title, "", due, "", true
}

// expect lowers the wake to a due instant of documents.
func (ta *Task) expect(pa *party, due int64) {
	if due == lang.Never {
		return
	}
	ta.setWake(pa, min(pa.sub.Wake(), topology.TimerAt(due+ta.bundle.Lateness.Milliseconds())))
}

// expectDocuments has the documents of a subject judged for the first time, as of its first record.
func (ta *Task) expectDocuments(pa *party) {
	if since, ok := pa.sub.Int(observedKey); ok {
		ta.expect(pa, since)
	}
}

// documentKeeper wakes the documents of a subject: one unit for all of them, at the earliest instant of any.
type documentKeeper struct{}

func (documentKeeper) rank() int { return documentRank }

// documentRank is the place of the documents among the keepers: after the counters that they read.
const documentRank = 1

func (documentKeeper) name(int) string { return "documents" }

func (ke documentKeeper) next(ta *Task, pa *party, se *search) error {
	if due := ta.documentsDue(pa); due != lang.Never {
		se.offer(ta.keptUnit(ke, 0, due))
	}
	return nil
}

// documentsDue is the next instant at which time may change a document of the subject.
func (ta *Task) documentsDue(pa *party) int64 {
	docs := ta.docs.of(pa)
	if len(docs) == 0 {
		return lang.Never
	}
	from, judged := pa.documentsAt()
	if !judged {
		since, ok := pa.sub.Int(observedKey)
		if !ok {
			return lang.Never
		}
		return since
	}
	due := int64(lang.Never)
	for _, de := range docs {
		if !pa.isDisarmed(ta, de) {
			ta.judgingDocument(de, from)
			due = min(due, ta.documentDue(pa, de, from, de.next(ta, pa, look{at: from, stamp: from})))
		}
	}
	return due
}

func (documentKeeper) run(ta *Task, pa *party, un unit) (fired bool, err error) {
	fired = ta.judgeAll(pa, ta.docs.of(pa), look{at: un.due, stamp: un.due})
	judged := pa.judged
	if fired {
		judged = max(judged, un.due) // runKept will say so
	}
	pa.setDocumentsAt(un.due, judged)
	return fired, nil
}

// documentsLag remembers as of when the documents were judged, before something else makes a later instant the newest one
// judged: a publication follows the clock, documents the watermark.
func (ta *Task) documentsLag(pa *party, un unit) {
	if un.due <= pa.judged || un.keeper != nil && un.keeper.rank() == documentRank {
		return
	}
	if _, there := pa.sub.Int(documentsKey); there {
		return
	}
	if ta.documentsDue(pa) <= un.due {
		pa.sub.SetInt(documentsKey, pa.judged)
	}
}

package playbook

import (
	"strconv"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// Evidence is a document of value moments: what counts as one, and how many are kept.
type Evidence struct {
	Name    string
	Hash    string // of the document
	Scope   lang.Scope
	Keep    int
	Records []EvidenceRecord
}

// EvidenceRecord makes an item of an event.
type EvidenceRecord struct {
	ID    string
	Event *lang.EventDef
	If    *lang.Program // nil if none
	Value *lang.Program // int or decimal; nil if none
	Unit  string
	Goal  string
	Text  *lang.Program // nil if none
}

// DefaultKeep is how many items a log holds that says nothing else.
const DefaultKeep = 20

const maxKeep = 200

// Title implements Document.
func (ev *Evidence) Title() string { return "evidence " + ev.Name }

// Version implements Document.
func (ev *Evidence) Version() string { return ev.Hash }

// Each implements Document.
func (ev *Evidence) Each() lang.Scope { return ev.Scope }

// Programs implements Document.
func (ev *Evidence) Programs() []*lang.Program {
	var all []*lang.Program
	for i := range ev.Records {
		all = append(all, ev.Records[i].If, ev.Records[i].Value)
	}
	return programs(all...)
}

// Writes implements Document.
func (ev *Evidence) Writes() []string { return []string{"evidence"} }

// Makes implements Document.
func (ev *Evidence) Makes() []string { return []string{lang.EvidenceAdded} }

// Goals are those of the records, sorted, each once.
func (ev *Evidence) Goals() []string {
	var goals []string
	for i := range ev.Records {
		goals = append(goals, ev.Records[i].Goal)
	}
	return unique(goals)
}

// evidence reads a document of evidence; there is one for accounts and one for users.
func (ld *loader) evidence(doc document) []placed {
	ke := ld.read(doc.body, "a document of evidence")
	ke.take("evidence")
	ld.optionalText(ke, "title")
	ev := &Evidence{Name: doc.name, Hash: version(doc.body), Scope: ld.scopeOf(ke), Keep: DefaultKeep}
	if keep := ke.take("keep"); keep != nil {
		n, err := strconv.Atoi(keep.text)
		if keep.shape != shapeScalar || err != nil || n < 1 || n > maxKeep {
			ld.fail(keep, "keep is how many of the newest items are kept, 1 to %d: 20", maxKeep)
		} else {
			ev.Keep = n
		}
	}
	if records := ke.take("records"); records != nil {
		ld.evidenceRecords(ev, records)
	}
	ke.done()
	return []placed{ld.placedAt(doc.body, ev)}
}

func (ld *loader) evidenceRecords(ev *Evidence, no *node) {
	if no.shape != shapeSequence {
		ld.fail(no, "records is a list: [{id: project_done, event: project_completed, value: 1, unit: projects, goal: ship_faster}]")
		return
	}
	lines := map[string]int{}
	for _, item := range no.items {
		re, ok := ld.evidenceRecord(ev.Scope, item)
		if !ok {
			continue
		}
		if line, again := lines[re.ID]; again {
			ld.fail(item, "record id %q is already used in line %d: give one of them another", re.ID, line)
			continue
		}
		lines[re.ID] = item.line
		ev.Records = append(ev.Records, re)
	}
}

func (ld *loader) evidenceRecord(scope lang.Scope, no *node) (re EvidenceRecord, ok bool) {
	ke := ld.read(no, "a record of evidence")
	if ke == nil {
		return re, false
	}
	before := len(ld.problems)
	if id := ke.need("id", "id: project_done"); id != nil {
		re.ID, _ = ld.name(id, "the id of a record")
	}
	if event := ke.need("event", "event: project_completed"); event != nil {
		re.Event = ld.knownEvent(event)
	}
	cx := lang.Context{Scope: scope, NoEvent: "the record has no event"}
	if re.Event != nil {
		cx.Event = []*lang.EventDef{re.Event}
	}
	if condition := ke.take("if"); condition != nil && re.Event != nil {
		re.If = ld.compile(condition, used(cx, "if", value.Bool))
	}
	if amount := ke.take("value"); amount != nil && re.Event != nil {
		re.Value = ld.compile(amount, used(cx, "value", value.Int, value.Decimal))
	}
	re.Unit, re.Goal = ld.optionalText(ke, "unit"), ld.goalOf(ke)
	if text := ke.take("text"); text != nil && re.Event != nil {
		re.Text = ld.composed(text, used(cx, "text"))
	}
	ke.done()
	return re, re.Event != nil && len(ld.problems) == before
}

func (ld *loader) goalOf(ke *keys) string {
	no := ke.take("goal")
	if no == nil {
		return ""
	}
	goal, _ := ld.name(no, "the goal of a record")
	return goal
}

// used is a context for an expression of its own.
func used(cx lang.Context, use string, want ...value.Kind) lang.Context {
	cx.Use, cx.Want = use, want
	return cx
}

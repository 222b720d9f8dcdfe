package playbook

import (
	"holdfast/topology/lang"
)

// Stages is a document of stages: the first line that is true holds.
type Stages struct {
	Name  string
	Hash  string // of the document
	Scope lang.Scope
	Dwell int64 // ms; no second change within it
	List  []Stage
}

// Stage is a line; the last has no Is. A name may stand twice.
type Stage struct {
	Name string
	Is   *lang.Program
}

// Title implements Document.
func (sg *Stages) Title() string { return "stages " + sg.Name }

// Version implements Document.
func (sg *Stages) Version() string { return sg.Hash }

// Each implements Document.
func (sg *Stages) Each() lang.Scope { return sg.Scope }

// Programs implements Document.
func (sg *Stages) Programs() []*lang.Program {
	var all []*lang.Program
	for _, line := range sg.List {
		all = append(all, line.Is)
	}
	return programs(all...)
}

// Writes implements Document.
func (sg *Stages) Writes() []string { return []string{"stage"} }

// Makes implements Document.
func (sg *Stages) Makes() []string { return []string{lang.StageChanged} }

// stages reads a document of stages; there is one for accounts and one for users.
func (ld *loader) stages(doc document) []placed {
	ke := ld.read(doc.body, "a document of stages")
	ke.take("stages")
	ld.optionalText(ke, "title")
	sg := &Stages{Name: doc.name, Hash: version(doc.body), Scope: ld.scopeOf(ke)}
	ld.optionalDuration(ke, "dwell", &sg.Dwell)
	if list := ke.need("list", "list: [{name: onboarding, is: not has(login)}, {name: mid_cycle}]"); list != nil {
		ld.stageList(sg, list)
	}
	ke.done()
	return []placed{ld.placedAt(doc.body, sg)}
}

func (ld *loader) stageList(sg *Stages, no *node) {
	if no.shape != shapeSequence || len(no.items) == 0 {
		ld.fail(no, "list is the stages in order, the last without is: [{name: onboarding, is: not has(login)}, {name: mid_cycle}]")
		return
	}
	for i, item := range no.items {
		ke := ld.read(item, "a stage")
		if ke == nil {
			continue
		}
		line := Stage{Is: ld.awaitedIf(ke, "is", sg.Scope)}
		if name := ke.need("name", "name: onboarding"); name != nil {
			line.Name, _ = ld.name(name, "the name of a stage")
		}
		last := i+1 == len(no.items)
		switch {
		case last && ke.mentions("is"):
			ld.fail(item, "the last stage holds when no other does: it has no is")
		case !last && !ke.mentions("is"):
			ld.fail(item, "the stages after this one are never reached: give it an is, or put it last")
		}
		ke.done()
		sg.List = append(sg.List, line)
	}
}

package lang

import (
	"holdfast/topology/value"
)

// keyedCall is what only a keyed or experimenting playbook has: key and arm. Such playbooks are checked and refused at
// the start, so there is never a value.
type keyedCall struct{ reason string }

func (kc keyedCall) compile(*term) compiled {
	return compiled{text: func(*Frame) (string, bool) { return "", false }}
}

func (kc keyedCall) walk(*term, *Frame) value.Value { return value.Missing(kc.reason) }

// key checks the path of that name.
func (ch *checker) key(pa *Path) *term {
	if ch.cx.Scope != ScopeKey {
		return ch.fail(pa.offset, "key: only playbooks for each NAME by event.F have one")
	}
	return &term{op: opCall, kind: value.Text, does: keyedCall{"no key"}}
}

// arm checks the path of that name.
func (ch *checker) arm(pa *Path) *term {
	if len(ch.cx.Arms) == 0 {
		return ch.fail(pa.offset, "arm: the playbook has no experiment")
	}
	return &term{op: opCall, kind: value.Text, does: keyedCall{"no arm"}, values: ch.cx.Arms}
}

// entities are the fields of contracts, invoices and feedback (language.md 2).
var entities = map[string][]ownField{
	"contract": {
		{"id", value.Text}, {"status", value.Text}, {"starts_on", value.Date}, {"ends_on", value.Date}, {"arr", value.Decimal}, {"auto_renew", value.Bool},
	},
	"invoice": {
		{"id", value.Text}, {"amount", value.Decimal}, {"currency", value.Text}, {"status", value.Text}, {"attempt", value.Int},
		{"next_attempt_at", value.Time}, {"update_url", value.Text}, {"decline_class", value.Text},
	},
	"feedback": {
		{"id", value.Text}, {"user_id", value.Text}, {"title", value.Text}, {"status", value.Text}, {"issue_id", value.Text},
	},
}

// EntityNames are the keyed entities that have fields, sorted.
func EntityNames() []string { return sortedNames(entities) }

// termDays is contract.term_days by what it is made of.
const termDays = "(contract.ends_on - contract.starts_on) / 1d"

// entity resolves contract.F, invoice.F and feedback.F.
func (ch *checker) entity(pa *Path) *term {
	name, field := pa.Names[0], pa.Names[1]
	own := ch.cx.Scope == ScopeKey && ch.cx.Key == name
	switch {
	case name == "contract" && field == "term_days":
		return ch.termDays(pa)
	case own:
		return ch.entityFact(pa, ch.names.Entities[name], ScopeKey)
	case name == "contract":
		return ch.entityFact(pa, ch.names.Contract, ScopeAccount)
	}
	return ch.fail(pa.offset, "%s: only playbooks for each %s by event.F have one", Format(pa), name)
}

func (ch *checker) entityFact(pa *Path, facts map[string]*FactDef, over Scope) *term {
	name := pa.Names[1]
	fact := facts[name]
	if fact == nil {
		if ch.names.Refused[Format(pa)] {
			return bad(pa.offset)
		}
		return ch.fail(pa.offset, "%s has no field %s%s", pa.Names[0], name, Suggest(name, append(sortedNames(facts), "term_days")))
	}
	return &term{op: opFact, kind: fact.Type, fact: fact, over: over}
}

// termDays is the length of the contract in days.
func (ch *checker) termDays(pa *Path) *term {
	cx := ch.cx
	cx.Waiting, cx.Want = false, nil
	te, _ := ch.names.check(termDays, cx)
	te.text = Format(pa)
	return te
}

// defineEntities makes the facts of the entities.
func (na *Names) defineEntities() {
	for _, name := range sortedNames(entities) {
		na.Entities[name] = map[string]*FactDef{}
		for _, field := range entities[name] {
			na.Entities[name][field.name] = NewFact(ScopeKey, field.name, field.kind)
		}
	}
	for _, field := range entities["contract"] {
		na.Contract[field.name] = NewFact(ScopeAccount, "contract."+field.name, field.kind)
	}
}

// ContractFacts are the facts of the account's active contract, in the order of language.md 2.
func (na *Names) ContractFacts() []*FactDef {
	var facts []*FactDef
	for _, field := range entities["contract"] {
		facts = append(facts, na.Contract[field.name])
	}
	return facts
}

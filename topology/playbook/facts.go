package playbook

import (
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// declaredFacts reads facts: {account: {name: SPEC}, user: .., invoice: ..}.
func (ld *loader) declaredFacts(no *node) {
	ke := ld.read(no, "facts")
	if ke == nil {
		return
	}
	for scope := lang.ScopeAccount; scope <= lang.ScopeUser; scope++ {
		if part := ke.take(scope.String()); part != nil {
			ld.named(part, "facts of the "+scope.String(), func(en entry) { ld.declaredFact(scope, en) })
		}
	}
	for _, entity := range lang.EntityNames() {
		if part := ke.take(entity); part != nil {
			ld.named(part, "facts of the "+entity, func(en entry) { ld.entityFact(entity, en) })
		}
	}
	ke.done()
}

func (ld *loader) declaredFact(scope lang.Scope, en entry) {
	if ld.names.Facts[scope][en.key] != nil || en.key == "id" {
		ld.failAt(en.line, en.column, "%s.%s is built in or declared already; choose another name", scope, en.key)
		return
	}
	before := len(ld.problems)
	if ld.fact(scope, en); len(ld.problems) > before {
		ld.names.Refused[scope.String()+"."+en.key] = true
		ld.names.Refused[scope.String()+"."+en.key+"_from"] = true
	}
}

// entityFact is a fact of a keyed subject: checked, and never folded in this release.
func (ld *loader) entityFact(entity string, en entry) {
	if ld.names.Entities[entity][en.key] != nil || en.key == "term_days" {
		ld.failAt(en.line, en.column, "%s.%s is built in or declared already; choose another name", entity, en.key)
		return
	}
	fact := ld.plainFact(lang.ScopeKey, en)
	if fact == nil {
		ld.names.Refused[entity+"."+en.key] = true
		return
	}
	ld.names.Entities[entity][en.key] = fact
}

// fact reads one of the forms of a fact of an account or user.
func (ld *loader) fact(scope lang.Scope, en entry) {
	if en.value.shape == shapeMapping {
		ld.computedFact(scope, en)
		return
	}
	if fact := ld.plainFact(scope, en); fact != nil {
		ld.addFact(fact)
	}
}

// plainFact reads TYPE [from SOURCE {or SOURCE}] [default LITERAL]; nil with the errors listed.
func (ld *loader) plainFact(scope lang.Scope, en entry) *lang.FactDef {
	spec, ok := ld.text(en.value, "a fact")
	if !ok {
		return nil
	}
	before := len(ld.problems)
	spec, literal, hasDefault := strings.Cut(spec, " default ")
	head, sources, hasSources := strings.Cut(spec, " from ")
	kind := value.KindOf(strings.TrimSpace(head))
	if kind == value.Unknown || kind == value.List {
		ld.fail(en.value, "a fact is TYPE [from trait NAME | EVENT.FIELD] [default LITERAL], with the types bool int decimal text time date duration")
		return nil
	}
	fact := lang.NewFact(scope, en.key, kind)
	if hasDefault {
		ld.factDefault(en.value, fact, literal)
	}
	if !hasSources {
		sources = "trait"
	}
	for _, source := range strings.Split(sources, " or ") {
		ld.factSource(en.value, fact, strings.Fields(source))
	}
	if len(ld.problems) > before {
		return nil
	}
	return fact
}

func (ld *loader) factDefault(no *node, fact *lang.FactDef, source string) {
	pg, errors := ld.names.Compile(source, lang.Context{Where: true, NoEvent: "a default is a literal"})
	if len(errors) > 0 || pg == nil {
		ld.fail(no, "the default %q is no literal", strings.TrimSpace(source))
		return
	}
	va := pg.Eval(&lang.Frame{})
	if va.Kind == value.Int && fact.Type == value.Decimal {
		va = value.Mul(va, value.OfDecimal(value.Scale))
	}
	if va.Kind != fact.Type {
		ld.fail(no, "the default of a fact of type %s is %s", fact.Type, strings.TrimSpace(source))
		return
	}
	fact.Default = va
}

// factSource is `trait`, `trait NAME` or EVENT.FIELD.
func (ld *loader) factSource(no *node, fact *lang.FactDef, words []string) {
	if len(words) > 0 && words[0] == "trait" && len(words) <= 2 {
		fact.Traits = append(fact.Traits, append(words, fact.Name)[1])
		return
	}
	name, field, ok := strings.Cut(strings.Join(words, " "), ".")
	if !ok {
		ld.fail(no, "a source of a fact is trait, trait NAME or EVENT.FIELD; found %q", strings.Join(words, " "))
		return
	}
	de, problem := ld.names.Event(name)
	if problem != "" {
		ld.fail(no, "%s", problem)
	}
	if de == nil {
		if problem == "" {
			ld.names.Refused[fact.Name] = true
		}
		return
	}
	of, ok := de.Field(field)
	switch {
	case !ok:
		ld.fail(no, "%s has no field %s%s", name, field, lang.Suggest(field, de.FieldNames()))
	case of.Type != fact.Type:
		ld.fail(no, "%s.%s is of type %s, the fact of type %s", name, field, of.Type, fact.Type)
	case fact.Scope != lang.ScopeKey:
		lang.Feed(de, of, fact)
	}
}

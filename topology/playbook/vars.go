package playbook

import "holdfast/topology/lang"

// vars reads the names that a playbook gives to expressions. They are live: each use judges anew. cx is the place of the
// uses; each var sees those above it.
func (ld *loader) vars(no *node, cx lang.Context) map[string]*lang.Metric {
	defined := map[string]*lang.Metric{}
	cx.Vars, cx.Want, cx.Waiting, cx.Use = defined, nil, false, "a var"
	ld.named(no, "vars", func(en entry) {
		if lang.DerivedName(en.key) || ld.names.Metrics[cx.Scope][en.key] != nil {
			ld.failAt(en.line, en.column, "%s is a name already; choose another one for the var", en.key)
			return
		}
		if en.value.shape == shapeMapping {
			ld.choiceVar(en, cx, defined)
			return
		}
		source, ok := ld.text(en.value, "a var")
		if !ok {
			return
		}
		metric, list := ld.names.DefineVar(en.key, source, cx)
		ld.expressionErrors(en.value, list)
		defined[en.key] = metric
	})
	return defined
}

func (ld *loader) choiceVar(en entry, cx lang.Context, into map[string]*lang.Metric) {
	read := ld.readChoice(en.value, choiceExpressions)
	if read == nil {
		into[en.key] = lang.Broken(en.key)
		return
	}
	metric, list := ld.names.DefineChoiceVar(en.key, read.Choice, cx)
	ld.choiceErrors(read, list)
	into[en.key] = metric
}

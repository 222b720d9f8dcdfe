package playbook

import "holdfast/topology/lang"

// metrics reads metrics: {account: {name: expr | choice}, user: ...}. Each sees those above it.
func (ld *loader) metrics(no *node) {
	ld.scopes(no, "metrics", func(scope lang.Scope, en entry) {
		switch {
		case ld.names.Metrics[scope][en.key] != nil || ld.names.Facts[scope][en.key] != nil:
			ld.failAt(en.line, en.column, "%s.%s is declared already; choose another name", scope, en.key)
		case lang.DerivedName(en.key):
			ld.failAt(en.line, en.column, "%s means what documents derive; choose another name for the metric", en.key)
		case en.value.shape == shapeMapping:
			ld.choiceMetric(scope, en)
		default:
			if source, ok := ld.text(en.value, "a metric"); ok {
				ld.expressionErrors(en.value, ld.names.DefineMetric(en.key, source, scope))
			}
		}
	})
}

func (ld *loader) choiceMetric(scope lang.Scope, en entry) {
	read := ld.readChoice(en.value, choiceExpressions)
	if read == nil {
		ld.names.Refused[en.key] = true
		return
	}
	ld.choiceErrors(read, ld.names.DefineChoice(en.key, read.Choice, scope))
}

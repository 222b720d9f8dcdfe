package playbook

import "holdfast/topology/lang"

// metrics reads metrics: {account: {name: expr}, user: ...}. Each sees those above it.
func (ld *loader) metrics(no *node) {
	ld.scopes(no, "metrics", func(scope lang.Scope, en entry) {
		if ld.names.Metrics[scope][en.key] != nil || ld.names.Facts[scope][en.key] != nil {
			ld.failAt(en.line, en.column, "%s.%s is declared already; choose another name", scope, en.key)
			return
		}
		if en.value.shape == shapeMapping {
			ld.failAt(en.line, en.column, "%s", lang.NotBuilt("a choice {by: ...}", "write an expression"))
			ld.names.Refused[en.key] = true
			return
		}
		source, ok := ld.text(en.value, "a metric")
		if ok {
			ld.expressionErrors(en.value, ld.names.DefineMetric(en.key, source, scope))
		}
	})
}

package playbook

import "holdfast/topology/lang"

// monthly checks the documents of one record per account and month (language.md 8).
func (ld *loader) monthly() {
	ld.each("monthly", func(doc document) {
		ld.later(doc.body.line, doc.body.column, "monthly "+doc.name)
		ke := ld.read(doc.body, "a monthly document")
		ke.take("monthly")
		ld.optionalText(ke, "title")
		if each := ke.need("for", "for: each account"); each != nil {
			ld.oneOf(each, "for", "each account")
		}
		ld.ignoredDuration(ke, "close")
		if fields := ke.take("fields"); fields != nil {
			ld.named(fields, "fields", func(en entry) {
				if contains(monthlyColumns, en.key) {
					ld.failAt(en.line, en.column, "every month has a column %s already; choose another name", en.key)
				}
				ld.compile(en.value, lang.Context{Scope: lang.ScopeAccount, NoEvent: "a month has no event at hand", Use: "a field of the month"})
			})
		}
		ke.done()
	})
}

// monthlyColumns are those that every month has.
var monthlyColumns = []string{"arr_start", "arr_end", "new", "expansion", "contraction", "churned", "active", "score"}

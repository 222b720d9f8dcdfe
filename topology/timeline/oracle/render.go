package oracle

import (
	"fmt"
	"strings"
)

// Bundle prints the bundle of the case as YAML documents.
func (ca Case) Bundle() string {
	docs := []string{ca.vocabulary()}
	for _, he := range ca.Health {
		docs = append(docs, he.document())
	}
	docs = append(docs, watchDocuments("segments", ca.Segments)...)
	docs = append(docs, watchDocuments("signals", ca.Signals)...)
	for _, st := range ca.Stages {
		docs = append(docs, st.document())
	}
	if len(ca.Proofs) > 0 {
		docs = append(docs, ca.evidence())
	}
	for _, pb := range ca.Playbooks {
		docs = append(docs, pb.document())
	}
	return strings.Join(docs, "---\n")
}

func (ca Case) vocabulary() string {
	var out strings.Builder
	fmt.Fprintf(&out, "bundle: oracle\nrevision: 1\ntime: {lateness: %v, default_tz: %s, history: complete}\nevents:\n", ca.Lateness, ca.Zone)
	for _, ev := range ca.Events {
		fmt.Fprintf(&out, "  %s: %s\n", ev.Name, ev.definition())
	}
	return out.String()
}

func (ev Event) definition() string {
	from := ev.From
	if from == "" {
		from = ev.Topic + "." + ev.Type
	}
	fl := flow{}
	fl.add("from", from)
	fl.expr("where", ev.Where)
	var fields flow
	for _, fi := range ev.Fields {
		fields.add(fi.Name, fi.Type)
	}
	if len(fields) > 0 {
		fl.add("fields", fields.String())
	}
	if len(fl) == 1 && ev.From == "" {
		return from
	}
	return fl.String()
}

// A flow is a YAML mapping in braces.
type flow []string

func (fl *flow) add(key, text string) { *fl = append(*fl, key+": "+text) }

// text adds the key if there is something to say.
func (fl *flow) text(key, text string) {
	if text != "" {
		fl.add(key, text)
	}
}

func (fl *flow) expr(key string, ex *Expr) {
	if ex != nil {
		fl.add(key, ex.String())
	}
}

func (fl *flow) span(key string, sp Span) {
	if sp != 0 {
		fl.add(key, sp.String())
	}
}

func (fl *flow) flag(key string, is bool) {
	if is {
		fl.add(key, "true")
	}
}

func (fl flow) String() string { return "{" + strings.Join(fl, ", ") + "}" }

func scope(perUser bool) string {
	if perUser {
		return "each user"
	}
	return "each account"
}

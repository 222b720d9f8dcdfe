package oracle

import (
	"fmt"
	"strconv"
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

func (pb Playbook) document() string {
	var out strings.Builder
	fmt.Fprintf(&out, "playbook: %s\nfor: %s\nclass: %s\n", pb.Name, scope(pb.PerUser), pb.Class)
	if pb.To.Kind != "" {
		fmt.Fprintf(&out, "to: %s\n", pb.To)
	}
	fmt.Fprintf(&out, "start: %s\n", pb.start())
	fmt.Fprintf(&out, "again: %s\n", pb.Again.text())
	if pb.Send {
		out.WriteString("missed: send\n")
	}
	block(&out, "stop", stopFlows(pb.Stops))
	block(&out, "always", stepFlows(pb.Always))
	block(&out, "steps", stepFlows(pb.Steps))
	if pb.First != "" {
		fmt.Fprintf(&out, "first: %s\nstates:\n", pb.First)
	}
	for _, st := range pb.States {
		fmt.Fprintf(&out, "  %s: %s\n", st.Name, st.body())
	}
	return out.String()
}

func block(out *strings.Builder, key string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(out, "%s:\n", key)
	for _, item := range items {
		fmt.Fprintf(out, "  - %s\n", item)
	}
}

func (pb Playbook) start() string {
	fl := flow{}
	fl.text("event", pb.Start.Event)
	fl.expr("when", pb.Start.When)
	if pb.Start.Each != "" {
		each := flow{"each: " + pb.Start.Each}
		each.text("day", pb.Start.On)
		each.add("at", clock(pb.Start.At, `"`))
		fl.add("schedule", each.String())
	}
	fl.expr("if", pb.Start.If)
	fl.flag("once", pb.Start.Once)
	fl.span("settle", pb.Start.Settle)
	fl.text("existing", pb.Existing)
	return fl.String()
}

func clock(minute int, quote string) string {
	return fmt.Sprintf("%s%02d:%02d%s", quote, minute/60, minute%60, quote)
}

func (ag Again) text() string {
	switch ag.Kind {
	case Always:
		return "always"
	case Every:
		return "every " + ag.Every.String()
	case After:
		return "after " + ag.After
	}
	return "never"
}

// String prints the recipient as the language has it.
func (to To) String() string {
	switch to.Kind {
	case "role":
		text := fmt.Sprintf("role(%q)", to.Name)
		if to.Or != "" {
			text += fmt.Sprintf(" or role(%q)", to.Or)
		}
		return text
	case "team", "channel":
		return fmt.Sprintf("%s(%q)", to.Kind, to.Name)
	}
	return to.Kind
}

func stopFlows(stops []Stop) []string {
	var items []string
	for _, st := range stops {
		fl := flow{}
		fl.text("id", st.ID)
		fl.text("event", st.Event)
		fl.expr("when", st.When)
		fl.expr("if", st.If)
		if st.Action != "" {
			fl.add(st.Action, "t_stop")
			fl.text("to", st.To.String())
		}
		fl.flag("contacted", st.Contacted)
		items = append(items, fl.String())
	}
	return items
}

func stepFlows(steps []Step) []string {
	var items []string
	for _, st := range steps {
		items = append(items, st.text())
	}
	return items
}

func (st Step) text() string {
	fl := flow{}
	fl.text("id", st.ID)
	switch st.Timing {
	case AfterStart:
		fl.add("after", st.Delay.String())
	case AfterStep:
		fl.add("after", st.Base+" + "+st.Delay.String())
	case AtTime:
		fl.expr("at", st.At)
	case AtEvent:
		fl.add("event", st.Event)
	case AtEdge:
		fl.expr("when", st.When)
	}
	fl.add(st.Action, "t_"+st.ID)
	fl.text("to", st.To.String())
	fl.expr("if", st.If)
	fl.flag("once", st.Once)
	fl.span("within", st.Within)
	fl.span("expires", st.Expires)
	fl.flag("keep", st.Keep)
	return fl.String()
}

func (st State) body() string {
	fl := flow{}
	fl.text("final", st.Final)
	if len(st.Enter) > 0 {
		fl.add("enter", "["+strings.Join(stepFlows(st.Enter), ", ")+"]")
	}
	var events, after flow
	for _, mo := range st.Events {
		if mo.If == nil {
			events.add(mo.Event, mo.To)
			continue
		}
		events.add(mo.Event, flow{"to: " + mo.To, "if: " + mo.If.String()}.String())
	}
	for _, mo := range st.After {
		after.add(mo.Delay.String(), mo.To)
	}
	if len(events) > 0 {
		fl.add("events", events.String())
	}
	if len(after) > 0 {
		fl.add("after", after.String())
	}
	var moves []string
	for _, mo := range st.Goto {
		moves = append(moves, flow{"when: " + mo.When.String(), "to: " + mo.To}.String())
	}
	if len(moves) > 0 {
		fl.add("goto", "["+strings.Join(moves, ", ")+"]")
	}
	return fl.String()
}

func (he Health) document() string {
	var out strings.Builder
	fmt.Fprintf(&out, "health: %s\nfor: %s\nrange: [%d, %d]\n", he.Name, scope(he.PerUser), he.Low, he.High)
	if he.Main {
		out.WriteString("main: true\n")
	}
	if he.Needs != nil {
		fmt.Fprintf(&out, "needs: %s\n", he.Needs)
	}
	out.WriteString("measures:\n")
	for _, me := range he.Measures {
		fmt.Fprintf(&out, "  %s: %s\n", me.Name, me.text())
	}
	var tiers []string
	for _, ti := range he.Tiers {
		fl := flow{"name: " + ti.Name}
		if ti.Below != 0 {
			fl.add("below", strconv.Itoa(ti.Below))
			fl.add("until", strconv.Itoa(ti.Until))
		}
		tiers = append(tiers, fl.String())
	}
	block(&out, "tiers", tiers)
	if he.Down != 0 || he.Up != 0 {
		fmt.Fprintf(&out, "settle: {down: %v, up: %v}\n", he.Down, he.Up)
	}
	return out.String()
}

func (me Measure) text() string {
	var lines []string
	for _, li := range me.Lines {
		fl := flow{}
		fl.expr("if", li.If)
		fl.add("points", strconv.Itoa(li.Points))
		lines = append(lines, fl.String())
	}
	list := "[" + strings.Join(lines, ", ") + "]"
	if !me.Whole {
		return list
	}
	return flow{"unknown: " + strconv.Itoa(me.Unknown), "lines: " + list}.String()
}

// watchDocuments prints the members as one document per scope.
func watchDocuments(kind string, list []Watch) []string {
	var docs []string
	for _, perUser := range []bool{false, true} {
		var out strings.Builder
		for _, wa := range list {
			if wa.PerUser == perUser {
				fmt.Fprintf(&out, "  %s: %s\n", wa.Name, wa.text(kind))
			}
		}
		if out.Len() == 0 {
			continue
		}
		head := fmt.Sprintf("%s: %s_%s\nfor: %s\n", kind, kind, strings.TrimPrefix(scope(perUser), "each "), scope(perUser))
		if kind == "signals" {
			head += "kind: risk\n"
		}
		docs = append(docs, head+"list:\n"+out.String())
	}
	return docs
}

func (wa Watch) text(kind string) string {
	in, out := "enter", "leave"
	if kind == "signals" {
		in, out = "raise", "clear"
	}
	fl := flow{}
	fl.expr(in, wa.Enter)
	fl.expr(out, wa.Leave)
	fl.span("settle", wa.Settle)
	return fl.String()
}

func (st Stages) document() string {
	var out strings.Builder
	fmt.Fprintf(&out, "stages: cycle\nfor: %s\n", scope(st.PerUser))
	if st.Dwell != 0 {
		fmt.Fprintf(&out, "dwell: %v\n", st.Dwell)
	}
	var items []string
	for _, stage := range st.List {
		fl := flow{"name: " + stage.Name}
		fl.expr("is", stage.Is)
		items = append(items, fl.String())
	}
	block(&out, "list", items)
	return out.String()
}

func (ca Case) evidence() string {
	var out strings.Builder
	fmt.Fprintf(&out, "evidence: log\nfor: each account\nkeep: %d\n", ca.Keep)
	var items []string
	for _, pr := range ca.Proofs {
		fl := flow{"id: " + pr.ID, "event: " + pr.Event}
		fl.expr("if", pr.If)
		fl.add("value", strconv.Itoa(pr.Value))
		fl.add("unit", "units")
		fl.add("goal", pr.Goal)
		items = append(items, fl.String())
	}
	block(&out, "records", items)
	return out.String()
}

// Scenario prints the history of the case as a `test:` document.
func (ca Case) Scenario() string {
	var out strings.Builder
	fmt.Fprintf(&out, "test: seed %d\nclock: event\nhistory: complete\nlateness: %v\naccounts:\n", ca.Seed, ca.Lateness)
	for _, ac := range ca.Accounts {
		fl := flow{}
		fl.text("time_zone", ac.Zone)
		fl.text("created_at", moment(ac.Created))
		if len(ac.Traits) > 0 {
			fl.add("traits", traits(ac.Traits).String())
		}
		fmt.Fprintf(&out, "  %s: %s\n", ac.ID, fl)
	}
	if len(ca.Users) > 0 {
		out.WriteString("users:\n")
	}
	for _, us := range ca.Users {
		fl := flow{"account: " + us.Account}
		fl.text("time_zone", us.Zone)
		fl.text("created_at", moment(us.Created))
		if len(us.Roles) > 0 {
			fl.add("roles", "["+strings.Join(us.Roles, ", ")+"]")
		}
		fmt.Fprintf(&out, "  %s: %s\n", us.ID, fl)
	}
	var items []string
	for _, li := range ca.Lines {
		items = append(items, li.text())
	}
	block(&out, "given", items)
	fmt.Fprintf(&out, "until: %s\n", moment(ca.Until))
	return out.String()
}

func (li Line) text() string {
	fl := flow{"at: " + moment(li.At)}
	subject := li.Account
	switch li.User {
	case "":
	case Stranger:
		subject += "/" + Stranger
	default:
		subject = li.User
	}
	if li.Event == "" {
		fl.add("profile", subject)
		set := flow{"traits: " + traits(li.Set).String()}
		if li.User != "" {
			set = flow{"roles: [" + strings.Join(li.Roles, ", ") + "]"}
		}
		fl.add("set", set.String())
		return fl.String()
	}
	fl.add(li.Event, subject)
	fl.add("with", append(flow{"id: " + li.ID, "source: s"}, traits(li.With)...).String())
	if li.Arrives != li.At {
		fl.add("arrives", moment(li.Arrives))
	}
	return fl.String()
}

func traits(list []Trait) flow {
	fl := flow{}
	for _, tr := range list {
		fl.add(tr.Name, tr.Value)
	}
	return fl
}

// moment prints an instant; "" for none.
func moment(in Instant) string {
	if in == 0 {
		return ""
	}
	return in.utc().Format("2006-01-02T15:04:05.999Z07:00")
}

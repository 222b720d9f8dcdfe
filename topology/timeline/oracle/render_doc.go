package oracle

import (
	"fmt"
	"strconv"
	"strings"
)

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

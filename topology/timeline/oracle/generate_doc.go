package oracle

import "fmt"

// documents draws up to two derived documents.
func (ge *generator) documents() {
	ge.inDoc = true
	for n := pick(ge.dr, 0, 0, 1, 1, 2); n > 0; n-- {
		ge.user = ge.dr.chance(25)
		switch ge.dr.below(5) {
		case 3:
			if len(ge.ca.Stages) == 0 {
				ge.ca.Stages = append(ge.ca.Stages, ge.stages())
			}
		case 4:
			ge.ca.Keep = 20
			ge.ca.Proofs = append(ge.ca.Proofs, Proof{ID: fmt.Sprintf("r%d", len(ge.ca.Proofs)+1), Event: ge.event(), Value: ge.dr.between(1, 3), Goal: pick(ge.dr, "g1", "g1", "g2")})
		case 0:
			if len(ge.ca.Health) == 0 {
				ge.ca.Health = append(ge.ca.Health, ge.health())
			}
		case 1:
			ge.ca.Segments = append(ge.ca.Segments, ge.watch("seg", len(ge.ca.Segments)))
		case 2:
			ge.user = false
			ge.ca.Signals = append(ge.ca.Signals, ge.watch("sig", len(ge.ca.Signals)))
		}
	}
	ge.inDoc = false
}

func (ge *generator) health() Health {
	he := Health{Name: "h1", PerUser: ge.user, High: 100, Needs: is(call("observed", ""), ">=", lasts(pick(ge.dr, 0, 0, ge.spans[0])))}
	for n := ge.dr.between(1, 3); n > 0; n-- {
		me := Measure{Name: fmt.Sprintf("m%d", len(he.Measures)+1)}
		for lines := ge.dr.between(1, 2); lines > 0; lines-- {
			me.Lines = append(me.Lines, Points{If: ge.waiting(0), Points: 10 * ge.dr.between(1, 6)})
		}
		if ge.dr.chance(30) {
			me.Whole, me.Unknown = true, 10*ge.dr.between(0, 3)
		}
		if ge.dr.chance(40) {
			me.Lines = append(me.Lines, Points{Points: -10 * ge.dr.between(0, 2)})
		}
		he.Measures = append(he.Measures, me)
	}
	low := 10 * ge.dr.between(1, 4)
	he.Tiers = []Tier{{"critical", low, low + 5*ge.dr.between(0, 3)}, {Name: "healthy"}}
	if ge.dr.chance(50) {
		he.Tiers = []Tier{he.Tiers[0], {"at_risk", low + 20, low + 20 + 5*ge.dr.between(0, 3)}, he.Tiers[1]}
	}
	if ge.dr.chance(40) {
		he.Down, he.Up = pick(ge.dr, 0, 0, Hour), pick(ge.dr, 0, Hour, ge.spans[0])
	}
	return he
}

func (ge *generator) watch(prefix string, n int) Watch {
	wa := Watch{Name: fmt.Sprintf("%s%d", prefix, n+1), PerUser: ge.user}
	switch ge.dr.below(3) {
	case 0: // with a band between in and out
		event, window := ge.event(), ge.span()
		wa.Enter, wa.Leave = is(count(event, window), ">=", num(2)), is(count(event, window), "<", num(1))
	case 1:
		event, window := ge.event(), ge.span()
		wa.Enter, wa.Leave = is(call("idle", event), ">=", lasts(window)), is(call("idle", event), "<", lasts(window))
	default:
		wa.Enter = ge.waiting(1)
	}
	if ge.dr.chance(30) {
		wa.Settle = pick(ge.dr, Hour, ge.spans[0])
	}
	return wa
}

func (ge *generator) stages() Stages {
	st := Stages{PerUser: ge.user, Dwell: pick(ge.dr, 0, Hour, ge.spans[0])}
	for n := ge.dr.between(1, 2); n > 0; n-- {
		st.List = append(st.List, Stage{Name: fmt.Sprintf("g%d", n), Is: ge.waiting(0)})
	}
	st.List = append(st.List, Stage{Name: "rest"})
	return st
}

package timeline

import (
	"fmt"
	"testing"

	"holdfast/schemas"
)

// rulesBundle has that many rules over windows and a score; those of an index below touched read the event `used`.
func rulesBundle(rules, touched int) string {
	text := `
bundle: rules
revision: 1
time: {lateness: 10m, history: complete}
events: {used: user_action.used, other: user_action.other}
---
health: h
main: true
for: each account
needs: observed() >= 0d
measures: {depth: [{if: total(used) >= 2, points: 60}, {points: 10}]}
tiers: [{name: low, below: 30}, {name: high}]
`
	whens := []string{
		`count(%s in 30d) >= %d000000`, `score < 40 and count(%s in 7d) >= %d`, `total(%s) >= %d000000`, `tier == "low" and count(%s in 30d) > %d`,
	}
	for i := range rules {
		event := "used"
		if i >= touched {
			event = "other"
		}
		when := fmt.Sprintf(whens[i%len(whens)], event, 1000+i)
		text += fmt.Sprintf("---\nplaybook: r%03d\nfor: each account\nclass: internal\nto: team(\"csm\")\nstart: {when: %s}\nagain: never\nsteps: [{id: s, task: s}]\n", i, when)
	}
	return text
}

// BenchmarkRules is an event that changes no answer: without rules, with 20, with 200 of which it touches 20, and with 200
// that it all touches. The difference to no rules, by the rules touched, is what one costs; an event judges each before
// and after its fold, and asks when time could.
func BenchmarkRules(b *testing.B) {
	for _, run := range []struct{ rules, touched int }{{0, 0}, {20, 20}, {200, 20}, {200, 200}} {
		b.Run(fmt.Sprintf("rules=%d/touched=%d", run.rules, run.touched), func(b *testing.B) {
			wo, err := NewWorld(load(b, rulesBundle(run.rules, run.touched)))
			if err != nil {
				b.Fatal(err)
			}
			ev := schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", IDIsPosition: true, Type: "used", Account: "a1", Count: 1, At: begin}
			for range 3 {
				if err := wo.task.ProcessEvent(&ev, begin); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				ev.At = begin + int64(i%1000)
				if err := wo.task.ProcessEvent(&ev, begin); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package timeline

import (
	"fmt"
	"testing"

	"holdfast/schemas"
)

// measuresBundle is a health document of 13 measures, three of which an event of `used` can change.
func measuresBundle() string {
	text := `
bundle: measures
revision: 1
time: {lateness: 10m, history: complete}
events: {used: user_action.used, other: user_action.other}
---
health: h
for: each account
needs: observed() >= 0d
measures:
`
	for i := range 13 {
		name := "other"
		if i < 3 {
			name = "used"
		}
		text += fmt.Sprintf("  m%d: [{if: idle(%s) < %dd, points: 5, because: \"lately\"}, {points: 0}]\n", i, name, 30+i)
	}
	return text + "tiers: [{name: low, below: 10}, {name: high}]\n"
}

// BenchmarkHealth is an event on an account, without documents and with a health document of 13 measures: of which it
// touches none, or three whose points stay.
func BenchmarkHealth(b *testing.B) {
	plain := "bundle: plain\nrevision: 1\ntime: {lateness: 10m, history: complete}\nevents: {used: user_action.used, other: user_action.other, none: user_action.none}\n"
	for _, run := range []struct{ name, bundle, typ string }{
		{"plain", plain, "used"}, {"untouched", measuresBundle(), "none"}, {"touched", measuresBundle(), "used"},
	} {
		b.Run(run.name, func(b *testing.B) {
			wo, err := NewWorld(load(b, run.bundle))
			if err != nil {
				b.Fatal(err)
			}
			ev := schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", IDIsPosition: true, Type: "other", Account: "a1", Count: 1, At: begin}
			for _, ev.Type = range []string{"other", "used", run.typ} {
				if err := wo.task.ProcessEvent(&ev, ev.At); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				ev.At = begin + int64(i%100_000)*1000
				if err := wo.task.ProcessEvent(&ev, begin); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

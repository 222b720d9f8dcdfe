package demo

import (
	"fmt"
	"testing"
)

func TestPrint(t *testing.T) {
	bu := Simulate(1, 300)
	types := map[string]int{}
	for _, ev := range bu.Events {
		types[ev.Type]++
	}
	fmt.Println(len(bu.Accounts), bu.Users(), len(bu.Events), types)
	steps := map[string]int{}
	for _, ex := range Expect(bu) {
		steps[ex.Playbook+"/"+ex.Step]++
	}
	fmt.Println(steps)
	q := 0
	for _, ac := range bu.Accounts {
		if ac.quietFrom > 0 {
			q++
		}
		var evs []Event
		for _, ev := range bu.Events {
			if ev.Account == ac.Name {
				evs = append(evs, ev)
			}
		}
		if ambiguous(evs) {
			t.Errorf("%s ambiguous", ac.Name)
		}
	}
	fmt.Println(q)
}

package timeline

import (
	"testing"

	"holdfast/schemas"
)

// untouched has an episode that waits for everything but what comes.
const untouched = `
bundle: untouched
revision: 1
time: {lateness: 10m, history: complete}
events: {began: user_action.began, login: user_action.login, paid: user_action.paid, used: user_action.used}
---
playbook: waits
for: each user
class: lifecycle
start: {event: began}
again: never
stop: [{event: paid}, {when: total(used) >= 5}]
steps:
  - {id: a, event: used, send: a}
  - {id: b, when: idle(used) >= 300d, send: b}
  - {id: c, after: 300d, send: c}
---
playbook: journey
for: each user
class: lifecycle
start: {event: began}
again: never
first: a
states:
  a: {enter: [{id: hi, after: 300d, send: hi}], events: {used: b}, after: {200d: b}, goto: [{when: total(used) >= 3, to: b}]}
  b: {final: success}
---
playbook: quiet
for: each user
class: lifecycle
start: {when: idle(login) >= 7d}
again: after login
steps: [{id: d7, send: d7}]
`

// TestAnOpenEpisodeThatAnEventCannotChangeCostsNothing compares a login of a user in two episodes, none of which waits for
// one, with that of a user in none.
func TestAnOpenEpisodeThatAnEventCannotChangeCostsNothing(t *testing.T) {
	wo, err := NewWorld(load(t, untouched))
	if err != nil {
		t.Fatal(err)
	}
	at := int64(begin)
	read := func(typ, user string) {
		at += 1000
		ev := schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", Type: typ, Account: "a1", User: user, OccurredAt: at, At: at, Count: 1}
		if err := wo.task.ProcessEvent(&ev, at); err != nil {
			t.Fatal(err)
		}
	}
	read("began", "u1")
	read("login", "u1")
	read("login", "u2")
	idle := testing.AllocsPerRun(200, func() { read("login", "u2") })
	open := testing.AllocsPerRun(200, func() { read("login", "u1") })
	if open > idle {
		t.Errorf("%v allocations with open episodes, %v without", open, idle)
	}
	if got := testing.AllocsPerRun(10, func() { read("used", "u1") }); got <= idle {
		t.Errorf("%v allocations for what the episodes wait for: the comparison compares nothing", got)
	}
}

package processor

import (
	"fmt"
	"testing"
	"time"
)

// backlogBundle has an absence on sign-ins, and says with each payment how many sign-ins came before it.
const backlogBundle = testBundle + `---
playbook: count
for: each account
class: internal
start: {event: paid}
again: always
steps: [{id: note, notify: counted, to: channel("#x"), data: {logins: total(login)}}]
`

// TestABacklogOfOneInputOnly: sign-ins of three days arrive late and all at once, payments did not wait for them. The wall
// clock and the payments are far ahead; nobody who came back within the backlog is called quiet, who did not is, and
// no payment is judged more than max_skew ahead of the sign-ins.
func TestABacklogOfOneInputOnly(t *testing.T) {
	bundle := backlogBundle[:len("bundle: test\nrevision: 1\ntime: {lateness: 10m, future_skew: 5m, history: complete}\nevents:\n")] +
		"  paid: billing.payment_succeeded\n" + backlogBundle[len("bundle: test\nrevision: 1\ntime: {lateness: 10m, future_skew: 5m, history: complete}\nevents:\n"):]
	for _, batch := range []int{1, 20_000} {
		t.Run(fmt.Sprintf("batches of %d", batch), func(t *testing.T) {
			wo := newWorld(t, 1, bundle)
			start, now := day0.Add(time.Hour), day0.Add(4*24*time.Hour)
			first := append(visits("acme", "ann", day0, time.Hour, 1), login("gone", "acme", "gone", day0))
			late := visits("acme", "late", start, 5*time.Hour, 18) // the backlog: always back within two days
			late = inOrder(append(late, login("a2", "acme", "ann", day0.Add(40*time.Hour)), login("a3", "acme", "ann", day0.Add(80*time.Hour))))
			clock := newWallClock(start)
			co := wo.config()
			co.MaxBatch = batch
			wo.publishEvents(first...)
			ru := wo.start(co, WithClock(clock.now))
			wo.intentsCome(2)
			ru.halt()
			var payments []event
			for i := range 18 {
				payments = append(payments, billed(wo, fmt.Sprintf("p%02d", i), "acme", start.Add(time.Duration(i)*5*time.Hour+150*time.Minute)))
			}
			wo.publishEvents(payments...) // all of them lie there when the first sign-in of the backlog is read
			wo.publishEvents(late...)
			ru = wo.start(co, WithClock(newWallClock(now).now))
			ru.clockPast(0, now.Add(-co.Grace-time.Second))
			ru.halt()
			all := inOrder(append(append([]event{}, first...), late...))
			want := expected(all, now.Add(-co.Grace-10*time.Minute))
			for _, payment := range payments {
				want = append(want, "count/acme/e.app~"+payment.id+"/note/notify/channel:%23x")
			}
			wo.wantKeys(want)
			for _, intent := range wo.intents() {
				if intent.Playbook != "count" {
					continue
				}
				paid := time.UnixMilli(intent.Reason.Trigger.OccurredAt)
				before := int64(0)
				for _, ev := range all {
					if ev.at.Before(paid) {
						before++
					}
				}
				if got := intent.Data[0].Value.Num; got != before {
					t.Errorf("the payment at %v saw %d sign-ins, want %d", paid, got, before)
				}
			}
		})
	}
}

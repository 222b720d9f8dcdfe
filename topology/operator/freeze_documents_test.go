package operator_test

import (
	"testing"

	"holdfast/schemas"
)

// silentHealth is a score of sign-ins and payments, and a playbook on its fall.
const silentHealth = `
bundle: silent_health
revision: 1
time: {lateness: 10m, history: complete}
events:
  login: user_action.signed_in
  paid: billing.payment_succeeded
---
health: pulse
for: each account
range: [0, 100]
needs: observed() >= 1h
main: true
measures:
  here: [{if: idle(login) < 2d, points: 50}]
  pays: [{if: idle(paid) < 3d, points: 50}]
tiers: [{name: low, below: 40, until: 50}, {name: high}]
---
playbook: fell
for: each account
class: internal
start: {event: tier_changed, if: event.direction == "down"}
again: always
steps: [{id: tell, notify: fell, to: channel("#x")}]
`

// TestAScoreDoesNotFallForASilenceOfItsInput: the measure of the silent input keeps its points, the others move; at its
// release the score is judged as a whole, once.
func TestAScoreDoesNotFallForASilenceOfItsInput(t *testing.T) {
	scores := func(silent bool, payment int64) (numbers []float64, fell int) {
		wo := begun(t, loaded(t, silentHealth))
		give(t, wo, signIn("ann", firstMonday), record(schemas.KindBilling, "payment_succeeded", "p1", "", firstMonday))
		advance(t, wo, firstMonday+2*hour)
		if silent {
			wo.Freeze(schemas.KindUserAction, firstMonday+hour)
		}
		if payment > 0 {
			give(t, wo, record(schemas.KindBilling, "payment_succeeded", "p2", "", firstMonday+payment))
		}
		for hours := range int64(24 * 5) {
			advance(t, wo, firstMonday+max(payment, 0)+2*hour+hours*hour)
		}
		if silent {
			wo.Release(schemas.KindUserAction, hour)
			advance(t, wo, wo.Clock()+2*hour)
		}
		for _, si := range wo.Signals {
			if si.Name == "score/pulse" {
				numbers = append(numbers, si.Number)
			}
		}
		return numbers, len(said(wo, "fell/tell"))
	}
	if got, fell := scores(false, 0); len(got) != 3 || got[0] != 100 || got[2] != 0 || fell != 1 {
		t.Fatalf("while the source speaks: scores %v, %d falls; want 100, 50, 0 and one", got, fell)
	}
	if got, fell := scores(true, 0); len(got) != 2 || got[0] != 100 || got[1] != 0 || fell != 1 {
		t.Errorf("while it is silent: scores %v, %d falls; want 100 until the release, then 0 and one", got, fell)
	}
	if got, _ := scores(true, 4*day); got[0] != 100 || len(got) < 2 {
		t.Errorf("with a payment during the silence: scores %v", got)
	}
}

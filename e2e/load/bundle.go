package load

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Silences are the thresholds of the CDNOW suite, in days.
var Silences = []int{7, 14, 30, 60, 90, 180}

// PurchaseDays are the milestones of the CDNOW suite.
var PurchaseDays = []int{2, 3, 5, 10, 20}

// PurchaseBundle is the bundle of the CDNOW suite: one playbook for each threshold and each milestone.
func PurchaseBundle() string {
	var text strings.Builder
	text.WriteString("bundle: cdnow\nrevision: 1\ntime: {history: complete}\nevents:\n  purchased: user_action.purchased\n")
	playbook := func(name, when, again, template string) {
		fmt.Fprintf(&text, "---\nplaybook: %s\nfor: each account\nclass: internal\nto: team(\"crm\")\nstart: {when: %s}\nagain: %s\nsteps: [{id: tell, task: %s}]\n",
			name, when, again, template)
	}
	for _, days := range Silences {
		playbook(SilenceName(days), fmt.Sprintf("idle(purchased) >= %dd", days), "after purchased", "call_quiet_customer")
	}
	for _, nth := range PurchaseDays {
		playbook(DayName(nth), fmt.Sprintf("distinct(purchased.day) >= %d", nth), "never", "thank_regular_customer")
	}
	return text.String()
}

// SilenceName names the playbook of a threshold.
func SilenceName(days int) string { return fmt.Sprintf("quiet_%dd", days) }

// DayName names the playbook of a milestone.
func DayName(nth int) string { return fmt.Sprintf("purchase_day_%d", nth) }

// BusinessBundle is the bundle of the kill suites. The oracle knows all but win_back, whose episodes are stopped by a
// return and take back what they said: that one is compared between runs.
const BusinessBundle = `bundle: business
revision: 1
time: {history: complete}
events:
  login: user_action.signed_in
  api_call: {from: user_action.api_called, fields: {calls: int from count}}
  project_created: user_action.project_created
  payment_failed: billing.payment_failed
---
playbook: quiet_user
for: each user
class: lifecycle
start: {when: idle(login) >= 7d}
again: after login
steps: [{id: d7, send: quiet_7d}]
---
playbook: quiet_account
for: each account
class: internal
to: team("csm")
start: {when: idle(login) >= 5d}
again: after login
steps: [{id: tell, task: call_quiet_account}]
---
playbook: win_back
for: each user
class: lifecycle
start: {when: idle(login) >= 6d}
again: after login
stop: [{event: login}]
steps:
  - {id: d6, send: quiet_7d}
  - {id: d12, after: 6d, send: winback}
---
playbook: heavy_use
for: each account
class: lifecycle
to: team("csm")
start: {when: sum(api_call.calls) >= 1000}
again: never
steps: [{id: congrats, task: congratulate_heavy_user}]
---
playbook: first_project
for: each user
class: lifecycle
start: {event: project_created}
again: never
steps: [{id: hello, send: first_project}]
---
playbook: payment_trouble
for: each account
class: internal
to: team("billing")
start: {event: payment_failed}
again: always
steps: [{id: tell, task: look_at_failed_payment}]
`

// WriteBundle writes a bundle of one file to a new folder.
func WriteBundle(folder, text string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make bundle folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "bundle.yaml"), []byte(text), 0o644); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

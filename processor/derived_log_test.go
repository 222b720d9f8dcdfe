package processor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"holdfast/schemas/avro"
)

// derivedBundle derives of everything and acts on it: a health with tiers, a segment, a signal, evidence, a journey that
// waits for events and for silence, and playbooks that start on what was derived.
const derivedBundle = `bundle: derived
revision: 1
time: {lateness: 10m, future_skew: 5m, history: complete}
events:
  login: user_action.signed_in
  paid: billing.payment_succeeded
---
health: pulse
for: each account
range: [0, 100]
needs: observed() >= 1d
main: true
measures:
  recency: [{if: idle(login) < 2d, points: 60, because: "somebody was here"}, {if: idle(login) < 6d, points: 20}]
  breadth: [{if: count(login in 7d) >= 4, points: 40}, {if: count(login in 7d) >= 2, points: 15}]
tiers: [{name: critical, below: 25, until: 35}, {name: at_risk, below: 60, until: 70}, {name: healthy}]
---
segments: power
for: each user
list: {often: {enter: count(login in 3d) >= 2}}
---
signals: sales
for: each account
kind: opportunity
list: {growing: {raise: distinct(login.user_id in 7d) >= 3, because: "three people in a week"}}
---
evidence: value
for: each account
keep: 5
records: [{id: payment, event: paid, value: 1, unit: payments, goal: growth, text: "paid"}]
---
playbook: fell
for: each account
class: internal
start: {event: tier_changed, if: event.direction == "down"}
again: always
steps: [{id: tell, notify: fell, to: channel("#csm"), data: {score: score, tier: tier}}]
---
playbook: often
for: each user
class: lifecycle
start: {event: segment_entered, if: event.segment == "often"}
again: always
steps: [{id: thank, send: thanks}]
---
playbook: path
for: each user
class: lifecycle
start: {event: login}
again: after login
first: fresh
states:
  fresh: {enter: [{id: hi, send: hi}], goto: [{when: total(login) >= 3, to: regular}], after: {4d: lost}}
  regular: {enter: [{id: tip, after: 1h, send: tip}], goto: [{when: idle(login) >= 5d, to: lost}], after: {30d: done}}
  lost: {final: dropped, enter: [{id: bye, send: bye}]}
  done: {final: success}
---
playbook: quiet
for: each user
class: lifecycle
start: {when: idle(login) >= 2d, if: tier != "critical"}
again: after login
stop: [{event: login}]
steps: [{id: tell, after: 1d, send: quiet_3d, if: not segment("often")}]
`

// derivedLog is a log of sign-ins and payments.
func derivedLog(wo *world, random *rand.Rand) []event {
	events := randomLog(random)
	for i := range 20 {
		at := day0.Add(time.Duration(random.IntN(20*24*60)) * time.Minute)
		events = append(events, billed(wo, fmt.Sprint("p", i), fmt.Sprintf("acct-%02d", random.IntN(12)), at))
	}
	return inOrder(events)
}

// signals are the records of holdfast.signals as lines: the newest of each key.
func (wo *world) signals() (lines []string) {
	wo.t.Helper()
	newest := map[string]string{}
	values := decoded(wo, wo.topics.Signals, (*avro.Reader).DecodeSignal)
	for i, rec := range wo.read(wo.topics.Signals) {
		newest[string(rec.Key)] = fmt.Sprintf("%s %s %v since %d changed %d closed %v", rec.Key, values[i].Text, values[i].Number, values[i].Since, values[i].ChangedAt, values[i].Closed)
	}
	for _, line := range newest {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// TestEveryWayToRunWhatIsDerived: scores, tiers, segments, signals, evidence, journeys and the playbooks on them come out
// the same, whatever the batches, stops, losses, lanes and partitions are.
func TestEveryWayToRunWhatIsDerived(t *testing.T) {
	for seed := range uint64(max(1, metamorphicRuns(t)/3)) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			var keys, signals []string
			for _, partitions := range []int32{1, 4, 16} {
				random := rand.New(rand.NewPCG(seed, 7))
				until := day0.AddDate(0, 0, 45)
				plain := way{bundle: derivedBundle, batch: 20_000, interval: 10 * time.Millisecond, lanes: 1}
				events := derivedLog(&world{t: t, topics: DefaultConfig().Topics}, random)
				one := plain.outcome(t, partitions, events, until)
				if partitions == 1 {
					keys, signals = one.keys, one.signals
					if len(signals) < 50 || len(keys) < 50 {
						t.Fatalf("the log makes only %d signals and %d intents", len(signals), len(keys))
					}
				}
				same(t, fmt.Sprintf("intents in %d partitions", partitions), one.keys, keys)
				same(t, fmt.Sprintf("signals in %d partitions", partitions), one.signals, signals)
				if partitions == 16 {
					continue
				}
				wy := randomWay(random, len(events))
				wy.bundle = derivedBundle
				other := wy.outcome(t, partitions, events, until)
				same(t, fmt.Sprintf("intents of %+v", wy), other.keys, keys)
				same(t, fmt.Sprintf("signals of %+v", wy), other.signals, signals)
				if other.state != one.state {
					t.Errorf("state in %d partitions, %d lanes, batches of %d:\n%s\nplain:\n%s", partitions, wy.lanes, wy.batch, other.state, one.state)
				}
			}
		})
	}
}

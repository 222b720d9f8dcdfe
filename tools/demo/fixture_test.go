package demo

import (
	"fmt"

	"holdfast/schemas"
)

// fixtureOutput is what a correct processor would write for the business: made from the expectation, so that report and
// checks can be tested without a broker.
func fixtureOutput(bu *Business) *Output {
	out := &Output{Published: map[string]int64{}}
	for _, ex := range Expect(bu) {
		out.Intents = append(out.Intents, fixtureIntent(ex))
	}
	for i, topic := range []string{topicActions, topicBilling, topicSupport, topicProfiles} {
		out.Published[topic+"/0"] = int64(1000 * (4 - i))
	}
	for from := int64(0); from < 4000; from += 500 {
		out.Manifests = append(out.Manifests, fixtureManifest(from, 500))
	}
	for i := range 12 {
		out.Decisions = append(out.Decisions, schemas.Decision{
			Playbook: "inactivity", Step: fmt.Sprint("d", 7*(1+i%2)), Outcome: "skipped", Text: "account.idle(login) is 9d, not < 7d",
		})
	}
	out.Decisions = append(out.Decisions, schemas.Decision{Playbook: "inactivity", Outcome: "entered"})
	return out
}

func fixtureManifest(from, width int64) schemas.Manifest {
	ma := schemas.Manifest{}
	for i, topic := range []string{topicActions, topicBilling, topicSupport, topicProfiles} {
		end := int64(1000 * (4 - i))
		if from < end {
			ma.Inputs = append(ma.Inputs, schemas.InputRange{Topic: topic, FromOffset: from, ToOffset: min(from+width, end)})
		}
	}
	return ma
}

func fixtureIntent(ex Expected) schemas.MessageIntent {
	in := schemas.MessageIntent{
		IntentID: ex.ID, DedupeKey: ex.Key, Action: "deliver", Kind: "message", Playbook: ex.Playbook, Step: ex.Step,
		AccountID: ex.Account, Recipient: schemas.Recipient{Type: "user", UserID: ex.Recipient}, NotBefore: ex.Due,
		Template: ex.Playbook + "_" + ex.Step, EpisodeID: ex.Episode,
		Reason: schemas.Reason{Text: "idle(login) is 7d, >= 7d"},
	}
	if ex.Action == "cancel" {
		in.Action = "cancel"
	}
	if ex.Trigger != "" {
		in.Reason.Trigger = &schemas.EventRef{Type: ex.Trigger}
	}
	return in
}

// fixtureReport is a whole report without a run: the figures of the machine are made up.
func fixtureReport(seed uint64, accounts int) (*Business, *Report) {
	bu := Simulate(seed, accounts)
	out := fixtureOutput(bu)
	out.Torn = 37
	re := newReport(bu, out, map[string]string{"inactivity": "Bring quiet users back (7 / 14 / 30 days)"})
	re.PublishSeconds = 2.5
	re.Runs = []Life{{PID: 4711, Seconds: 3.2, Killed: true}, {PID: 4790, Seconds: 5.1}}
	half := int64(re.Records / 2)
	re.KilledAt = half
	re.Progress = []Sample{{0, 0}, {1, half / 3}, {3.2, half}, {4.5, half}, {8.3, int64(re.Records)}}
	return bu, re
}

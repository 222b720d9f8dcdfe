package demo

import (
	"sort"

	"holdfast/schemas"
)

// newReport puts together what can be said about a business and what came out of it; the figures of the run are added by
// who ran it. titles has the playbooks' own words for themselves.
func newReport(bu *Business, out *Output, titles map[string]string) *Report {
	return &Report{
		Seed: bu.Seed, Accounts: len(bu.Accounts), Users: bu.Users(), Events: len(bu.Events), Records: bu.Records(),
		Start: bu.Start, End: bu.End, Torn: out.Torn, Intents: len(out.Intents), TakenBack: countCancels(out.Intents),
		Playbooks: countIntents(out.Intents, titles), Withheld: countWithheld(out.Decisions),
		Checks: Judge(bu, out), Stories: Tell(bu, out.Intents), Days: perDay(bu, out.Intents),
	}
}

// perDay counts logins and intents by day of the business.
func perDay(bu *Business, intents []schemas.MessageIntent) []DayCount {
	out := make([]DayCount, Days)
	at := func(atMillis int64) *DayCount {
		return &out[max(0, min(Days-1, int((atMillis-bu.Start)/day)))]
	}
	for _, ev := range bu.Events {
		if ev.Type == "signed_in" {
			at(ev.At).Logins++
		}
	}
	for _, in := range intents {
		at(in.NotBefore).Intents++
	}
	return out
}

func countCancels(intents []schemas.MessageIntent) int {
	cancels := 0
	for _, in := range intents {
		if in.Action == "cancel" {
			cancels++
		}
	}
	return cancels
}

// countIntents groups the intents by playbook and step, both by name.
func countIntents(intents []schemas.MessageIntent, titles map[string]string) []PlaybookCount {
	steps := map[string]map[StepCount]int{}
	for _, in := range intents {
		if steps[in.Playbook] == nil {
			steps[in.Playbook] = map[StepCount]int{}
		}
		kind := in.Kind
		if in.Action == "cancel" {
			kind = "cancel"
		}
		steps[in.Playbook][StepCount{Step: in.Step, Kind: kind, Template: in.Template}]++
	}
	var out []PlaybookCount
	for name, counts := range steps {
		pc := PlaybookCount{Name: name, Title: titles[name]}
		for step, n := range counts {
			step.Count = n
			pc.Steps = append(pc.Steps, step)
		}
		sort.Slice(pc.Steps, func(i, j int) bool { return stepBefore(pc.Steps[i], pc.Steps[j]) })
		out = append(out, pc)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// stepBefore shows what was said before what was taken back, and the busy steps first: with falling counts that is the
// order of a series.
func stepBefore(a, b StepCount) bool {
	if a.TakenBack() != b.TakenBack() {
		return b.TakenBack()
	}
	if a.Count != b.Count {
		return a.Count > b.Count
	}
	if a.Step != b.Step {
		return a.Step < b.Step
	}
	return a.Kind+a.Template < b.Kind+b.Template
}

// silent are the outcomes of a step, or of an entry, that had its time and was not said. The others are the ordinary
// course of an episode, or take back what was said.
var silent = map[string]bool{
	"not_entered": true, "skipped": true, "missed": true, "capped": true, "blocked": true, "held_out": true, "lost": true,
	"withdrawn": true, "expired": true, "no_recipient": true,
}

// countWithheld groups the decisions not to speak, the most frequent first.
func countWithheld(decisions []schemas.Decision) []Withheld {
	at := map[Withheld]int{}
	var out []Withheld
	for _, de := range decisions {
		key := Withheld{Playbook: de.Playbook, Step: de.Step, Outcome: de.Outcome}
		if !silent[de.Outcome] {
			continue
		}
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			out = append(out, key)
			out[i].Example = de.Text
		}
		out[i].Count++
	}
	sort.SliceStable(out, func(i, j int) bool { return withheldBefore(out[i], out[j]) })
	return out
}

func withheldBefore(a, b Withheld) bool {
	if a.Count != b.Count {
		return a.Count > b.Count
	}
	return a.Playbook+"/"+a.Step+a.Outcome < b.Playbook+"/"+b.Step+b.Outcome
}

package demo

import (
	"cmp"
	"sort"

	"holdfast/schemas"
)

// Report is everything that the demo has to show. The text and the page are made from it and from nothing else.
type Report struct {
	Seed                             uint64
	Accounts, Users, Events, Records int
	Start, End                       int64 // ms, of the business
	Partitions                       int32

	PublishSeconds float64
	Runs           []Life   // of the processor: the killed one, then the one that finished
	Progress       []Sample // what was committed when, over all runs
	KilledAt       int64    // records committed when the signal was sent
	Torn           int      // intents of the transaction that the kill tore apart: on disk, invisible to committed reads

	Intents   int // read back, with those that take others back
	TakenBack int
	Playbooks []PlaybookCount
	Withheld  []Withheld
	Checks    []Check
	Stories   []Story
	Days      []DayCount

	Dir      string // what --keep kept, "" if nothing
	PagePath string // the HTML page, "" if none
}

// Life is one run of the processor.
type Life struct {
	PID     int
	Seconds float64
	Killed  bool
}

// Sample is a point of the progress: seconds since the first start, records committed.
type Sample struct {
	Seconds float64
	Records int64
}

// DayCount is one day of the business.
type DayCount struct{ Logins, Intents int }

// PlaybookCount is what one playbook said.
type PlaybookCount struct {
	Name, Title string
	Steps       []StepCount
}

// StepCount is what one step said.
type StepCount struct {
	Step, Kind, Template string
	Count                int
}

// Total adds the steps.
func (pc PlaybookCount) Total() int {
	total := 0
	for _, st := range pc.Steps {
		total += st.Count
	}
	return total
}

// TakenBack says that these are intents that cancel others: the reason to speak went away before the message expired.
func (sc StepCount) TakenBack() bool { return sc.Kind == "cancel" }

// Words are the step for people.
func (sc StepCount) Words() string {
	if sc.TakenBack() {
		return "taken back: " + plainWords(sc.Template)
	}
	return sc.Kind + " " + plainWords(sc.Template)
}

// Said is how many messages, tasks, notices and requests there are.
func (re *Report) Said() int { return re.Intents - re.TakenBack }

// Withheld is a kind of decision not to speak.
type Withheld struct {
	Playbook, Step, Outcome, Example string
	Count                            int
}

// name is the playbook, and the step if the decision is about one.
func (wi Withheld) name() string {
	if wi.Step == "" {
		return wi.Playbook
	}
	return wi.Playbook + "/" + wi.Step
}

// Check is one promise and whether it was kept.
type Check struct {
	Promise, Evidence string
	Kept              bool
}

// OK says whether every promise was kept.
func (re *Report) OK() bool {
	for _, ch := range re.Checks {
		if !ch.Kept {
			return false
		}
	}
	return len(re.Checks) > 0
}

// ProcessSeconds is how long the processor ran, over its runs.
func (re *Report) ProcessSeconds() float64 {
	var sum float64
	for _, ru := range re.Runs {
		sum += ru.Seconds
	}
	return sum
}

// EventsPerSecond counts every record once, over the whole time of all runs: start, kill, restart and recovery included.
func (re *Report) EventsPerSecond() float64 {
	return ratePerSecond(int64(re.Records), re.ProcessSeconds())
}

func ratePerSecond(records int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(records) / seconds
}

// sort brings what was read from several partitions into one order that is the same in every run.
func (ou *Output) sort() {
	sort.SliceStable(ou.Intents, func(i, j int) bool {
		a, b := &ou.Intents[i], &ou.Intents[j]
		return cmp.Or(cmp.Compare(a.NotBefore, b.NotBefore), cmp.Compare(a.DedupeKey, b.DedupeKey)) < 0
	})
	sort.SliceStable(ou.Decisions, func(i, j int) bool {
		a, b := &ou.Decisions[i], &ou.Decisions[j]
		return cmp.Or(cmp.Compare(a.DecidedAt, b.DecidedAt), cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.UserID, b.UserID)) < 0
	})
}

// Output is what the independent reader found.
type Output struct {
	Intents     []schemas.MessageIntent
	Decisions   []schemas.Decision
	DeadLetters []schemas.DeadLetter
	Manifests   []schemas.Manifest
	Torn        int              // intents that only a reader of uncommitted records sees
	Published   map[string]int64 // input records in the log by "topic/partition"
}

package processor

import "holdfast/schemas"

// outputs collects what one transaction of one task decided. It is the sink of the topology. Invariant: it holds what
// the records and timers so far decided, in order; a failed one is taken back by rollback.
type outputs struct {
	intents     []*schemas.MessageIntent
	decisions   []*schemas.Decision
	signals     []*schemas.Signal
	deadLetters []*schemas.DeadLetter

	savedIntents, savedDecisions, savedSignals int
}

// Intent takes an intent.
func (ou *outputs) Intent(intent *schemas.MessageIntent) { ou.intents = append(ou.intents, intent) }

// Decision takes a decision.
func (ou *outputs) Decision(decision *schemas.Decision) {
	ou.decisions = append(ou.decisions, decision)
}

// Signal takes the new value of something derived.
func (ou *outputs) Signal(signal *schemas.Signal) { ou.signals = append(ou.signals, signal) }

func (ou *outputs) savepoint() {
	ou.savedIntents, ou.savedDecisions, ou.savedSignals = len(ou.intents), len(ou.decisions), len(ou.signals)
}

func (ou *outputs) rollback() {
	ou.intents, ou.decisions, ou.signals = ou.intents[:ou.savedIntents], ou.decisions[:ou.savedDecisions], ou.signals[:ou.savedSignals]
}

func (ou *outputs) reset() {
	clear(ou.intents)
	clear(ou.decisions)
	clear(ou.signals)
	clear(ou.deadLetters)
	ou.intents, ou.decisions, ou.signals, ou.deadLetters = ou.intents[:0], ou.decisions[:0], ou.signals[:0], ou.deadLetters[:0]
}

// maxOutputs is how many outputs of a task one transaction takes before the rest of the batch waits for the next one: it
// bounds the memory of a transaction. One record or timer may go beyond it.
const maxOutputs = 10_000

func (ou *outputs) full() bool {
	return len(ou.intents)+len(ou.decisions)+len(ou.signals)+len(ou.deadLetters) >= maxOutputs
}

// maxValueBytes is the most a produced value may weigh: brokers take batches of 1 MiB by default.
const maxValueBytes = 900 << 10

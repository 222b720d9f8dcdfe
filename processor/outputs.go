package processor

import (
	"crypto/sha256"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

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

// wire turns what a transaction of a task says into Kafka records. Everything goes to the task's own partition: that is
// where the default partitioner puts the account, and keyed readers find an account's outputs in order.
type wire struct {
	encoder   *avro.Encoder
	topics    schemas.TopicNames
	partition int32
	records   []*kgo.Record
	signals   int64 // that were written: the newest of each key
	digest    [sha256.Size]byte
}

// encode encodes the outputs of one transaction in a fixed order: intents, decisions, signals, dead letters. The digest
// is over the produced values, framing included, so that a replay can be compared with what was published.
func (wi *wire) encode(ou *outputs, sequence int64) error {
	sum := sha256.New()
	wi.records = wi.records[:0]
	for _, intent := range ou.intents {
		value, err := wi.encoder.AppendIntent(nil, intent)
		if err != nil {
			return fmt.Errorf("encode intent %s: %w", intent.DedupeKey, err)
		}
		sum.Write(value)
		wi.add(wi.topics.Intents, intent.AccountID, value, wi.encoder.IntentHeaders(nil, intent, sequence))
	}
	for i, decision := range ou.decisions {
		value, err := wi.encoder.AppendDecision(nil, decision)
		if err != nil {
			return fmt.Errorf("encode decision of %s: %w", decision.Playbook, err)
		}
		sum.Write(value)
		wi.add(wi.topics.Decisions, decision.AccountID, value, wi.encoder.Headers(nil, "Decision", decisionID(wi.partition, sequence, i), decision.AccountID, decision.DecidedAt))
	}
	if err := wi.encodeSignals(sum, ou.signals, sequence); err != nil {
		return err
	}
	for i, dead := range ou.deadLetters {
		dead.Sequence = sequence
		value, err := wi.encoder.AppendDeadLetter(nil, dead)
		if err != nil {
			return fmt.Errorf("encode dead letter of %s/%d@%d: %w", dead.Topic, dead.Partition, dead.Offset, err)
		}
		sum.Write(value)
		wi.records = append(wi.records, &kgo.Record{Topic: wi.topics.DeadLetters, Partition: wi.partition, Key: dead.Key, Value: value,
			Headers: kafkaHeaders(wi.encoder.Headers(nil, "DeadLetter", deadLetterID(dead, i), dead.AccountID, dead.At))})
	}
	sum.Sum(wi.digest[:0])
	return nil
}

func (wi *wire) add(topic, key string, value []byte, headers []schemas.Header) {
	wi.records = append(wi.records, &kgo.Record{Topic: topic, Partition: wi.partition, Key: []byte(key), Value: value, Headers: kafkaHeaders(headers)})
}

// decisionID names a decision: where it stands among the decisions of its transaction. An attempt that is repeated after
// an abort gives its decisions the same names.
func decisionID(partition int32, sequence int64, index int) string {
	return fmt.Sprintf("%d/%d/%d", partition, sequence, index)
}

// deadLetterID names a dead letter: the record that it is of, or the timer's place in its transaction.
func deadLetterID(dead *schemas.DeadLetter, index int) string {
	if dead.Topic == "" {
		return fmt.Sprintf("timer/%d/%d/%d", dead.Task, dead.Sequence, index)
	}
	return fmt.Sprintf("%s/%d/%d", dead.Topic, dead.Partition, dead.Offset)
}

func kafkaHeaders(headers []schemas.Header) []kgo.RecordHeader {
	out := make([]kgo.RecordHeader, len(headers))
	for i, he := range headers {
		out[i] = kgo.RecordHeader{Key: he.Key, Value: he.Value}
	}
	return out
}

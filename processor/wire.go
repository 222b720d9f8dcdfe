package processor

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/state"
)

// wire turns what a transaction of a task says into Kafka records. Everything goes to the task's own partition: that is
// where the default partitioner puts the account, and keyed readers find an account's outputs in order.
//
// The records and all that they point to lie in the slabs of the lane.
type wire struct {
	encoder   *avro.Encoder
	topics    schemas.TopicNames
	partition int32
	records   []*kgo.Record // of the outputs, then of the manifest
	signals   int64         // that were written: the newest of each key
	digest    [sha256.Size]byte

	sum      hash.Hash // of the values so far
	sequence int64     // of the transaction
	number   []byte    // the same as text
	newest   newestSignals
	said     repeated
	slabs    *recordSlabs // of the lane's transaction
	value    []byte       // buffers
	scratch  []byte
	headers  []schemas.Header
}

// repeated is what the headers of the record before said: the next one is often of the same account and instant.
type repeated struct {
	account string
	subject []byte // nil: nothing was said yet
	at      int64
	time    []byte
}

// begin empties the wire.
func (wi *wire) begin(sequence int64) {
	clear(wi.records)
	wi.records, wi.signals, wi.said = wi.records[:0], 0, repeated{}
	wi.sequence = sequence
	wi.scratch = strconv.AppendInt(wi.scratch[:0], sequence, 10)
	wi.number = wi.keep(wi.scratch)
	if wi.sum == nil {
		wi.sum = sha256.New()
	}
	wi.sum.Reset()
}

// encode encodes the outputs of one transaction in a fixed order: intents, decisions, signals, dead letters. The digest
// is over the produced values, framing included, so that a replay can be compared with what was published.
func (wi *wire) encode(ou *outputs, sequence int64) error {
	wi.begin(sequence)
	for _, intent := range ou.intents {
		if err := wi.addIntent(intent); err != nil {
			return fmt.Errorf("encode intent %s: %w", intent.DedupeKey, err)
		}
	}
	for i, decision := range ou.decisions {
		if err := wi.addDecision(decision, i); err != nil {
			return fmt.Errorf("encode decision of %s: %w", decision.Playbook, err)
		}
	}
	if err := wi.addSignals(ou.signals); err != nil {
		return err
	}
	for i, dead := range ou.deadLetters {
		if err := wi.addDeadLetter(dead, i); err != nil {
			return fmt.Errorf("encode dead letter of %s/%d@%d: %w", dead.Topic, dead.Partition, dead.Offset, err)
		}
	}
	wi.sum.Sum(wi.digest[:0])
	return nil
}

func (wi *wire) addIntent(intent *schemas.MessageIntent) error {
	value, err := wi.encoder.AppendIntent(wi.value[:0], intent)
	if err != nil {
		return err
	}
	said := wi.say(wi.text(intent.IntentID), intent.AccountID, intent.DecidedAt)
	wi.headers = wi.encoder.IntentHeaders(wi.headers[:0], said, wi.text(intent.Playbook), wi.text(intent.Step), wi.number)
	wi.add(wi.topics.Intents, said.Subject, value)
	return nil
}

func (wi *wire) addDecision(decision *schemas.Decision, index int) error {
	value, err := wi.encoder.AppendDecision(wi.value[:0], decision)
	if err != nil {
		return err
	}
	said := wi.say(wi.outputID(index), decision.AccountID, decision.DecidedAt)
	wi.headers = wi.encoder.Headers(wi.headers[:0], "Decision", said)
	wi.add(wi.topics.Decisions, said.Subject, value)
	return nil
}

func (wi *wire) addDeadLetter(dead *schemas.DeadLetter, index int) error {
	dead.Sequence = wi.sequence
	value, err := wi.encoder.AppendDeadLetter(wi.value[:0], dead)
	if err != nil {
		return err
	}
	said := wi.say(wi.text(deadLetterID(dead, index)), dead.AccountID, dead.At)
	wi.headers = wi.encoder.Headers(wi.headers[:0], "DeadLetter", said)
	wi.add(wi.topics.DeadLetters, dead.Key, value)
	return nil
}

// addManifest adds the manifest, which has no key and is not part of the digest.
func (wi *wire) addManifest(manifest *schemas.Manifest, attempt string) error {
	value, err := wi.encoder.AppendManifest(wi.value[:0], manifest)
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	wi.headers = wi.encoder.Headers(wi.headers[:0], "Manifest", wi.say(wi.text(attempt), "", manifest.WallTime))
	wi.value = value
	wi.records = append(wi.records, wi.record(wi.topics.Manifest, nil, wi.keep(value), wi.headers))
	return nil
}

// change is the record of a changed subject. The bytes are the state's.
func (wi *wire) change(change state.ChangelogRecord) *kgo.Record {
	return wi.record(wi.topics.Changelog, change.Key, change.Value, nil)
}

// add adds an output with the headers at hand.
func (wi *wire) add(topic string, key, value []byte) {
	wi.sum.Write(value) // a hash never fails
	wi.value = value
	wi.records = append(wi.records, wi.record(topic, key, wi.keep(value), wi.headers))
}

func (wi *wire) record(topic string, key, value []byte, headers []schemas.Header) *kgo.Record {
	rec := &wi.slabs.slots.take(1)[0]
	*rec = kgo.Record{Topic: topic, Partition: wi.partition, Key: key, Value: value}
	if len(headers) > 0 {
		rec.Headers = wi.slabs.entries.take(len(headers))
		for i, he := range headers {
			rec.Headers[i] = kgo.RecordHeader{Key: he.Key, Value: he.Value}
		}
	}
	return rec
}

// say is what the headers of a record say.
func (wi *wire) say(id []byte, account string, at int64) avro.Said {
	if wi.said.subject == nil || wi.said.account != account {
		wi.said.account, wi.said.subject = account, wi.text(account)
	}
	if wi.said.time == nil || wi.said.at != at {
		wi.scratch = avro.AppendTime(wi.scratch[:0], at)
		wi.said.at, wi.said.time = at, wi.keep(wi.scratch)
	}
	return avro.Said{ID: id, Subject: wi.said.subject, Time: wi.said.time}
}

// keep copies bytes into the memory of the transaction. They are not nil: a key of no bytes is a key.
func (wi *wire) keep(b []byte) []byte {
	kept := wi.slabs.texts.take(len(b))
	copy(kept, b)
	return kept
}

func (wi *wire) text(text string) []byte {
	kept := wi.slabs.texts.take(len(text))
	copy(kept, text)
	return kept
}

// outputID names a decision or a signal: where it stands among those of its transaction. An attempt that is repeated
// after an abort gives them the same names.
func (wi *wire) outputID(index int) []byte {
	b := append(strconv.AppendInt(wi.scratch[:0], int64(wi.partition), 10), '/')
	b = append(append(b, wi.number...), '/')
	wi.scratch = strconv.AppendInt(b, int64(index), 10)
	return wi.keep(wi.scratch)
}

// deadLetterID names a dead letter: the record that it is of, or the timer's place in its transaction.
func deadLetterID(dead *schemas.DeadLetter, index int) string {
	if dead.Topic == "" {
		return fmt.Sprintf("timer/%d/%d/%d", dead.Task, dead.Sequence, index)
	}
	return fmt.Sprintf("%s/%d/%d", dead.Topic, dead.Partition, dead.Offset)
}

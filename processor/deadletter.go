package processor

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
	"holdfast/topology"
)

// deadRecord makes the dead letter of a record that could not be decoded or processed. The original bytes go with it,
// unless they would not fit into a record: then the text says where they are.
func (ta *task) deadRecord(rec *kgo.Record, stage, code string, cause error) *schemas.DeadLetter {
	dead := &schemas.DeadLetter{
		Task: ta.partition, Stage: stage, Code: code, Text: cause.Error(), At: ta.clockMillis(), BundleVersion: ta.bundle.Hash,
		Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset, Timestamp: rec.Timestamp.UnixMilli(),
		Key: bytes.Clone(rec.Key), Value: bytes.Clone(rec.Value), Stack: stackOf(cause),
	}
	for _, he := range rec.Headers {
		dead.Headers = append(dead.Headers, schemas.Header{Key: he.Key, Value: bytes.Clone(he.Value)})
	}
	if weight := weigh(dead); weight > maxValueBytes {
		dead.Text = fmt.Sprintf("%s (its %d bytes do not fit into a dead letter: read %s/%d at offset %d)", dead.Text, weight, rec.Topic, rec.Partition, rec.Offset)
		dead.Value, dead.Headers = nil, nil
		dead.Key = dead.Key[:min(len(dead.Key), 1<<10)]
	}
	return dead
}

func weigh(dead *schemas.DeadLetter) int {
	weight := len(dead.Key) + len(dead.Value) + len(dead.Text) + len(dead.Stack)
	for _, he := range dead.Headers {
		weight += len(he.Key) + len(he.Value)
	}
	return weight
}

// deadTimer makes the dead letter of a timer that failed and is now disarmed.
func (ta *task) deadTimer(ref topology.Ref, fault failedRule, cause error) *schemas.DeadLetter {
	dead := &schemas.DeadLetter{
		Task: ta.partition, Stage: "timer", Code: codeOf(cause), Text: cause.Error(), At: ta.clockMillis(), BundleVersion: ta.bundle.Hash,
		AccountID: ref.Account, Key: []byte(ref.Account), Playbook: fault.playbook, Step: fault.step, DueAt: fault.due, HasDue: true, Stack: stackOf(cause),
	}
	if ref.Kind == topology.SubjectUser {
		dead.UserID = ref.ID
	}
	return dead
}

func codeOf(cause error) string {
	var caught *recovered
	if errors.As(cause, &caught) {
		return "panic"
	}
	return "failed"
}

func stackOf(cause error) string {
	var caught *recovered
	if errors.As(cause, &caught) {
		return string(caught.stack[:min(len(caught.stack), 8<<10)])
	}
	return ""
}

// decodeHead decodes the record at the head of an input and clamps its time.
func (ta *task) decodeHead(in *input, rec *kgo.Record) {
	ta.wireRecord = avro.Record{Topic: rec.Topic, Kind: in.kind, Partition: rec.Partition, Offset: rec.Offset, Timestamp: rec.Timestamp.UnixMilli(),
		Key: rec.Key, Value: rec.Value, Headers: ta.wireHeaders(rec)}
	err := ta.decoder.Decode(&ta.wireRecord, &in.event)
	if err == nil {
		err = ta.acceptable(&in.event)
	}
	if err != nil {
		ta.refuse(in, rec, err)
		return
	}
	ta.clamp(in, rec)
	in.decoded = true
}

// refuse makes a dead letter of a record that cannot be read or is not ours, and passes it. A registry that does not answer
// is nobody's fault: the record stays where it is.
func (ta *task) refuse(in *input, rec *kgo.Record, cause error) {
	var refused *avro.DecodeError
	switch {
	case errors.Is(cause, avro.ErrRegistryUnavailable):
		in.stalled = fmt.Errorf("decode %s/%d at offset %d: %w", rec.Topic, rec.Partition, rec.Offset, cause)
	case errors.As(cause, &refused):
		ta.bury(in, rec, refused.Stage, refused.Code, refused)
	default:
		ta.bury(in, rec, avro.StageDecode, "failed", cause)
	}
}

// maxIDBytes bounds account and user ids: they are keys of the state, several times over.
const maxIDBytes = 1 << 10

// acceptable refuses an event that can be read and yet has no place here.
func (ta *task) acceptable(ev *schemas.Event) error {
	if longest := max(len(ev.Account), len(ev.User)); longest > maxIDBytes {
		return &avro.DecodeError{Stage: avro.StageKey, Code: "long_id", Text: fmt.Sprintf("account_id or user_id has %d bytes, more than %d: send an id, not a document", longest, maxIDBytes)}
	}
	return avro.CheckPartition(ev, ta.partitions)
}

// bury dead-letters the record at the head and passes it.
func (ta *task) bury(in *input, rec *kgo.Record, stage, code string, cause error) {
	ta.out.deadLetters = append(ta.out.deadLetters, ta.deadRecord(rec, stage, code, cause))
	ta.counts.dead++
	ta.counts.records++
	in.pass()
}

// clamp sets the event time: occurred_at, but not more than future_skew after t_ref, which is the broker's append time
// if the topic keeps it, else the wall time recorded for the batch. A clock that is set wrong somewhere must not pull
// everybody's task clock into the future.
func (ta *task) clamp(in *input, rec *kgo.Record) {
	reference := ta.wallMillis
	if rec.Attrs.TimestampType() == 1 { // LogAppendTime
		reference = rec.Timestamp.UnixMilli()
	}
	in.event.At = in.event.OccurredAt
	if limit := reference + ta.bundle.FutureSkew.Milliseconds(); in.event.At > limit {
		in.event.At = limit
		ta.counts.clamped++
	}
}

func (ta *task) wireHeaders(rec *kgo.Record) []schemas.Header {
	ta.headers = slices.Grow(ta.headers[:0], len(rec.Headers))
	for _, he := range rec.Headers {
		ta.headers = append(ta.headers, schemas.Header{Key: he.Key, Value: he.Value})
	}
	return ta.headers
}

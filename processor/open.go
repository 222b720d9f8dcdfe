package processor

import (
	"context"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"holdfast/schemas/avro"
	"holdfast/state"
)

// openTask builds the task on its restored state.
func (la *lane) openTask(ctx context.Context, part *state.Partition, partition int32, committed committedOffset) (*task, error) {
	pr := la.proc
	ta := &task{
		partition: partition, partitions: pr.partitions, bundle: pr.bundle, part: part, app: pr.config.App, codeVersion: pr.codeVersion,
		timerLimit: pr.config.TimersPerBatch, until: noTime,
		wire:  wire{encoder: pr.encoder, topics: pr.config.Topics, partition: partition, slabs: &la.slabs},
		clock: clock{mode: pr.config.Clock, graceMillis: pr.config.Grace.Milliseconds(), now: noTime},
	}
	if until, _ := pr.config.untilMillis(); until > 0 {
		ta.until = until
	}
	var err error
	if ta.decoder, err = avro.NewDecoder(avro.DecoderOptions{Registry: pr.registry}); err != nil {
		return nil, fmt.Errorf("create decoder: %w", err)
	}
	ta.noBreaker, ta.releaseOver = pr.config.NoBreaker, pr.config.ReleaseOver.Milliseconds()
	for _, topic := range pr.inputTopics() {
		ta.inputs = append(ta.inputs, &input{topic: topic, kind: pr.config.Topics.InputKind(topic), next: -1, highest: noTime, end: -1})
	}
	record, ok := part.Committed()
	ta.saved = saved{record: record, fresh: !ok, attempt: committed.metadata}
	if ma, err := parseMark(committed.metadata); err == nil {
		ta.saved.finished = ma.finished && record.Clock >= ta.until
	}
	if err := ta.checkBundle(pr.config.AcceptLowerRevision); err != nil {
		return nil, err
	}
	if ok {
		ta.writtenBy = pr.bundleOf(record.BundleHash)
	}
	if err := pr.resumeRules(ta); err != nil {
		return nil, err
	}
	pr.ends.silence.remember(ta.saved.lives)
	if err := la.announce(ta); err != nil {
		return nil, err
	}
	return ta, pr.startPositions(ctx, ta, committed)
}

// moveForward obeys an operator who has set the group's offset of an input beyond records that are gone or not wanted. Back
// it does not go: what is in the state would count twice.
func (pr *Processor) moveForward(ta *task, committed committedOffset) {
	for _, in := range ta.inputs {
		at := committed.offsets[in.topic]
		if in.next < 0 || at == in.next || !slices.Contains(committed.set, in.topic) {
			continue
		}
		pr.log.Warn("the offset of an input was set by hand; forward it is obeyed, back it is not", zap.String("topic", in.topic), zap.Int32("partition", ta.partition), zap.Int64("from", in.next), zap.Int64("to", at))
		in.next = max(in.next, at)
	}
}

// startPositions fills in where inputs start that the task record does not know: a new group, or a new input.
func (pr *Processor) startPositions(ctx context.Context, ta *task, committed committedOffset) error {
	pr.moveForward(ta, committed)
	for _, in := range ta.inputs {
		if in.next >= 0 {
			continue
		}
		if at, ok := committed.offsets[in.topic]; ok {
			in.next = at
			continue
		}
		err := pr.retry(ctx, "ask for the start of "+in.topic, func() error {
			starts, err := pr.admin.ListStartOffsets(ctx, in.topic)
			if err != nil {
				return err
			}
			first, ok := starts.Lookup(in.topic, ta.partition)
			if !ok {
				return fmt.Errorf("topic %s has no partition %d", in.topic, ta.partition)
			}
			in.next = first.Offset
			return first.Err
		})
		if err != nil {
			return err
		}
	}
	ta.keepPositions()
	return nil
}

// checkBundle refuses to run state of a higher revision under a lower one: a rolling deploy must not flap.
func (ta *task) checkBundle(acceptLower bool) error {
	if ta.saved.fresh || acceptLower || ta.saved.record.BundleRevision <= ta.bundle.Revision {
		return nil
	}
	return fmt.Errorf("its state was written under revision %d of the bundle, this one is revision %d: deploy the newer bundle, raise its revision, or start with --accept-lower-revision",
		ta.saved.record.BundleRevision, ta.bundle.Revision)
}

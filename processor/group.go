package processor

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
)

// What a lane owns changes here: the group gives and takes partitions, restores end, tasks begin and are closed.

// handleGroup acts on what the group's callbacks noted since the last turn.
func (la *lane) handleGroup(ctx context.Context) error {
	events := la.session.events.drain()
	cleared := true
	for _, ev := range events {
		partitions, err := la.wholePartitions(ev)
		if err != nil {
			return err
		}
		if ev.assigned {
			la.assigned, la.generation = true, ev.generation
			la.closeOthers(partitions)
			for _, p := range partitions {
				la.startRestore(ctx, p)
			}
			continue
		}
		cleared = false
		la.log.Info("partitions taken away", zap.Int32s("partitions", partitions), zap.Bool("lost", ev.lost))
		for _, p := range partitions {
			la.closeTask(p)
		}
	}
	la.proc.metrics.rebalanced(events)
	if cleared {
		return nil
	}
	return la.dropBatch(ctx)
}

// closeOthers ends what the lane still has beyond an assignment, which with an eager balancer is all that the member owns.
// The revocation before it may not have come: the session swallows one that follows another before the next End. A task
// that stayed would commit beside its new owner, since the coordinator checks the member's generation, not its partitions.
func (la *lane) closeOthers(assigned []int32) {
	for _, partition := range append(sortedKeys(la.pending), sortedKeys(la.tasks)...) {
		if !slices.Contains(assigned, partition) {
			la.closeTask(partition)
		}
	}
}

// wholePartitions are the partitions of an event. The range balancer keeps partition p of all inputs together as long as
// all have equal counts; a member that got only some of them could never see an account whole.
func (la *lane) wholePartitions(ev groupEvent) ([]int32, error) {
	seen := map[int32]int{}
	for _, partitions := range ev.partitions {
		for _, p := range partitions {
			seen[p]++
		}
	}
	var whole []int32
	for p, inputs := range seen {
		if inputs != len(la.session.inputs) {
			return nil, fmt.Errorf("the group assigned partition %d of %d of %d inputs to this member: all processes of group %s must read the same topics", p, inputs, len(la.session.inputs), la.proc.config.group())
		}
		whole = append(whole, p)
	}
	sort.Slice(whole, func(i, j int) bool { return whole[i] < whole[j] })
	return whole, nil
}

// startRestore restores a partition beside the lane.
func (la *lane) startRestore(ctx context.Context, partition int32) {
	la.closeTask(partition)
	restoreCtx, cancel := context.WithCancel(ctx)
	la.pending[partition] = &restoring{cancel: cancel}
	restores := la.restores
	go func() { // ends with the restore or its cancel; closeTask drains it
		ta, err := la.restore(restoreCtx, partition)
		restores <- restored{partition: partition, task: ta, err: err}
	}()
}

// takeRestored makes restored partitions running tasks.
func (la *lane) takeRestored() error {
	for {
		select {
		case re := <-la.restores:
			if err := la.admit(re); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// admit starts a restored task: the client reads from the task's own positions, whatever the group's offsets say.
func (la *lane) admit(re restored) error {
	running := la.pending[re.partition]
	delete(la.pending, re.partition) // also after an error: nobody will hear of this restore again
	if running == nil || re.err != nil {
		if re.task != nil {
			la.proc.release(re.partition, re.task.part)
		}
		if running == nil { // taken away meanwhile
			return nil
		}
		return re.err
	}
	if err := re.task.part.UseCache(la.cache); err != nil {
		la.proc.release(re.partition, re.task.part)
		return err
	}
	la.tasks[re.partition] = re.task
	la.order = append(la.order, re.task)
	sort.Slice(la.order, func(i, j int) bool { return la.order[i].partition < la.order[j].partition })
	positions := map[string]map[int32]kgo.EpochOffset{}
	for _, in := range re.task.inputs {
		positions[in.topic] = map[int32]kgo.EpochOffset{re.partition: {Epoch: -1, Offset: in.next}}
		in.paused = true // since it was assigned; alignInputs resumes what may be read
	}
	la.session.Client().SetOffsets(positions)
	la.log.Info("task runs", zap.Int32("partition", re.partition), zap.Int64("sequence", re.task.saved.record.Sequence))
	return nil
}

// closeTask ends a task or its restore. What is committed goes to Pebble, so that the next owner in this process, or the
// next start, replays nothing.
func (la *lane) closeTask(partition int32) {
	if running := la.pending[partition]; running != nil {
		running.cancel()
		delete(la.pending, partition)
		la.drainRestore(partition)
	}
	ta := la.tasks[partition]
	if ta == nil {
		return
	}
	delete(la.tasks, partition)
	for i := range la.order {
		if la.order[i] == ta {
			la.order = append(la.order[:i:i], la.order[i+1:]...)
			break
		}
	}
	ta.part.Discard()
	if err := la.flush(ta); err != nil {
		la.log.Error("the last checkpoint failed; the next start replays the changelog", zap.Int32("partition", partition), zapError(err))
	}
	la.proc.statuses.drop(partition)
	la.proc.release(partition, ta.part)
}

// drainRestore waits for a cancelled restore and gives its partition back.
func (la *lane) drainRestore(partition int32) {
	var others []restored
	for {
		re := <-la.restores
		if re.partition == partition {
			if re.task != nil {
				la.proc.release(partition, re.task.part)
			}
			break
		}
		others = append(others, re)
	}
	for _, re := range others {
		la.restores <- re
	}
}

// closeTasks ends everything the lane has.
func (la *lane) closeTasks() {
	for _, partition := range sortedKeys(la.pending) {
		la.closeTask(partition)
	}
	for _, partition := range sortedKeys(la.tasks) {
		la.closeTask(partition)
	}
}

func sortedKeys[V any](of map[int32]V) []int32 {
	keys := make([]int32, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}

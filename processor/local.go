package processor

import (
	"fmt"

	"go.uber.org/zap"

	"holdfast/state"
)

// judgeLocal drops local state that must not be built upon, and refuses to guess about state that is ahead of the brokers.
func (la *lane) judgeLocal(part *state.Partition, partition int32, bound restoreBound) error {
	local, ok := part.Committed()
	if !ok {
		return nil
	}
	or, _, err := splitMeta(local.Meta)
	if err != nil {
		return err
	}
	why := ""
	switch {
	case la.proc.tooOld(or):
		why = "it is older than what the changelog keeps of deleted subjects"
	case bound.sequence > 0 && local.Sequence < bound.sequence, bound.sequence > 0 && or.mark == bound.mark:
		return nil
	case bound.sequence == 0 && local.ChangelogNext <= bound.end:
		why = "the group has no offsets that it could be compared with"
	case or.before == bound.mark && local.ChangelogNext <= bound.end:
		// The brokers acknowledged our newest transaction and took it back as a whole: its place in the changelog is still
		// there, so nothing was truncated, and the offsets are those of the transaction before it. (One node of Apache Kafka
		// does this when it is killed before the markers are written: the restarted coordinator completes the transaction
		// without them, and the next abort of the same producer covers it.) No reader of committed records can have seen it.
		why = "the brokers took back its newest transaction"
	case bound.sequence > 0 && local.Sequence == bound.sequence && local.ChangelogNext <= bound.end:
		why = "another transaction was committed in the place of its newest"
	case la.proc.config.AcceptRewind:
		why = "it is ahead of the brokers (--accept-rewind)"
	default:
		return fmt.Errorf("the local state is at transaction %d, group %s at %d: the brokers lost data, or this state belongs to another group or cluster; check --brokers, --group and --state, "+
			"or start with --accept-rewind to drop the local state of this partition and take what the changelog has", local.Sequence, la.proc.config.group(), bound.sequence)
	}
	la.log.Warn("local state is dropped and rebuilt from the changelog: "+why, zap.Int32("partition", partition), zap.Int64("local", local.Sequence), zap.Int64("committed", bound.sequence))
	la.proc.metrics.rebuilt()
	return part.Drop()
}

// tooOld says that tombstones of the changelog may be gone that the local state has not seen: it would revive what was
// erased.
func (pr *Processor) tooOld(or origin) bool {
	return or.wallMillis > 0 && pr.tombstonesKept > 0 && pr.now().UnixMilli()-or.wallMillis > pr.tombstonesKept.Milliseconds()
}

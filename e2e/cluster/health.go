package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// healthLimit is how long a broker may take for one question about its health.
const healthLimit = 5 * time.Second

// Running says whether the broker's process runs.
func (br *Broker) Running() bool { return br.running.Running() }

// Health says in a few lines what the broker knows of a group that makes no progress: its members, its stable offsets, the
// transactions, and the partitions that have one open. A broker that does not answer is the first suspect, and said to be.
func (br *Broker) Health(ctx context.Context, group string) []string {
	if !br.Running() {
		return []string{"the broker has ended by itself; its log says why"}
	}
	began := time.Now()
	limited, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	topics, err := br.client.ListTopicsWithInternal(limited)
	if err != nil {
		return []string{fmt.Sprintf("the broker runs and does not answer: %v", err)}
	}
	lines := []string{fmt.Sprintf("the broker answers in %d ms", time.Since(began).Milliseconds())}
	for _, ask := range []func(context.Context) ([]string, error){
		func(ctx context.Context) ([]string, error) { return br.groupHealth(ctx, group) },
		br.transactions,
		func(ctx context.Context) ([]string, error) { return br.openPartitions(ctx, topics.Names()) },
	} {
		limited, cancel := context.WithTimeout(ctx, healthLimit)
		said, err := ask(limited)
		cancel()
		if lines = append(lines, said...); err != nil {
			lines = append(lines, err.Error())
		}
	}
	return lines
}

// groupHealth is the state of the group, its members, and its offsets with what they carry.
func (br *Broker) groupHealth(ctx context.Context, group string) ([]string, error) {
	described, err := br.client.DescribeGroups(ctx, group)
	if err != nil {
		return nil, fmt.Errorf("describe group: %w", err)
	}
	found := described[group]
	line := fmt.Sprintf("group %s: state %s, members", group, found.State)
	for _, member := range found.Members {
		instance := "-"
		if member.InstanceID != nil {
			instance = *member.InstanceID
		}
		line += " " + instance
	}
	lines := []string{line}
	offsets, err := br.client.FetchOffsets(kadm.RequireStable(ctx), group)
	if err != nil {
		return lines, fmt.Errorf("fetch stable offsets: %w", err)
	}
	for _, offset := range offsets.Sorted() {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("  offset %s/%d: %d %q %s", offset.Topic, offset.Partition, offset.At, offset.Metadata, unlessNil(offset.Err))))
	}
	return lines, nil
}

// transactions are those that the coordinator knows.
func (br *Broker) transactions(ctx context.Context) ([]string, error) {
	described, err := br.client.DescribeTransactions(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe transactions: %w", err)
	}
	var lines []string
	for _, txn := range described.Sorted() {
		age := ""
		if txn.StartTimestamp > 0 {
			age = fmt.Sprintf(", began %.1f s ago", time.Since(time.UnixMilli(txn.StartTimestamp)).Seconds())
		}
		lines = append(lines, fmt.Sprintf("transactional id %s: %s, producer %d epoch %d%s, in %d topics%s",
			txn.TxnID, txn.State, txn.ProducerID, txn.ProducerEpoch, age, len(txn.Topics), unlessNil(txn.Err)))
	}
	return lines, nil
}

// openPartitions are the partitions whose last stable offset is behind their end, and who holds it back.
func (br *Broker) openPartitions(ctx context.Context, topics []string) ([]string, error) {
	ends, err := br.client.ListEndOffsets(ctx, topics...)
	if err != nil {
		return nil, fmt.Errorf("list ends: %w", err)
	}
	stable, err := br.client.ListCommittedOffsets(ctx, topics...)
	if err != nil {
		return nil, fmt.Errorf("list stable ends: %w", err)
	}
	open := kadm.TopicsSet{}
	var lines []string
	ends.Each(func(end kadm.ListedOffset) {
		if last, ok := stable.Lookup(end.Topic, end.Partition); ok && last.Offset != end.Offset {
			lines = append(lines, fmt.Sprintf("%s/%d is readable to %d of %d", end.Topic, end.Partition, last.Offset, end.Offset))
			open.Add(end.Topic, end.Partition)
		}
	})
	slices.Sort(lines)
	if len(open) == 0 {
		return []string{"no partition has an open transaction"}, nil
	}
	producers, err := br.client.DescribeProducers(ctx, open)
	if err != nil {
		return lines, fmt.Errorf("describe producers: %w", err)
	}
	for _, pr := range producers.SortedProducers() {
		if pr.CurrentTxnStartOffset >= 0 {
			lines = append(lines, fmt.Sprintf("  open in %s/%d: producer %d epoch %d from offset %d, last write %.1f s ago",
				pr.Topic, pr.Partition, pr.ProducerID, pr.ProducerEpoch, pr.CurrentTxnStartOffset, time.Since(time.UnixMilli(pr.LastTimestamp)).Seconds()))
		}
	}
	return lines, nil
}

func unlessNil(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

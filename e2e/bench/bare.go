package main

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/e2e/load"
)

// bareLoop is the floor: lanes of the same number as the processor's read the input and write, in transactions, as many
// records of the same content as the processor did for the same share of the input.
func bareLoop(ctx context.Context, se settings) error {
	file, err := os.Open(se.bare)
	if err != nil {
		return fmt.Errorf("open what to write: %w", err)
	}
	defer file.Close()
	var outputs []written
	if err := gob.NewDecoder(file).Decode(&outputs); err != nil {
		return fmt.Errorf("read what to write: %w", err)
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	var read atomic.Int64
	var group sync.WaitGroup
	lanes := min(runtime.GOMAXPROCS(0), partitions)
	failed := make([]error, lanes)
	for number := range lanes {
		group.Add(1)
		go func() {
			defer group.Done()
			la := bareLane{se: se, outputs: outputs, read: &read, done: done}
			failed[number] = la.run(ctx, number)
		}()
	}
	group.Wait()
	return errors.Join(failed...)
}

type bareLane struct {
	se      settings
	outputs []written
	read    *atomic.Int64 // of all lanes
	mine    int64         // records this lane has read
	done    func()
}

func (la *bareLane) run(ctx context.Context, number int) error {
	session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(la.se.brokers), kgo.TransactionalID(fmt.Sprint("bare-", number)),
		kgo.ConsumerGroup("bare"), kgo.ConsumeTopics(load.UserActions), kgo.Balancers(kgo.RangeBalancer()), kgo.BlockRebalanceOnPoll(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.ProducerLinger(2*la.se.interval), kgo.MaxBufferedRecords(200_000), kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	if err != nil {
		return fmt.Errorf("make session: %w", err)
	}
	defer session.Close()
	for la.read.Load() < int64(la.se.events) {
		count := la.collect(ctx, session)
		if count == 0 {
			session.AllowRebalance()
			continue
		}
		if err := la.write(ctx, session, count); err != nil {
			return err
		}
		session.AllowRebalance()
	}
	la.done()
	return nil
}

// collect polls until a batch is full or the interval is over.
func (la *bareLane) collect(ctx context.Context, session *kgo.GroupTransactSession) int64 {
	ctx, cancel := context.WithTimeout(ctx, la.se.interval)
	defer cancel()
	var count int64
	for ctx.Err() == nil && count < int64(la.se.batch) {
		count += int64(session.PollRecords(ctx, la.se.batch-int(count)).NumRecords())
	}
	return count
}

// write is one transaction: this share of every output, then the offsets.
func (la *bareLane) write(ctx context.Context, session *kgo.GroupTransactSession, count int64) error {
	if err := session.Begin(); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	var failed kgo.FirstErrPromise
	for _, out := range la.outputs {
		from, to := la.share(out, la.mine), la.share(out, la.mine+count)
		for i := from; i < to; i++ {
			like := out.Sample[i%int64(len(out.Sample))]
			session.Produce(ctx, &kgo.Record{Topic: out.Topic, Key: like.Key, Value: like.Value}, failed.Promise())
		}
	}
	committed, err := session.End(context.WithoutCancel(ctx), kgo.TryCommit)
	if err = errors.Join(err, failed.Err()); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if committed {
		la.mine += count
		la.read.Add(count)
	}
	return nil
}

// share is how many records of an output belong to the first n records of the input.
func (la *bareLane) share(out written, n int64) int64 { return n * out.Records / int64(la.se.events) }

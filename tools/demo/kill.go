package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"holdfast/schemas"
)

const (
	group      = "holdfast-demo"
	watchEvery = 10 * time.Millisecond

	// The kill comes in the middle: from the first share on as soon as a transaction with intents is open, so that it is
	// torn apart, and at the second in any case.
	killFrom  = 0.40
	killByAll = 0.70
)

// process runs the processor twice: until the kill, and from the kill to the end.
func (sg *stage) process(ctx context.Context) error {
	if err := sg.copyBundle(); err != nil {
		return err
	}
	begun := sg.opts.Now()
	bar := sg.show.begin("processing", int64(sg.bu.Records()))
	for _, kill := range []bool{true, false} {
		ru, err := sg.run(ctx, begun, bar, kill)
		if err != nil {
			return err
		}
		sg.runs = append(sg.runs, ru)
		if kill {
			bar.note(fmt.Sprintf("kill -9 %d, with %s of %s records committed; starting it again",
				ru.PID, count(int(sg.killedAt)), count(sg.bu.Records())))
		}
	}
	bar.set(int64(sg.bu.Records()))
	return nil
}

// run is one life of the processor. With kill it ends at the signal, else by itself.
func (sg *stage) run(ctx context.Context, begun time.Time, bar *meter, kill bool) (Life, error) {
	started := sg.opts.Now()
	ch, err := sg.startProcessor(ctx)
	if err != nil {
		return Life{}, err
	}
	defer ch.stop()
	ru := Life{PID: ch.cmd.Process.Pid, Killed: kill}
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ch.done:
			ru.Seconds = sg.opts.Now().Sub(started).Seconds()
			return ru, sg.ended(ctx, ch, begun, kill)
		case <-ticker.C:
			committed, torn, err := sg.watch(ctx)
			if err != nil {
				return ru, err
			}
			sg.sample(begun, committed)
			bar.set(committed)
			if kill && sg.due(committed, torn) {
				ch.kill()
				sg.killedAt = committed
				ru.Seconds = sg.opts.Now().Sub(started).Seconds()
				return ru, nil
			}
		}
	}
}

// due says whether this is the moment of the kill.
func (sg *stage) due(committed int64, torn bool) bool {
	share := float64(committed) / float64(sg.bu.Records())
	return share >= killByAll || share >= killFrom && torn
}

// ended judges a processor that went by itself.
func (sg *stage) ended(ctx context.Context, ch *child, begun time.Time, kill bool) error {
	if ctx.Err() != nil {
		return fmt.Errorf("run the processor: %w", ctx.Err())
	}
	if err := ch.verdict(); err != nil {
		return err
	}
	if kill {
		return errors.New("the processor was done before it could be killed: give it more to do with --accounts")
	}
	committed, _, err := sg.watch(ctx)
	if err != nil {
		return err
	}
	sg.sample(begun, committed)
	return nil
}

// sample keeps the progress, only where it changed.
func (sg *stage) sample(begun time.Time, committed int64) {
	now := Sample{Seconds: sg.opts.Now().Sub(begun).Seconds(), Records: committed}
	if n := len(sg.progress); n >= 2 && sg.progress[n-1].Records == committed && sg.progress[n-2].Records == committed {
		sg.progress[n-1] = now
		return
	}
	sg.progress = append(sg.progress, now)
}

// watch asks the broker, not the processor: how many input records are committed, and whether a transaction with intents
// is open.
func (sg *stage) watch(ctx context.Context) (committed int64, torn bool, err error) {
	admin := kadm.NewClient(sg.client)
	offsets, err := admin.FetchOffsets(ctx, group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // it is not there before the processor has joined
		return 0, false, fmt.Errorf("read the group's offsets: %w", err)
	}
	offsets.Each(func(of kadm.OffsetResponse) {
		if of.At > 0 {
			committed += of.At
		}
	})
	intents := schemas.DefaultTopicNames().Intents
	ends, err := admin.ListEndOffsets(ctx, intents)
	if err != nil {
		return 0, false, fmt.Errorf("read the end of the intents: %w", err)
	}
	stable, err := admin.ListCommittedOffsets(ctx, intents)
	if err != nil {
		return 0, false, fmt.Errorf("read the stable end of the intents: %w", err)
	}
	ends.Each(func(end kadm.ListedOffset) {
		if st, ok := stable.Lookup(end.Topic, end.Partition); ok && st.Offset < end.Offset {
			torn = true
		}
	})
	return committed, torn, nil
}

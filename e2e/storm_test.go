//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"holdfast/e2e/await"
	"holdfast/e2e/process"
)

// storm is a run that is killed at seeded random points of its progress and then finishes.
type storm struct {
	seed        uint64
	kills       int // of the processor
	brokerKills int // of the broker, while the processor runs
	input       int // records that were published to all inputs
	topic       string
	flags       []string
}

// point is one moment of the storm: when so much of the topic is committed, and a little later.
type point struct {
	committed int64
	after     time.Duration // a random instant inside a transaction
	victim    victim
	between   time.Duration // of two kills
}

// victim is who is killed. What the broker has promised and not done yet is worst for a processor that comes or goes in
// the same moment: half of the broker's kills have one of the processor beside them.
type victim string

const (
	processorOnly   victim = "processor"
	brokerOnly      victim = "broker"
	processorBefore victim = "processor, and of the broker while it starts"
	processorBeside victim = "broker and of the processor"
	processorAfter  victim = "broker, and of the processor when it is back"
)

// brokerVictims are drawn from for a kill of the broker.
var brokerVictims = []victim{brokerOnly, brokerOnly, brokerOnly, processorBefore, processorBeside, processorAfter}

// points draws the moments. Early kills hit a start or a restore: their mark is already passed when the process begins.
func (st storm) points(total int64) []point {
	chance := rand.New(rand.NewPCG(st.seed, 0x73746f726d))
	var all []point
	for range st.kills + st.brokerKills {
		all = append(all, point{committed: chance.Int64N(total * 9 / 10), after: time.Duration(chance.Int64N(int64(60 * time.Millisecond))), victim: processorOnly})
	}
	slices.SortFunc(all, func(a, b point) int { return int(a.committed - b.committed) })
	for _, i := range chance.Perm(len(all))[:st.brokerKills] {
		all[i].victim = brokerVictims[chance.IntN(len(brokerVictims))]
		all[i].between = time.Duration(chance.Int64N(int64(time.Second)))
	}
	return all
}

// storm runs the processor through its kills and lets it finish. The input must be published before: the embedded
// broker may forget the sequence numbers of a producer that is killed with it.
func (sc *scene) storm(st storm) {
	sc.t.Helper()
	total, err := sc.broker.End(sc.t.Context(), st.topic)
	if err != nil {
		sc.t.Fatal(err)
	}
	began := time.Now()
	pr := sc.processor("p0", st.flags...)
	for _, po := range st.points(total) {
		sc.reach(pr, st.topic, po, total)
		sc.t.Logf("%5.1f s: kill -9 of the %s at %d of %d", time.Since(began).Seconds(), po.victim, po.committed, total)
		pr = sc.strike(pr, po, st.flags)
	}
	sc.finish(pr)
	sc.t.Logf("seed %d: %d records, %d kills of the processor alone, %d of the broker: %.1f s", st.seed, st.input, st.kills, st.brokerKills, time.Since(began).Seconds())
}

// strike kills who is to be killed and returns the processor that runs afterwards.
func (sc *scene) strike(pr *process.Process, po point, flags []string) *process.Process {
	sc.t.Helper()
	again := func() {
		pr.Kill()
		pr = sc.processor("p0", flags...)
	}
	switch po.victim {
	case processorOnly:
		again()
	case brokerOnly:
		sc.broker.Kill()
		sc.restart(pr)
	case processorBefore:
		again()
		pass(pr, po.between)
		sc.broker.Kill()
		sc.restart(pr)
	case processorBeside:
		sc.broker.Kill()
		again()
		sc.restart(pr)
	case processorAfter:
		sc.broker.Kill()
		sc.restart(pr)
		pass(pr, po.between)
		again()
	}
	return pr
}

// restart brings the killed broker back, which the processor must survive.
func (sc *scene) restart(pr *process.Process) {
	sc.t.Helper()
	if err := sc.broker.Restart(sc.t.Context()); err != nil {
		sc.t.Fatal(err)
	}
	if !pr.Running() {
		sc.t.Fatalf("the processor did not survive the restart of the broker:\n%s", tail(pr.Output()))
	}
}

// reach waits until the group has committed up to the point, and then for its random rest.
func (sc *scene) reach(pr *process.Process, topic string, po point, total int64) {
	sc.t.Helper()
	what := fmt.Sprintf("%d of %d records of %s to be committed", po.committed, total, topic)
	err := await.Fact(sc.t.Context(), what, stallLimit, 5*time.Millisecond, func(ctx context.Context) (bool, error) {
		if !pr.Running() {
			sc.t.Fatalf("the processor ended before its kill at %d of %d:\n%s", po.committed, total, tail(pr.Output()))
		}
		if !sc.broker.Running() {
			sc.t.Fatalf("the broker ended by itself:\n%s", sc.broker.Tail())
		}
		committed, err := sc.broker.Committed(ctx, group, topic)
		return committed >= po.committed, err
	})
	if err != nil {
		sc.stuck(pr)
		sc.t.Fatal(err)
	}
	pass(pr, po.after)
}

// pass lets a random time pass while the process runs.
func pass(pr *process.Process, rest time.Duration) {
	timer := time.NewTimer(rest)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-pr.Done():
	}
}

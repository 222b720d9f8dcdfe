package processor

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// The same log must say the same whatever the batches, the restarts, the lanes and the commit intervals were: the same
// intents, and the same state of every partition.

// metamorphicRuns is how many random logs are run; `make metamorphic` has more.
func metamorphicRuns(t *testing.T) int {
	t.Helper()
	text := os.Getenv("METAMORPHIC_RUNS")
	if text == "" {
		return 3
	}
	runs, err := strconv.Atoi(text)
	if err != nil || runs < 1 {
		t.Fatalf("METAMORPHIC_RUNS is %q, want a number", text)
	}
	return runs
}

// randomLog is a log of sign-ins: regulars, people who fade, people who come back.
func randomLog(random *rand.Rand) []event {
	var events []event
	for account := range 12 {
		for user := range 1 + random.IntN(4) {
			at := day0.Add(time.Duration(random.IntN(3*24*60)) * time.Minute)
			for visit := range 1 + random.IntN(7) {
				events = append(events, login(fmt.Sprintf("%d-%d-%d", account, user, visit), fmt.Sprintf("acct-%02d", account), fmt.Sprintf("user-%d", user), at))
				at = at.Add(time.Duration(1+random.IntN(5*24*60)) * time.Minute)
			}
		}
	}
	return inOrder(events)
}

// way is one way to run a log.
type way struct {
	bundle   string // "" = testBundle
	batch    int
	interval time.Duration
	lanes    int
	pieces   []int // how much of the log is published before each stop
	fates    []fate
}

// fate is how a process ends.
type fate uint8

const (
	fateNone   fate = iota
	fateStop        // gracefully
	fateCut         // cut off from the brokers, and its state is kept
	fateBurned      // cut off, and its state is gone
)

func randomWay(random *rand.Rand, events int) way {
	wy := way{batch: []int{1, 2, 7, 50, 20_000}[random.IntN(5)], interval: time.Duration(1+random.IntN(20)) * time.Millisecond, lanes: 1 + random.IntN(2)}
	for range random.IntN(4) {
		wy.pieces = append(wy.pieces, random.IntN(events))
		wy.fates = append(wy.fates, fateStop+fate(random.IntN(3)))
	}
	slices.Sort(wy.pieces)
	return wy
}

// outcomeOf is what a run of a log says.
type outcomeOf struct {
	keys, signals []string
	state         string
}

// run runs a log that way and returns the intents and the state.
func (wy way) run(t *testing.T, partitions int32, events []event, until time.Time) (keys []string, state string) {
	t.Helper()
	oc := wy.outcome(t, partitions, events, until)
	return oc.keys, oc.state
}

func (wy way) outcome(t *testing.T, partitions int32, events []event, until time.Time) outcomeOf {
	t.Helper()
	bundle := wy.bundle
	if bundle == "" {
		bundle = testBundle
	}
	wo := otherWorld(t, partitions, bundle)
	co := wo.config()
	co.Clock, co.MaxBatch, co.CommitInterval, co.Lanes = "event", wy.batch, wy.interval, wy.lanes
	published := 0
	for i, upTo := range wy.pieces {
		wo.publishEvents(events[published:upTo]...)
		published = upTo
		commits := wo.watchEndTxn()
		ru := wo.start(co)
		wo.await("a transaction, or nothing to do", func() bool { return commits.commits.Load() > int64(i) || ru.statuses.allDone() })
		if wy.fates[i] != fateStop {
			ru.network.cut()
		}
		ru.stop()
		_ = ru.wait()
		if wy.fates[i] == fateBurned {
			co.State = t.TempDir()
		}
	}
	wo.publishEvents(events[published:]...)
	co = toEnd(co, until)
	wo.start(co).finish()
	wo.wantSequences()
	return outcomeOf{keys: wo.keys(), signals: wo.signals(), state: subjectsOf(digest(t, co.State))}
}

// TestEveryWayToRunALogSaysTheSame compares random ways with the oracle and with each other.
func TestEveryWayToRunALogSaysTheSame(t *testing.T) {
	for _, partitions := range []int32{1, 4} {
		for seed := range uint64(metamorphicRuns(t)) {
			t.Run(fmt.Sprintf("partitions %d seed %d", partitions, seed), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(seed, uint64(partitions)))
				events := randomLog(random)
				until := day0.AddDate(0, 0, 45)
				keys, state := way{batch: 20_000, interval: 10 * time.Millisecond, lanes: 1}.run(t, partitions, events, until)
				same(t, "intents of the plain run", keys, expected(events, until))
				for range 2 {
					wy := randomWay(random, len(events))
					otherKeys, otherState := wy.run(t, partitions, events, until)
					same(t, fmt.Sprintf("intents of %+v", wy), otherKeys, keys)
					if otherState != state {
						t.Errorf("state of %+v:\n%s\nplain:\n%s", wy, otherState, state)
					}
				}
			})
		}
	}
}

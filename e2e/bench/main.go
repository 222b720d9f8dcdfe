// Command bench measures the whole pipeline on the embedded broker: events per second and per CPU second of the real
// processor, beside the bare loop in the same run. The bare loop reads the same records in transactions of the same
// size and writes as many records of the same content, with no logic in between: it is the floor.
//
//	go run ./e2e/bench -events 1000000
//
// Input: user actions in Avro with Confluent framing, Zipf 1.1 over the accounts, 4 partitions, 30 days, 3 playbooks.
// Compare the two rows of one run, never rows of two runs: the machine drifts more than the code.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"holdfast/e2e/cluster"
	"holdfast/e2e/load"
	"holdfast/e2e/process"
)

// bundle has one rule of each kind: an absence, a sum, a count of days.
const bundle = `bundle: bench
revision: 1
time: {history: complete}
events:
  login: user_action.signed_in
  used: {from: user_action.feature_used, fields: {times: int from count}}
---
playbook: quiet
for: each user
class: lifecycle
start: {when: idle(login) >= 7d}
again: after login
steps: [{id: d7, send: quiet_7d}]
---
playbook: heavy_use
for: each account
class: internal
to: team("csm")
start: {when: sum(used.times) >= 100}
again: never
steps: [{id: tell, task: congratulate}]
---
playbook: regular
for: each user
class: lifecycle
start: {when: distinct(login.day) >= 5}
again: never
steps: [{id: thanks, send: thank_regular}]
`

type settings struct {
	root             string
	events, accounts int
	batch            int
	interval         time.Duration
	bare             string // the file that says what the bare loop writes; set in the child
	brokers          string
}

func main() {
	var se settings
	flag.StringVar(&se.root, "root", ".", "the repository, with bin/ built")
	flag.IntVar(&se.events, "events", 500_000, "events")
	flag.IntVar(&se.accounts, "accounts", 100_000, "accounts they are spread over")
	flag.IntVar(&se.batch, "batch", 20_000, "most records in one transaction")
	flag.DurationVar(&se.interval, "interval", 100*time.Millisecond, "how long a transaction is collected")
	flag.StringVar(&se.bare, "bare", "", "(internal) run the bare loop with this file")
	flag.StringVar(&se.brokers, "brokers", "", "(internal) where the bare loop reads and writes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := compare
	if se.bare != "" {
		run = bareLoop
	}
	if err := run(ctx, se); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// compare runs the processor and the bare loop one after the other on one broker and prints a row for each.
func compare(ctx context.Context, se settings) error {
	dir, err := os.MkdirTemp("", "holdfast-bench-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(dir)
	broker, err := cluster.Start(ctx, cluster.Config{Kind: cluster.Embedded, Root: se.root, Dir: dir})
	if err != nil {
		return err
	}
	defer broker.Close()
	if err := prepare(ctx, se, broker, dir); err != nil {
		return err
	}
	fmt.Printf("%d events, Zipf over %d accounts, batches of %d or %v\n\n", se.events, se.accounts, se.batch, se.interval)
	fmt.Printf("%-12s %10s %14s %10s\n", "", "events/s", "events/CPU-s", "seconds")
	processor, err := measure(ctx, se, dir, "processor", filepath.Join(se.root, "bin", "processor"), processorArgs(se, broker, dir))
	if err != nil {
		return err
	}
	if dead, err := broker.End(ctx, "holdfast.dead-letters"); err != nil || dead > 0 {
		return fmt.Errorf("the events are not what the processor reads: %d dead letters, %v", dead, err)
	}
	written := filepath.Join(dir, "written.gob")
	total, err := capture(ctx, broker, written)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	bare, err := measure(ctx, se, dir, "bare loop", self, []string{"-bare", written, "-brokers", broker.Addr(),
		"-events", fmt.Sprint(se.events), "-batch", fmt.Sprint(se.batch), "-interval", se.interval.String()})
	if err != nil {
		return err
	}
	fmt.Printf("\nthe processor does %.2f of the bare loop per CPU second; it wrote %s\n", bare.Seconds()/processor.Seconds(), total)
	return nil
}

func prepare(ctx context.Context, se settings, broker *cluster.Broker, dir string) error {
	if err := load.WriteBundle(filepath.Join(dir, "playbooks"), bundle); err != nil {
		return err
	}
	topics, err := process.Start(process.Spec{Path: filepath.Join(se.root, "bin", "holdfast"), Log: filepath.Join(dir, "topics.log"),
		Args: []string{"topics", "create", "--brokers", broker.Addr(), "--partitions", fmt.Sprint(partitions)}})
	if err != nil {
		return err
	}
	if code, err := topics.Exit(ctx, time.Minute); err != nil || code != 0 {
		return fmt.Errorf("create topics: exit code %d, %v: %s", code, err, topics.Output())
	}
	return fill(ctx, se, broker)
}

func processorArgs(se settings, broker *cluster.Broker, dir string) []string {
	return []string{"--brokers", broker.Addr(), "--registry", broker.RegistryURL(), "--playbooks", filepath.Join(dir, "playbooks"),
		"--state", filepath.Join(dir, "state"), "--clock", "event", "--exit-when-done", "--max-batch", fmt.Sprint(se.batch),
		"--commit-interval", se.interval.String(), "--admin", ""}
}

// measure runs a child to its end, prints its row and returns the CPU time it took, start and stop included.
func measure(ctx context.Context, se settings, dir, name, path string, args []string) (time.Duration, error) {
	began := time.Now()
	child, err := process.Start(process.Spec{Path: path, Args: args, Log: filepath.Join(dir, "child.log")})
	if err != nil {
		return 0, err
	}
	code, err := child.Exit(ctx, 30*time.Minute)
	if err != nil || code != 0 {
		child.Kill()
		return 0, fmt.Errorf("%s: exit code %d, %v:\n%s", name, code, err, child.Output())
	}
	wall, cpu := time.Since(began), child.CPU()
	events := float64(se.events)
	fmt.Printf("%-12s %10.0f %14.0f %10.1f\n", name, events/wall.Seconds(), events/cpu.Seconds(), wall.Seconds())
	return cpu, nil
}

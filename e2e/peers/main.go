// Command peers runs the processor as one of the contestants of a comparison: it takes the flags of the bare loop, runs
// the job of bundle.yaml with the product's own runtime on the given topic, and prints the line RESULT that the
// comparison reads. `make bench-peers` runs the whole of it.
//
// What differs from the job of the others: the bundle also writes decisions, signals and manifests; the message for one
// event in fifty is chosen by a property of the event (duration_ms < 100) instead of a sequence number; nobody looks for
// duplicates. Like the others it does not compress what it produces, and its cache
// holds all accounts, in less memory than theirs.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
	"time"
)

//go:embed bundle.yaml
var bundle []byte

// settings are the flags of the bare loop, and where a profile goes.
type settings struct {
	brokers, topic, intents, changelog, group, label, profile string
	events                                                    int64
	interval                                                  time.Duration
}

func main() {
	var se settings
	flag.StringVar(&se.brokers, "brokers", "127.0.0.1:21092", "seed brokers")
	flag.StringVar(&se.topic, "topic", "telemetry.user-actions", "input")
	flag.StringVar(&se.intents, "intents", "holdfast.intents", "output")
	flag.StringVar(&se.changelog, "changelog", "peers-changelog", "changelog topic, with the partitions of the input")
	flag.StringVar(&se.group, "group", "peers", "consumer group, and the prefix of all other topics")
	flag.StringVar(&se.label, "label", "", "a word for the line")
	flag.StringVar(&se.profile, "profile", os.Getenv("PEERS_PROFILE"), "write a CPU profile to this file")
	flag.Int64Var(&se.events, "events", 2_000_000, "events in the topic")
	flag.DurationVar(&se.interval, "interval", 100*time.Millisecond, "commit interval")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := profiled(se.profile, func() error { return run(ctx, se) }); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// profiled writes a CPU profile of what do does, if somebody wants one.
func profiled(path string, do func() error) error {
	if path == "" {
		return do()
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create profile: %w", err)
	}
	defer file.Close()
	if err := pprof.StartCPUProfile(file); err != nil {
		return fmt.Errorf("start profile: %w", err)
	}
	defer pprof.StopCPUProfile()
	return do()
}

package processor

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Exit codes of the processor.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // flags, configuration or bundle
)

const usage = `processor reads user actions, billing, support and profiles from Kafka, runs the playbooks and writes message
intents, each exactly once.

Usage:
  processor --brokers B [--registry URL] --playbooks DIR --state DIR [flags]

Examples:
  processor --brokers 127.0.0.1:9092 --playbooks ./playbooks --state ./run/state
  processor --brokers 127.0.0.1:9092 --playbooks ./playbooks --state ./run/state --clock event --until 1998-06-30T00:00Z --exit-when-done
  processor --config processor.yaml --check

A key is taken from --config, then from the environment (HOLDFAST_PROCESSOR_MAX_BATCH=500), then from its flag.

Flags:
`

// Main is the processor's command line: it returns the exit code.
func Main(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	config, mode, err := parseArgs(args, environ)
	switch {
	case mode == modeHelp:
		return help(stdout)
	case err != nil:
		fmt.Fprintf(stderr, "processor: %v\n", err)
		return exitUsage
	case mode == modePrint:
		if err := config.Print(stdout); err != nil {
			fmt.Fprintf(stderr, "processor: %v\n", err)
			return exitFailed
		}
		return exitOK
	}
	log := newLogger(config.LogLevel, stderr)
	defer func() { _ = log.Sync() }()
	pr, err := New(config, log)
	if err != nil {
		fmt.Fprintf(stderr, "processor: %v\n", err)
		return exitUsage
	}
	if mode == modeCheck {
		fmt.Fprintf(stdout, "ok: bundle %s revision %d, %d playbooks\n", pr.bundle.Name, pr.bundle.Revision, len(pr.bundle.Playbooks))
		return exitOK
	}
	tuneMemory(config.CacheBytes)
	run := pr.begin
	if mode == modePlan {
		run = func(ctx context.Context) error { return pr.Plan(ctx, stdout) }
	}
	if err := run(ctx); err != nil {
		fmt.Fprintf(stderr, "processor: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// begin says what starts, with the configuration as it is in effect, and runs it.
func (pr *Processor) begin(ctx context.Context) error {
	var config strings.Builder
	if err := pr.config.Print(&config); err != nil {
		return err
	}
	pr.log.Info("processor starts", zap.String("version", pr.codeVersion), zap.String("bundle", pr.bundle.Name), zap.Int64("revision", pr.bundle.Revision),
		zap.Int("playbooks", len(pr.bundle.Playbooks)), zap.Strings("brokers", pr.config.Brokers), zap.String("config", config.String()))
	return pr.Run(ctx)
}

// mode is what the command line asks for.
type mode uint8

const (
	modeNone mode = iota
	modeRun
	modeCheck
	modePrint
	modePlan
	modeHelp
)

// help prints what there is: on stdout, because it was asked for.
func help(stdout io.Writer) int {
	config, file := DefaultConfig(), ""
	flags, _ := newFlags(&config, &file)
	if _, err := fmt.Fprint(stdout, usage, flags.FlagUsages()); err != nil {
		return exitFailed
	}
	return exitOK
}

// parseArgs lays file, environment and flags over the defaults.
func parseArgs(args, environ []string) (Config, mode, error) {
	config := DefaultConfig()
	file := ""
	flags, only := newFlags(&config, &file)
	flags.Usage = func() {} // help prints it
	if err := flags.Parse(args); err != nil {
		if err == pflag.ErrHelp {
			return config, modeHelp, nil
		}
		return config, modeRun, flagError(err, flags)
	}
	if rest := flags.Args(); len(rest) > 0 {
		return config, modeRun, fmt.Errorf("unexpected argument %q; every option is a flag, see --help", strings.Join(rest, " "))
	}
	config = DefaultConfig()
	if file != "" {
		if err := config.LoadFile(file); err != nil {
			return config, modeRun, err
		}
	}
	if err := config.LoadEnv(environ); err != nil {
		return config, modeRun, err
	}
	again, _ := newFlags(&config, &file) // now over file and environment
	if err := again.Parse(args); err != nil {
		return config, modeRun, err
	}
	switch {
	case *only.print:
		return config, modePrint, nil
	case *only.check:
		return config, modeCheck, nil
	case *only.plan:
		return config, modePlan, nil
	}
	return config, modeRun, nil
}

// instead are the flags that ask for something else than to run.
type instead struct{ check, print, plan *bool }

// newFlags binds the flags to a configuration; their defaults are what it holds.
func newFlags(co *Config, file *string) (flags *pflag.FlagSet, only instead) {
	flags = pflag.NewFlagSet("processor", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.StringSliceVar(&co.Brokers, "brokers", co.Brokers, "seed brokers, host:port[,host:port]")
	flags.StringVar(&co.Registry, "registry", co.Registry, "URL of the schema registry; none: outputs in single-object encoding")
	flags.StringVar(&co.Playbooks, "playbooks", co.Playbooks, "folder of the bundle")
	flags.StringVar(&co.State, "state", co.State, "folder of the local state")
	flags.StringVar(&co.Clock, "clock", co.Clock, "live: follow the wall clock when caught up; event: only event time")
	flags.StringVar(&co.Until, "until", co.Until, "with --clock event: where the clock ends (RFC 3339)")
	flags.BoolVar(&co.ExitWhenDone, "exit-when-done", co.ExitWhenDone, "with --clock event: end when all inputs are read and everything due has fired")
	flags.IntVar(&co.MaxBatch, "max-batch", co.MaxBatch, "most records in one transaction")
	flags.StringVar(file, "config", *file, "YAML file with the same keys as --print shows")
	flags.StringVar(&co.App, "app", co.App, "prefix of the transactional ids")
	flags.StringVar(&co.Group, "group", co.Group, "consumer group; default: the app")
	flags.StringVar(&co.Instance, "instance", co.Instance, "stable name of this process in the group; default: a random one kept in --state")
	flags.IntVar(&co.Lanes, "lanes", co.Lanes, "lanes; 0 = one per core")
	flags.DurationVar(&co.CommitInterval, "commit-interval", co.CommitInterval, "how long a batch is collected")
	flags.DurationVar(&co.CheckpointInterval, "checkpoint-interval", co.CheckpointInterval, "how far Pebble may lag behind the changelog")
	flags.DurationVar(&co.SessionTimeout, "session-timeout", co.SessionTimeout, "how long the group waits for a killed process")
	flags.DurationVar(&co.TransactionTimeout, "transaction-timeout", co.TransactionTimeout, "how long brokers keep a killed process's transaction open")
	flags.DurationVar(&co.EndProofInterval, "end-proof-interval", co.EndProofInterval, "how often the ends of the inputs are asked for")
	flags.BoolVar(&co.NoBreaker, "no-breaker", co.NoBreaker, "find absences also while a whole input is silent")
	flags.StringVar(&co.Admin, "admin", co.Admin, "address of the admin HTTP server; empty: none")
	flags.StringVar(&co.LogLevel, "log-level", co.LogLevel, "debug, info, warn or error")
	flags.BoolVar(&co.AcceptRewind, "accept-rewind", co.AcceptRewind, "drop local state that is ahead of the brokers")
	flags.BoolVar(&co.AcceptLowerRevision, "accept-lower-revision", co.AcceptLowerRevision, "run a bundle of a lower revision than the state's")
	only.check = flags.Bool("check", false, "check configuration and bundle, then end")
	only.print = flags.Bool("print", false, "print the effective configuration, secrets masked, then end")
	only.plan = flags.Bool("plan", false, "print what a start with this bundle does to who is there, then end")
	return flags, only
}

// newLogger writes one JSON object a line.
func newLogger(level string, wr io.Writer) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.TimeEncoderOfLayout(time.RFC3339Nano)
	encoder.EncodeDuration = zapcore.StringDurationEncoder
	lv, err := zapcore.ParseLevel(level)
	if err != nil {
		lv = zapcore.InfoLevel // Validate has refused it already, or it is reported next
	}
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.AddSync(wr), lv))
}

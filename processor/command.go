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
--print shows and explains them all; some have no flag.

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
	config, err := pr.config.masked()
	if err != nil {
		return err
	}
	pr.log.Info("processor starts", zap.String("version", pr.codeVersion), zap.String("bundle", pr.bundle.Name), zap.Int64("revision", pr.bundle.Revision),
		zap.Int("playbooks", len(pr.bundle.Playbooks)), zap.Strings("brokers", pr.config.Brokers), zap.ByteString("config", config))
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
	flags.StringSliceVar(&co.Brokers, "brokers", co.Brokers, aboutFlag("brokers"))
	flags.StringVar(&co.Registry, "registry", co.Registry, aboutFlag("registry"))
	flags.StringVar(&co.Playbooks, "playbooks", co.Playbooks, aboutFlag("playbooks"))
	flags.StringVar(&co.State, "state", co.State, aboutFlag("state"))
	flags.StringVar(&co.Clock, "clock", co.Clock, aboutFlag("clock"))
	flags.StringVar(&co.Until, "until", co.Until, aboutFlag("until"))
	flags.BoolVar(&co.ExitWhenDone, "exit-when-done", co.ExitWhenDone, aboutFlag("exit-when-done"))
	flags.IntVar(&co.MaxBatch, "max-batch", co.MaxBatch, aboutFlag("max-batch"))
	flags.StringVar(file, "config", *file, "YAML file with the same keys as --print shows")
	flags.StringVar(&co.App, "app", co.App, aboutFlag("app"))
	flags.StringVar(&co.Group, "group", co.Group, aboutFlag("group"))
	flags.StringVar(&co.Instance, "instance", co.Instance, aboutFlag("instance"))
	flags.IntVar(&co.Lanes, "lanes", co.Lanes, aboutFlag("lanes"))
	flags.DurationVar(&co.CommitInterval, "commit-interval", co.CommitInterval, aboutFlag("commit-interval"))
	flags.DurationVar(&co.CheckpointInterval, "checkpoint-interval", co.CheckpointInterval, aboutFlag("checkpoint-interval"))
	flags.DurationVar(&co.SessionTimeout, "session-timeout", co.SessionTimeout, aboutFlag("session-timeout"))
	flags.DurationVar(&co.TransactionTimeout, "transaction-timeout", co.TransactionTimeout, aboutFlag("transaction-timeout"))
	flags.DurationVar(&co.EndProofInterval, "end-proof-interval", co.EndProofInterval, aboutFlag("end-proof-interval"))
	flags.BoolVar(&co.NoBreaker, "no-breaker", co.NoBreaker, aboutFlag("no-breaker"))
	flags.StringVar(&co.Admin, "admin", co.Admin, aboutFlag("admin"))
	flags.StringVar(&co.LogLevel, "log-level", co.LogLevel, aboutFlag("log-level"))
	flags.BoolVar(&co.AcceptRewind, "accept-rewind", co.AcceptRewind, aboutFlag("accept-rewind"))
	flags.BoolVar(&co.AcceptLowerRevision, "accept-lower-revision", co.AcceptLowerRevision, aboutFlag("accept-lower-revision"))
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

// Package simulate is `holdfast simulate`: a dry run of playbooks over a file of events, without Kafka. It says who would
// get what, when, and why.
package simulate

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"holdfast/schemas"
	"holdfast/tools/bundles"
	"holdfast/tools/cli"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/timeline"
	"holdfast/topology/value"
)

// options are the flags.
type options struct {
	playbooks, topic, until, format string
	filter                          timeline.Filter
	names                           func() (schemas.TopicNames, error)
}

// NewCommand makes `holdfast simulate`.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "simulate --playbooks DIR FILE.jsonl|-",
		Short: "run playbooks over a file of events and show who would get what, and why",
		Long: "Reads events from lines of JSON, as `holdfast publish` takes them, runs them through the playbooks in virtual time and\n" +
			"prints the decisions. Nothing is sent and no Kafka is needed. The clock ends at --until, by default at the newest event;\n" +
			"to see what silence would do, name a later instant.",
		Example: "  holdfast simulate --playbooks ./playbooks events.jsonl\n" +
			"  holdfast simulate --playbooks ./playbooks --until 2026-04-01T00:00Z --user ann events.jsonl",
		Args: cli.Args("FILE.jsonl"),
	}
	opts := options{names: cli.NamesFlag(cmd)}
	fl := cmd.Flags()
	fl.StringVar(&opts.playbooks, "playbooks", "", "`folder` of the bundle")
	fl.StringVar(&opts.topic, "topic", "", "`topic` of lines without kafka_topic")
	fl.StringVar(&opts.until, "until", "", "`instant` at which the clock ends, such as 2026-04-01T00:00Z (default: the newest event)")
	fl.StringVar(&opts.format, "format", "text", "`text` or json (one object a line)")
	fl.StringVar(&opts.filter.Playbook, "playbook", "", "show only this `playbook`")
	fl.StringVar(&opts.filter.Account, "account", "", "show only this `account`")
	fl.StringVar(&opts.filter.User, "user", "", "show only this `user`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return run(cmd, opts, args[0]) }
	return cmd
}

func run(cmd *cobra.Command, opts options, file string) (err error) {
	if opts.playbooks == "" {
		return cli.Usagef("--playbooks is missing, for example: %s", "holdfast simulate --playbooks ./playbooks events.jsonl")
	}
	if opts.format != "text" && opts.format != "json" {
		return cli.Usagef("--format %s: want text or json", opts.format)
	}
	until, err := opts.end()
	if err != nil {
		return err
	}
	names, err := opts.names()
	if err != nil {
		return err
	}
	if opts.topic != "" && names.InputKind(opts.topic) == schemas.KindNone {
		return cli.Usagef("%v", cli.NoInput("--topic "+opts.topic, names))
	}
	bundle, err := bundles.Load(cmd.ErrOrStderr(), opts.playbooks)
	if err == nil {
		err = bundles.Runnable(cmd.ErrOrStderr(), opts.playbooks, bundle)
	}
	if err != nil {
		return err
	}
	if err := opts.known(bundle); err != nil {
		return err
	}
	in, err := open(cmd.InOrStdin(), file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	rd := reading{names: names, topic: opts.topic, wrong: func(number int64, reason string) {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d: %s\n", file, number, reason)
	}}
	lines, err := rd.all(in)
	if err != nil {
		return err
	}
	if err := opts.seen(lines); err != nil {
		return err
	}
	lines, later := cut(lines, until)
	wo, err := play(bundle, lines, until)
	if err != nil {
		return err
	}
	if err := show(cmd.OutOrStdout(), wo, opts); err != nil {
		return err
	}
	if err := remark(cmd.ErrOrStderr(), bundle, lines, later); err != nil {
		return err
	}
	if rd.refused > 0 {
		return fmt.Errorf("%s of %s could not be read, named above; the others were", cli.Count(rd.refused, "line"), file)
	}
	return nil
}

// known refuses a playbook that is not there: the story would be empty and nobody would know why.
func (op options) known(bundle *playbook.Bundle) error {
	var names []string
	for _, pb := range bundle.Playbooks {
		if pb.Name == op.filter.Playbook {
			return nil
		}
		names = append(names, pb.Name)
	}
	if op.filter.Playbook == "" {
		return nil
	}
	return cli.Usagef("--playbook %s: there is none%s", op.filter.Playbook, lang.Suggest(op.filter.Playbook, names))
}

// end reads --until; below 0: it is not given.
func (op options) end() (int64, error) {
	if op.until == "" {
		return -1, nil
	}
	if ms, ok := value.ParseTime(op.until); ok {
		return ms, nil
	}
	if days, ok := value.ParseDate(op.until); ok {
		return value.Midnight(days, time.UTC), nil
	}
	return 0, cli.Usagef("--until %q is no instant; write 2026-04-01T00:00Z", op.until)
}

func open(stdin io.Reader, file string) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(stdin), nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open the events: %w", err)
	}
	return in, nil
}

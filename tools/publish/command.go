package publish

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"holdfast/schemas"
	"holdfast/tools/cli"
	"holdfast/tools/kafka"
)

// NewCommand makes `holdfast publish`.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish --brokers B FILE.jsonl|-",
		Short: "publish events from lines of JSON",
		Long: "Publishes one event a line, each to the topic that its kafka_topic names, in the partition of its account.\n" +
			"Every line is read as the processor will read it; a wrong one is named by number, the others are published,\n" +
			"and the exit code is 1.",
		Example: "  holdfast publish --brokers 127.0.0.1:9092 events.jsonl\n" +
			"  echo '{\"account_id\":\"acme\",\"user_id\":\"ann\",\"type\":\"signed_in\"}' | holdfast publish --brokers 127.0.0.1:9092 --topic telemetry.user-actions -",
		Args: cli.Args("FILE.jsonl"),
	}
	brokers, names := kafka.BrokersFlag(cmd), cli.NamesFlag(cmd)
	topic := cmd.Flags().String("topic", "", "`topic` of lines without kafka_topic")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		topicNames, err := names()
		if err != nil {
			return err
		}
		if *topic != "" && topicNames.InputKind(*topic) == schemas.KindNone {
			return cli.Usagef("%v", cli.NoInput("--topic "+*topic, topicNames))
		}
		return runCommand(cmd, brokers, args[0], Options{Names: topicNames, Topic: *topic, Now: time.Now})
	}
	return cmd
}

func runCommand(cmd *cobra.Command, brokers *kafka.Brokers, file string, opts Options) (err error) {
	in, size, err := open(cmd.InOrStdin(), file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if opts.Client, err = brokers.Dial(cmd.Context(), ClientOptions()...); err != nil {
		return err
	}
	defer opts.Client.Close()
	display := newProgress(cmd.ErrOrStderr(), size)
	opts.Progress = display.Show
	opts.Wrong = func(number int64, reason string) { display.Line(fmt.Sprintf("%s:%d: %s", file, number, reason)) }
	begun := time.Now()
	report, err := Run(cmd.Context(), in, opts)
	display.Close()
	_, printErr := fmt.Fprintf(cmd.OutOrStdout(), "published %s to %s in %v\n", cli.Count(report.Published, "event"),
		cli.Count(int64(len(report.Topics)), "topic"), time.Since(begun).Round(time.Millisecond))
	if err == nil && report.Wrong > 0 {
		err = fmt.Errorf("%s not published, named above; the others were", wereNot(report.Wrong))
	}
	return errors.Join(err, printErr)
}

func wereNot(wrong int64) string {
	if wrong == 1 {
		return "1 line was"
	}
	return fmt.Sprintf("%d lines were", wrong)
}

// open gives the text and its size, 0 if that is not known before the end.
func open(stdin io.Reader, file string) (io.ReadCloser, int64, error) {
	if file == "-" {
		return io.NopCloser(stdin), 0, nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, 0, fmt.Errorf("open the events: %w", err)
	}
	stat, err := in.Stat()
	if err == nil && stat.IsDir() {
		err = fmt.Errorf("%s is a directory: name a file with one event a line", file)
	}
	if err != nil {
		return nil, 0, errors.Join(err, in.Close())
	}
	return in, stat.Size(), nil
}

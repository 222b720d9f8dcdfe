// Package tools is the `holdfast` command: the operator's tool. One file or folder per command; this one joins them.
package tools

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/tools/cli"
	"holdfast/tools/demo"
	"holdfast/tools/golden"
	"holdfast/tools/lint"
	"holdfast/tools/publish"
	"holdfast/tools/simulate"
	"holdfast/tools/tail"
	"holdfast/tools/topics"
)

// Main runs the command line and gives the exit code. Errors are a sentence on stderr; what they list has a line each.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := NewRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return cli.ExitOK
	}
	_, _ = fmt.Fprintf(stderr, "holdfast: %s\n", strings.ReplaceAll(err.Error(), "\n", "\n  "))
	if cli.IsUsage(err) {
		return cli.ExitUsage
	}
	return cli.ExitFailure
}

// NewRoot makes the command with everything below it.
func NewRoot() *cobra.Command {
	root := cli.Group(&cobra.Command{
		Use:   "holdfast",
		Short: "the operator's tool of Holdfast, the exactly-once event-stream processor over Kafka",
		Example: "  holdfast demo\n" +
			"  holdfast broker --dir ./data",
		SilenceUsage:  true,
		SilenceErrors: true,
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return cli.Usagef("%v; see `%s --help`", err, cmd.CommandPath())
	})
	root.AddCommand(
		demo.NewCommand(),
		newBrokerCommand(),
		topics.NewCommand(),
		publish.NewCommand(),
		tail.NewCommand(),
		lint.NewCommand(),
		golden.NewCommand(),
		simulate.NewCommand(),
		newSchemasCommand(),
		newStateCommand(),
	)
	return root
}

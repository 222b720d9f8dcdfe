// Package cli is what the commands of `holdfast` have in common: exit codes, options that several of them take, and
// the question whether a terminal is watching.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8/cwriter"
)

// Exit codes.
const (
	ExitOK      = 0
	ExitFailure = 1
	ExitUsage   = 2
)

// usageError says that the command line is wrong, not the world.
type usageError struct{ text string }

// Error implements error.
func (us *usageError) Error() string { return us.text }

// Usagef makes an error of the command line; the process exits with ExitUsage.
func Usagef(format string, args ...any) error { return &usageError{text: fmt.Sprintf(format, args...)} }

// IsUsage says whether the command line was wrong.
func IsUsage(err error) bool {
	var usage *usageError
	return errors.As(err, &usage)
}

// Args makes the check of a command's arguments: exactly the named ones. "DIR..." stands for any number, also none.
func Args(names ...string) cobra.PositionalArgs {
	many := len(names) > 0 && strings.HasSuffix(names[len(names)-1], "...")
	if many {
		names = names[:len(names)-1]
	}
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) || many && len(args) >= len(names) {
			return nil
		}
		if len(args) < len(names) {
			return Usagef("%s is missing, for example: %s", names[len(args)], firstExample(cmd))
		}
		return Usagef("one argument too many: %q; see `%s --help`", args[len(names)], cmd.CommandPath())
	}
}

// Count is a number with its noun: "1 topic", "15 topics".
func Count(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// suggestionDistance is how many letters a mistyped command may be away.
const suggestionDistance = 2

// Group makes a command that only holds others: alone it prints its help, and an unknown word gets a suggestion.
func Group(cmd *cobra.Command) *cobra.Command {
	cmd.SuggestionsMinimumDistance = suggestionDistance
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := fmt.Sprintf("see `%s --help`", cmd.CommandPath())
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = fmt.Sprintf("did you mean `%s %s`?", cmd.CommandPath(), near[0])
		}
		return Usagef("there is no command %q; %s", args[0], hint)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

func firstExample(cmd *cobra.Command) string {
	line, _, _ := strings.Cut(strings.TrimSpace(cmd.Example), "\n")
	return strings.TrimSpace(line)
}

// IsTerminal says whether a person is watching w.
func IsTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && cwriter.IsTerminal(int(file.Fd()))
}

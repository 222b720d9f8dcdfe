package tools

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"holdfast/state"
	"holdfast/tools/cli"
)

func newStateCommand() *cobra.Command {
	group := cli.Group(&cobra.Command{
		Use:     "state",
		Short:   "look at the state directories of stopped processors",
		Example: "  holdfast state digest --state ./state",
	})
	group.AddCommand(newDigestCommand())
	return group
}

func newDigestCommand() *cobra.Command {
	var dirs []string
	cmd := &cobra.Command{
		Use:   "digest --state DIR...",
		Short: "sum up what is remembered, by partition",
		Long: "Prints for each partition its last transaction, its number of subjects and one SHA-256 over them. Two runs over\n" +
			"the same input end with the same sums, however often they were killed. Of several directories that hold a\n" +
			"partition the newest counts. The processors must be stopped.",
		Example: "  holdfast state digest --state ./state\n" +
			"  holdfast state digest --state ./state-1 ./state-2",
		Args: cli.Args("DIR..."),
	}
	cmd.Flags().StringArrayVar(&dirs, "state", nil, "state `directory` of a processor; more may follow")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(dirs) == 0 {
			return cli.Usagef("--state is missing, for example: holdfast state digest --state ./state")
		}
		return runDigest(cmd, append(dirs, args...))
	}
	return cmd
}

func runDigest(cmd *cobra.Command, dirs []string) error {
	for _, dir := range dirs {
		if stat, err := os.Stat(dir); err != nil {
			return fmt.Errorf("read the state: %w", err)
		} else if !stat.IsDir() {
			return fmt.Errorf("read the state: %s is not a directory", dir)
		}
	}
	digests, err := state.DigestDirs(dirs...)
	if err != nil {
		return err
	}
	for _, digest := range digests {
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), digest); err != nil {
			return err
		}
	}
	return nil
}

package tools

import (
	"fmt"

	"github.com/spf13/cobra"

	"holdfast/tools/bundles"
	"holdfast/tools/cli"
)

func newLintCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "lint DIR",
		Short: "check the playbooks of a folder",
		Long: "Checks every playbook of a folder as the processor does when it starts: names, types, times. All that is wrong\n" +
			"is listed as FILE:LINE:COLUMN with what to write instead; if nothing is, one line says what each playbook does.",
		Example: "  holdfast lint ./playbooks",
		Args:    cli.Args("DIR"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runLint(cmd, args[0]) },
	}
}

func runLint(cmd *cobra.Command, dir string) error {
	bundle, err := bundles.Load(cmd.ErrOrStderr(), dir)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), bundle.Describe())
	return err
}

package tools

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"holdfast/tools/cli"
	"holdfast/topology/playbook"
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
	if stat, err := os.Stat(dir); err != nil {
		return fmt.Errorf("read the playbooks: %w", err)
	} else if !stat.IsDir() {
		return fmt.Errorf("read the playbooks: %s is not a folder; name the one that holds it", dir)
	}
	bundle, err := playbook.Load(os.DirFS(dir))
	var problems playbook.Errors
	if errors.As(err, &problems) {
		for _, problem := range problems {
			placed := *problem
			placed.File = filepath.Join(dir, problem.File)
			_, _ = fmt.Fprintln(cmd.ErrOrStderr(), placed.Error())
		}
		return fmt.Errorf("%s in %s", cli.Count(int64(len(problems)), "error"), dir)
	}
	if err != nil {
		return fmt.Errorf("read the playbooks: %w", err)
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), bundle.Describe())
	return err
}

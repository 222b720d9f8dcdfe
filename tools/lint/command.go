// Package lint is `holdfast lint`: it says what is wrong with the playbooks of a folder, what is suspicious about them,
// and, asked to explain, what they mean.
package lint

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/tools/bundles"
	"holdfast/tools/cli"
	"holdfast/topology/playbook"
)

// NewCommand makes `holdfast lint`.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lint DIR",
		Short: "check the playbooks of a folder, or explain them",
		Long: "Checks every playbook of a folder as the processor does when it starts: names, types, times; and its tests. All that is wrong\n" +
			"is listed as FILE:LINE:COLUMN with what to write instead. What is right and does nothing (a rule that can never be\n" +
			"true, tiers that overlap, an episode that nothing stops, a cap out of reach) is a warning; then a line says what\n" +
			"each playbook does. With --explain the argument may be one file of the folder: each of its documents is put into\n" +
			"plain English, with the instants at which time wakes it and an estimate of what it keeps of every account and user.",
		Example: "  holdfast lint ./playbooks\n" +
			"  holdfast lint --strict ./playbooks\n" +
			"  holdfast lint --explain ./playbooks/inactivity.yaml",
		Args: cli.Args("DIR"),
	}
	strict := cmd.Flags().Bool("strict", false, "warnings fail, notes do not")
	explain := cmd.Flags().Bool("explain", false, "say in plain English what a folder or file does")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		dir, file, err := placeOf(args[0], *explain)
		if err != nil {
			return err
		}
		bundle, err := bundles.LoadWithTests(cmd.ErrOrStderr(), dir)
		if err != nil {
			return err
		}
		warnings, err := warn(cmd.ErrOrStderr(), dir, file, bundle)
		if err != nil {
			return err
		}
		text := bundle.Describe()
		if *explain {
			text = bundle.Explain(file)
		}
		if _, err := fmt.Fprint(cmd.OutOrStdout(), text); err != nil {
			return err
		}
		if *strict && warnings > 0 {
			return fmt.Errorf("%s in %s, and --strict", cli.Count(warnings, "warning"), args[0])
		}
		return nil
	}
	return cmd
}

// placeOf takes the argument apart: a folder, or with --explain one file of it ("" for all).
func placeOf(path string, explain bool) (dir, file string, err error) {
	stat, err := os.Stat(path)
	switch {
	case err != nil || stat.IsDir():
		return path, "", nil // a folder that is not there is refused where it is read
	case !explain:
		return path, "", nil
	case filepath.Ext(path) != ".yaml":
		return "", "", fmt.Errorf("explain %s: a bundle is made of *.yaml files; name one of them, or their folder", path)
	}
	return filepath.Dir(path), filepath.Base(path), nil
}

// warn lists what is suspicious and counts it, without the notes. With a file only what stands in it.
func warn(stderr io.Writer, dir, file string, bundle *playbook.Bundle) (count int64, err error) {
	var lines strings.Builder
	for _, wa := range bundle.Warnings() {
		if file != "" && wa.File != file {
			continue
		}
		if !wa.Note {
			count++
		}
		placed := *wa
		placed.File = filepath.Join(dir, wa.File)
		lines.WriteString(placed.Error() + "\n")
	}
	if _, err := io.WriteString(stderr, lines.String()); err != nil {
		return count, fmt.Errorf("write the warnings: %w", err)
	}
	return count, nil
}

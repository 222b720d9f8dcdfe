package demo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"holdfast/playbooks"
	"holdfast/tools/cli"
)

// Bounds of --accounts: below, some story is not told; above, a minute does not suffice.
const (
	fewestAccounts = 20
	mostAccounts   = 5_000
)

// NewCommand makes `holdfast demo`.
func NewCommand() *cobra.Command {
	opts := Options{Bundle: playbooks.Files, Now: time.Now}
	cmd := &cobra.Command{
		Use:   "demo [--seed N] [--accounts N] [--keep] [--out DIR]",
		Short: "a guided tour: a simulated business, a kill in the middle, a report",
		Long: "Starts the embedded broker, publishes 120 days of a made-up SaaS business, runs the processor, kills it in the\n" +
			"middle, starts it again, and shows what was decided and why. A second reader counts that nothing was lost and\n" +
			"nothing doubled. The same report with pictures is written as one HTML page. It takes less than a minute.",
		Example: "  holdfast demo\n" +
			"  holdfast demo --seed 7 --accounts 600 --keep --out ./out/seven",
		Args: cli.Args(),
	}
	cmd.Flags().Uint64Var(&opts.Seed, "seed", 1, "another `number` makes another business; the same one the same business")
	cmd.Flags().IntVar(&opts.Accounts, "accounts", 300, "how many customers the business gets")
	cmd.Flags().BoolVar(&opts.Keep, "keep", false, "keep the broker's data, the state and the events, to look around in them")
	cmd.Flags().StringVar(&opts.Out, "out", "./out/demo", "`directory` of the page, and of what --keep keeps")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return runCommand(cmd, opts) }
	return cmd
}

func runCommand(cmd *cobra.Command, opts Options) error {
	if opts.Accounts < fewestAccounts || opts.Accounts > mostAccounts {
		return cli.Usagef("--accounts %d is not between %d and %d", opts.Accounts, fewestAccounts, mostAccounts)
	}
	var err error
	if opts.Processor, err = findProcessor(); err != nil {
		return err
	}
	if opts.Titles, err = titlesOf(opts.Bundle); err != nil {
		return err
	}
	opts.Progress = cmd.ErrOrStderr()
	re, err := Run(cmd.Context(), opts)
	if err != nil {
		if cmd.Context().Err() != nil {
			return errors.New("interrupted: the processor is stopped and the scratch files are gone")
		}
		return err
	}
	if err := re.WriteText(cmd.OutOrStdout()); err != nil {
		return err
	}
	if !re.OK() {
		return errors.New("a promise was broken: see the checks marked ✗ above")
	}
	return nil
}

// findProcessor looks beside this executable: a build puts both into one folder.
func findProcessor() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this executable: %w", err)
	}
	if real, err := filepath.EvalSymlinks(self); err == nil {
		self = real
	}
	return processorBeside(self)
}

func processorBeside(self string) (string, error) {
	path := filepath.Join(filepath.Dir(self), "processor")
	stat, err := os.Stat(path)
	if err != nil || stat.IsDir() || stat.Mode()&0o111 == 0 {
		return "", fmt.Errorf("there is no processor at %s: build both binaries with `make build`", path)
	}
	return path, nil
}

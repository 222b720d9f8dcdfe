// Package golden is `holdfast test`: it plays the `test:` documents of a bundle in virtual time and shows, where one
// fails, what was expected and what came instead.
package golden

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/tools/bundles"
	"holdfast/tools/cli"
	"holdfast/topology/playbook"
	"holdfast/topology/timeline"
)

// NewCommand makes `holdfast test`.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test DIR",
		Short: "play the golden timelines of a folder",
		Long: "Plays every `test:` document of the folder over its playbooks, in virtual time and without Kafka. Where one fails,\n" +
			"it shows the line of the expectation, what came instead, and the story of that playbook and person; the exit code is 1.",
		Example: "  holdfast test ./playbooks\n  holdfast test --run 'dunning|renewal' --story ./playbooks",
		Args:    cli.Args("DIR"),
	}
	run := cmd.Flags().String("run", "", "only the tests whose title or file matches this `regexp`")
	story := cmd.Flags().Bool("story", false, "show what came out of every test, also of those that pass")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		wanted, err := regexp.Compile(*run)
		if err != nil {
			return cli.Usagef("--run %q: %v", *run, err)
		}
		bundle, err := bundles.LoadWithTests(cmd.ErrOrStderr(), args[0])
		if err == nil {
			err = bundles.Runnable(cmd.ErrOrStderr(), args[0], bundle)
		}
		if err != nil {
			return err
		}
		pl := player{out: cmd.OutOrStdout(), dir: args[0], bundle: bundle, wanted: wanted, story: *story}
		return pl.playAll()
	}
	return cmd
}

// player is one run of the command.
type player struct {
	out            io.Writer
	dir            string
	bundle         *playbook.Bundle
	wanted         *regexp.Regexp
	story          bool
	passed, failed int64
}

func (pl *player) playAll() error {
	for _, file := range pl.bundle.Files {
		path := filepath.Join(pl.dir, file.Name)
		scenarios, _, err := timeline.ParseScenarios(path, file.Text)
		if err != nil {
			return err
		}
		for _, sc := range scenarios {
			if !pl.wanted.MatchString(sc.Title) && !pl.wanted.MatchString(path) {
				continue
			}
			if err := pl.play(sc); err != nil {
				return err
			}
		}
	}
	return pl.finish()
}

// finish says how many passed. A bundle without a test passes nothing: that is said, and is no failure.
func (pl *player) finish() error {
	all := pl.passed + pl.failed
	switch {
	case pl.failed > 0:
		return fmt.Errorf("%d of %s failed", pl.failed, cli.Count(all, "test"))
	case all == 0 && len(pl.bundle.Tests) > 0:
		return fmt.Errorf("no test matches --run %q; there are %s", pl.wanted, cli.Count(int64(len(pl.bundle.Tests)), "test"))
	case all == 0:
		_, err := fmt.Fprintf(pl.out, "no test: write a document `test: TITLE` with given and expect into a file of %s\n", pl.dir)
		return err
	}
	_, err := fmt.Fprintf(pl.out, "%s passed\n", cli.Count(all, "test"))
	return err
}

func (pl *player) play(sc *timeline.Scenario) error {
	re, err := sc.Report(pl.bundle)
	if err != nil {
		pl.failed++
		return pl.write("FAIL  %s:%d: %s\n      %v\n", sc.File, sc.Line, sc.Title, err)
	}
	word := "ok  "
	if len(re.Misses) > 0 {
		word = "FAIL"
		pl.failed++
	} else {
		pl.passed++
	}
	if err := pl.write("%s  %s:%d: %s\n", word, sc.File, sc.Line, sc.Title); err != nil {
		return err
	}
	if pl.story {
		if err := pl.tell("      ", re.World.Story(timeline.Filter{})); err != nil {
			return err
		}
	}
	return pl.misses(re)
}

// misses shows each expectation that was not met, and what came out about the same playbook and subject: once where
// the same came out for several.
func (pl *player) misses(re timeline.Report) error {
	for i, mi := range re.Misses {
		if err := pl.miss(re.Scenario.File, mi); err != nil {
			return err
		}
		story := re.World.Story(mi.About)
		if i+1 < len(re.Misses) && slices.Equal(story, re.World.Story(re.Misses[i+1].About)) {
			continue
		}
		if len(story) == 0 {
			if err := pl.write("        nothing came out about it\n"); err != nil {
				return err
			}
			continue
		}
		if err := pl.write("        what came out:\n"); err != nil {
			return err
		}
		if err := pl.tell("        ", story); err != nil {
			return err
		}
	}
	return nil
}

func (pl *player) miss(file string, mi timeline.Miss) error {
	text := fmt.Sprintf("      %s:%d\n", file, mi.Line)
	if mi.Expected != "" {
		text += "        expected  " + strings.TrimSpace(mi.Expected) + "\n"
	}
	return pl.write("%s        got       %s\n", text, strings.ReplaceAll(mi.Got, "\n", "\n                  "))
}

// storyLines bounds what is shown of one story.
const storyLines = 40

func (pl *player) tell(indent string, story []timeline.Entry) error {
	for i, en := range story {
		if i == storyLines {
			return pl.write("%s... and %d more\n", indent, len(story)-i)
		}
		if err := pl.write("%s%s\n", indent, en); err != nil {
			return err
		}
	}
	return nil
}

func (pl *player) write(format string, args ...any) error {
	_, err := fmt.Fprintf(pl.out, format, args...)
	return err
}

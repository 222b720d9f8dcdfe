package demo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"holdfast/playbooks"
	"holdfast/tools/cli"
	"holdfast/topology/playbook"
)

// The expectation is worth what it covers: every playbook of the built-in bundle, with its lateness.
func TestTheExpectationKnowsTheWholeBundle(t *testing.T) {
	bundle, err := playbook.Load(playbooks.Files)
	if err != nil {
		t.Fatal(err)
	}
	var have, want []string
	for _, ru := range rules {
		have = append(have, ru.playbook)
	}
	for _, pb := range bundle.Playbooks {
		want = append(want, pb.Name)
	}
	sort.Strings(have)
	sort.Strings(want)
	if strings.Join(have, " ") != strings.Join(want, " ") {
		t.Errorf("the bundle has %v, oracle.go knows %v: tell the new one there in plain Go", want, have)
	}
	if bundle.Lateness.Milliseconds() != lateness || bundle.MaxSkew.Milliseconds() > slack {
		t.Errorf("the bundle's lateness is %v and its max_skew %v", bundle.Lateness, bundle.MaxSkew)
	}
}

func TestTitlesAreThePlaybooksOwn(t *testing.T) {
	titles, err := titlesOf(playbooks.Files)
	if err != nil || titles["account_quiet"] != "A whole account went quiet" {
		t.Errorf("titles %v, %v", titles, err)
	}
}

func runDemo(args ...string) error {
	cmd := NewCommand()
	cmd.SetArgs(args)
	cmd.SetOut(&bytes.Buffer{})
	cmd.SetErr(&bytes.Buffer{})
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	return cmd.ExecuteContext(context.Background())
}

func TestTooFewOrTooManyAccountsAreAUsageError(t *testing.T) {
	for _, n := range []string{"3", "100000"} {
		if err := runDemo("--accounts", n); !cli.IsUsage(err) || !strings.Contains(err.Error(), "is not between 20 and 5000") {
			t.Errorf("--accounts %s: %v", n, err)
		}
	}
}

func TestAMissingProcessorIsNamed(t *testing.T) {
	dir := t.TempDir()
	want := filepath.Join(dir, "processor")
	if _, err := processorBeside(filepath.Join(dir, "holdfast")); err == nil || !strings.Contains(err.Error(), want+": build both binaries with `make build`") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(want, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := processorBeside(filepath.Join(dir, "holdfast")); err == nil {
		t.Error("a file that cannot be run was taken")
	}
	if err := os.Chmod(want, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := processorBeside(filepath.Join(dir, "holdfast")); err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
}

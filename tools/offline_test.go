package tools_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"holdfast/schemas"
	"holdfast/state"
	"holdfast/tools/cli"
)

func TestSchemasArePrinted(t *testing.T) {
	all := run(t, "schemas")
	var list []map[string]any
	if err := json.Unmarshal([]byte(all.stdout), &list); err != nil || len(list) != len(schemas.RecordNames()) {
		t.Errorf("%d schemas, %v", len(list), err)
	}
	var one map[string]any
	if err := json.Unmarshal([]byte(run(t, "schemas", "Decision").stdout), &one); err != nil || one["name"] != "Decision" {
		t.Errorf("schema %v, %v", one["name"], err)
	}
	run(t, "schemas", "Decisions").want(t, cli.ExitUsage, "", `there is no record "Decisions": want UserAction, BillingEvent,`)
}

func TestDigestOfWhatIsNoState(t *testing.T) {
	run(t, "state", "digest").want(t, cli.ExitUsage, "", "--state is missing, for example: holdfast state digest --state ./state")
	run(t, "state", "digest", "--state", "/nowhere").want(t, cli.ExitFailure, "", "read the state: stat /nowhere: no such file or directory")
	run(t, "state", "digest", "--state", t.TempDir()).want(t, cli.ExitFailure, "", "this is not a state directory")
	file := writeFile(t, "state", "x")
	run(t, "state", "digest", "--state", file).want(t, cli.ExitFailure, "", "is not a directory")
}

func TestPlaybooksAreChecked(t *testing.T) {
	run(t, "lint", "../playbooks").want(t, cli.ExitOK, "inactivity: each", "")
	run(t, "lint").want(t, cli.ExitUsage, "", "DIR is missing, for example: holdfast lint ./playbooks")
	run(t, "lint", "/nowhere").want(t, cli.ExitFailure, "", "read the playbooks: stat /nowhere: no such file or directory")
	run(t, "lint", t.TempDir()).want(t, cli.ExitFailure, "", "no *.yaml in the folder")
	file := writeFile(t, "bundle.yaml", "bundle: acme\nrevison: 1\n")
	run(t, "lint", file).want(t, cli.ExitFailure, "", "is not a folder; name the one that holds it")
	got := run(t, "lint", filepath.Dir(file))
	got.want(t, cli.ExitFailure, "", file+":2:1: ")
	got.want(t, cli.ExitFailure, "", " in "+filepath.Dir(file)+"\n")
}

func TestDigestOfARealState(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	store, err := state.Open(dir, state.Options{})
	if err != nil {
		t.Fatal(err)
	}
	part, err := store.OpenPartition(3, state.NewCache(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Stage(state.TaskRecord{Sequence: 7}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(part.Apply(10), part.Checkpoint()); err != nil {
		t.Fatal(err)
	}
	run(t, "state", "digest", "--state", dir).want(t, cli.ExitFailure, "", "in use")
	part.Close()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	run(t, "state", "digest", "--state", dir).want(t, cli.ExitOK, "partition 3 sequence 7 subjects 0 sha256 ", "")
	run(t, "state", "digest", "--state", t.TempDir(), dir).want(t, cli.ExitFailure, "", "this is not a state directory")
}

package simulate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/tools"
	"holdfast/tools/cli"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// run runs `holdfast simulate` over the shop and gives its exit code and outputs.
func run(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = tools.Main(context.Background(), append([]string{"simulate", "--playbooks", "testdata/shop"}, args...), strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

const until = "--until=2026-03-20T00:00Z"

// TestWhoWouldGetWhatAndWhy: messages, stops, skipped steps and starts that were refused, with their reasons, then what it
// adds up to.
func TestWhoWouldGetWhatAndWhy(t *testing.T) {
	code, stdout, stderr := run(t, "", until, "testdata/events.jsonl")
	if *rewrite {
		if err := os.WriteFile("testdata/story.txt", []byte(stdout), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/story.txt")
	if err != nil {
		t.Fatal(err)
	}
	if code != cli.ExitOK || stderr != "" || stdout != string(want) {
		t.Errorf("exit %d %s; -rewrite writes it anew; got\n%s", code, stderr, stdout)
	}
}

// TestTheClockEndsAtTheNewestEvent unless a later end is named: silence is not played on.
func TestTheClockEndsAtTheNewestEvent(t *testing.T) {
	if _, stdout, _ := run(t, "", "testdata/events.jsonl"); !strings.Contains(stdout, "until 2026-03-10T10:00Z") || strings.Contains(stdout, "zeta/cat") {
		t.Errorf("got\n%s", stdout)
	}
	if code, _, stderr := run(t, "", "--until", "soon", "testdata/events.jsonl"); code != cli.ExitUsage || !strings.Contains(stderr, `--until "soon" is no instant; write 2026-04-01T00:00Z`) {
		t.Errorf("exit %d %s", code, stderr)
	}
}

func TestFilters(t *testing.T) {
	_, stdout, _ := run(t, "", until, "--user", "ben", "testdata/events.jsonl")
	if strings.Contains(stdout, "ann") || !strings.Contains(stdout, "acme/ben") {
		t.Errorf("--user ben:\n%s", stdout)
	}
	if code, _, stderr := run(t, "", "--playbook", "quite", "testdata/events.jsonl"); code != cli.ExitUsage || !strings.Contains(stderr, "--playbook quite: there is none; did you mean quiet?") {
		t.Errorf("exit %d %s", code, stderr)
	}
}

// TestNobodyOfThatName: an empty story would say that nothing happens to them.
func TestNobodyOfThatName(t *testing.T) {
	for flag, want := range map[string]string{
		"--user=anna":    "--user anna: no event names this user; did you mean ann?",
		"--account=acne": "--account acne: no event names this account; did you mean acme?",
	} {
		if code, stdout, stderr := run(t, "", until, flag, "testdata/events.jsonl"); code != cli.ExitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit %d\n%s\n%s", flag, code, stdout, stderr)
		}
	}
}

// TestRemarks: what was not played, and what no playbook can see, is said; it fails nothing.
func TestRemarks(t *testing.T) {
	lines := ""
	for _, typ := range []string{"signed_in", "singed_in", "exported", "exported"} {
		lines += `{"type": "` + typ + `", "account_id": "acme", "user_id": "ann", "occurred_at": "2026-03-01T09:00:00Z"}` + "\n"
	}
	lines += `{"kafka_topic": "telemetry.profiles", "account_id": "acme", "changed_at": "2026-02-01T09:00:00Z"}` + "\n"
	want := "note: nothing in shop reads user_action.singed_in (1 event); did you mean user_action.signed_in?\n" +
		"note: nothing in shop reads user_action.exported (2 events)\n"
	if code, _, stderr := run(t, lines, "--topic", "telemetry.user-actions", "-"); code != cli.ExitOK || stderr != want {
		t.Errorf("exit %d\n%s", code, stderr)
	}
	code, stdout, stderr := run(t, "", "--until=2026-03-08T12:00Z", "testdata/events.jsonl")
	if code != cli.ExitOK || stderr != "note: 2 events after --until left out\n" || strings.Contains(stdout, "2026-03-09") || !strings.HasSuffix(stdout, "\n2 messages until 2026-03-08T12:00Z\n       2  quiet/d7\n") {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
}

func TestAWrongTopicForAllLines(t *testing.T) {
	if code, _, stderr := run(t, "", "--topic", "telemetry.user-action", "-"); code != cli.ExitUsage || !strings.Contains(stderr, "--topic telemetry.user-action is not an input of Holdfast: want telemetry.profiles, ") {
		t.Errorf("exit %d %s", code, stderr)
	}
}

// TestJSON: one object a line, with the same entries as the text.
func TestJSON(t *testing.T) {
	_, text, _ := run(t, "", until, "testdata/events.jsonl")
	code, stdout, _ := run(t, "", until, "--format", "json", "testdata/events.jsonl")
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if entries := strings.Index(text, "\n\n"); code != cli.ExitOK || len(lines) != strings.Count(text[:entries], "\n")+1 {
		t.Fatalf("%d lines\n%s", len(lines), stdout)
	}
	for _, line := range lines {
		var entry struct{ At, Subject, What, Playbook, Text string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.At == "" || entry.What == "" || entry.Playbook == "" || !strings.Contains(text, entry.Text) {
			t.Errorf("%v %s", err, line)
		}
	}
	if code, _, stderr := run(t, "", "--format", "yaml", "testdata/events.jsonl"); code != cli.ExitUsage || !strings.Contains(stderr, "--format yaml: want text or json") {
		t.Errorf("exit %d %s", code, stderr)
	}
}

// TestWrongLines: each is named with its line, the others are played, and the command fails at the end.
func TestWrongLines(t *testing.T) {
	good := `{"type": "signed_in", "account_id": "acme", "user_id": "ann", "occurred_at": "2026-03-01T09:00:00Z"}` + "\n"
	for wrong, want := range map[string]string{
		"{": "-:2: ",
		`{"type": "signed_in", "account_id": "acme"}`:                           "-:2: no occurred_at: a simulation needs the time of every event",
		`{"kafka_topic": "x", "type": "signed_in", "account_id": "acme"}`:       "-:2: topic x is not an input of Holdfast: want telemetry.profiles, telemetry.billing, telemetry.support, telemetry.user-actions, holdfast.receipts (other names: --name)\n",
		`{"type": "signed_in", "occurred_at": "2026-03-01T09:00:00Z"}`:          "-:2: ",
		`{"account_id": "acme", "type": "signed_in", "occurred_at": "someday"}`: "-:2: ",
	} {
		code, stdout, stderr := run(t, good+wrong+"\n", until, "--topic", "telemetry.user-actions", "-")
		if code != cli.ExitFailure || !strings.HasPrefix(stderr, want) || !strings.Contains(stderr, "1 line of - could not be read, named above; the others were") || !strings.Contains(stdout, "1 message until") {
			t.Errorf("%s: exit %d\n%s\n%s", wrong, code, stdout, stderr)
		}
	}
	if _, _, stderr := run(t, good, "-"); !strings.Contains(stderr, "no kafka_topic: add one to the line, or give all such lines one with --topic telemetry.user-actions") {
		t.Errorf("no topic: %s", stderr)
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	if code, _, stderr := run(t, "", "nowhere.jsonl"); code != cli.ExitFailure || !strings.Contains(stderr, "open the events: open nowhere.jsonl") {
		t.Errorf("exit %d %s", code, stderr)
	}
	var out, err bytes.Buffer
	if code := tools.Main(context.Background(), []string{"simulate", "x.jsonl"}, strings.NewReader(""), &out, &err); code != cli.ExitUsage || !strings.Contains(err.String(), "--playbooks is missing, for example: ") {
		t.Errorf("exit %d %s", code, err.String())
	}
	dir := t.TempDir()
	policy := "bundle: b\n---\npolicy: rules\ncollect: 5m\n"
	if err := os.WriteFile(filepath.Join(dir, "b.yaml"), []byte(policy), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run(t, "", "--playbooks", dir, "-"); code != cli.ExitFailure || !strings.Contains(stderr, "b.yaml:3:1: policy rules is checked but not run by this release") {
		t.Errorf("exit %d %s", code, stderr)
	}
}

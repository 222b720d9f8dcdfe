package lint_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/tools"
	"holdfast/tools/cli"
)

// run runs `holdfast lint` and gives its exit code and outputs.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = tools.Main(context.Background(), append([]string{"lint"}, args...), strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// folder writes files into a folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const words = "bundle: b\nrevision: 1\nevents: {login: user_action.login, spare: user_action.spare}\n"

const dead = "playbook: p\nfor: each user\nclass: lifecycle\nstart: {when: has(login) and total(login) == 0}\nsteps: [{id: a, send: hello}]\n"

// TestWarningsDoNotFailUnlessStrict: the place is that of the file as the caller names it.
func TestWarningsDoNotFailUnlessStrict(t *testing.T) {
	dir := folder(t, map[string]string{"bundle.yaml": words, "p.yaml": dead})
	warning := filepath.Join(dir, "p.yaml") + ":4:15: warning: dead rule: this can never be true, so nothing ever starts\n"
	note := filepath.Join(dir, "bundle.yaml") + ":3:36: note: nothing uses the event spare\n"
	code, stdout, stderr := run(t, dir)
	if code != cli.ExitOK || stderr != warning+note || !strings.Contains(stdout, "p: each user") {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	code, _, stderr = run(t, "--strict", dir)
	if code != cli.ExitFailure || stderr != warning+note+"holdfast: 1 warning in "+dir+", and --strict\n" {
		t.Errorf("--strict: exit %d\n%s", code, stderr)
	}
}

// TestNotesDoNotFail: a word that nobody uses is no reason to stop, strict or not.
func TestNotesDoNotFail(t *testing.T) {
	dir := folder(t, map[string]string{"bundle.yaml": words})
	if code, _, stderr := run(t, "--strict", dir); code != cli.ExitOK || !strings.Contains(stderr, "note: nothing uses the 2 events login, spare\n") {
		t.Errorf("exit %d\n%s", code, stderr)
	}
}

// TestExplainOneFile: only its documents, and only what is suspicious in it; the whole bundle is checked all the same.
func TestExplainOneFile(t *testing.T) {
	dir := folder(t, map[string]string{"bundle.yaml": words, "p.yaml": dead, "notes.txt": "x"})
	code, stdout, stderr := run(t, "--explain", filepath.Join(dir, "p.yaml"))
	if code != cli.ExitOK || !strings.HasPrefix(stdout, "playbook p  (p.yaml:1)\n  For each user.") || strings.Contains(stdout, "bundle b") || strings.Contains(stderr, "note:") {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	if _, stdout, _ := run(t, "--explain", dir); !strings.Contains(stdout, "bundle b  (bundle.yaml:1)") || !strings.Contains(stdout, "playbook p") {
		t.Errorf("a folder:\n%s", stdout)
	}
	if code, _, stderr := run(t, "--explain", filepath.Join(dir, "notes.txt")); code != cli.ExitFailure || !strings.Contains(stderr, "a bundle is made of *.yaml files; name one of them, or their folder") {
		t.Errorf("a text: exit %d %s", code, stderr)
	}
	if code, _, stderr := run(t, filepath.Join(dir, "p.yaml")); code != cli.ExitFailure || !strings.Contains(stderr, "is not a folder") {
		t.Errorf("lint of a file: exit %d %s", code, stderr)
	}
	if code, _, stderr := run(t, "--explain", filepath.Join(dir, "nowhere.yaml")); code != cli.ExitFailure || !strings.Contains(stderr, "no such file") {
		t.Errorf("nowhere: exit %d %s", code, stderr)
	}
}

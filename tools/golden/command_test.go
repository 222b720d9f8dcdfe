package golden_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/tools"
	"holdfast/tools/cli"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// run runs `holdfast test` and gives its exit code and outputs.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = tools.Main(context.Background(), append([]string{"test"}, args...), strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// compare holds a text against a golden file.
func compare(t *testing.T, file, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-rewrite writes it anew); got\n%s", file, got)
	}
}

// with copies the shop and adds a file to it.
func with(t *testing.T, name, text string) string {
	t.Helper()
	dir := t.TempDir()
	bundle, err := os.ReadFile("testdata/shop/bundle.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{"bundle.yaml": string(bundle), name: text} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTestsThatPass(t *testing.T) {
	code, stdout, stderr := run(t, "testdata/shop")
	want := "ok    testdata/shop/tests.yaml:1: a week without a login, then two\n" +
		"ok    testdata/shop/tests.yaml:9: a login stops it\n2 tests passed\n"
	if code != cli.ExitOK || stdout != want || stderr != "" {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
}

// TestTestsThatFail: each miss with its line, what was expected, what came, and the story about it.
func TestTestsThatFail(t *testing.T) {
	code, stdout, stderr := run(t, "testdata/failing")
	compare(t, "testdata/failing.txt", stdout)
	if code != cli.ExitFailure || stderr != "holdfast: 3 of 4 tests failed\n" {
		t.Errorf("exit %d %s", code, stderr)
	}
}

func TestStory(t *testing.T) {
	code, stdout, _ := run(t, "--story", "--run", "stops", "testdata/shop")
	compare(t, "testdata/story.txt", stdout)
	if code != cli.ExitOK {
		t.Errorf("exit %d", code)
	}
}

func TestRunSelects(t *testing.T) {
	if _, stdout, _ := run(t, "--run", "^a login", "testdata/shop"); strings.Contains(stdout, "a week") || !strings.HasSuffix(stdout, "1 test passed\n") {
		t.Errorf("by title:\n%s", stdout)
	}
	if _, stdout, _ := run(t, "--run", "tests.yaml", "testdata/shop"); !strings.HasSuffix(stdout, "2 tests passed\n") {
		t.Errorf("by file:\n%s", stdout)
	}
	if code, _, stderr := run(t, "--run", "nothing like it", "testdata/shop"); code != cli.ExitFailure || stderr != "holdfast: no test matches --run \"nothing like it\"; there are 2 tests\n" {
		t.Errorf("nothing: exit %d %s", code, stderr)
	}
	if code, _, stderr := run(t, "--run", "(", "testdata/shop"); code != cli.ExitUsage || !strings.Contains(stderr, `--run "(": `) {
		t.Errorf("no expression: exit %d %s", code, stderr)
	}
}

func TestABundleWithoutTests(t *testing.T) {
	dir := with(t, "more.yaml", "vocabulary: more\n")
	if code, stdout, _ := run(t, dir); code != cli.ExitOK || !strings.HasPrefix(stdout, "no test: write a document `test: TITLE` with given and expect into a file of "+dir) {
		t.Errorf("exit %d %s", code, stdout)
	}
}

// TestWrongTests: nothing is played, and every error has its place and what to do.
func TestWrongTests(t *testing.T) {
	dir := with(t, "t.yaml", "test: t\nusers: {ann: {account: acme}}\ngiven: [{at: 2026-03-01T09:00Z, logn: ann}]\nexpect: [{intent: quiet/d8, user: ann}, {none: quite}]\n")
	code, stdout, stderr := run(t, dir)
	file := filepath.Join(dir, "t.yaml")
	want := file + ":3:33: unknown event logn; did you mean login?\n" +
		file + ":4:25: quiet has no step d8; did you mean d7?\n" +
		file + ":4:48: unknown playbook quite; did you mean quiet?\n" +
		"holdfast: 3 errors in " + dir + "\n"
	if code != cli.ExitFailure || stdout != "" || stderr != want {
		t.Errorf("exit %d\n%s\ngot\n%s\nwant\n%s", code, stdout, stderr, want)
	}
	dir = with(t, "t.yaml", "test: t\nexpect: [\n")
	if code, _, stderr := run(t, dir); code != cli.ExitFailure || !strings.Contains(stderr, filepath.Join(dir, "t.yaml")+":") || !strings.Contains(stderr, "not YAML") {
		t.Errorf("no YAML: exit %d %s", code, stderr)
	}
}

// TestABundleThatCannotRunYet: by name, with the place of each part.
func TestABundleThatCannotRunYet(t *testing.T) {
	dir := with(t, "policy.yaml", "policy: rules\ncollect: 5m\n")
	want := filepath.Join(dir, "policy.yaml") + ":1:1: policy rules is checked but not run by this release; take it out until it is\n" +
		"holdfast: shop cannot run yet: 1 part of it must be taken out\n"
	if code, _, stderr := run(t, dir); code != cli.ExitFailure || stderr != want {
		t.Errorf("exit %d\n%s", code, stderr)
	}
}

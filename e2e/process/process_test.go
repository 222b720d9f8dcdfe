package process_test

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/e2e/process"
)

func start(t *testing.T, log, script string) *process.Process {
	t.Helper()
	pr, err := process.Start(process.Spec{Path: "/bin/sh", Args: []string{"-c", script}, Env: []string{"WORD=hello"}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pr.Kill)
	return pr
}

func TestExitAndOutput(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	for _, run := range []struct {
		script, output string
		code           int
	}{{"echo first", "first\n", 0}, {`echo "$WORD" >&2; exit 3`, "hello\n", 3}} {
		pr := start(t, log, run.script)
		code, err := pr.Exit(context.Background(), time.Minute)
		if err != nil || code != run.code || pr.Output() != run.output {
			t.Errorf("%s: code %d, %v, output %q", run.script, code, err, pr.Output())
		}
	}
}

func TestKillAndSignal(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	killed := start(t, log, "exec sleep 1000")
	if !killed.Running() {
		t.Error("it should run")
	}
	if _, err := killed.Exit(context.Background(), time.Millisecond); err == nil || !strings.Contains(err.Error(), "still runs") {
		t.Errorf("waiting for what does not end: %v", err)
	}
	killed.Kill()
	killed.Kill()
	if killed.Running() {
		t.Error("it should be gone")
	}
	asked := start(t, log, "trap 'exit 7' TERM; echo ready; while :; do read line; done")
	for !strings.Contains(asked.Output(), "ready") && asked.Running() {
	}
	if err := asked.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if _, err := asked.Exit(context.Background(), time.Minute); err != nil {
		t.Error(err)
	}
	if err := asked.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("signal to one that has ended: %v", err)
	}
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	_, err := process.Start(process.Spec{Path: "/no/such/program", Log: filepath.Join(t.TempDir(), "log")})
	if err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("got %v", err)
	}
}

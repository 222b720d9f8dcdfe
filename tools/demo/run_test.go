package demo

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

func standInOptions(t *testing.T, part string) Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(partVariable, part)
	t.Setenv("DEMO_SEED", "3")
	t.Setenv("DEMO_ACCOUNTS", "6")
	t.Setenv("TMPDIR", t.TempDir())
	return Options{
		Seed: 3, Accounts: 6, Out: t.TempDir(), Processor: self, Progress: &bytes.Buffer{}, Now: time.Now,
		Bundle: fstest.MapFS{"bundle.yaml": {Data: []byte("bundle: x\n")}},
	}
}

// leftovers lists what is in the scratch area.
func leftovers(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestTheShowSurvivesItsKill(t *testing.T) {
	opts := standInOptions(t, "play")
	re, err := Run(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if !re.OK() {
		t.Errorf("checks: %+v", re.Checks)
	}
	if len(re.Runs) != 2 || !re.Runs[0].Killed || re.Runs[1].Killed || re.Runs[0].PID == re.Runs[1].PID {
		t.Errorf("want a killed run and another one, got %+v", re.Runs)
	}
	if share := float64(re.KilledAt) / float64(re.Records); share < killFrom || share > 0.95 {
		t.Errorf("killed at %.2f of the records, want the middle", share)
	}
	if text := opts.Progress.(*bytes.Buffer).String(); !strings.Contains(text, "kill -9") || !strings.Contains(text, "counting: 100%") {
		t.Errorf("the kill or the count is not told:\n%s", text)
	}
	if page, err := os.ReadFile(re.PagePath); err != nil || !bytes.Contains(page, []byte("Nothing lost, nothing doubled")) {
		t.Errorf("page: %v", err)
	}
	if left := leftovers(t); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestADoublingProcessorIsFoundOut(t *testing.T) {
	re, err := Run(context.Background(), standInOptions(t, "double"))
	if err != nil {
		t.Fatal(err)
	}
	if re.OK() || re.Checks[0].Kept {
		t.Errorf("every intent was written twice, and the checks say %+v", re.Checks)
	}
}

func TestAFailingProcessorIsQuoted(t *testing.T) {
	_, err := Run(context.Background(), standInOptions(t, "fail"))
	if err == nil || !strings.Contains(err.Error(), "playbooks/x.yaml:4:16: unknown event logn") {
		t.Errorf("want the processor's last words, got %v", err)
	}
	if left := leftovers(t); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// watcher interrupts when the processing begins.
type watcher struct {
	bytes.Buffer
	stop context.CancelFunc
}

func (wa *watcher) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte("publishing: 100%")) {
		wa.stop()
	}
	return wa.Buffer.Write(text)
}

func TestAnInterruptLeavesNothing(t *testing.T) {
	opts := standInOptions(t, "idle")
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	opts.Progress = &watcher{stop: stop}
	if _, err := Run(ctx, opts); !errors.Is(err, context.Canceled) {
		t.Errorf("want an interruption, got %v", err)
	}
	if left := leftovers(t); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestStoppingAChildEndsTheProcess(t *testing.T) {
	opts := standInOptions(t, "idle")
	sg := &stage{opts: opts, dir: t.TempDir(), bu: &Business{}}
	cmd := sg.command(context.Background(), "127.0.0.1:1", "http://127.0.0.1:1")
	ch, err := startChild(cmd, filepath.Join(sg.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	ch.stop()
	if err := syscall.Kill(cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is still there: %v", cmd.Process.Pid, err)
	}
}

func TestKeptDataIsNotOverwritten(t *testing.T) {
	opts := standInOptions(t, "play")
	opts.Keep = true
	if err := os.MkdirAll(filepath.Join(opts.Out, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Run(context.Background(), opts)
	if err == nil || !strings.Contains(err.Error(), "remove it, or name another directory with --out") {
		t.Errorf("got %v", err)
	}
}

func TestAClockInThePastIsRefused(t *testing.T) {
	opts := standInOptions(t, "play")
	opts.Now = func() time.Time { return time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC) }
	_, err := Run(context.Background(), opts)
	if err == nil || !strings.Contains(err.Error(), "clock says 1 Feb 2026") {
		t.Errorf("got %v", err)
	}
}

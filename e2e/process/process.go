// Package process runs a program as a child that can be killed at any instant. A child never outlives the test: it
// dies with its parent (where the kernel can do that) and Close kills what is left.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Spec says what to run.
type Spec struct {
	Path string
	Args []string
	Env  []string // added to the environment
	Log  string   // file that takes its output, appended to
}

// Process is a started child.
type Process struct {
	cmd    *exec.Cmd
	log    string
	offset int64 // where this run's output begins in the log
	done   chan struct{}
}

// Start starts the child.
func Start(spec Spec) (*Process, error) {
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open log of %s: %w", spec.Path, err)
	}
	defer log.Close() // the child has its own descriptor
	offset, err := log.Seek(0, 2)
	if err != nil {
		return nil, fmt.Errorf("find end of %s: %w", spec.Log, err)
	}
	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Env = append(os.Environ(), spec.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = dieWithParent()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	pr := &Process{cmd: cmd, log: spec.Log, offset: offset, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the exit code is read from ProcessState
		close(pr.done)
	}()
	return pr, nil
}

// Running says whether the child still runs.
func (pr *Process) Running() bool {
	select {
	case <-pr.done:
		return false
	default:
		return true
	}
}

// Done is closed when the child has ended.
func (pr *Process) Done() <-chan struct{} { return pr.done }

// Kill is kill -9; it returns when the child is gone.
func (pr *Process) Kill() {
	_ = pr.cmd.Process.Kill() // it may have ended by itself: gone is gone
	<-pr.done
}

// Signal sends a signal, e.g. SIGTERM for an orderly stop or SIGSTOP to freeze it.
func (pr *Process) Signal(signal syscall.Signal) error {
	if err := pr.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("send %v to %s: %w", signal, pr.cmd.Path, err)
	}
	return nil
}

// Exit waits for the child to end by itself and returns its exit code.
func (pr *Process) Exit(ctx context.Context, limit time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case <-pr.done:
		return pr.cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("wait %v for %s to end: it still runs", limit, pr.cmd.Path)
	}
}

// CPU is the processor time that the ended child used, user and system.
func (pr *Process) CPU() time.Duration {
	<-pr.done
	return pr.cmd.ProcessState.UserTime() + pr.cmd.ProcessState.SystemTime()
}

// Output is what this run has written so far.
func (pr *Process) Output() string {
	text, err := os.ReadFile(pr.log)
	if err != nil || int64(len(text)) < pr.offset {
		return fmt.Sprintf("(no output: %v)", err)
	}
	return string(text[pr.offset:])
}

package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// child is a running processor.
type child struct {
	cmd  *exec.Cmd
	log  string        // path of what it says
	done chan struct{} // closed when it has ended
	err  error         // how it ended; valid after done
}

// startProcessor starts the real binary on the stage's broker.
func (sg *stage) startProcessor(ctx context.Context) (*child, error) {
	return startChild(sg.command(ctx, sg.broker.KafkaAddr(), sg.broker.RegistryURL()), filepath.Join(sg.dir, "processor.log"))
}

// command is what a user would type. When ctx ends the process is killed.
func (sg *stage) command(ctx context.Context, brokers, registry string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, sg.opts.Processor,
		"--brokers", brokers, "--registry", registry,
		"--playbooks", filepath.Join(sg.dir, "playbooks"), "--state", filepath.Join(sg.dir, "state"),
		"--clock", "event", "--until", stamp(sg.bu.End), "--exit-when-done",
		"--group", group, "--instance", "demo", "--max-batch", "4000", "--admin", "127.0.0.1:0", "--session-timeout", "6s", "--transaction-timeout", "3s",
	)
	// The rest of the environment must not change what the demo shows.
	cmd.Env = without(os.Environ(), "HOLDFAST_")
	// Ctrl-C goes to the demo alone: it ends the processor itself.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// without drops the variables with the prefix.
func without(environ []string, prefix string) []string {
	var kept []string
	for _, entry := range environ {
		if !strings.HasPrefix(entry, prefix) {
			kept = append(kept, entry)
		}
	}
	return kept
}

func startChild(cmd *exec.Cmd, log string) (*child, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the processor's log: %w", err)
	}
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the processor: %w", err), file.Close())
	}
	ch := &child{cmd: cmd, log: log, done: make(chan struct{})}
	go func() { // ends with the process
		defer close(ch.done)
		ch.err = errors.Join(cmd.Wait(), file.Close())
	}()
	return ch, nil
}

// kill is kill -9. It returns when the process is gone.
func (ch *child) kill() {
	// The only error is that it has ended already.
	_ = ch.cmd.Process.Kill()
	<-ch.done
}

// stop leaves nothing behind, whatever state it is in.
func (ch *child) stop() { ch.kill() }

// verdict is an error if the process did not end well, with its last words.
func (ch *child) verdict() error {
	if ch.err == nil {
		return nil
	}
	text, err := os.ReadFile(ch.log)
	if err != nil {
		return fmt.Errorf("the processor failed (%w), and its log cannot be read: %w", ch.err, err)
	}
	return fmt.Errorf("the processor failed (%w); its last words:\n%s", ch.err, lastLines(text, 5))
}

func lastLines(text []byte, n int) string {
	lines := strings.Split(string(bytes.TrimSpace(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// copyBundle puts the built-in playbooks where the processor reads them.
func (sg *stage) copyBundle() error {
	dir := filepath.Join(sg.dir, "playbooks")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of the playbooks: %w", err)
	}
	names, err := fs.Glob(sg.opts.Bundle, "*.yaml")
	if err != nil {
		return fmt.Errorf("list the playbooks: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(sg.opts.Bundle, name)
		if err != nil {
			return fmt.Errorf("read the playbooks: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return fmt.Errorf("write the playbooks: %w", err)
		}
	}
	return nil
}

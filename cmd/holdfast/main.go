// Command holdfast is the operator's tool: the embedded broker, topics, playbooks, publishing, reading along, the demo.
// What it does is in package tools; this door holds signals and the exit code.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"holdfast/tools"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the process at once: from here on signals have their default meaning again.
	context.AfterFunc(ctx, stop)
	code := tools.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

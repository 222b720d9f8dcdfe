// Command processor reads the inputs, runs the playbooks and writes intents, exactly once. Next stop: processor.Main.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"holdfast/processor"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the process at once, which loses nothing: from here on signals have their default meaning again.
	context.AfterFunc(ctx, stop)
	code := processor.Main(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

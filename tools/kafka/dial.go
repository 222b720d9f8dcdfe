// Package kafka connects the commands to a cluster: sane timeouts, and errors that say what to do.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/tools/cli"
)

// How long a command waits for a broker before it says that there is none.
const (
	dialTimeout    = 3 * time.Second
	requestTimeout = 10 * time.Second
	pingTimeout    = 5 * time.Second
)

// Brokers is the --brokers option.
type Brokers struct{ list string }

// BrokersFlag adds --brokers to a command.
func BrokersFlag(cmd *cobra.Command) *Brokers {
	bk := &Brokers{}
	cmd.Flags().StringVar(&bk.list, "brokers", "", "Kafka brokers, `HOST:PORT[,HOST:PORT...]`")
	return bk
}

// Seeds checks the option and gives the addresses.
func (bk *Brokers) Seeds() ([]string, error) {
	if bk.list == "" {
		return nil, cli.Usagef("--brokers is missing, for example --brokers 127.0.0.1:9092")
	}
	seeds := strings.Split(bk.list, ",")
	for i, seed := range seeds {
		seeds[i] = strings.TrimSpace(seed)
		if host, port, err := net.SplitHostPort(seeds[i]); err != nil || host == "" || port == "" {
			return nil, cli.Usagef("--brokers %q is not HOST:PORT, for example 127.0.0.1:9092", seed)
		}
	}
	return seeds, nil
}

// Dial makes a client and sees that a broker answers.
func (bk *Brokers) Dial(ctx context.Context, opts ...kgo.Opt) (*kgo.Client, error) {
	seeds, err := bk.Seeds()
	if err != nil {
		return nil, err
	}
	return Dial(ctx, seeds, opts...)
}

// Dial makes a client and sees that a broker answers. Later options win.
func Dial(ctx context.Context, seeds []string, opts ...kgo.Opt) (*kgo.Client, error) {
	base := []kgo.Opt{
		kgo.SeedBrokers(seeds...),
		kgo.ClientID("holdfast"),
		kgo.DialTimeout(dialTimeout),
		kgo.RetryTimeout(requestTimeout),
		kgo.RequestTimeoutOverhead(pingTimeout),
	}
	client, err := kgo.NewClient(append(base, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("set up the Kafka client: %w", err)
	}
	pingCtx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if err := client.Ping(pingCtx); err != nil {
		client.Close()
		return nil, unreachable(seeds, err)
	}
	return client, nil
}

// unreachable words why no broker answered; the innermost error is the one a person knows ("connection refused").
func unreachable(seeds []string, err error) error {
	reason := err
	for next := err; next != nil; next = errors.Unwrap(next) {
		reason = next
	}
	text := reason.Error()
	if errors.Is(err, context.DeadlineExceeded) {
		text = fmt.Sprintf("no answer within %v", pingTimeout)
	}
	return &UnreachableError{text: fmt.Sprintf("cannot reach Kafka at %s: %s; is it running? try `holdfast broker --dir DIR`", strings.Join(seeds, ","), text), cause: err}
}

// UnreachableError says that no broker answered, and what to try.
type UnreachableError struct {
	text  string
	cause error
}

// Error implements error.
func (un *UnreachableError) Error() string { return un.text }

// Unwrap gives the client's own error.
func (un *UnreachableError) Unwrap() error { return un.cause }

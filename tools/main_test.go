package tools_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/broker"
	"holdfast/tools"
	"holdfast/tools/cli"
)

// result is what a user sees of a command.
type result struct {
	code           int
	stdout, stderr string
}

func run(t *testing.T, args ...string) result { return runWith(t.Context(), "", args...) }

func runWith(ctx context.Context, stdin string, args ...string) result {
	var stdout, stderr bytes.Buffer
	code := tools.Main(ctx, args, strings.NewReader(stdin), &stdout, &stderr)
	return result{code: code, stdout: stdout.String(), stderr: stderr.String()}
}

// want checks the exit code and a part of what was said.
func (re result) want(t *testing.T, code int, stdout, stderr string) {
	t.Helper()
	if re.code != code || !strings.Contains(re.stdout, stdout) || !strings.Contains(re.stderr, stderr) {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s\nwant exit %d, stdout with %q, stderr with %q", re.code, re.stdout, re.stderr, code, stdout, stderr)
	}
}

// startBroker runs an embedded broker in memory.
func startBroker(t *testing.T) *broker.Broker {
	t.Helper()
	bro, err := broker.Start(t.Context(), broker.Config{KafkaAddr: "127.0.0.1:0", RegistryAddr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bro.Close(); err != nil {
			t.Errorf("close the broker: %v", err)
		}
	})
	return bro
}

// startTopics runs an embedded broker that has all topics.
func startTopics(t *testing.T) *broker.Broker {
	t.Helper()
	bro := startBroker(t)
	run(t, "topics", "create", "--brokers", bro.KafkaAddr()).want(t, cli.ExitOK, "15 topics created", "")
	return bro
}

func newClient(t *testing.T, bro *broker.Broker, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(bro.KafkaAddr()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// freeAddr is an address where nobody listens.
func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// writeFile makes a file in a folder of the test.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

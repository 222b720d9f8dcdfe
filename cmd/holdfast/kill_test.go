package main_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

// build makes the real binary.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "holdfast")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("build the command: %v\n%s", err, out)
	}
	return path
}

// child is a running `holdfast broker`.
type child struct {
	cmd             *exec.Cmd
	kafka, registry string
	clients         []*kgo.Client
}

// startBroker runs the binary and reads its addresses from what it prints.
func startBroker(t *testing.T, binary string, args ...string) *child {
	t.Helper()
	ch := &child{cmd: exec.Command(binary, append([]string{"broker"}, args...)...)}
	ch.cmd.Stderr = os.Stderr
	out, err := ch.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ch.cmd.Process.Kill() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "kafka":
			ch.kafka = strings.TrimSpace(rest)
		case "registry":
			ch.registry = strings.TrimSpace(rest)
		case "ready;":
			return ch
		}
	}
	t.Fatal("the broker ended before it was ready")
	return nil
}

func (ch *child) kill(t *testing.T) {
	t.Helper()
	ch.hangUp() // closing ends no transaction; a client whose broker is gone takes seconds to say goodbye
	if err := ch.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = ch.cmd.Wait() // "signal: killed"
}

// connect makes a client that lives as long as the child.
func (ch *child) connect(t *testing.T, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(ch.kafka))...)
	if err != nil {
		t.Fatal(err)
	}
	ch.clients = append(ch.clients, client)
	return client
}

func (ch *child) hangUp() {
	for _, client := range ch.clients {
		client.Close()
	}
}

// transact writes n records in a transaction and ends it as told; end nil leaves it open, as a killed client does.
func transact(t *testing.T, client *kgo.Client, text string, n int, end *kgo.TransactionEndTry) {
	t.Helper()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	records := make([]*kgo.Record, n)
	for i := range records {
		records[i] = &kgo.Record{Topic: "notes", Key: fmt.Append(nil, i), Value: fmt.Appendf(nil, "%s-%d", text, i)}
	}
	if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if end == nil {
		return
	}
	if err := client.EndTransaction(t.Context(), *end); err != nil {
		t.Fatal(err)
	}
}

// committed reads what a committed reader sees, by value.
func committed(t *testing.T, bro *child, n int) map[string]int {
	t.Helper()
	reader := bro.connect(t, kgo.ConsumeTopics("notes"), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	seen := map[string]int{}
	for total := 0; total < n; {
		fetches := reader.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		for _, record := range fetches.Records() {
			seen[string(record.Value)]++
			total++
		}
	}
	return seen
}

// A broker that is killed with kill -9 comes back on the same directory with every committed record once, no aborted
// one, the group offsets and the schema ids; a second broker is refused while it runs, and a clean stop exits with 0.
func TestTheBrokerSurvivesKills(t *testing.T) {
	binary, dir := build(t), filepath.Join(t.TempDir(), "data")
	commit, abort := kgo.TryCommit, kgo.TryAbort
	const rounds, records = 3, 20
	addrs := []string{"--kafka", "127.0.0.1:0", "--registry", "127.0.0.1:0"}
	wantID := 0
	for round := range rounds {
		bro := startBroker(t, binary, append(addrs, "--dir", dir)...)
		admin := kadm.NewClient(bro.connect(t))
		if round == 0 {
			if _, err := admin.CreateTopic(t.Context(), 3, 1, nil, "notes"); err != nil {
				t.Fatal(err)
			}
		}
		wantID = checkSchema(t, bro.registry, wantID)
		writer := bro.connect(t, kgo.TransactionalID("writer"))
		transact(t, writer, fmt.Sprintf("round-%d", round), records, &commit)
		transact(t, writer, "aborted", 5, &abort)
		if _, err := admin.CommitOffsets(t.Context(), "readers", kadm.OffsetsFromRecords(kgo.Record{Topic: "notes", Offset: int64(round)})); err != nil {
			t.Fatal(err)
		}
		transact(t, writer, "open", 5, nil)
		bro.kill(t)
	}
	bro := startBroker(t, binary, append(addrs, "--dir", dir)...)
	checkSchema(t, bro.registry, wantID)
	out, err := exec.CommandContext(t.Context(), binary, append([]string{"broker", "--dir", dir}, addrs...)...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "is in use by another broker") {
		t.Errorf("a second broker on the directory: %v %s", err, out)
	}
	// The open transaction of the last round holds readers back until its successor starts.
	transact(t, bro.connect(t, kgo.TransactionalID("writer")), fmt.Sprintf("round-%d", rounds), records, &commit)
	seen := committed(t, bro, (rounds+1)*records)
	for value, times := range seen {
		if times != 1 || !strings.HasPrefix(value, "round-") {
			t.Errorf("%s is there %d times", value, times)
		}
	}
	offsets, err := kadm.NewClient(bro.connect(t)).FetchOffsets(t.Context(), "readers")
	if at, ok := offsets.Lookup("notes", 0); err != nil || !ok || at.At != rounds {
		t.Errorf("group offset %v, %v, %v; want %d", at.At, ok, err, rounds)
	}
	stopCleanly(t, bro)
}

// checkSchema registers a schema and sees that it keeps the id of before the kill (0 = none yet).
func checkSchema(t *testing.T, url string, want int) int {
	t.Helper()
	registry, err := avro.NewRegistry(avro.RegistryOptions{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	text, err := schemas.Avsc("MessageIntent")
	if err != nil {
		t.Fatal(err)
	}
	if want != 0 {
		if _, err := registry.SchemaByID(context.Background(), want); err != nil {
			t.Errorf("schema %d after the kill: %v", want, err)
		}
	}
	id, err := registry.Register(t.Context(), "notes-value", text)
	if err != nil || want != 0 && id != want {
		t.Errorf("schema id %d, %v; want %d", id, err, want)
	}
	return id
}

func stopCleanly(t *testing.T, bro *child) {
	t.Helper()
	bro.hangUp()
	if err := bro.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := bro.cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v; want exit 0", err)
	}
}
